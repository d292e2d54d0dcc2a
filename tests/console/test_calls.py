"""The list of calls: what it shows, what it finds, what is saved and what is taken out of it."""

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError
from stdnum import damm

from hotline import clock
from hotline.callflow.effects import Reason
from hotline.callflow.events import Target
from hotline.calls.prints import Prints
from hotline.console import calls as listing
from hotline.console import export
from hotline.console.access import Role
from hotline.console.export import Export
from hotline.privacy import Vault
from hotline.store import search
from hotline.store.console_tables import audit, saved_views
from hotline.store.database import Engine
from hotline.store.follow_ups import open_follow_up
from hotline.store.search import Sought, TakesTooLong
from tests.console.lists import forget_calls
from tests.console.staff import csrf, make_person, sign_in
from tests.store.rows import NOON, accept_request, row_of, start_call

SECOND = timedelta(seconds=1)
PATH = "/console/calls"
PRINTS = Prints("a secret of a test")


def sid(number: int, kind: str = "CA") -> str:
    return f"{kind}{number:032x}"


@pytest.fixture
def console(kept_console: Flask) -> Flask:
    """The console without any call."""
    forget_calls(kept_console)
    return kept_console


def _signed_in(console: Flask, role: Role) -> FlaskClient:
    client = console.test_client()
    sign_in(client, make_person(console.extensions["hotline.engine"], role))
    return client


@pytest.fixture(scope="module")
def people(kept_console: Flask) -> dict[Role, FlaskClient]:
    """Somebody of each role that matters here, each in a browser of their own."""
    return {role: _signed_in(kept_console, role) for role in (Role.OPERATOR, Role.SUPERVISOR)}


@pytest.fixture
def operator(console: Flask, people: dict[Role, FlaskClient]) -> FlaskClient:
    return people[Role.OPERATOR]


@pytest.fixture
def supervisor(console: Flask, people: dict[Role, FlaskClient]) -> FlaskClient:
    return people[Role.SUPERVISOR]


def see(client: FlaskClient, query: str = "") -> str:
    answer = client.get(PATH + query)
    assert answer.status_code == 200, answer.text
    return answer.text


def listed(page: str) -> list[str]:
    """The calls on a page, in its order."""
    return re.findall(rf'<td[^>]*><a href="{PATH}/(\w+)"', page)


def words_of(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


def link(page: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]*)"', page)
    return unescape(found[1]) if found else None


def trailed(engine: Engine, action: str) -> list[tuple[str, str | None, dict[str, object]]]:
    """Subject, call and details of what the trail has since the test began, oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == action).order_by(audit.c.id)).all()
    return [(row.subject, row.call_sid, json.loads(row.details or "{}")) for row in rows]


def test_a_call_is_listed_with_what_became_of_it(operator: FlaskClient, engine: Engine, vault: Vault) -> None:
    call = start_call(
        engine,
        sid(1),
        language="th",
        outcome="stopped",
        step="goodbye",
        caller_sealed=vault.seal("+819012345678"),
        ended_at=NOON + timedelta(seconds=95),
        held_at=NOON,
    )
    number = row_of(engine, accept_request(engine, call, targets=(Target.CARD, Target.SMARTPHONE)))["receipt_number"]
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=call, reason=Reason.FOR_ANOTHER, now=NOON)
    page = see(operator)
    row = words_of(re.findall(r"<tr data-row>.*?</tr>", page, re.DOTALL)[0])
    told = "2026-11-23 12:00:00 1 min 35 s Thai Telephone …5678 Stopped legal hold Goodbye"
    assert row == f" {told} {number} Card, Smartphone: Accepted, not answered Stopped for somebody else "
    assert "+81" not in page
    assert "90123" not in page


def test_an_empty_list_says_so(operator: FlaskClient) -> None:
    assert "There are no calls yet." in see(operator)
    assert "No call fits these filters." in see(operator, "?language=th")


def test_pages_lead_to_each_other_and_keep_the_filters(
    operator: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(6):
        start_call(engine, sid(number), NOON + number * SECOND, language="ja" if number == 5 else "th")
    first = see(operator, "?language=th")
    assert listed(first) == [sid(4), sid(3)]
    assert link(first, "prev") is None
    second = see(operator, link(first, "next") or "")
    assert listed(second) == [sid(2), sid(1)]
    third = see(operator, link(second, "next") or "")
    assert listed(third) == [sid(0)]
    assert link(third, "next") is None
    again = see(operator, link(third, "prev") or "")
    assert listed(again) == [sid(2), sid(1)]
    assert listed(see(operator, link(again, "next") or "")) == [sid(0)]
    assert listed(see(operator, link(again, "prev") or "")) == [sid(4), sid(3)]
    back = see(operator, link(second, "prev") or "")
    assert listed(back) == [sid(4), sid(3)]
    assert link(back, "prev") is None
    assert link(back, "next") == link(first, "next")


def test_the_oldest_may_come_first(operator: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(3):
        start_call(engine, sid(number), NOON + number * SECOND)
    first = see(operator, "?order=oldest")
    assert listed(first) == [sid(0), sid(1)]
    second = see(operator, link(first, "next") or "")
    assert listed(second) == [sid(2)]
    assert listed(see(operator, link(second, "prev") or "")) == [sid(0), sid(1)]


def test_each_filter_is_a_chip_that_can_be_taken_away(operator: FlaskClient, engine: Engine) -> None:
    start_call(engine, sid(1), language="th", outcome="error")
    start_call(engine, sid(2), language="th", outcome="stopped")
    page = see(operator, "?language=th&outcome=error&held=&channel=voice")
    assert listed(page) == [sid(1)]
    chips = {
        words_of(words).strip().removesuffix(" × take away"): unescape(href)
        for href, words in re.findall(r'<a class="chip" href="([^"]*)">(.*?)</a>', page, re.DOTALL)
    }
    assert set(chips) == {"Language: Thai", "Outcome: Error of the line", "Channel: Telephone"}
    assert parse_qs(urlsplit(chips["Outcome: Error of the line"]).query) == {"language": ["th"], "channel": ["voice"]}
    assert "Clear all" in page


def test_times_are_those_of_japan(operator: FlaskClient, engine: Engine) -> None:
    start_call(engine, sid(1), NOON - SECOND)
    start_call(engine, sid(2), NOON)
    start_call(engine, sid(3), NOON + timedelta(hours=1))
    assert listed(see(operator, "?since=2026-11-23T12:00&until=2026-11-23T13:00")) == [sid(2)]


@pytest.mark.parametrize(("name", "hours"), [("hour", 1), ("week", 24 * 7), ("month", 24 * 30)])
def test_quick_ranges_end_now(operator: FlaskClient, engine: Engine, name: str, hours: int) -> None:
    start_call(engine, sid(1), clock.now() - timedelta(hours=hours, minutes=-1))
    start_call(engine, sid(2), clock.now() - timedelta(hours=hours, minutes=1))
    assert listed(see(operator, f"?range={name}")) == [sid(1)]


def test_today_begins_at_midnight_in_japan(operator: FlaskClient, engine: Engine) -> None:
    midnight = clock.in_japan(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    start_call(engine, sid(1), midnight)
    start_call(engine, sid(2), midnight - SECOND)
    assert listed(see(operator, "?range=today")) == [sid(1)]


@pytest.mark.parametrize("written", ["5678", " 56-78 ", "５６７８"])
def test_a_caller_is_found_by_the_last_digits_and_that_is_written_down(
    operator: FlaskClient, engine: Engine, written: str
) -> None:
    start_call(engine, sid(1), caller_end_print=PRINTS.of_last_digits("+819012345678"))
    start_call(engine, sid(2), caller_end_print=PRINTS.of_last_digits("+819012345679"))
    before = len(trailed(engine, "calls.searched"))
    page = see(operator, f"?caller={written}")
    assert listed(page) == [sid(1)]
    assert "was erased on schedule, cannot be found" in page
    assert trailed(engine, "calls.searched")[before:] == [("by caller", None, {})]


def test_a_plain_list_is_not_written_down(operator: FlaskClient, engine: Engine) -> None:
    before = len(trailed(engine, "calls.searched"))
    see(operator, "?language=th&mark=any&caller=12345")
    assert len(trailed(engine, "calls.searched")) == before


def test_a_receipt_number_is_found_however_it_is_written(operator: FlaskClient, engine: Engine) -> None:
    call = start_call(engine, sid(1))
    number = str(row_of(engine, accept_request(engine, call))["receipt_number"])
    start_call(engine, sid(2))
    for written in (number, f"{number[:4]} {number[4:]}", f"{number[:4]}-{number[4:]}", number.translate(FULL_WIDTH)):
        assert listed(see(operator, f"?receipt={written}")) == [sid(1)], written
    assert trailed(engine, "calls.searched")[-1] == ("by receipt", None, {"receipt": number})


FULL_WIDTH = {ord("0") + digit: ord("０") + digit for digit in range(10)}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("receipt=1234567", "A receipt number has 8 digits."),
        ("receipt=12345678", "The check digit does not fit"),
        (f"receipt=0123456{damm.calc_check_digit('0123456')}", "does not begin with 0"),
        ("receipt=%E0%A5%A7%E0%A5%A8%E0%A5%A9%E0%A5%AA%E0%A5%AB%E0%A5%AC%E0%A5%AD%E0%A5%AE", "has 8 digits"),
        ("caller=12345", "Write the last four digits"),
        ("caller=%00%00%00%00", "Write the last four digits"),
        ("sid=CA1", "A call SID is CA or TX"),
        ("since=yesterday", "Write it as date and time"),
        ("since=0001-01-01T00:00", "There were no calls in that year"),
        ("until=9999-12-31T23:59", "There were no calls in that year"),
        ("since=2026-11-23T12:00&until=2026-11-23T11:00", "This must be after the beginning."),
        ("outcome=%00", "is none of these"),
        ("step=%3Cscript%3E", "is none of these"),
        ("range=always", "is none of these"),
        ("stops=all", "is none of these"),
        ("mark='; DROP TABLE calls", "is none of these"),
    ],
)
def test_a_wrong_filter_is_told_beside_it_and_the_others_count(
    operator: FlaskClient, engine: Engine, query: str, sentence: str
) -> None:
    start_call(engine, sid(1), language="th")
    start_call(engine, sid(2), language="ja")
    page = see(operator, f"?language=th&{query}")
    assert re.search(rf'<p class="error" id="\w+-error">[^<]*{sentence}', page), words_of(page)
    assert "A filter is wrong and was left out" in page
    assert "<script>" not in page
    assert listed(page) == [sid(1)]


@pytest.mark.parametrize(
    "place", ["nonsense", "2026-11-23", f"2026-11-23T03:00:00_{sid(1)}", "0001-01-01T00:00:00+09:00_x"]
)
def test_a_place_that_is_none_begins_at_the_beginning(operator: FlaskClient, engine: Engine, place: str) -> None:
    start_call(engine, sid(1))
    assert listed(see(operator, f"?after={place}")) == [sid(1)]
    assert listed(see(operator, f"?before={place}")) == [sid(1)]


def test_a_search_that_takes_too_long_asks_to_narrow_the_time(
    operator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_given: object) -> None:
        raise TakesTooLong

    monkeypatch.setattr(listing, "find_calls", give_up)
    assert "Narrow the time range" in see(operator)


def test_a_search_that_is_cut_leads_further(
    operator: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKED_THROUGH", 2)
    for number in range(4):
        start_call(
            engine, sid(number), NOON + number * SECOND, channel="voice" if number else "text", called=str(number)
        )
    accept_request(engine, sid(0))
    page = see(operator, "?stops=card")
    assert listed(page) == []
    assert "Looked through many calls, as far as 2026-11-23 12:00:02" in words_of(page)
    assert "Look further" in page
    assert "No call fits" not in page
    assert listed(see(operator, link(page, "next") or "")) == [sid(0)]


def test_the_search_at_the_top_leads_straight_to_a_call(operator: FlaskClient, engine: Engine) -> None:
    start_call(engine, sid(1))
    start_call(engine, sid(2, "TX"), channel="text")
    number = str(row_of(engine, accept_request(engine, sid(1)))["receipt_number"])
    for written, leads_to in (
        (number, f"{PATH}/{sid(1)}"),
        (f" {number[:4]} {number[4:]} ", f"{PATH}/{sid(1)}"),
        (sid(1), f"{PATH}/{sid(1)}"),
        (sid(2, "TX").lower(), f"{PATH}/{sid(2, 'TX')}"),
        (sid(9), f"{PATH}?sid={sid(9)}"),
        ("12345678", f"{PATH}?receipt=12345678"),
        ("5678", f"{PATH}?caller=5678"),
        ("５６７８", f"{PATH}?caller=5678"),
        ("somebody", PATH),
        ("\0", PATH),
    ):
        answer = operator.get(PATH, query_string={"find": written})
        assert (answer.status_code, answer.headers["Location"]) == (303, leads_to), written
    assert "Search for a receipt number" in see(operator)


def save(client: FlaskClient, name: str, query: str) -> str:
    fields = {"csrf_token": csrf(client, PATH), "name": name, "query": query}
    return words_of(client.post(f"{PATH}/views", data=fields, follow_redirects=True).text)


def views_of(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(select(saved_views.c.name, saved_views.c.query).order_by(saved_views.c.name))
        return [(row.name, row.query) for row in rows]


def test_filters_are_saved_under_a_name_but_never_whose_call_it_was(operator: FlaskClient, engine: Engine) -> None:
    assert "Saved as “Night”." in save(operator, " Night ", "?language=th&caller=5678&range=today&receipt=12345678")
    assert views_of(engine) == [("Night", "range=today&language=th")]
    assert 'href="?range=today&amp;language=th"' in see(operator)
    save(operator, "Night", "?language=ja")
    assert views_of(engine) == [("Night", "language=ja")]


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        ("", "?language=th", "Give the view a name."),
        ("x" * 61, "?language=th", "at most 60 characters"),
        ("1234 5678 9012", "?language=th", "may be a My Number"),
        ("a\0b", "?language=th", "characters in it that cannot be kept"),
        ("Night", "?caller=5678", "Choose a filter first."),
        ("Night", "?language=%00", "Choose a filter first."),
    ],
)
def test_a_view_that_cannot_be_saved_says_why(
    operator: FlaskClient, engine: Engine, name: str, query: str, sentence: str
) -> None:
    assert sentence in save(operator, name, query)
    assert views_of(engine) == []


def test_nobody_has_more_than_thirty_views(operator: FlaskClient, engine: Engine) -> None:
    save(operator, "first", "?language=th")
    with engine.begin() as connection:
        more = "INSERT INTO saved_views (staff_id, name, query, created_at) SELECT staff_id, i::text, '', now()"
        connection.execute(text(f"{more} FROM saved_views, generate_series(1, 29) i"))
    assert "You have 30 views: delete one first." in save(operator, "one more", "?language=th")
    assert "Saved as “first”." in save(operator, "first", "?language=ja")
    assert len(views_of(engine)) == 30


def test_views_are_renamed_and_deleted_by_whoever_saved_them(
    operator: FlaskClient, supervisor: FlaskClient, engine: Engine
) -> None:
    save(operator, "Night", "?language=th")
    save(operator, "Day", "?language=ja")
    with engine.connect() as connection:
        night = connection.execute(select(saved_views.c.id).where(saved_views.c.name == "Night")).scalar_one()

    def change(client: FlaskClient, **fields: str) -> str:
        given = {"csrf_token": csrf(client, PATH), **fields}
        answer = client.post(f"{PATH}/views/{night}", data=given, follow_redirects=True)
        return words_of(answer.text)

    assert "There is nothing here" in change(supervisor, name="Mine")
    assert "There is nothing here" in change(supervisor, delete="yes")
    assert "Night" not in see(supervisor)
    assert "has that name already" in change(operator, name="Day")
    assert "Give the view a name." in change(operator, name=" ")
    assert "It is called “Late” now." in change(operator, name="Late")
    assert "The view is deleted." in change(operator, delete="yes")
    assert views_of(engine) == [("Day", "language=ja")]
    assert "There is nothing here" in change(operator, delete="yes")


def take_out(client: FlaskClient, query: str = "", reason: str = "A count for the city", **more: object):
    fields = {"csrf_token": csrf(client, PATH), "reason": reason, "query": query}
    return client.post(f"{PATH}.csv", data=fields, **more)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_exactly_what_is_filtered_is_taken_out(supervisor: FlaskClient, engine: Engine, vault: Vault) -> None:
    wanted = start_call(
        engine,
        sid(1),
        language="th",
        outcome="stopped",
        step="goodbye",
        caller_sealed=vault.seal("+819012345678"),
        ended_at=NOON + timedelta(seconds=95),
    )
    start_call(engine, sid(2), language="ja")
    number = row_of(engine, accept_request(engine, wanted))["receipt_number"]
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=wanted, reason=Reason.MESSAGE, now=NOON)
    answer = take_out(supervisor, "?language=th")
    assert answer.content_type == "text/csv; charset=utf-8"
    today = f"{clock.in_japan(clock.now()):%Y-%m-%d}"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="calls-{today}.csv"'
    assert answer.data.startswith(b"\xef\xbb\xbfCall SID,")
    assert answer.data.endswith(b"\r\n")
    assert rows_of(answer.data)[1:] == [
        [
            *(wanted, "2026-11-23T12:00:00+09:00", "2026-11-23T12:01:35+09:00", "95", "Thai", "Telephone", "…5678"),
            *("Stopped", "Goodbye", number, "Card", "Accepted, not answered", "Left a voice message", ""),
        ]
    ]


def test_an_export_is_written_down_at_its_beginning_and_at_its_end(supervisor: FlaskClient, engine: Engine) -> None:
    start_call(engine, sid(1), language="th", caller_end_print=PRINTS.of_last_digits("5678"))
    take_out(supervisor, "?language=th&caller=5678", reason="Asked by the city").get_data()
    assert trailed(engine, "calls.exported")[-1] == (
        "calls",
        None,
        {"filters": {"language": "th"}, "persons": ["caller"]},
    )
    assert trailed(engine, "calls.export_ended")[-1] == ("calls", None, {"calls": 1, "whole": True})
    with engine.connect() as connection:
        reasons = connection.execute(select(audit.c.reason).where(audit.c.action == "calls.exported")).scalars().all()
    assert reasons[-1] == "Asked by the city"


@pytest.mark.parametrize("reason", ["", "   ", "1234-5678-9012", "x" * 301])
def test_no_export_without_a_reason_that_can_be_kept(supervisor: FlaskClient, engine: Engine, reason: str) -> None:
    before = len(trailed(engine, "calls.exported"))
    answer = take_out(supervisor, "?language=th", reason)
    assert answer.status_code == 400
    assert 'class="error"' in answer.text
    assert "Language: <b>Thai</b>" in answer.text
    assert len(trailed(engine, "calls.exported")) == before


def test_an_operator_may_not_export(operator: FlaskClient) -> None:
    assert "Download CSV" not in see(operator)
    assert take_out(operator).status_code == 403


def test_no_cell_is_computed_by_a_spreadsheet(supervisor: FlaskClient, engine: Engine) -> None:
    for number, step in enumerate(("=1+1", "+1", "-1", "@SUM(1)", "\tx", "\rx", "＝1", 'a"b,c')):
        start_call(engine, sid(number), NOON + number * SECOND, step=step)
    steps = [row[8] for row in rows_of(take_out(supervisor, "?order=oldest").data)[1:]]
    assert steps == ["'=1+1", "'+1", "'-1", "'@SUM(1)", "'\tx", "'\rx", "'＝1", 'a"b,c']


def test_a_long_export_is_written_while_it_is_read(supervisor: FlaskClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(MANY))
    pages = 0

    def count(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        nonlocal pages
        pages += "walked" in statement and "count(*) OVER" not in statement

    parts = take_out(supervisor, buffered=False).iter_encoded()
    event.listen(engine, "before_cursor_execute", count)
    try:
        seen = len(next(parts)) and next(parts)
        assert pages == 1
        assert seen.count(b"\r\n") == export.PAGE
        content = seen + b"".join(parts)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    sids = [row[0] for row in rows_of(content)]
    assert len(sids) == len(set(sids)) == 20_000
    assert trailed(engine, "calls.export_ended")[-1][2] == {"calls": 20_000, "whole": True}


MANY = """
    INSERT INTO calls (sid, called, language, status, outcome, step, turn, started_at, turned_at, ended_at)
    SELECT 'CA' || lpad(to_hex(i), 32, '0'), '', 'ja', 'completed', 'stopped', 'goodbye', 1,
           timestamptz '2026-11-23T03:00:00Z' - (i / 3) * interval '1 s', now(), now()
    FROM generate_series(1, 20000) i
"""


def test_an_export_that_breaks_off_says_so_in_its_last_line_and_ends_without_an_end(
    supervisor: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    for number in range(5):
        start_call(engine, sid(number), NOON + number * SECOND)
    found, pages = export.find_calls, []

    def fail_at_the_second_page(*given: object) -> object:
        pages.append(given)
        if len(pages) == 2:
            raise OperationalError("", {}, Exception())
        return found(*given)

    monkeypatch.setattr(export, "find_calls", fail_at_the_second_page)
    parts = take_out(supervisor, buffered=False).iter_encoded()
    got = [next(parts) for _ in range(3)]
    assert got[-1] == b"INCOMPLETE: the database stopped answering after 2 calls.\r\n"
    with pytest.raises(OperationalError):
        next(parts)
    assert trailed(engine, "calls.export_ended")[-1][2] == {"calls": 2, "whole": False}


def test_an_export_that_the_browser_gives_up_is_written_down_as_such(
    supervisor: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 1)
    for number in range(3):
        start_call(engine, sid(number), NOON + number * SECOND)
    answer = take_out(supervisor, buffered=False)
    parts = answer.iter_encoded()
    next(parts), next(parts), next(parts)
    answer.close()
    assert trailed(engine, "calls.export_ended")[-1][2] == {"calls": 1, "whole": False}


def test_an_export_rests_after_each_page_so_that_callers_come_first(
    supervisor: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    for number in range(5):
        start_call(engine, sid(900 + number), NOON + number * SECOND)
    rests: list[float] = []
    nobody = Export(engine, Sought(), True, lambda _call: "", lambda _calls, _whole: None, rests.append)
    with supervisor.application.test_request_context():
        list(nobody.lines())
    # Three pages at the least: after reading each, and after writing each.
    assert len(rests) >= 6
    assert all(rest > 0 for rest in rests)
