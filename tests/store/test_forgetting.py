"""Calls that are forgotten wholly, what keeps one from it, and legal holds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, func, insert, select, text, update

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Target
from hotline.store import erasing
from hotline.store.console_tables import call_backs, notes, staff
from hotline.store.database import Engine
from hotline.store.erasing import OF_A_CALL, erase_due
from hotline.store.follow_ups import open_follow_up
from hotline.store.holds import hold, is_held, release
from hotline.store.keeping import STATE_KEPT_FOR, Kind
from hotline.store.messages import find_old_messages, keep_message, note_deleted
from hotline.store.receipts import note_wrong_receipt
from hotline.store.requests import finish
from hotline.store.tables import calls, erasures, follow_ups, metadata, requests, texts, tries, turns
from hotline.store.texts import Purpose, promise_text
from tests.store.kept import KEEPING, OLD, call_of, everything_sealed, promise_to, text_is
from tests.store.rows import NOON, accept_request, end_call, row_of, start_call
from tests.waiting import eventually

MOMENT = timedelta(microseconds=1)
UP = NOON + KEEPING.calls
SEALED = {"to_sealed": b"x", "from_number": "", "status": "", "created_at": NOON, "ended_at": NOON}


def everything(engine: Engine) -> str:
    """A call that is over, with something in every table that belongs to it; returns its SID."""
    sid, request_id = everything_sealed(engine)
    text_is(engine, sid, due_at=None, status="delivered")
    end_call(engine, sid)
    with engine.begin() as connection:
        finish(
            connection,
            request_id,
            backend_id=None,
            answers={Target.CARD: Answer.SUSPENDED},
            municipality=None,
            now=NOON,
        )
        own = follow_ups.c.call_sid == sid
        connection.execute(update(follow_ups).where(own).values(resolved_at=NOON, request_id=request_id))
        follow_up = connection.execute(select(follow_ups.c.id).where(follow_ups.c.call_sid == sid)).scalar_one()
        person = {"email": sid, "name": "", "created_at": NOON, "fs_uniquifier": sid}
        who = connection.execute(insert(staff).values(person).returning(staff.c.id)).scalar_one()
        own = {"call_sid": sid, "follow_up_id": follow_up, "staff_id": who}
        connection.execute(insert(call_backs).values({**own, **SEALED}))
        connection.execute(insert(notes).values({**own, "at": NOON, "body_sealed": OLD.seal("a note")}))
        connection.execute(insert(tries).values(request_id=request_id, number=9, handed_over_at=NOON))
        turn = {"call_sid": sid, "number": 1, "at": NOON, "from_step": "", "to_step": "", "event": "", "prompts": []}
        connection.execute(insert(turns).values(turn))
        note_wrong_receipt(connection, sid, "a number", NOON)
        keep_message(connection, call_sid=sid, recording_sid=f"RE{sid[2:]}", seconds=1, now=NOON)
        message = find_old_messages(connection, NOON)[-1]
        note_deleted(connection, message.id, NOON)
    return sid


def left(engine: Engine) -> dict[str, int]:
    """How many rows there are in which table that belongs to calls."""
    with engine.connect() as connection:
        counted = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (*OF_A_CALL, tries, calls)
        }
    return {name: count for name, count in counted.items() if count}


def forgotten(engine: Engine, now: datetime = UP) -> int:
    return erase_due(engine, KEEPING, now)[Kind.CALLS]


def holds(engine: Engine, sid: str) -> bool:
    with engine.begin() as connection:
        return hold(connection, sid, NOON)


def releases(engine: Engine, sid: str) -> bool:
    with engine.begin() as connection:
        return release(connection, sid)


def points_to(table: Table) -> set[str]:
    return {
        constraint.referred_table.name
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint)
    }


def test_everything_that_belongs_to_a_call_is_known_here() -> None:
    names = {table.name for table in metadata.tables.values() if points_to(table) & {"calls", "requests", "follow_ups"}}
    assert names == {table.name for table in OF_A_CALL} | {"tries"}


def test_a_call_is_forgotten_wholly_when_its_time_is_up_and_not_before(engine: Engine) -> None:
    everything(engine)
    assert len(left(engine)) == len(OF_A_CALL) + 2
    assert forgotten(engine, UP - MOMENT) == 0
    assert {"calls", "turns", "notes", "requests", "follow_ups", "texts", "call_backs", "messages", "tries"} == set(
        left(engine)
    )
    assert forgotten(engine) == 1
    assert left(engine) == {}
    assert forgotten(engine) == 0


def test_a_younger_call_beside_it_stays_whole(engine: Engine) -> None:
    everything(engine)
    younger = start_call(engine, at=NOON + MOMENT)
    end_call(engine, younger, NOON + MOMENT)
    assert forgotten(engine) == 1
    assert left(engine) == {"calls": 1}
    assert call_of(engine, younger).sid == younger


def test_a_call_that_began_in_time_and_ended_later_is_not_forgotten(engine: Engine) -> None:
    end_call(engine, start_call(engine), NOON + MOMENT)
    start_call(engine)
    assert forgotten(engine) == 0
    assert left(engine) == {"calls": 2}


def open_request(engine: Engine, sid: str) -> None:
    accept_request(engine, sid, turn=5)


def open_a_follow_up(engine: Engine, sid: str) -> None:
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=sid, reason=Reason.ERROR, now=NOON)


def waiting_text(engine: Engine, sid: str) -> None:
    promise_to(engine, sid, None, due_at=NOON, turn=7)


def kept_recording(engine: Engine, sid: str) -> None:
    with engine.begin() as connection:
        keep_message(connection, call_sid=sid, recording_sid="RE1", seconds=1, now=NOON)


def text_of_another_call(engine: Engine, sid: str) -> None:
    """What a later call that took this one up promised about its request."""
    later = start_call(engine)
    with engine.begin() as connection:
        own = connection.execute(select(requests.c.id).where(requests.c.call_sid == sid)).scalar_one()
        sealed = {"to_sealed": b"x", "to_print": None, "body_sealed": None, "due_at": NOON, "now": NOON}
        promise_text(connection, call_sid=later, turn=1, purpose=Purpose.DONE, request_id=own, language="en", **sealed)  # type: ignore[arg-type]


def held(engine: Engine, sid: str) -> None:
    assert holds(engine, sid)


@pytest.mark.parametrize(
    "keep", [open_request, open_a_follow_up, waiting_text, kept_recording, text_of_another_call, held]
)
def test_what_somebody_waits_for_or_works_on_keeps_its_call(
    engine: Engine, keep: Callable[[Engine, str], None]
) -> None:
    sid = everything(engine)
    keep(engine, sid)
    before = left(engine)
    assert forgotten(engine, UP + KEEPING.calls) == 0
    assert left(engine) | {"wrong_receipts": 1} == before | {"wrong_receipts": 1}


def test_two_calls_of_one_request_are_forgotten_in_one_round(engine: Engine) -> None:
    sid = everything(engine)
    text_of_another_call(engine, sid)
    with engine.begin() as connection:
        connection.execute(update(texts).values(due_at=None, status="sent"))
        connection.execute(update(calls).values(ended_at=NOON))
    assert forgotten(engine) == 2
    assert left(engine) == {}


def test_calls_are_forgotten_batch_by_batch(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "CALLS_BATCH", 2)
    for _ in range(5):
        end_call(engine, start_call(engine))
    assert forgotten(engine) == 5
    assert left(engine) == {}


def counted(engine: Engine) -> dict[str, Any]:
    with engine.connect() as connection:
        return {row.kind: row.rows for row in connection.execute(select(erasures))}


def test_after_a_crash_between_two_batches_what_is_gone_is_counted_and_the_rest_goes_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "CALLS_BATCH", 2)
    for _ in range(5):
        end_call(engine, start_call(engine, sealed=None))
    erase_due(engine, KEEPING, NOON + STATE_KEPT_FOR)
    done = 0

    def crashing(*arguments: Any) -> None:
        nonlocal done
        done += 1
        if done == 2:
            raise KeyboardInterrupt
        count(*arguments)

    count = erasing.count_erased
    monkeypatch.setattr(erasing, "count_erased", crashing)
    with pytest.raises(KeyboardInterrupt):
        erase_due(engine, KEEPING, UP)
    assert left(engine) == {"calls": 3}
    assert counted(engine) == {"states": 5, "calls": 2}
    monkeypatch.setattr(erasing, "count_erased", count)
    assert forgotten(engine) == 3
    assert counted(engine) == {"states": 5, "calls": 5}


def test_two_rounds_at_once_erase_everything_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "CALLS_BATCH", 1)
    for _ in range(12):
        end_call(engine, start_call(engine))
    with ThreadPoolExecutor(3) as rounds:
        done = list(rounds.map(lambda _: forgotten(engine), range(3)))
    assert sum(done) == 12
    assert left(engine) == {}
    assert counted(engine)["calls"] == 12


def test_a_call_that_is_worked_on_right_now_is_left_to_the_next_round(engine: Engine) -> None:
    sid = start_call(engine)
    end_call(engine, sid)
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=sid, reason=Reason.ERROR, now=NOON)
        assert forgotten(engine) == 0
    assert left(engine) == {"calls": 1, "follow_ups": 1}


def test_while_a_call_is_held_nothing_of_it_is_erased(engine: Engine) -> None:
    sid = everything(engine)
    kept_recording(engine, sid)
    assert holds(engine, sid)
    before = everything_of(engine, sid)
    assert erase_due(engine, KEEPING, UP + KEEPING.calls).total() == 0
    with engine.connect() as connection:
        assert find_old_messages(connection, UP) == []
        assert is_held(connection, sid)
    assert everything_of(engine, sid) == before
    assert None not in (before["sealed"], before["caller_sealed"], before["facts_sealed"], before["person_print"])


def everything_of(engine: Engine, sid: str) -> dict[str, Any]:
    with engine.connect() as connection:
        found: dict[str, Any] = {"rows": left(engine)}
        for table in (calls, requests, follow_ups, texts, call_backs):
            own = table.c.sid if table is calls else table.c.call_sid
            found |= connection.execute(select(table).where(own == sid)).mappings().one()
    return found


def test_released_it_is_erased_at_the_next_round(engine: Engine) -> None:
    sid = everything(engine)
    holds(engine, sid)
    later = NOON + KEEPING.facts
    assert erase_due(engine, KEEPING, later).total() == 0
    assert releases(engine, sid)
    erased = erase_due(engine, KEEPING, later)
    kinds = (Kind.STATES, Kind.CALLERS, Kind.FACTS, Kind.CALL_BACK_NUMBERS, Kind.DIALLED_NUMBERS, Kind.TEXTS)
    assert erased == dict.fromkeys((*kinds, Kind.WRONG_RECEIPTS), 1)
    call = call_of(engine, sid)
    assert (call.sealed, call.erased_at, call.caller_sealed, call.caller_erased_at) == (None, later, None, later)


def test_another_call_is_erased_beside_one_that_is_held(engine: Engine) -> None:
    held_one, free = everything(engine), everything(engine)
    holds(engine, held_one)
    assert forgotten(engine) == 1
    with engine.connect() as connection:
        assert connection.execute(select(calls.c.sid)).scalars().all() == [held_one]
        assert connection.execute(select(calls.c.sid).where(calls.c.sid == free)).one_or_none() is None


def test_a_call_is_held_once_and_released_once(engine: Engine) -> None:
    sid = start_call(engine)
    assert (holds(engine, sid), holds(engine, sid)) == (True, False)
    assert call_of(engine, sid).held_at == NOON
    assert (releases(engine, sid), releases(engine, sid)) == (True, False)
    assert (holds(engine, "CA0"), releases(engine, "CA0")) == (False, False)
    with engine.connect() as connection:
        assert not is_held(connection, sid)
        assert not is_held(connection, "CA0")


def test_whoever_erases_waits_for_a_hold_that_is_being_set(engine: Engine) -> None:
    sid = everything(engine)
    with ThreadPoolExecutor(1) as others, engine.connect() as connection:
        hold(connection, sid, NOON)
        erasing_round = others.submit(erase_due, engine, KEEPING, UP)
        eventually(lambda: waits(engine))
        connection.commit()
        assert erasing_round.result().total() == 0
    assert call_of(engine, sid).sealed is not None


def waits(engine: Engine) -> bool:
    with engine.connect() as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.execute(text(waiting)).scalar_one())


def test_when_facts_and_callers_were_erased_is_kept(engine: Engine) -> None:
    sid, request_id = everything_sealed(engine)
    end_call(engine, sid)
    with engine.begin() as connection:
        finish(
            connection,
            request_id,
            backend_id=None,
            answers={Target.CARD: Answer.SUSPENDED},
            municipality=None,
            now=NOON,
        )
    assert (call_of(engine, sid).caller_erased_at, erased_facts_at(engine, request_id)) == (None, None)
    moment = NOON + KEEPING.facts + MOMENT
    erase_due(engine, KEEPING, moment)
    assert (call_of(engine, sid).caller_erased_at, erased_facts_at(engine, request_id)) == (moment, moment)
    erase_due(engine, KEEPING, moment + MOMENT)
    assert call_of(engine, sid).caller_erased_at == moment


def erased_facts_at(engine: Engine, request_id: UUID) -> object:
    return row_of(engine, request_id)["facts_erased_at"]
