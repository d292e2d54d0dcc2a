"""The queries of one turn, and of the end of a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import Integer, LargeBinary, String

from hotline.callflow.state import Outcome
from hotline.store.tables import MOMENT, calls, turns

ENDED_STATUSES: Final = ("completed", "busy", "failed", "no-answer", "canceled")
"""What Twilio says of a call that has ended. A caller who is still there must not lose the call to any other word."""

MOST_LAST_CALLS: Final = 5
"""How many calls back the one is looked for that broke off: on a bad line some break off in the greeting."""


@dataclass(frozen=True, slots=True)
class SavedCall:
    """Where a call stands."""

    turn: int
    sealed: bytes | None = field(repr=False)
    """State and newest answer, sealed; None once erased."""
    ended_at: datetime | None
    status: str
    turned_at: datetime
    """When its newest turn was taken."""

    @property
    def was_ended_by_line(self) -> bool:
        """Whether nobody but the line itself says that the call is over: its caller may still be there."""
        return self.ended_at is not None and self.status not in ENDED_STATUSES


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
    prompts: list[str]
    sealed: bytes = field(repr=False)
    in_line_since: datetime | None = None
    """Since when the caller waits for an operator, or talks to one."""
    message_sid: str | None = None
    """The text message that the turn answers."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a call begins with."""

    called: str
    channel: str = "voice"
    caller_sealed: bytes | None = field(default=None, repr=False)
    caller_print: str | None = None
    caller_end_print: str | None = None
    """Fingerprint of the last digits of the caller's number, by which operators look for calls."""


@dataclass(frozen=True, slots=True)
class LastCall:
    """A call of a caller who calls again."""

    sid: str
    language: str
    turned_at: datetime
    sealed: bytes | None = field(repr=False)


def find_call(connection: Connection, sid: str) -> SavedCall | None:
    """Where the call stands, or None for a call that was never answered."""
    row = connection.execute(_FIND, {"given_sid": sid}).one_or_none()
    return None if row is None else SavedCall(*row)


def find_last_calls(connection: Connection, caller_print: str, since: datetime) -> Sequence[LastCall]:
    """The newest calls of a caller that began since then, spoken or written; the newest first, at most a few."""
    last = (
        select(calls.c.sid, calls.c.language, calls.c.turned_at, calls.c.sealed)
        .where(calls.c.caller_print == caller_print, calls.c.started_at >= since)
        .order_by(calls.c.started_at.desc())
        .limit(MOST_LAST_CALLS)
    )
    return [LastCall(*row) for row in connection.execute(last)]


def start_call(connection: Connection, sid: str, begun: Begun, taken: TakenTurn) -> bool:
    """Write a call and its first turn; False when it is there already, or its conversation is, and nothing is changed.

    It waits for the disk: whoever called must be found in the log, whatever becomes of later turns.
    """
    begins = {name: getattr(begun, name) for name in Begun.__slots__}
    return _write(connection, _START, _given(sid, taken, **begins, status="in-progress"))


def take_turn(connection: Connection, sid: str, taken: TakenTurn, *, promises: bool) -> bool:
    """Write one turn and its line in the log; False when the call's newest turn is another one, or it has ended.

    False too when another turn answered the same text message; then the transaction is of no more use.
    One statement, so that a connection in autocommit needs no more than one round trip. A turn that promises
    nothing does not wait for the disk: losing it in a crash repeats a question. One that promises does wait.
    """
    row = _given(sid, taken, number_before=taken.number - 1)
    return _write(connection, _TAKE_PROMISING if promises else _TAKE, row)


def end_call(connection: Connection, sid: str, status: str, at: datetime) -> SavedCall | None:
    """Write the end of a call once; None when it had ended already or was never answered."""
    ended = (
        update(calls)
        .where(calls.c.sid == sid, calls.c.ended_at.is_(None))
        .values(status=status, ended_at=at, ended_step=calls.c.step)
        .returning(*_SAVED)
    )
    row = connection.execute(ended).one_or_none()
    return None if row is None else SavedCall(*row)


def write_outcome(connection: Connection, sid: str, outcome: str) -> None:
    """Write how a call ended, when that is known only after its last turn."""
    connection.execute(update(calls).where(calls.c.sid == sid).values(outcome=outcome))


def settle_outcome(connection: Connection, sid: str, outcome: Outcome) -> None:
    """Write what came of a call whose request was answered after it had ended. A stop is never written over.

    That nobody was identified is no news about a call that had ended in another way than with a promise.
    """
    is_open = calls.c.outcome == Outcome.ACCEPTED
    replaced = is_open if outcome is Outcome.NOT_IDENTIFIED else calls.c.outcome != Outcome.STOPPED
    connection.execute(update(calls).where(calls.c.sid == sid, replaced).values(outcome=outcome))


def count_ahead(connection: Connection, since: datetime) -> int:
    """How many callers have waited for an operator, or talked to one, since before that moment."""
    ahead = select(func.count()).where(calls.c.in_line_since < since, calls.c.ended_at.is_(None))
    return connection.execute(ahead).scalar_one()


def find_silent_calls(
    connection: Connection, before: datetime, *, but_at: str, at_that_step_before: datetime, texts_before: datetime
) -> Sequence[str]:
    """Calls that never ended and took no turn since then, oldest first, at most 500.

    At one step calls may be silent for longer, and so may conversations by text: there the other moments count.
    """
    on_the_phone = and_(
        calls.c.channel == "voice",
        calls.c.turned_at < before,
        or_(calls.c.step != but_at, calls.c.turned_at < at_that_step_before),
    )
    by_text = and_(calls.c.channel == "text", calls.c.turned_at < texts_before)
    silent = (
        select(calls.c.sid)
        .where(calls.c.ended_at.is_(None), calls.c.started_at < before, or_(on_the_phone, by_text))
        .order_by(calls.c.started_at)
        .limit(500)
    )
    return connection.execute(silent).scalars().all()


def _write(connection: Connection, statement: Any, row: Mapping[str, Any]) -> bool:
    try:
        return connection.execute(statement, row).one_or_none() is not None
    except IntegrityError as error:
        # Twilio delivered one message twice at the same moment.
        if "uq_turns_message_sid" in str(error.orig):
            return False
        raise


def _given(sid: str, taken: TakenTurn, **others: Any) -> Mapping[str, Any]:
    row = {"sid": sid, **{name: getattr(taken, name) for name in TakenTurn.__slots__}, **others}
    return {f"given_{name}": value for name, value in row.items()}


_KINDS: Final[Mapping[str, Any]] = {
    "sid": String(),
    "number": Integer(),
    "number_before": Integer(),
    "at": MOMENT,
    "language": String(),
    "outcome": String(),
    "from_step": String(),
    "to_step": String(),
    "event": String(),
    "prompts": ARRAY(String),
    "sealed": LargeBinary(),
    "called": String(),
    "channel": String(),
    "caller_sealed": LargeBinary(),
    "caller_print": String(),
    "caller_end_print": String(),
    "in_line_since": MOMENT,
    "message_sid": String(),
    "status": String(),
}
_P: Final = {name: bindparam(f"given_{name}", type_=kind) for name, kind in _KINDS.items()}
"""What the statements are given. Under a column's own name SQLAlchemy would also write it to that column."""

_NEWEST: Final = {
    "turn": _P["number"],
    "turned_at": _P["at"],
    "step": _P["to_step"],
    "language": _P["language"],
    "outcome": _P["outcome"],
    "sealed": _P["sealed"],
    "in_line_since": _P["in_line_since"],
}
"""What every turn writes to the row of its call."""

_NOT_WAITING: Final = func.set_config("synchronous_commit", "off", True).label("not_waiting")


def _and_line(written: Any, *also: Any) -> Any:
    """The statement on `calls`, and the line in the log for each call that it writes."""
    call = written.returning(calls.c.sid, *also).cte("call")
    names = ("number", "at", "from_step", "to_step", "event", "prompts", "message_sid", "language")
    line = select(call.c.sid, *(_P[name] for name in names))
    return insert(turns).from_select(["call_sid", *names], line).returning(turns.c.number)


_SAVED: Final = tuple(calls.c[name] for name in SavedCall.__slots__)
_FIND: Final = select(*_SAVED).where(calls.c.sid == _P["sid"])
_BEGUN: Final = {name: _P[name] for name in ("sid", *Begun.__slots__, "status")} | {"started_at": _P["at"]}
_START: Final = _and_line(upsert(calls).values({**_NEWEST, **_BEGUN}).on_conflict_do_nothing())
_IS_NEXT: Final = (calls.c.sid == _P["sid"]) & (calls.c.turn == _P["number_before"]) & calls.c.ended_at.is_(None)
"""Of a call that ended meanwhile a person may have been told to look at it as it was: no turn changes that."""
_TURN_AFTER: Final = update(calls).where(_IS_NEXT).values(_NEWEST)
_TAKE: Final = _and_line(_TURN_AFTER, _NOT_WAITING)
_TAKE_PROMISING: Final = _and_line(_TURN_AFTER)
