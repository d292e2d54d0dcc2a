"""Everything that is known of one call, for the operator who looks at it; what is sealed comes sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select, String, and_, bindparam, select

from hotline.store.console_tables import call_backs, notes, staff
from hotline.store.tables import calls, follow_ups, messages, requests, texts, tries, turns

MOST_OTHERS: Final = 20
"""Other calls of the same caller that are shown at most."""

MOST_TURNS: Final = 1000
"""Turns that are shown at most. Only a conversation by text can have so many."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call's own row."""

    sid: str
    channel: str
    called: str
    caller_sealed: bytes | None = field(repr=False)
    caller_print: str | None = field(repr=False)
    caller_erased_at: datetime | None
    language: str
    status: str
    outcome: str
    step: str
    turn: int
    sealed: bytes | None = field(repr=False)
    started_at: datetime
    turned_at: datetime
    ended_at: datetime | None
    erased_at: datetime | None
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """One turn."""

    number: int
    at: datetime
    from_step: str
    to_step: str
    event: str
    prompts: Sequence[str]
    language: str | None
    """In which they were said; None for a turn from before this was kept."""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request that was accepted in the call."""

    id: UUID
    turn: int
    receipt_number: str
    targets: Sequence[str]
    status: str
    answers: Mapping[str, str]
    backend_id: str | None
    loss: str | None
    for_another: bool | None
    attempts: int
    accepted_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    sent_again_at: datetime | None
    facts_sealed: bytes | None = field(repr=False)
    facts_erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class TryFacts:
    """One handing-over of a request to a worker."""

    request_id: UUID
    number: int
    handed_over_at: datetime
    answered_at: datetime | None
    said: str | None


@dataclass(frozen=True, slots=True)
class TextFacts:
    """A text message that was promised in the call."""

    id: UUID
    turn: int
    purpose: str
    language: str
    status: str
    error_code: int | None
    attempts: int
    created_at: datetime
    due_at: datetime | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A message in the caller's own voice."""

    id: int
    recording_sid: str
    seconds: int
    recorded_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class FollowUpFacts:
    """Something that a person must do, or did."""

    id: int
    reason: str
    opened_at: datetime
    taken_at: datetime | None
    taken_by: str | None
    """The name of whose it is."""
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """What an operator wrote."""

    id: int
    at: datetime
    by: str
    body_sealed: bytes = field(repr=False)
    follow_up_id: int | None


@dataclass(frozen=True, slots=True)
class CallBackFacts:
    """A call that an operator had placed to the caller."""

    id: int
    by: str
    status: str
    created_at: datetime
    told_at: datetime | None
    talked_s: int | None


@dataclass(frozen=True, slots=True)
class OtherCall:
    """Another call of the same caller."""

    sid: str
    channel: str
    language: str
    outcome: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One call with everything that came of it, each kind in the order of time."""

    call: CallFacts
    turns: Sequence[TurnFacts]
    requests: Sequence[RequestFacts]
    tries: Sequence[TryFacts]
    texts: Sequence[TextFacts]
    messages: Sequence[MessageFacts]
    follow_ups: Sequence[FollowUpFacts]
    notes: Sequence[NoteFacts]
    call_backs: Sequence[CallBackFacts]
    others: Sequence[OtherCall]
    """Newest first."""


def find_story(connection: Connection, sid: str) -> Story | None:
    """The call with this SID, or None when there is none, or it was forgotten."""
    call = _rows(connection, CallFacts, _columns(CallFacts, calls).where(calls.c.sid == sid))
    if not call:
        return None
    return Story(
        call[0],
        _rows(connection, TurnFacts, _of(TurnFacts, turns, sid).order_by(turns.c.number).limit(MOST_TURNS)),
        _rows(connection, RequestFacts, _of(RequestFacts, requests, sid).order_by(requests.c.accepted_at)),
        _rows(connection, TryFacts, _tries(sid)),
        _rows(connection, TextFacts, _of(TextFacts, texts, sid).order_by(texts.c.created_at)),
        _rows(connection, MessageFacts, _of(MessageFacts, messages, sid).order_by(messages.c.id)),
        _rows(connection, FollowUpFacts, _follow_ups(sid)),
        _rows(connection, NoteFacts, _by(notes, ("id", "at"), ("body_sealed", "follow_up_id"), sid)),
        _rows(connection, CallBackFacts, _call_backs(sid)),
        _rows(connection, OtherCall, _others(call[0])),
    )


def find_sealed_of(connection: Connection, sid: str) -> CallFacts | None:
    """A call's own row, or None."""
    rows = _rows(connection, CallFacts, _columns(CallFacts, calls).where(calls.c.sid == sid))
    return rows[0] if rows else None


def _rows(connection: Connection, kind: type[T], query: Select[Any]) -> Sequence[T]:
    return [kind(*row) for row in connection.execute(query)]


def _columns(kind: Any, table: Any) -> Select[Any]:
    return select(*(table.c[name] for name in kind.__slots__))


def _of(kind: Any, table: Any, sid: str) -> Select[Any]:
    return _columns(kind, table).where(table.c.call_sid == sid)


def _tries(sid: str) -> Select[Any]:
    of_call = tries.join(requests, requests.c.id == tries.c.request_id)
    query = _columns(TryFacts, tries).select_from(of_call).where(requests.c.call_sid == sid)
    return query.order_by(tries.c.handed_over_at, tries.c.number)


def _follow_ups(sid: str) -> Select[Any]:
    taker, resolver = staff.alias("taker"), staff.alias("resolver")
    f = follow_ups.c
    return (
        select(
            *(f.id, f.reason, f.opened_at, f.taken_at, taker.c.name, f.resolved_at, resolver.c.name, f.resolution),
        )
        .outerjoin(taker, taker.c.id == f.taken_by)
        .outerjoin(resolver, resolver.c.id == f.resolved_by)
        .where(f.call_sid == sid)
        .order_by(f.opened_at, f.id)
    )


def _by(table: Any, before: tuple[str, ...], after: tuple[str, ...], sid: str) -> Select[Any]:
    """Columns of what somebody of the staff did, with their name between them."""
    columns = [*(table.c[name] for name in before), staff.c.name, *(table.c[name] for name in after)]
    query = select(*columns).join(staff, staff.c.id == table.c.staff_id)
    return query.where(table.c.call_sid == sid).order_by(table.c.id)


def _call_backs(sid: str) -> Select[Any]:
    return _by(call_backs, ("id",), ("status", "created_at", "told_at", "talked_s"), sid)


def _others(call: CallFacts) -> Select[Any]:
    # Without a fingerprint this finds none: NULL equals nothing.
    same = and_(calls.c.caller_print == bindparam(None, call.caller_print, String), calls.c.sid != call.sid)
    return _columns(OtherCall, calls).where(same).order_by(calls.c.started_at.desc()).limit(MOST_OTHERS)
