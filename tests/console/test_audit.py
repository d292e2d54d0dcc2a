"""The page of the audit trail."""

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from hotline.console import audit as page
from hotline.console.access import Role
from hotline.console.audit import ROWS, details_of, subject_of
from hotline.store.audit import Entry, Sought, read, write
from hotline.store.database import Engine
from tests.console.staff import make_person, sign_in

TRAIL = "/console/audit"
SID = "CA" + "5" * 32


@pytest.fixture(scope="module")
def trail(kept_console: Flask) -> Engine:
    """The database of all tests here, with more entries than a page has."""
    engine: Engine = kept_console.extensions["hotline.engine"]
    put(
        engine,
        *(Entry(at=at(minute), who="old@a.example", action="call.looked_at", subject="call x") for minute in range(60)),
    )
    return engine


@pytest.fixture(scope="module")
def auditor(kept_console: Flask, trail: Engine) -> FlaskClient:
    client = kept_console.test_client()
    sign_in(client, make_person(trail, Role.AUDITOR, email="auditor@a.example"))
    return client


def at(minute: int) -> datetime:
    return datetime(2026, 11, 23, 3, minute, tzinfo=UTC)


def put(engine: Engine, *entries: Entry) -> None:
    with engine.begin() as connection:
        for entry in entries:
            write(connection, entry)


def newest(engine: Engine, sought: Sought | None = None) -> Entry:
    with engine.connect() as connection:
        return read(connection, sought, limit=1)[0].entry


def rows(client: FlaskClient, query: str = "") -> list[list[str]]:
    """What each row of the table says, cell by cell."""
    table = client.get(f"{TRAIL}?{query}").text
    found = re.findall(r"<tr data-row>(.*?)</tr>", table, re.S)
    return [[plain(cell) for cell in re.findall(r"<td\b[^>]*>(.*?)</td>", row, re.S)] for row in found]


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def post(client: FlaskClient, address: str):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(TRAIL).text)
    assert token
    return client.post(address, data={"csrf_token": token[1]})


def test_a_row_tells_when_who_from_where_what_to_what_why_and_the_rest(auditor, trail):
    put(
        trail,
        Entry(
            at=datetime(2026, 11, 23, 15, 0, 1, tzinfo=UTC),
            who="aiko@a.example",
            address="2001:db8::1",
            action="facts.revealed",
            subject=f"call {SID}",
            call_sid=SID,
            reason="The caller <asked> for it.",
            details=json.dumps({"rows": 3, "held": ["a", "b"], "of_whom": "x"}),
        ),
    )
    [row] = rows(auditor, "who=aiko@a.example")
    assert row[1:4] == ["2026-11-24 00:00:01", "aiko@a.example 2001:db8::1", "Looked at what was keyed"]
    assert row[4] == f"Call {SID} the call · all about it"
    assert row[5] == "The caller <asked> for it. rows 3 held a, b of whom x"
    html = auditor.get(f"{TRAIL}?call={SID}").text
    assert f'href="/console/calls/{SID}"' in html


def test_what_no_version_of_this_code_writes_is_shown_as_it_is(auditor, trail):
    put(trail, Entry(at=at(0), who="b@a.example", action="moon.phased_out", subject="moon", details="no JSON {"))
    assert rows(auditor, "action=moon.phased_out")[0][3:] == ["moon.phased out", "moon", "no JSON {"]


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ("", []),
        ("{}", []),
        ("[1]", [("", "[1]")]),
        ('{"since": null, "a_b": {"c": "ü"}}', [("from", "none"), ("a b", "c ü")]),
        ('{"since": "2026-11-23T15:00:00+00:00", "held": {}}', [("from", "2026-11-24 00:00:00"), ("held", "none")]),
        ('{"since": "2026-99-23T15:00:00+00:00"}', [("from", "2026-99-23T15:00:00+00:00")]),
        ('{"whole": false, "rows": 3, "roles": ["a", "b"]}', [("to its end", "no"), ("rows", "3"), ("roles", "a, b")]),
    ],
)
def test_details_are_names_and_values(kept_console, details, told):
    with kept_console.test_request_context(headers={"Accept-Language": "en"}):
        assert details_of(details) == told


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("follow-up 7", "Follow-up 7"),
        ("calls", "Calls"),
        ("audit trail", "Audit trail"),
        ("by sid", "by call SID"),
        ("moon 3", "moon 3"),
        ("", ""),
    ],
)
def test_what_it_was_done_to_has_a_word(kept_console, subject, told):
    with kept_console.test_request_context(headers={"Accept-Language": "en"}):
        assert subject_of(subject) == told


def test_the_newest_come_first_and_each_page_goes_on_below_the_last(auditor):
    first = rows(auditor, "who=old@a.example")
    assert len(first) == ROWS
    numbers = [int(row[0]) for row in first]
    assert numbers == sorted(numbers, reverse=True)
    older = re.search(r'rel="next" href="([^"]+)"', auditor.get(f"{TRAIL}?who=old@a.example").text)
    assert older
    rest = rows(auditor, unescape(older[1]).partition("?")[2])
    assert [int(row[0]) for row in rest] == list(range(numbers[-1] - 1, 0, -1))
    assert 'rel="next"' not in auditor.get(unescape(older[1])).text


def test_filters_are_by_person_action_call_and_the_time_of_japan(auditor):
    assert {row[2] for row in rows(auditor, "who=old@a.example")} == {"old@a.example"}
    assert {row[3] for row in rows(auditor, "action=call.looked_at")} == {"Looked at a call"}
    found = rows(auditor, "since=2026-11-23T12:10&until=2026-11-23T12:12:30")
    assert [row[1] for row in found] == [f"2026-11-23 12:{minute}:00" for minute in (12, 11, 10)]
    assert rows(auditor, f"call=CA{'6' * 32}") == []
    assert "No entry fits." in auditor.get(f"{TRAIL}?who=nobody@a.example").text


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("call=48213579", "A SID has two letters"),
        ("since=yesterday", "Write it as date and time, like 2026-11-23T21:54."),
        ("who=%00", "cannot be kept"),
        (f"who={'x' * 256}", "Field cannot be longer than 255 characters."),
        (f"action={'x' * 49}", "Field cannot be longer than 48 characters."),
    ],
)
def test_a_filter_that_is_none_says_so_and_reads_nothing(auditor, trail, query, why):
    before = newest(trail)
    answer = auditor.get(f"{TRAIL}?{query}")
    assert answer.status_code == 400
    assert why in unescape(answer.text)
    assert "Nothing was read" in answer.text
    assert newest(trail) == before


@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 30])
def test_a_strange_page_is_a_page(auditor, before):
    assert auditor.get(f"{TRAIL}?before={before}").status_code == 200


def test_looking_is_written_once_with_what_was_looked_for(auditor, trail):
    looks = Sought(action="audit.looked_at")
    with trail.connect() as connection:
        before = len(read(connection, looks, limit=1000))
    auditor.get(f"{TRAIL}?who=old@a.example&call={SID}")
    auditor.get(f"{TRAIL}?who=old@a.example&since=2026-11-23T12:10")
    with trail.connect() as connection:
        found = read(connection, looks, limit=1000)
    assert len(found) == before + 2
    assert (found[1].entry.who, found[1].entry.call_sid, found[1].entry.details) == ("auditor@a.example", SID, "")
    assert json.loads(found[0].entry.details) == {"of_whom": "old@a.example", "since": "2026-11-23T12:10:00+09:00"}


def test_what_names_nobody_is_not_written_down(auditor, trail):
    auditor.get(f"{TRAIL}?who=090-1234-5678")
    assert newest(trail).details == ""


def test_a_whole_trail_gives_its_rows_its_beginning_and_its_seal(auditor, trail):
    with trail.connect() as connection:
        last = connection.execute(text("SELECT id, encode(seal, 'hex') FROM audit ORDER BY id DESC LIMIT 1")).one()
    answer = post(auditor, f"{TRAIL}/verify")
    told = plain(answer.text)
    # Reading the token off the page is a look of its own.
    assert f"Rows that are right {last.id + 1} Since 2026-11-23 12:00:00" in told
    assert "The trail is whole" in told
    assert re.search("Seal of the last one [0-9a-f]{64}", told)
    entry = newest(trail)
    assert (entry.action, json.loads(entry.details)) == ("audit.verified", {"outcome": "whole", "rows": last.id + 1})


def test_a_long_trail_is_left_to_the_command_line(auditor, monkeypatch):
    monkeypatch.setattr(page, "MOST_VERIFIED", 10)
    told = plain(post(auditor, f"{TRAIL}/verify").text)
    assert "That is too long to wait for here (more than 10)" in told
    assert "hotline audit verify" in told
    assert "Rows that are right" not in told


def test_a_changed_row_and_a_lost_guard_are_told(console, engine, signed_in):
    client = signed_in(Role.ADMINISTRATOR)
    hostile(engine, "ALTER TABLE audit DISABLE TRIGGER keep_rows")
    assert "keep_rows" in post(client, f"{TRAIL}/verify").text
    hostile(engine, "UPDATE audit SET who = 'nobody' WHERE id = 1", "ALTER TABLE audit ENABLE TRIGGER keep_rows")
    told = plain(post(client, f"{TRAIL}/verify").text)
    assert "The trail is not whole." in told
    assert "Row 1 was changed" in told
    assert json.loads(newest(engine).details)["outcome"] == "not whole"


def hostile(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR, Role.ON_CALL])
def test_who_audits_nothing_reads_nothing(kept_console, trail, role):
    client = kept_console.test_client()
    sign_in(client, make_person(trail, role))
    assert client.get(TRAIL).status_code == 403
    assert 'data-go="audit"' not in client.get("/console/prompts/en/common.silence").text
