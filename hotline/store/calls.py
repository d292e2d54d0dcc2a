"""The queries of one turn, and of the end of a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import DateTime, Integer, String

from hotline.store.tables import calls, turns

OPEN_STATUSES = ("ringing", "in-progress")
"""What Twilio says of a call that has not ended. Everything else it says is an end."""


@dataclass(frozen=True, slots=True)
class SavedCall:
    """Where a call stands."""

    turn: int
    sealed: bytes | None = field(repr=False)
    """State and newest answer, sealed; None once erased."""
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TakenTurn:
    """What one turn writes."""

    number: int
    at: datetime
    language: str
    outcome: str
    from_step: str
    to_step: str
    event: str
    prompts: Sequence[str]
    sealed: bytes = field(repr=False)


def find_call(connection: Connection, sid: str) -> SavedCall | None:
    """Where the call stands, or None for a call that was never answered."""
    row = connection.execute(_FIND, {"sid": sid}).one_or_none()
    return None if row is None else SavedCall(row.turn, row.sealed, row.ended_at)


def start_call(connection: Connection, sid: str, called: str, caller_sealed: bytes | None, taken: TakenTurn) -> bool:
    """Write a call and its first turn; False when the call is there already, and nothing is changed."""
    row = {
        "sid": sid,
        "called": called,
        "caller_sealed": caller_sealed,
        "status": "in-progress",
        "started_at": taken.at,
        "turned_at": taken.at,
        "turn": taken.number,
        "step": taken.to_step,
        "language": taken.language,
        "outcome": taken.outcome,
        "sealed": taken.sealed,
    }
    started = connection.execute(upsert(calls).on_conflict_do_nothing().returning(calls.c.sid), row)
    if started.one_or_none() is None:
        return False
    connection.execute(insert(turns), _line(sid, taken))
    return True


def take_turn(connection: Connection, sid: str, taken: TakenTurn, *, promises: bool) -> bool:
    """Write one turn and its line in the log; False when the call's newest turn is not the one before it.

    One statement, so that a connection in autocommit needs no more than one round trip. A turn that promises
    nothing does not wait for the disk: losing it in a crash repeats a question. One that promises does wait.
    """
    statement = _TAKE_PROMISING if promises else _TAKE
    moved = {
        "turn_before": taken.number - 1,
        "new_turn": taken.number,
        "new_sealed": taken.sealed,
        "new_language": taken.language,
        "new_outcome": taken.outcome,
    }
    return connection.execute(statement, {**_line(sid, taken), **moved}).one_or_none() is not None


def end_call(connection: Connection, sid: str, status: str, at: datetime) -> SavedCall | None:
    """Write the end of a call once; None when it had ended already or was never answered."""
    ended = (
        update(calls)
        .where(calls.c.sid == sid, calls.c.ended_at.is_(None))
        .values(status=status, ended_at=at)
        .returning(calls.c.turn, calls.c.sealed, calls.c.ended_at)
    )
    row = connection.execute(ended).one_or_none()
    return None if row is None else SavedCall(row.turn, row.sealed, row.ended_at)


def write_outcome(connection: Connection, sid: str, outcome: str) -> None:
    """Write how a call ended, when that is known only after its last turn."""
    connection.execute(update(calls).where(calls.c.sid == sid).values(outcome=outcome))


def find_silent_calls(
    connection: Connection, before: datetime, *, but_at: str, at_that_step_before: datetime
) -> Sequence[str]:
    """Calls that never ended and took no turn since then, oldest first, at most 500.

    At one step calls may be silent for longer: there the other moment counts.
    """
    is_silent = and_(calls.c.turned_at < before, or_(calls.c.step != but_at, calls.c.turned_at < at_that_step_before))
    silent = (
        select(calls.c.sid)
        .where(calls.c.ended_at.is_(None), calls.c.started_at < before, is_silent)
        .order_by(calls.c.started_at)
        .limit(500)
    )
    return connection.execute(silent).scalars().all()


def _line(sid: str, taken: TakenTurn) -> Mapping[str, Any]:
    return {
        "call_sid": sid,
        "number": taken.number,
        "at": taken.at,
        "from_step": taken.from_step,
        "to_step": taken.to_step,
        "event": taken.event,
        "prompts": list(taken.prompts),
    }


def _take_statement(*, wait_for_disk: bool) -> Any:
    relaxed = [] if wait_for_disk else [func.set_config("synchronous_commit", "off", True).label("relaxed")]
    moved = (
        update(calls)
        .where(calls.c.sid == _param("call_sid"), calls.c.turn == _param("turn_before", Integer))
        .values(
            turn=_param("new_turn", Integer),
            turned_at=_param("at", DateTime(timezone=True)),
            step=_param("to_step"),
            language=_param("new_language"),
            outcome=_param("new_outcome"),
            sealed=_param("new_sealed", calls.c.sealed.type),
        )
        .returning(calls.c.sid, *relaxed)
        .cte("moved")
    )
    line = select(
        moved.c.sid,
        _param("number", Integer),
        _param("at", DateTime(timezone=True)),
        _param("from_step"),
        _param("to_step"),
        _param("event"),
        _param("prompts", ARRAY(String)),
    )
    columns = ["call_sid", "number", "at", "from_step", "to_step", "event", "prompts"]
    return insert(turns).from_select(columns, line).returning(turns.c.number)


def _param(name: str, kind: Any = String) -> Any:
    return bindparam(name, type_=kind() if isinstance(kind, type) else kind)


_FIND = select(calls.c.turn, calls.c.sealed, calls.c.ended_at).where(calls.c.sid == _param("sid"))
_TAKE = _take_statement(wait_for_disk=False)
_TAKE_PROMISING = _take_statement(wait_for_disk=True)
