"""Call-backs: placed at an operator's wish, one at a time for each follow-up, and what became of each.

What Twilio tells comes late, twice and in any order, so that a status only moves forward.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from hotline.callflow.effects import Reason
from hotline.callflow.state import Outcome
from hotline.callflow.whisper import CalledBack
from hotline.store.console_tables import call_backs
from hotline.store.requests import OUTCOMES, Status
from hotline.store.tables import calls, follow_ups, requests


class CallBackStatus(StrEnum):
    """How a call-back stands."""

    PLACING = "placing"
    """Twilio is being asked."""
    UNKNOWN = "unknown"
    """Twilio may have taken it, or was never heard of again. It is not placed again by itself."""
    RINGING_OPERATOR = "ringing_operator"
    ASKING_OPERATOR = "asking_operator"
    """The operator's telephone was answered; nobody has pressed the key yet."""
    CONNECTING = "connecting"
    """The operator pressed the key, and the caller's telephone rings."""
    TALKING = "talking"
    OPERATOR_DID_NOT_ANSWER = "operator_did_not_answer"
    NOT_TAKEN = "not_taken"
    """Nobody pressed the key at the operator's telephone: a voicemail, or somebody who hung up."""
    GIVEN_UP = "given_up"
    """The operator hung up while the caller's telephone rang."""
    CALLER_DID_NOT_ANSWER = "caller_did_not_answer"
    CALLER_BUSY = "caller_busy"
    FAILED = "failed"
    """Twilio did not take it, or could not do it: nobody was talked to."""
    COMPLETED = "completed"
    """Both have talked."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it. An unknown one may still ring."""
        return _RANKS[self] >= _OVER


@dataclass(frozen=True, slots=True)
class Asked:
    """A follow-up whose caller an operator wants to call back."""

    call_sid: str
    called: str
    """The line's number that the caller had dialled, or written to."""
    call_back_sealed: bytes | None = field(repr=False)
    caller_sealed: bytes | None = field(repr=False)
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewCallBack:
    """A call-back that is to be placed."""

    call_sid: str
    follow_up_id: int
    staff_id: int
    to_sealed: bytes = field(repr=False)
    from_number: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CallBack:
    """A call-back, as far as the pages of operators show it."""

    id: int
    call_sid: str
    follow_up_id: int
    staff_id: int
    status: CallBackStatus
    created_at: datetime
    told_at: datetime | None
    """When its status last changed."""
    ended_at: datetime | None
    """None while it is under way: until then its follow-up gets no other one."""
    talked_s: int | None
    """Seconds that both were connected, or None."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A call-back in Twilio's hands."""

    sid: str | None
    """Twilio's name for the call to the operator; None while it is not known."""
    status: CallBackStatus
    ended_at: datetime | None
    from_number: str
    to_sealed: bytes | None = field(repr=False)
    """None once it is over, or erased."""


@dataclass(frozen=True, slots=True)
class News:
    """What Twilio told of a call-back."""

    sid: str
    """Twilio's name for the call to the operator."""
    status: CallBackStatus
    at: datetime
    talked_s: int | None = None


def lock_follow_up(connection: Connection, follow_up_id: int) -> Asked | None:
    """The follow-up, which nobody resolves until the transaction is over; None when there is none."""
    columns = (calls.c.sid, calls.c.called, follow_ups.c.call_back_sealed, calls.c.caller_sealed)
    asked = (
        select(*columns, follow_ups.c.resolved_at)
        .join_from(follow_ups, calls, calls.c.sid == follow_ups.c.call_sid)
        .where(follow_ups.c.id == follow_up_id)
        .with_for_update(of=follow_ups)
    )
    row = connection.execute(asked).one_or_none()
    return None if row is None else Asked(*row)


def begin_call_back(connection: Connection, new: NewCallBack) -> int | None:
    """Write a call-back before Twilio is asked; its id, or None when another one of the follow-up is under way."""
    row = {name: getattr(new, name) for name in NewCallBack.__slots__}
    begun = insert(call_backs).values(**row, status=CallBackStatus.PLACING, told_at=new.created_at)
    # Two operators at once: the second waits here for the first, and then finds its row.
    once = begun.on_conflict_do_nothing(index_elements=["follow_up_id"], index_where=call_backs.c.ended_at.is_(None))
    return connection.execute(once.returning(call_backs.c.id)).scalar_one_or_none()


def note_placed(connection: Connection, call_back_id: int, sid: str, at: datetime) -> None:
    """Twilio took the call-back. What Twilio has told of it meanwhile stays."""
    move(connection, call_back_id, News(sid, CallBackStatus.RINGING_OPERATOR, at))


def note_not_placed(connection: Connection, call_back_id: int, status: CallBackStatus, at: datetime) -> None:
    """Twilio did not take the call-back, or nobody knows; what Twilio has told of it meanwhile stays."""
    placing = (call_backs.c.id == call_back_id) & (call_backs.c.status == CallBackStatus.PLACING)
    ending = _ENDS if status.is_over else {}
    values = {"status": status, "told_at": at, **{name: end(at) for name, end in ending.items()}}
    connection.execute(update(call_backs).where(placing).values(values))


def move(connection: Connection, call_back_id: int, news: News) -> bool:
    """Move a call-back forward; False when it stood there or farther already, is not known, or is another call.

    Its end erases its number. What only looked like its end may be corrected by who knows better; nothing else
    changes after it.
    """
    is_same = call_backs.c.sid.is_(None) | (call_backs.c.sid == news.sid)
    may_move: ColumnElement[bool] = call_backs.c.status.in_(_before(news.status))
    if not news.status.is_over:
        may_move &= call_backs.c.ended_at.is_(None)
    if news.talked_s is not None:
        may_move |= (call_backs.c.status == news.status) & call_backs.c.talked_s.is_(None)
    values: dict[str, Any] = {"sid": news.sid, "status": news.status, "told_at": news.at, "talked_s": news.talked_s}
    if news.status.is_over:
        values |= {name: end(news.at) for name, end in _ENDS.items()}
    moved = update(call_backs).where(call_backs.c.id == call_back_id, is_same, may_move).values(values)
    return connection.execute(moved).rowcount == 1


def find_under_way(connection: Connection, call_back_id: int, sid: str) -> UnderWay | None:
    """How the call-back stands, held until the transaction is over; None when it is not known or is another call."""
    columns = tuple(call_backs.c[name] for name in UnderWay.__slots__)
    held = select(*columns).where(call_backs.c.id == call_back_id).with_for_update()
    row = connection.execute(held).one_or_none()
    if row is None or row.sid not in (None, sid):
        return None
    return UnderWay(**{**row._mapping, "status": CallBackStatus(row.status)})


def load_subject(connection: Connection, call_back_id: int) -> CalledBack:
    """What the call-back is about, as it stands at this moment."""
    # A call that was taken up again has no request of its own; then only its outcome says what came of it.
    request = select(requests).where(requests.c.call_sid == calls.c.sid)
    newest = request.order_by(requests.c.accepted_at.desc()).limit(1).lateral("newest")
    about = (
        select(calls.c.language, follow_ups.c.reason, calls.c.outcome, newest.c.status, newest.c.receipt_number)
        .select_from(call_backs)
        .join(calls, calls.c.sid == call_backs.c.call_sid)
        .join(follow_ups, follow_ups.c.id == call_backs.c.follow_up_id)
        .outerjoin(newest, calls.c.sid == newest.c.call_sid)
        .where(call_backs.c.id == call_back_id)
    )
    language, reason, outcome, status, receipt_number = connection.execute(about).one()
    standing = Outcome(outcome) if status is None else OUTCOMES[Status(status)]
    return CalledBack(language, Reason(reason), standing, receipt_number)


def list_call_backs(connection: Connection, call_sid: str) -> Sequence[CallBack]:
    """Every call-back of a call, the oldest first."""
    columns = tuple(call_backs.c[name] for name in CallBack.__slots__)
    rows = connection.execute(select(*columns).where(call_backs.c.call_sid == call_sid).order_by(call_backs.c.id))
    return [CallBack(**{**row._mapping, "status": CallBackStatus(row.status)}) for row in rows]


def close_silent(
    connection: Connection,
    *,
    ringing_before: datetime,
    talking_before: datetime,
    at: datetime,
    follow_up_id: int | None = None,
) -> int:
    """End the call-backs whose end Twilio never told, all of them or that of one follow-up; returns how many.

    The two moments are since when nothing may have been heard of one that rings, and of one that may be talked in.
    """
    ringing = call_backs.c.status.not_in(_TALKS) & (call_backs.c.told_at < ringing_before)
    talking = call_backs.c.status.in_(_TALKS) & (call_backs.c.told_at < talking_before)
    silent = call_backs.c.ended_at.is_(None) & (ringing | talking)
    if follow_up_id is not None:
        silent &= call_backs.c.follow_up_id == follow_up_id
    ends = {"status": CallBackStatus.UNKNOWN, "told_at": at, **{name: end(at) for name, end in _ENDS.items()}}
    return connection.execute(update(call_backs).where(silent).values(ends)).rowcount


_RANKS: Final[Mapping[CallBackStatus, int]] = {
    CallBackStatus.PLACING: 0,
    CallBackStatus.UNKNOWN: 1,
    CallBackStatus.RINGING_OPERATOR: 2,
    CallBackStatus.ASKING_OPERATOR: 3,
    CallBackStatus.CONNECTING: 4,
    CallBackStatus.TALKING: 5,
    # The operator's call has ended, and with that alone one can only guess why.
    CallBackStatus.NOT_TAKEN: 6,
    CallBackStatus.GIVEN_UP: 6,
    CallBackStatus.OPERATOR_DID_NOT_ANSWER: 7,
    CallBackStatus.CALLER_DID_NOT_ANSWER: 7,
    CallBackStatus.CALLER_BUSY: 7,
    CallBackStatus.FAILED: 7,
    CallBackStatus.COMPLETED: 7,
}
"""A status is only followed by one of a higher rank."""

_OVER: Final = 6
_TALKS: Final = (CallBackStatus.CONNECTING, CallBackStatus.TALKING)

_ENDS: Final[Mapping[str, Any]] = {
    "ended_at": lambda at: func.coalesce(call_backs.c.ended_at, at),
    "to_sealed": lambda _: None,
}
"""What every end writes."""


def _before(status: CallBackStatus) -> list[CallBackStatus]:
    return [one for one, rank in _RANKS.items() if rank < _RANKS[status]]
