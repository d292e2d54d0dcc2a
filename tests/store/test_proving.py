"""What was erased stands in the audit trail, and what was not is said."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from hotline.callflow.effects import Reason
from hotline.store import erasing, proving
from hotline.store.audit import Sought, read, verify
from hotline.store.database import Engine, connect_to
from hotline.store.erasing import erase_due
from hotline.store.follow_ups import open_follow_up
from hotline.store.holds import hold
from hotline.store.keeping import STATE_KEPT_FOR, Kind
from hotline.store.messages import keep_message
from hotline.store.proving import RETENTION, Proof, Standing, prove, standing
from hotline.store.tables import calls, erasures, texts
from tests.store.kept import KEEPING, everything_sealed, promise_to
from tests.store.mostly_erased import MOSTLY_ERASED
from tests.store.noting import noted
from tests.store.rows import NOON, accept_request, end_call, start_call

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
UP = NOON + KEEPING.facts


def entries(engine: Engine) -> list[dict[str, Any]]:
    """What the trail says of erasing, oldest first."""
    with engine.connect() as connection:
        written = read(connection, Sought(who=RETENTION, action="retention.erased"))
    return [json.loads(one.entry.details) for one in reversed(written)]


def round_at(engine: Engine, now: Any) -> Proof:
    erase_due(engine, KEEPING, now)
    return prove(engine, KEEPING, now)


def held_call(engine: Engine) -> str:
    sid = start_call(engine, caller_sealed=b"x", caller_print="x")
    end_call(engine, sid)
    with engine.begin() as connection:
        hold(connection, sid, NOON)
    return sid


def test_a_round_that_erased_something_says_what_until_when_and_that_nothing_is_left(engine: Engine) -> None:
    for _ in range(3):
        end_call(engine, start_call(engine, caller_sealed=b"x", caller_print="x"))
    held_call(engine)
    round_at(engine, UP)
    (entry,) = entries(engine)
    assert entry == {
        "erased": {"callers": 3, "states": 3},
        "since": UP.isoformat(),
        "until": UP.isoformat(),
        "held": {"states": 1, "callers": 1},
        "remaining": 0,
    }
    assert verify(engine).fault is None


def test_a_round_that_erased_nothing_writes_nothing(engine: Engine) -> None:
    start_call(engine)
    held_call(engine)
    assert round_at(engine, UP) == Proof({}, {Kind.STATES: 1, Kind.CALLERS: 1}, {})
    assert entries(engine) == []


def test_what_was_erased_since_the_last_proof_is_proven_once(engine: Engine) -> None:
    """Also what a round left that was killed before it could prove anything."""
    for minutes in (0, 1):
        end_call(engine, start_call(engine), NOON + minutes * MINUTE)
        erase_due(engine, KEEPING, NOON + minutes * MINUTE + STATE_KEPT_FOR)
    now = NOON + STATE_KEPT_FOR + 5 * MINUTE
    prove(engine, KEEPING, now)
    prove(engine, KEEPING, now)
    (entry,) = entries(engine)
    assert entry["erased"] == {"states": 2}
    since, until = NOON + STATE_KEPT_FOR, NOON + STATE_KEPT_FOR + MINUTE
    assert (entry["since"], entry["until"]) == (since.isoformat(), until.isoformat())
    with engine.connect() as connection:
        assert connection.execute(select(erasures)).all() == []


def test_of_several_at_once_one_proves_what_all_erased(engine: Engine) -> None:
    for _ in range(4):
        end_call(engine, start_call(engine))
    with ThreadPoolExecutor(3) as rounds:
        list(rounds.map(lambda _: round_at(engine, NOON + STATE_KEPT_FOR), range(3)))
    prove(engine, KEEPING, NOON + STATE_KEPT_FOR)
    assert sum(entry["erased"]["states"] for entry in entries(engine)) == 4


def test_what_is_left_is_counted_and_never_called_erased(engine: Engine) -> None:
    stuck, gone = start_call(engine), start_call(engine)
    for sid in (stuck, gone):
        end_call(engine, sid)
    with engine.begin() as connection:
        connection.execute(select(calls).where(calls.c.sid == stuck).with_for_update())
        proof = round_at(engine, NOON + STATE_KEPT_FOR)
    assert (proof.erased, proof.remaining) == ({Kind.STATES: 1}, {Kind.STATES: 1})
    (entry,) = entries(engine)
    assert (entry["erased"], entry["remaining"]) == ({"states": 1}, 1)


def test_a_recording_that_twilio_still_has_remains(engine: Engine) -> None:
    sid = start_call(engine)
    with engine.begin() as connection:
        keep_message(connection, call_sid=sid, recording_sid="RE1", seconds=1, now=NOON)
    assert round_at(engine, NOON + KEEPING.recordings - MINUTE).remaining == {}
    assert round_at(engine, NOON + KEEPING.recordings).remaining == {Kind.RECORDINGS: 1}


def test_erasing_and_counting_counting_and_proving_are_one_also_where_each_statement_is_committed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = connect_to(database_url, autocommit=True)
    end_call(engine, start_call(engine))
    now = NOON + STATE_KEPT_FOR

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "count_erased", fails)
        with pytest.raises(ZeroDivisionError):
            erase_due(engine, KEEPING, now)
    assert erase_due(engine, KEEPING, now) == {Kind.STATES: 1}
    with monkeypatch.context() as patched:
        patched.setattr(proving, "write", fails)
        with pytest.raises(ZeroDivisionError):
            prove(engine, KEEPING, now)
    assert entries(engine) == []
    assert prove(engine, KEEPING, now).erased == {Kind.STATES: 1}
    assert len(entries(engine)) == 1
    engine.dispose()


def stands(engine: Engine, now: Any) -> dict[Kind, Standing]:
    return {one.kind: one for one in standing(engine, KEEPING, now)}


def test_what_is_kept_due_and_overdue_is_counted_by_kind(engine: Engine) -> None:
    everything_sealed(engine)
    end_call(engine, start_call(engine, caller_sealed=b"x"))
    end_call(engine, start_call(engine, caller_print="x"), NOON + DAY)
    found = stands(engine, UP - MINUTE)
    assert set(found) == set(Kind)
    assert found[Kind.CALLERS] == Standing(Kind.CALLERS, kept=3, due=0, overdue=0, held=0, open=0, oldest=NOON)
    assert found[Kind.STATES] == Standing(Kind.STATES, kept=2, due=2, overdue=2, held=0, open=0, oldest=NOON)
    assert stands(engine, UP)[Kind.CALLERS].due == 1
    assert stands(engine, UP + DAY)[Kind.CALLERS].overdue == 1
    assert stands(engine, UP + 2 * DAY)[Kind.CALLERS].overdue == 2
    erase_due(engine, KEEPING, UP + 2 * DAY)
    assert not any(one.due for one in stands(engine, UP + 2 * DAY).values())


def test_what_is_held_or_still_needed_is_not_due(engine: Engine) -> None:
    held = held_call(engine)
    sid = start_call(engine)
    end_call(engine, sid)
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=sid, reason=Reason.CALL_BACK, now=NOON)
    promise_to(engine, sid, None, due_at=None)
    with engine.begin() as connection:
        connection.execute(update(texts).values(status="waiting"))
    accept_request(engine, held)
    later = NOON + KEEPING.calls + 2 * DAY
    erase_due(engine, KEEPING, later)
    found = stands(engine, later)
    assert found[Kind.CALLS] == Standing(Kind.CALLS, kept=2, due=0, overdue=0, held=1, open=1, oldest=NOON)
    assert found[Kind.TEXTS] == Standing(Kind.TEXTS, kept=1, due=0, overdue=0, held=0, open=1, oldest=NOON)
    assert (found[Kind.CALLERS].held, found[Kind.CALLERS].due) == (1, 0)
    assert found[Kind.FACTS] == Standing(Kind.FACTS, kept=1, due=0, overdue=0, held=0, open=0, oldest=None)


def test_of_an_empty_log_there_is_nothing_to_say(engine: Engine) -> None:
    assert stands(engine, NOON) == {kind: Standing(kind, 0, 0, 0, 0, 0, None) for kind in Kind}


def test_asking_what_remains_reads_nothing_that_was_erased(own_database_url: str) -> None:
    engine = connect_to(own_database_url)
    with engine.begin() as connection:
        for statement in MOSTLY_ERASED:
            connection.execute(text(statement))
    with noted(engine) as questions:
        assert prove(engine, KEEPING, NOON) == Proof()
    counts = [(statement, parameters) for statement, parameters in questions if "count(" in statement]
    assert len(counts) == 2 * 10
    with engine.connect() as connection:
        for statement, parameters in counts:
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            assert not re.search(r"Seq Scan on (calls|requests|follow_ups|call_backs|texts|wrong_receipts)", plan), plan
    engine.dispose()
