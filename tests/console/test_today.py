"""The first page: what needs somebody now."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from hotline import clock
from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Target
from hotline.console import today
from hotline.console.access import Role
from hotline.console.today import compared, stopwatch
from hotline.privacy import Vault
from hotline.store.console_tables import staff
from hotline.store.database import Engine
from hotline.store.follow_ups import open_follow_up, resolve
from hotline.store.requests import finish
from hotline.store.tables import follow_ups
from hotline.store.today import Figures, count_hour
from tests.console.lists import forget_calls
from tests.console.staff import make_person, sign_in
from tests.store.rows import accept_request, row_of, start_call

MINUTE = timedelta(minutes=1)


@pytest.fixture
def console(kept_console: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The console without any call, and with figures that are counted anew each time."""
    forget_calls(kept_console)
    monkeypatch.setattr(today, "FIGURES_KEPT_FOR", timedelta(days=-1))
    return kept_console


@pytest.fixture(scope="module")
def signed_in_operator(kept_console: Flask) -> FlaskClient:
    client = kept_console.test_client()
    sign_in(client, make_person(kept_console.extensions["hotline.engine"], Role.OPERATOR))
    return client


@pytest.fixture
def operator(console: Flask, signed_in_operator: FlaskClient) -> FlaskClient:
    return signed_in_operator


def text_of(html: str) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def see(client: FlaskClient, path: str = "/console/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return text_of(answer.text)


def test_nothing_to_do_is_said_in_words(operator: FlaskClient) -> None:
    seen = see(operator)
    assert "Nothing waits for you." in seen
    assert "No follow-up is open." in seen
    assert "Nobody is on the line." in seen
    assert "Every request is answered." in seen


def test_the_oldest_follow_up_stands_first_with_reason_age_and_whose_it_is(
    operator: FlaskClient, engine: Engine, vault: Vault
) -> None:
    now = clock.now()
    for reason, age in ((Reason.FOR_ANOTHER, 3), (Reason.NOT_CONFIRMED, 100), (Reason.CALL_BACK, 20)):
        sid = start_call(engine, at=now, language="th", ended_at=now)
        with engine.begin() as connection:
            open_follow_up(connection, call_sid=sid, reason=reason, now=now - age * MINUTE)
    with engine.begin() as connection:
        mine = connection.execute(staff.select()).one()
        taken = update(follow_ups).where(follow_ups.c.reason == "call_back").values(taken_by=mine.id)
        connection.execute(taken)
    seen = see(operator)
    rows = re.findall(
        r"(Hung up before saying stop|Asked to be called back|Stopped for somebody else) (.*?) Thai", seen
    )
    assert [reason for reason, _rest in rows] == [
        "Hung up before saying stop",
        "Asked to be called back",
        "Stopped for somebody else",
    ]
    assert [(" overdue" in rest, " soon due" in rest, " in time" in rest) for _reason, rest in rows] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert "1 h 40 min" in rows[0][1]
    assert "3 follow-ups wait." in seen
    assert seen.count("yours") == 1
    assert seen.count("nobody’s") == 2


def test_a_long_list_leads_to_all_of_it(operator: FlaskClient, engine: Engine) -> None:
    now = clock.now()
    sid = start_call(engine, at=now, ended_at=now)
    with engine.begin() as connection:
        rows = [{"call_sid": sid, "reason": f"reason-{number}", "opened_at": now} for number in range(21)]
        connection.execute(insert(follow_ups), rows)
    page = operator.get("/console/").text
    assert page.count('id="follow-up-') == 2 * 20
    assert "21 follow-ups wait." in page
    assert 'href="/console/follow-ups"' in page


def test_resolved_follow_ups_and_ended_calls_are_gone(operator: FlaskClient, engine: Engine) -> None:
    now = clock.now()
    sid = start_call(engine, at=now, ended_at=now)
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=sid, reason=Reason.MESSAGE, now=now)
        resolve(connection, sid, [Reason.MESSAGE], now)
    seen = see(operator)
    assert "Nothing waits for you." in seen
    assert "Nobody is on the line." in seen


def test_callers_on_the_line_are_shown_without_their_number(
    operator: FlaskClient, engine: Engine, vault: Vault
) -> None:
    now = clock.now()
    sealed = vault.seal("+819012345678")
    start_call(engine, at=now - timedelta(seconds=125), step="birth_date", caller_sealed=sealed)
    start_call(engine, at=now, step="in_line", in_line_since=now - MINUTE, channel="text", caller_print="a")
    page = operator.get("/console/today").text
    seen = text_of(page)
    assert re.search(r"2:0[5-9] …5678 Date of birth English", seen)
    assert "+81" not in page
    assert "901234" not in page
    assert re.search(r"number withheld or erased Text messages In line for a person for a person 1:0\d", seen)
    assert "1 caller is with a person or in line." in seen


def test_requests_that_are_not_answered_are_shown_with_their_next_try(operator: FlaskClient, engine: Engine) -> None:
    now = clock.now()
    sid = start_call(engine, at=now, ended_at=now)
    wanted = accept_request(engine, sid, at=now - 3 * MINUTE, targets=(Target.CARD, Target.SMARTPHONE))
    done = accept_request(engine, sid, turn=3, at=now)
    with engine.begin() as connection:
        finish(connection, done, backend_id="B", answers={Target.CARD: Answer.SUSPENDED}, municipality=None, now=now)
    seen = see(operator)
    number = row_of(engine, wanted)["receipt_number"]
    assert re.search(rf"{number} Card, Smartphone 3 min \d s 0 now", seen)
    assert str(row_of(engine, done)["receipt_number"]) not in seen
    assert "1 request is not answered." in seen


def test_the_last_hour_is_compared_with_the_one_before(operator: FlaskClient, engine: Engine) -> None:
    now = clock.now()
    for ago, outcome in ((90, "stopped"), (10, "stopped"), (11, "stopped"), (12, "error"), (13, "operator")):
        begun = now - ago * MINUTE
        sid = start_call(engine, at=begun, outcome=outcome, ended_at=now)
        if outcome == "stopped":
            request = accept_request(engine, sid, at=begun)
            told = begun + timedelta(seconds=60 + ago)
            with engine.begin() as connection:
                answers = {Target.CARD: Answer.SUSPENDED}
                finish(connection, request, backend_id="B", answers=answers, municipality=None, now=told)
    seen = see(operator)
    assert "Calls 4 3 more than the hour before" in seen
    assert "Stopped 2 1 more than the hour before" in seen
    assert re.search(r"\(median\) 7[01] s (79|80) s shorter than the hour before", seen)
    assert "Not identified 0 as many as the hour before" in seen
    assert "Errors of the line 1 1 more than the hour before" in seen


@pytest.mark.parametrize(
    ("median", "before", "words"),
    [
        (None, 60.0, "nothing was stopped by telephone"),
        (60.0, None, "nothing was stopped the hour before"),
        (60.2, 59.9, "as long as the hour before"),
        (90.0, 60.0, "30 s longer than the hour before"),
    ],
)
def test_the_time_to_stop_is_compared_in_words(console, median: float | None, before: float | None, words: str) -> None:
    with console.test_request_context(headers={"Accept-Language": "en"}):
        figures = [Figures(0, 0, 0, 0, 0, seconds) for seconds in (median, before)]
        assert compared(*figures)[2].compared == words


def test_texts_do_not_count_as_time_to_stop(engine: Engine) -> None:
    now = clock.now()
    sid = start_call(engine, at=now - MINUTE, outcome="stopped", channel="text", ended_at=now)
    request = accept_request(engine, sid, at=now)
    with engine.begin() as connection:
        finish(connection, request, backend_id="B", answers={Target.CARD: Answer.SUSPENDED}, municipality=None, now=now)
        assert count_hour(connection, now) == Figures(1, 1, 0, 0, 0, None)


def test_a_stopwatch_counts_hours_when_there_are_any() -> None:
    assert [stopwatch(seconds) for seconds in (0, 65, 3600 + 61)] == ["0:00", "1:05", "1:01:01"]


def test_figures_are_counted_once_for_everybody(
    operator: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    see(operator)
    monkeypatch.setattr(today, "FIGURES_KEPT_FOR", timedelta(hours=1))
    start_call(engine, at=clock.now())
    assert "Calls 0 as many as the hour before" in see(operator)
    assert "On the line now 1" in see(operator)


def test_the_page_works_without_its_script(operator: FlaskClient) -> None:
    page = operator.get("/console/").text
    assert re.search(r'href="/console/">\s*Load again', page)
    assert 'hx-trigger="every 3s' in page
    assert operator.get("/console/today").text.lstrip().startswith('<div id="today"')


def test_a_page_that_is_left_open_after_signing_out_is_sent_to_the_sign_in(console) -> None:
    answer = console.test_client().get("/console/today", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "/sign-in" in answer.headers["HX-Redirect"]
