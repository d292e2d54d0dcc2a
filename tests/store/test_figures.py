"""Figures: counted from calls, and kept when these are forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from hotline.store import figures
from hotline.store.console_tables import figures as table
from hotline.store.database import Engine
from hotline.store.figures import HOUR, Span
from hotline.store.tables import calls, requests, turns
from tests.store.rows import accept_request, start_call

MIDNIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
"""In Japan."""
NINE = MIDNIGHT + 9 * HOUR
DAY = Span(MIDNIGHT, MIDNIGHT + timedelta(days=1))
LATER = MIDNIGHT + timedelta(days=1, hours=1)


def counted(engine: Engine, span: Span = DAY, name: str = "calls") -> dict[tuple[str, str], float]:
    with engine.connect() as connection:
        read, _ = figures.read_hours(connection, span)
    return {(one.at, one.key): one.value for one in read if one.name == name}


def count(engine: Engine, span: Span = DAY, now: datetime = LATER, *, repeats: bool = True) -> None:
    with engine.begin() as connection:
        figures.count_hours(connection, span, now, repeats=repeats)


def goes_through(engine: Engine, sid: str, *steps: str, at: datetime = NINE) -> None:
    rows = [
        {"call_sid": sid, "number": number, "at": at, "from_step": step, "to_step": step, "event": "x", "prompts": []}
        for number, step in enumerate(steps, 1)
    ]
    with engine.begin() as connection:
        connection.execute(insert(turns), rows)


def stop(engine: Engine, sid: str, at: datetime, after_s: float) -> None:
    request = accept_request(engine, sid, at=at)
    done = {"status": "suspended", "due_at": None, "finished_at": at + timedelta(seconds=after_s)}
    with engine.begin() as connection:
        connection.execute(update(requests).where(requests.c.id == request).values(done))


def test_calls_are_counted_by_the_hour_in_japan_and_by_outcome(engine):
    start_call(engine, at=NINE, outcome="stopped")
    start_call(engine, at=NINE + timedelta(minutes=59), outcome="stopped")
    start_call(engine, at=NINE + HOUR, outcome="nothing")
    start_call(engine, at=DAY.end, outcome="nothing")
    count(engine)
    assert counted(engine) == {("09", "stopped"): 2, ("10", "nothing"): 1}


def test_languages_are_those_in_which_calls_ended(engine):
    for language in ("ja", "ja", "vi"):
        start_call(engine, at=NINE, language=language)
    count(engine)
    assert counted(engine, name="languages") == {("", "ja"): 2, ("", "vi"): 1}


def test_the_running_hour_is_counted_while_somebody_looks(engine):
    start_call(engine, at=NINE, outcome="stopped")
    count(engine, Span(MIDNIGHT, NINE + HOUR))
    start_call(engine, at=NINE + HOUR, outcome="nothing")
    assert counted(engine) == {("09", "stopped"): 1, ("10", "nothing"): 1}


def test_counting_again_replaces_what_was_counted(engine):
    sid = start_call(engine, at=NINE, outcome="accepted")
    count(engine)
    with engine.begin() as connection:
        connection.execute(update(calls).where(calls.c.sid == sid).values(outcome="stopped"))
    count(engine)
    assert counted(engine) == {("09", "stopped"): 1}


def test_figures_stay_when_calls_are_forgotten(engine):
    start_call(engine, at=NINE, outcome="stopped")
    count(engine)
    with engine.begin() as connection:
        connection.execute(delete(calls))
    assert counted(engine) == {("09", "stopped"): 1}


def test_a_call_counts_at_every_step_of_the_way_that_it_came(engine):
    began, confirmed, accepted, stopped, elsewhere = (start_call(engine, at=NINE) for _ in range(5))
    goes_through(engine, began, "main_menu", "target")
    goes_through(engine, confirmed, "target", "birth_date", "confirm", "confirm_spoken", "correct")
    goes_through(engine, elsewhere, "main_menu", "questions")
    accept_request(engine, accepted, at=NINE)
    stop(engine, stopped, NINE, 1.0)
    count(engine)
    funnel = {key: value for (_at, key), value in counted(engine, name="funnel").items()}
    assert [funnel[step] for step in figures.FUNNEL] == [4, 3, 3, 3, 3, 2, 1]


def test_a_caller_comes_again_within_a_day_of_the_last_call(engine):
    for at in (NINE - 20 * HOUR, NINE, NINE + HOUR):
        start_call(engine, at=at, caller_print="somebody")
    start_call(engine, at=NINE - 26 * HOUR, caller_print="somebody else")
    start_call(engine, at=NINE, caller_print="somebody else")
    start_call(engine, at=NINE)
    count(engine)
    assert counted(engine, name="repeats") == {("2026-11-23", "calls"): 3, ("2026-11-23", "again"): 2}


def test_who_came_again_stays_counted_when_fingerprints_are_gone(engine):
    for at in (NINE, NINE + HOUR):
        start_call(engine, at=at, caller_print="somebody")
    count(engine)
    with engine.begin() as connection:
        connection.execute(update(calls).values(caller_print=None))
    count(engine, repeats=False)
    assert counted(engine, name="repeats")["2026-11-23", "again"] == 1


def test_seconds_to_a_stop_are_counted_from_the_yes_and_from_the_call(engine):
    for seconds in (1.0, 2.0, 3.0):
        stop(engine, start_call(engine, at=NINE), NINE + timedelta(seconds=60), seconds)
    unanswered = start_call(engine, at=NINE)
    accept_request(engine, unanswered, at=NINE)
    with engine.begin() as connection:
        figures.count_days(connection, DAY)
        read = figures.read_days(connection, DAY)
    assert {one.at for one in read} == {"2026-11-23"}
    lengths = {one.key: one.value for one in read}
    assert lengths == pytest.approx(
        {"accepted_p50": 2.0, "accepted_p95": 2.9, "call_p50": 62.0, "call_p95": 62.9, "stops": 3}
    )


def test_seconds_of_the_running_day_are_counted_while_somebody_looks(engine):
    stop(engine, start_call(engine, at=NINE), NINE, 2.0)
    with engine.connect() as connection:
        assert {one.key: one.value for one in figures.read_days(connection, DAY)}["accepted_p50"] == 2.0


def test_what_nobody_has_counted_is_said(engine):
    start_call(engine, at=MIDNIGHT - timedelta(days=5))
    month = Span(MIDNIGHT - timedelta(days=29), DAY.end)
    with engine.connect() as connection:
        _, missing = figures.read_hours(connection, month)
    assert missing == Span(MIDNIGHT - timedelta(days=5), DAY.end - figures.MOST_LIVE)


def test_only_one_counts_at_a_time(engine):
    with engine.begin() as one, engine.begin() as other:
        assert figures.try_lock(one)
        assert not figures.try_lock(other)


def test_repeats_that_were_counted_elsewhere_are_added(engine):
    with engine.begin() as connection:
        figures.add_repeats(connection, NINE, 5, 1)
        figures.add_repeats(connection, NINE, 2, 0)
        rows = connection.execute(select(table.c.key, table.c.value).where(table.c.name == "repeats")).all()
    assert sorted(map(tuple, rows)) == [("again", 1.0), ("calls", 7.0)]
