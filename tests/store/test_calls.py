"""The queries of a turn: what is written once, who is told no, and which calls are found."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hotline.store.calls import (
    MOST_LAST_CALLS,
    Begun,
    TakenTurn,
    count_ahead,
    end_call,
    find_call,
    find_last_calls,
    find_silent_calls,
    start_call,
    take_turn,
    write_outcome,
)
from hotline.store.database import Engine, connect_to
from hotline.store.tables import calls, turns
from tests.store import rows
from tests.store.rows import NOON

FIRST = TakenTurn(
    number=1,
    at=NOON,
    language="en",
    outcome="nothing",
    from_step="main_menu",
    to_step="main_menu",
    event="Dialled",
    prompts=["main_menu.greeting"],
    sealed=b"state",
)
SECOND = replace(FIRST, number=2, at=NOON + timedelta(seconds=9), to_step="target", event="KeysPressed", sealed=b"next")
SPOKEN, WRITTEN = Begun("+81120950178"), Begun("+81120950178", "text", b"caller", "print")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """As the web has it: each statement commits by itself."""
    engine = connect_to(database_url, autocommit=True)
    yield engine
    engine.dispose()


def new_sid() -> str:
    return "CA" + uuid4().hex


def starts(engine: Engine, begun: Begun = SPOKEN, taken: TakenTurn = FIRST, sid: str | None = None) -> str | None:
    """The SID of the call that was started, or None."""
    sid = sid or new_sid()
    with engine.connect() as connection:
        return sid if start_call(connection, sid, begun, taken) else None


def takes(engine: Engine, sid: str, taken: TakenTurn, *, promises: bool = False) -> bool:
    with engine.connect() as connection:
        return take_turn(connection, sid, taken, promises=promises)


def turn_numbers(engine: Engine, sid: str) -> list[int]:
    with engine.connect() as connection:
        numbers = select(turns.c.number).where(turns.c.call_sid == sid).order_by(turns.c.number)
        return list(connection.execute(numbers).scalars())


def test_a_call_is_started_once_with_its_first_turn(engine: Engine) -> None:
    sid = starts(engine)
    assert sid is not None
    assert starts(engine, sid=sid) is None
    with engine.connect() as connection:
        found = find_call(connection, sid)
    assert found is not None
    assert (found.turn, found.sealed, found.ended_at) == (1, b"state", None)
    assert turn_numbers(engine, sid) == [1]


@pytest.mark.parametrize("promises", [False, True])
def test_a_turn_is_taken_after_the_one_before_it_and_never_twice(engine: Engine, promises: bool) -> None:
    sid = starts(engine)
    assert sid is not None
    assert not takes(engine, sid, replace(SECOND, number=3), promises=promises)
    assert takes(engine, sid, SECOND, promises=promises)
    assert not takes(engine, sid, SECOND, promises=promises)
    assert turn_numbers(engine, sid) == [1, 2]
    with engine.connect() as connection:
        row = connection.execute(select(calls).where(calls.c.sid == sid)).one()
    assert (row.turn, row.step, row.sealed, row.turned_at, row.started_at) == (2, "target", b"next", SECOND.at, NOON)


def test_a_turn_of_an_unknown_call_is_not_taken(engine: Engine) -> None:
    assert not takes(engine, new_sid(), SECOND)


@pytest.mark.parametrize("promises", [False, True])
def test_one_message_is_answered_by_one_turn_only(engine: Engine, promises: bool) -> None:
    message = "SM" + "1" * 32
    sid = starts(engine, WRITTEN, replace(FIRST, message_sid=message))
    assert sid is not None
    assert not takes(engine, sid, replace(SECOND, message_sid=message), promises=promises)
    assert turn_numbers(engine, sid) == [1]
    with engine.connect() as connection:
        found = find_call(connection, sid)
    assert found is not None
    assert (found.turn, found.sealed) == (1, b"state")


def test_any_other_fault_of_a_turn_is_no_quiet_no(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        starts(engine, SPOKEN, replace(FIRST, event=None))


def test_between_two_numbers_one_conversation_goes_on_at_a_time(engine: Engine) -> None:
    first = starts(engine, WRITTEN)
    assert first is not None
    assert starts(engine, WRITTEN) is None
    assert starts(engine, replace(WRITTEN, called="+81120017827")) is not None
    assert starts(engine, replace(WRITTEN, caller_print="another")) is not None
    with engine.connect() as connection:
        assert end_call(connection, first, "completed", NOON) is not None
    assert starts(engine, WRITTEN) is not None


def test_calls_of_one_number_go_on_side_by_side(engine: Engine) -> None:
    spoken = replace(WRITTEN, channel="voice")
    assert None not in [starts(engine, spoken) for _ in range(3)]


def test_a_call_ends_once(engine: Engine) -> None:
    sid = starts(engine)
    assert sid is not None
    with engine.connect() as connection:
        ended = end_call(connection, sid, "completed", NOON)
        assert ended is not None
        assert (ended.turn, ended.sealed, ended.ended_at) == (1, b"state", NOON)
        assert end_call(connection, sid, "failed", NOON + timedelta(seconds=1)) is None
        assert end_call(connection, new_sid(), "completed", NOON) is None
        write_outcome(connection, sid, "stopped")
        row = connection.execute(select(calls).where(calls.c.sid == sid)).one()
    assert (row.status, row.outcome, row.ended_at) == ("completed", "stopped", NOON)


def test_the_last_calls_of_a_caller_come_newest_first_whoever_ended_them(engine: Engine) -> None:
    minutes = [timedelta(minutes=number) for number in range(MOST_LAST_CALLS + 2)]
    sids = [rows.start_call(engine, at=NOON + minute, caller_print="caller", language="th") for minute in minutes]
    rows.start_call(engine, at=NOON, caller_print="somebody else")
    rows.start_call(engine, at=NOON)
    rows.end_call(engine, sids[-1])
    with engine.connect() as connection:
        found = find_last_calls(connection, "caller", NOON)
        assert [call.sid for call in found] == sids[:1:-1]
        assert (found[0].language, found[0].turned_at) == ("th", NOON + minutes[-1])
        assert found[0].sealed is not None
        assert [call.sid for call in find_last_calls(connection, "caller", NOON + minutes[-1])] == sids[-1:]
        assert find_last_calls(connection, "nobody", NOON) == []


def test_ahead_is_who_has_waited_for_longer_and_is_still_there(engine: Engine) -> None:
    for second in range(3):
        rows.start_call(engine, in_line_since=NOON + timedelta(seconds=second))
    gone = rows.start_call(engine, in_line_since=NOON)
    rows.start_call(engine)
    rows.end_call(engine, gone)
    with engine.connect() as connection:
        ahead = [count_ahead(connection, NOON + timedelta(seconds=second)) for second in range(4)]
    assert ahead == [0, 1, 2, 3]


def silent(engine: Engine, minutes: int) -> set[str]:
    at = NOON + timedelta(minutes=minutes)
    with engine.connect() as connection:
        found = find_silent_calls(
            connection,
            at - timedelta(minutes=10),
            but_at="ringing",
            at_that_step_before=at - timedelta(minutes=60),
            texts_before=at - timedelta(minutes=30),
        )
    return set(found)


def test_calls_that_took_no_turn_for_too_long_are_silent_each_kind_in_its_time(engine: Engine) -> None:
    spoken, ringing = rows.start_call(engine), rows.start_call(engine, step="ringing")
    written = rows.start_call(engine, channel="text", caller_print="p", step="ringing")
    rows.end_call(engine, rows.start_call(engine))
    found = [silent(engine, minutes) for minutes in (10, 11, 31, 61)]
    assert found == [set(), {spoken}, {spoken, written}, {spoken, written, ringing}]


def test_a_call_that_still_takes_turns_is_not_silent(engine: Engine) -> None:
    rows.start_call(engine, turned_at=NOON + timedelta(minutes=5))
    assert silent(engine, 12) == set()
