"""The search is right, and finds each page by an index."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from hotline.callflow.effects import Reason
from hotline.callflow.events import Target
from hotline.local.embedded import Postgres
from hotline.store import search
from hotline.store.database import Engine, connect_to
from hotline.store.follow_ups import open_follow_up, resolve
from hotline.store.search import ANY_REASON, Page, Position, Sought, Stops, TakesTooLong, Way, find_calls
from hotline.store.work import Whose, list_work
from tests.store.rows import NOON, accept_request, row_of, start_call

SECOND = timedelta(seconds=1)


def seek(engine: Engine, way: Way | None = None, **sought: Any) -> Page:
    with engine.connect() as connection:
        return find_calls(connection, Sought(**sought), way or Way())


def sids(page: Page) -> list[str]:
    return [call.sid for call in page.calls]


def mark(engine: Engine, sid: str, reason: Reason, *, resolved: bool = False) -> None:
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=sid, reason=reason, now=NOON)
        if resolved:
            resolve(connection, sid, [reason], NOON)


def test_the_newest_call_comes_first_unless_the_oldest_is_asked_for(engine: Engine) -> None:
    for number in range(3):
        start_call(engine, f"CA{number}", NOON + number * SECOND)
    assert sids(seek(engine)) == ["CA2", "CA1", "CA0"]
    assert sids(seek(engine, Way(oldest_first=True))) == ["CA0", "CA1", "CA2"]


def test_pages_in_either_direction_miss_nothing_and_repeat_nothing(engine: Engine) -> None:
    # Several at one moment, so that the moment alone does not say where a page ended.
    for number, at in enumerate((0, 0, 0, 0, 1)):
        start_call(engine, f"CA{number}", NOON + at * SECOND)
    first = seek(engine, Way(limit=2))
    second = seek(engine, Way(first.further, limit=2))
    third = seek(engine, Way(second.further, limit=2))
    assert sids(first) + sids(second) + sids(third) == ["CA4", "CA3", "CA2", "CA1", "CA0"]
    assert third.further is None
    back = seek(engine, Way(third.calls[0].position, oldest_first=True, limit=2))
    assert sids(back) == ["CA1", "CA2"]
    assert back.further is not None


def test_a_page_goes_on_where_the_last_one_ended_though_that_call_is_forgotten(engine: Engine) -> None:
    start_call(engine, "CA0")
    start_call(engine, "CA5", NOON + 2 * SECOND)
    assert sids(seek(engine, Way(Position(NOON + SECOND, "CA9")))) == ["CA0"]


def test_each_filter_finds_its_calls_and_no_other(engine: Engine) -> None:
    wanted = start_call(
        engine,
        "CA" + "a" * 32,
        NOON + SECOND,
        language="th",
        outcome="error",
        ended_step="result",
        channel="text",
        caller_end_print="f00",
        held_at=NOON,
    )
    start_call(engine, "CA" + "b" * 32, NOON, ended_step="goodbye", caller_end_print="ba1")
    start_call(engine, "CA" + "c" * 32, NOON + 2 * SECOND)
    request = accept_request(engine, wanted, targets=(Target.CARD, Target.SMARTPHONE))
    mark(engine, wanted, Reason.ERROR)
    filters: tuple[dict[str, Any], ...] = (
        {"since": NOON + SECOND, "until": NOON + 2 * SECOND},
        {"language": "th"},
        {"outcome": "error"},
        {"ended_step": "result"},
        {"channel": "text"},
        {"caller_end_print": "f00"},
        {"receipt_number": str(row_of(engine, request)["receipt_number"])},
        {"stops": Stops.CARD},
        {"stops": Stops.SMARTPHONE},
        {"stops": Stops.BOTH},
        {"reason": "error"},
        {"reason": ANY_REASON},
        {"held": True},
        {"sid": wanted},
    )
    assert {name for one in filters for name in one} == {one.name for one in fields(Sought)} - {"also_resolved"}
    for one in filters:
        assert sids(seek(engine, **one)) == [wanted], one
    together = {name: value for one in filters for name, value in one.items()}
    assert sids(seek(engine, **together)) == [wanted]
    for name in ("language", "outcome", "ended_step", "caller_end_print", "receipt_number", "sid"):
        assert not seek(engine, **(together | {name: "other"})).calls, name
    assert not seek(engine, **(together | {"reason": "message"})).calls
    assert not seek(engine, **(together | {"channel": "voice"})).calls


def test_a_card_alone_is_not_both(engine: Engine) -> None:
    accept_request(engine, targets=(Target.CARD,))
    assert len(seek(engine, stops=Stops.CARD).calls) == 1
    assert not seek(engine, stops=Stops.BOTH).calls
    assert not seek(engine, stops=Stops.SMARTPHONE).calls


@pytest.mark.parametrize("few", [0, search.FEW_MARKED])
def test_resolved_follow_ups_count_only_when_asked_for(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW_MARKED", few)
    done, waiting = start_call(engine, at=NOON), start_call(engine, at=NOON + SECOND)
    start_call(engine)
    mark(engine, done, Reason.CALL_BACK, resolved=True)
    mark(engine, waiting, Reason.MESSAGE)
    mark(engine, waiting, Reason.ERROR)
    assert sids(seek(engine, reason=ANY_REASON)) == [waiting]
    assert sids(seek(engine, reason=ANY_REASON, also_resolved=True)) == [waiting, done]
    assert sids(seek(engine, reason="call_back")) == []
    assert sids(seek(engine, reason="call_back", also_resolved=True)) == [done]


def test_a_call_is_listed_with_its_receipts_and_what_is_left_to_do(engine: Engine) -> None:
    sid = start_call(engine, caller_sealed=b"sealed")
    numbers = [row_of(engine, accept_request(engine, sid, turn=turn))["receipt_number"] for turn in (2, 3)]
    mark(engine, sid, Reason.MESSAGE)
    mark(engine, sid, Reason.ERROR)
    mark(engine, sid, Reason.CALL_BACK, resolved=True)
    (call,) = seek(engine).calls
    assert [request.receipt_number for request in call.requests] == numbers
    assert call.requests[0].targets == ["card"]
    assert call.requests[0].status == "accepted"
    assert call.reasons == ["message", "error"]
    assert call.caller_sealed == b"sealed"
    assert "sealed" not in repr(call)


def test_a_search_that_is_cut_says_so_and_goes_on_from_there(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LOOKED_THROUGH", 3)
    wanted = start_call(engine, "CA0", NOON, language="th", outcome="error")
    for number in range(1, 5):
        start_call(engine, f"CA{number}", NOON + number * SECOND, language="th", outcome="stopped")
        accept_request(engine, f"CA{number}")
    accept_request(engine, wanted, targets=(Target.SMARTPHONE,))
    page = seek(engine, stops=Stops.SMARTPHONE)
    assert page == Page([], Position(NOON + 2 * SECOND, "CA2"), is_cut=True)
    page = seek(engine, Way(page.further), stops=Stops.SMARTPHONE)
    assert sids(page) == [wanted]
    assert page.further is None
    assert not page.is_cut


def test_the_rarest_of_several_filters_leads(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LOOKED_THROUGH", 3)
    wanted = start_call(engine, at=NOON, language="th", outcome="error", ended_step="goodbye")
    for number in range(1, 5):
        start_call(engine, at=NOON + number * SECOND, language="th", outcome="stopped", ended_step="goodbye")
    page = seek(engine, language="th", outcome="error", ended_step="goodbye")
    assert sids(page) == [wanted]
    assert not page.is_cut


def test_a_search_that_postgresql_gives_up_is_told_apart_from_other_trouble(engine: Engine) -> None:
    start_call(engine)
    with engine.begin() as holder, engine.begin() as connection:
        holder.execute(text("LOCK TABLE calls"))
        connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
        with pytest.raises(TakesTooLong):
            find_calls(connection, Sought())


@pytest.fixture(scope="module")
def many(postgres_server: Postgres, migrated_template: str) -> Iterator[Engine]:
    """A database with some thousand calls, that only tests of this module use, and do not change."""
    postgres_server.create_database("search_tests", migrated_template)
    engine = connect_to(postgres_server.url("search_tests"))
    with engine.begin() as connection:
        for statement in MANY:
            connection.execute(text(statement))
    yield engine
    engine.dispose()
    postgres_server.drop_database("search_tests")


MANY = (
    """
    INSERT INTO calls (sid, called, language, status, outcome, step, ended_step, turn, started_at, turned_at, ended_at,
                       channel, caller_end_print, held_at)
    SELECT 'CA' || i, '', CASE WHEN i % 100 = 0 THEN 'th' ELSE 'ja' END, 'completed',
           CASE WHEN i % 80 = 0 THEN 'error' ELSE 'stopped' END, 'goodbye',
           CASE WHEN i % 90 = 0 THEN 'result' ELSE 'goodbye' END, 1,
           timestamptz '2026-11-23T03:00:00Z' - i * interval '1 s', now(), now(),
           CASE WHEN i % 60 = 0 THEN 'text' ELSE 'voice' END, to_hex(i % 20),
           CASE WHEN i % 2000 = 0 THEN now() END
    FROM generate_series(1, 20000) i
    """,
    """
    INSERT INTO requests (id, call_sid, turn, receipt_number, targets, status, accepted_at)
    SELECT gen_random_uuid(), sid, 1, substr(sid, 3), '{card}', 'suspended', started_at FROM calls
    """,
    """
    INSERT INTO follow_ups (call_sid, reason, opened_at, resolved_at)
    SELECT sid, CASE WHEN substr(sid, 3)::int % 4000 = 0 THEN 'error' ELSE 'message' END, started_at,
           CASE WHEN substr(sid, 3)::int % 100 > 0 THEN now() END
    FROM calls WHERE substr(sid, 3)::int % 5 = 0
    """,
    "ANALYZE",
)

FAR_DOWN = Position(NOON - timedelta(seconds=12_000), "CA12000")


@contextmanager
def plans(engine: Engine, connection: Any) -> Iterator[list[str]]:
    """The plan of every statement that is executed meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_others: Any) -> None:
        seen.append((statement, parameters))

    told: list[str] = []
    event.listen(engine, "before_cursor_execute", note)
    yield told
    event.remove(engine, "before_cursor_execute", note)
    for statement, parameters in seen:
        told.append("\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()))


BY_INDEX = {
    "ix_calls_started_at": ({}, {"since": NOON - timedelta(hours=4)}, {"channel": "voice"}, {"stops": Stops.CARD}),
    "ix_calls_by_language": ({"language": "th"}, {"language": "th", "stops": Stops.BOTH}),
    "ix_calls_by_outcome": ({"outcome": "error"}, {"outcome": "error", "language": "ja", "ended_step": "goodbye"}),
    "ix_calls_by_ended_step": ({"ended_step": "result"}, {"ended_step": "result", "channel": "voice"}),
    "ix_calls_by_caller_end": ({"caller_end_print": "3"}, {"caller_end_print": "3", "reason": ANY_REASON}),
    "ix_calls_by_text": ({"channel": "text"}, {"channel": "text", "language": "ja", "stops": Stops.CARD}),
    "ix_calls_held": ({"held": True}, {"held": True, "language": "ja"}),
    "pk_calls": ({"sid": "CA7"}, {"receipt_number": "7"}, {"reason": "error", "also_resolved": True}),
    "uq_follow_ups_call_sid_reason": ({"reason": "message", "also_resolved": True},),
    "ix_follow_ups_open": ({"reason": ANY_REASON},),
    "ix_follow_ups_by_reason": ({"reason": "error", "also_resolved": True},),
    "uq_requests_receipt_number": ({"receipt_number": "7"},),
}
SORTED_WHEN_FEW = ("held", "reason", "sid", "receipt_number")
"""What leads to few calls, which are put in order then."""


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize(("index", "sought"), [(index, one) for index, all_ in BY_INDEX.items() for one in all_])
def test_a_page_far_down_is_found_by_an_index(
    many: Engine, monkeypatch: pytest.MonkeyPatch, index: str, sought: dict[str, Any], oldest_first: bool
) -> None:
    # As few for these calls as what is looked through in earnest is for millions.
    monkeypatch.setattr(search, "LOOKED_THROUGH", 60)
    monkeypatch.setattr(search, "FEW_MARKED", 300)
    monkeypatch.setattr(search, "_COUNTED", 100)
    with many.connect() as connection, plans(many, connection) as told:
        find_calls(connection, Sought(**sought), Way(FAR_DOWN, oldest_first))
    everything = "\n".join(told)
    assert index in everything, everything
    assert not re.search("Seq Scan on (calls|requests)", everything), everything
    if not any(name in sought for name in SORTED_WHEN_FEW):
        listed = next(plan for plan in told if "walked" in plan and "WindowAgg" not in plan)
        assert "Sort" not in listed, listed


def test_where_every_call_fits_no_more_are_looked_at_than_are_shown(
    many: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKED_THROUGH", 3)
    with many.connect() as connection:
        for sought in ({}, {"language": "th"}, {"caller_end_print": "3"}, {"channel": "text"}):
            page = find_calls(connection, Sought(**sought), Way(limit=5))
            assert (len(page.calls), page.is_cut) == (5, False), sought
        assert find_calls(connection, Sought(stops=Stops.BOTH), Way(limit=5)).is_cut


@pytest.mark.parametrize(("index", "reason"), [("ix_follow_ups_resolved", None), ("ix_follow_ups_by_reason", "error")])
def test_resolved_follow_ups_are_listed_by_an_index(many: Engine, index: str, reason: str | None) -> None:
    with many.connect() as connection:
        for after in (None, (NOON + timedelta(days=36_500), 7)):
            with plans(many, connection) as told:
                list_work(connection, Whose.RESOLVED, 1, reason=reason, after=after)
            assert index in told[0]
            assert "Seq Scan on follow_ups" not in told[0], told[0]
