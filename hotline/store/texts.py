"""Text messages: promised with a turn, claimed by one sender, and what became of each. No text is ever sent twice.

A text that is being sent is out of everybody's reach but its sender's. Should that die, nobody can tell whether the
message left: it ends as `unsure`, and a person looks at the call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from hotline.callflow.effects import Reason
from hotline.store.follow_ups import reopening
from hotline.store.requests import Status
from hotline.store.tables import calls, follow_ups, requests, texts

BATCH: Final = 100
"""Texts that one statement wakes or gives up."""


class Purpose(StrEnum):
    """What a text is for."""

    STEPS = "steps"
    """What to do next, as the caller heard it."""
    DONE = "done"
    """What became of a request that was still open when its call ended."""
    TURN = "turn"
    """The line's part of a conversation that is held by text."""


class TextStatus(StrEnum):
    """How a text stands."""

    WAITING = "waiting"
    """For its request to be finished."""
    DUE = "due"
    SENDING = "sending"
    """In the hands of one sender."""
    SENT = "sent"
    """Twilio has it."""
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    """The telephone network gave it back."""
    FAILED = "failed"
    """Twilio did not take it, or could not send it."""
    UNSURE = "unsure"
    """Twilio may have taken it; its answer was lost. It is not sent again."""
    REFUSED = "refused"
    """The line itself did not want to send it."""


@dataclass(frozen=True, slots=True)
class DueText:
    """A text that its claimer, and nobody else, has to send."""

    id: UUID
    call_sid: str
    turn: int
    purpose: Purpose
    request_id: UUID | None
    language: str
    to_sealed: bytes | None = field(repr=False)
    """None once erased."""
    body_sealed: bytes | None = field(repr=False)
    """None until it is composed."""
    attempts: int
    """How often it was claimed, this time included."""


def promise_text(
    connection: Connection,
    *,
    call_sid: str,
    turn: int,
    purpose: Purpose,
    request_id: UUID | None,
    language: str,
    to_sealed: bytes,
    to_print: str,
    body_sealed: bytes | None,
    due_at: datetime | None,
    now: datetime,
) -> bool:
    """Promise a text as part of a turn; False when its request, or this turn, was promised one for this already.

    Without `due_at` it waits until its request is finished. Without `body_sealed` it is composed when it is sent.
    """
    row = {
        "id": uuid4(),
        "call_sid": call_sid,
        "turn": turn,
        "purpose": purpose,
        "request_id": request_id,
        "language": language,
        "to_sealed": to_sealed,
        "to_print": to_print,
        "body_sealed": body_sealed,
        "status": TextStatus.WAITING if due_at is None else TextStatus.DUE,
        "created_at": now,
        "due_at": due_at,
    }
    promised = insert(texts).values(row).on_conflict_do_nothing().returning(texts.c.id)
    return connection.execute(promised).one_or_none() is not None


def is_promised(connection: Connection, request_id: UUID, purpose: Purpose) -> bool:
    """Whether a text of this purpose was promised about the request, whatever became of it; another one never is."""
    about = select(texts.c.id).where(texts.c.request_id == request_id, texts.c.purpose == purpose)
    return connection.execute(select(about.exists())).scalar_one()


def claim_due(connection: Connection, now: datetime, limit: int = 1) -> Sequence[DueText]:
    """Claim texts that are due, the longest due first; nobody else gets them, whatever becomes of the claimer.

    As each takes as long as Twilio takes, who claims more than one keeps the others waiting, and risks them. The
    claim waits for the disk: one that a crash of PostgreSQL forgot would be made again, after the text was sent.
    """
    due = _locked((texts.c.status == TextStatus.DUE) & (texts.c.due_at <= now)).limit(limit).cte("due")
    claimed = (
        update(texts)
        .where(texts.c.id == due.c.id)
        # due_at stays for now: what is stuck is found by its index.
        .values(status=TextStatus.SENDING, attempts=texts.c.attempts + 1, told_at=now)
        .returning(*_DUE_TEXT, func.set_config("synchronous_commit", "on", True))
    )
    return [_due_text(row) for row in connection.execute(claimed)]


def wake_waiting(connection: Connection, now: datetime) -> int:
    """Make texts due whose requests are finished by now, at most a batch; returns how many."""
    finished = select(requests.c.id).where(requests.c.id == texts.c.request_id, requests.c.status != Status.ACCEPTED)
    ready = _locked((texts.c.status == TextStatus.WAITING) & finished.exists()).limit(BATCH).cte("ready")
    woken = update(texts).where(texts.c.id == ready.c.id)
    return connection.execute(woken.values(status=TextStatus.DUE, due_at=now, told_at=now)).rowcount


def keep_body(connection: Connection, text_id: UUID, body_sealed: bytes) -> None:
    """Write what a text says, before it is sent."""
    connection.execute(update(texts).where(texts.c.id == text_id).values(body_sealed=body_sealed))


def note_sent(connection: Connection, text_id: UUID, *, message_sid: str, segments: int, at: datetime) -> None:
    """Twilio took the text. What Twilio has told of it meanwhile stays."""
    is_told = texts.c.status.not_in((TextStatus.SENDING, TextStatus.UNSURE))
    taken = {
        "message_sid": message_sid,
        "segments": segments,
        "status": case((is_told, texts.c.status), else_=TextStatus.SENT.value),
        "told_at": case((is_told, texts.c.told_at), else_=at),
        "due_at": None,
    }
    connection.execute(update(texts).where(texts.c.id == text_id).values(taken))


def note_refused(connection: Connection, text_id: UUID, *, at: datetime) -> bool:
    """The line does not send the text; False when it was not being sent, and nothing is changed."""
    return bool(_move(connection, _is_sending(text_id), {"status": TextStatus.REFUSED}, at))


def note_failed(connection: Connection, text_id: UUID, *, error_code: int | None, at: datetime) -> bool:
    """The text cannot be sent; False when it was not being sent, and nothing is changed.

    It opens a follow-up: what it was to tell was promised.
    """
    failed = {"status": TextStatus.FAILED, "error_code": error_code}
    return bool(_move(connection, _is_sending(text_id), failed, at))


def note_unsure(connection: Connection, text_id: UUID, *, at: datetime) -> bool:
    """Nobody knows whether Twilio took the text; False when it was not being sent, and nothing is changed.

    It opens a follow-up: what it was to tell was promised.
    """
    return bool(_move(connection, _is_sending(text_id), {"status": TextStatus.UNSURE}, at))


def put_off(connection: Connection, text_id: UUID, *, due_at: datetime) -> bool:
    """Twilio certainly did not take the text: it is due again then. False when it was not being sent."""
    later = update(texts).where(_is_sending(text_id)).values(status=TextStatus.DUE, due_at=due_at)
    return connection.execute(later).rowcount == 1


def fail_stuck(connection: Connection, *, before: datetime, now: datetime) -> Sequence[UUID]:
    """Mark as unsure what was claimed before that moment and never heard of since, at most a batch.

    Each opens a follow-up. A sender that only stood still may go on: what it learns still counts.
    """
    is_stuck = (texts.c.status == TextStatus.SENDING) & texts.c.due_at.is_not(None) & (texts.c.told_at < before)
    stuck = _locked(is_stuck).limit(BATCH).cte("stuck")
    return _move(connection, texts.c.id == stuck.c.id, {"status": TextStatus.UNSURE}, now)


def note_status(
    connection: Connection,
    message_sid: str,
    status: str,
    error_code: int | None,
    at: datetime,
    text_id: UUID | None = None,
) -> bool:
    """Write what Twilio's callback said of a text, in Twilio's word; False when it changes nothing.

    Callbacks come late, twice and in any order, so that a status only moves forward and the first of the final ones
    stays. With `text_id`, which the callback's address carries, it is also believed of a text whose message SID was
    never learnt: that ends the doubt about one that is unsure. One that was not delivered opens a follow-up.
    """
    told = _TOLD.get(status)
    if told is None:
        return False
    which = texts.c.message_sid == message_sid
    if text_id is not None:
        which = (texts.c.id == text_id) & (which | texts.c.message_sid.is_(None))
    before = _UNTOLD if told is TextStatus.SENT else (*_UNTOLD, TextStatus.SENT)
    values = {"status": told, "message_sid": message_sid, "error_code": error_code}
    return bool(_move(connection, which & texts.c.status.in_(before), values, at))


def count_texts(
    connection: Connection, since: datetime, *, to_print: str | None = None, caller_print: str | None = None
) -> int:
    """How many texts were promised since then: in all, to one number, or to one caller's calls.

    Neither what the line itself refused counts, nor its part of a conversation: nobody asked for that as a text.
    """
    is_asked_for = (texts.c.status != TextStatus.REFUSED) & (texts.c.purpose != Purpose.TURN)
    count = select(func.count()).where(texts.c.created_at >= since, is_asked_for)
    if to_print is not None:
        count = count.where(texts.c.to_print == to_print)
    if caller_print is not None:
        count = count.join_from(texts, calls).where(calls.c.caller_print == caller_print)
    return connection.execute(count).scalar_one()


def _is_sending(text_id: UUID) -> ColumnElement[bool]:
    return (texts.c.id == text_id) & (texts.c.status == TextStatus.SENDING)


def _locked(which: ColumnElement[bool]) -> Select[tuple[UUID]]:
    """The longest waiting first. What another process holds is its own affair."""
    rows = select(texts.c.id).where(which).order_by(texts.c.due_at, texts.c.created_at)
    return rows.with_for_update(skip_locked=True, of=texts)


def _move(
    connection: Connection, which: ColumnElement[bool], values: Mapping[str, Any], at: datetime
) -> Sequence[UUID]:
    """Change the status of texts, and open the follow-ups that this calls for, in one statement."""
    columns = (texts.c.id, texts.c.call_sid, texts.c.request_id, texts.c.status)
    changed = {**values, "due_at": None, "told_at": at}
    moved = update(texts).where(which).values(changed).returning(*columns).cte("moved")
    fields = ("call_sid", "request_id", "reason", "opened_at")
    asked = select(
        moved.c.call_sid,
        moved.c.request_id,
        literal(Reason.TEXT_NOT_DELIVERED.value),
        literal(at, follow_ups.c.opened_at.type),
    ).where(moved.c.status.in_(_NOT_DELIVERED))
    once = asked.ext(distinct_on(moved.c.call_sid))
    # One that was resolved is opened again: this is another text that did not arrive.
    opened = reopening(insert(follow_ups).from_select(fields, once)).cte("opened")
    return connection.execute(select(moved.c.id).add_cte(opened)).scalars().all()


def _due_text(row: Any) -> DueText:
    given = {column.name: getattr(row, column.name) for column in _DUE_TEXT}
    return DueText(**{**given, "purpose": Purpose(row.purpose)})


_DUE_TEXT: Final = tuple(texts.c[name] for name in DueText.__slots__)
_UNTOLD: Final = (TextStatus.DUE, TextStatus.SENDING, TextStatus.UNSURE)
"""Where a text is of which Twilio has told nothing. It may be due again although Twilio took it, if Twilio erred."""

_NOT_DELIVERED: Final = (TextStatus.UNDELIVERED, TextStatus.FAILED, TextStatus.UNSURE)
_TOLD: Final = {
    "accepted": TextStatus.SENT,
    "scheduled": TextStatus.SENT,
    "queued": TextStatus.SENT,
    "sending": TextStatus.SENT,
    "sent": TextStatus.SENT,
    "delivered": TextStatus.DELIVERED,
    "read": TextStatus.DELIVERED,
    "undelivered": TextStatus.UNDELIVERED,
    "failed": TextStatus.FAILED,
    "canceled": TextStatus.FAILED,
}
"""Twilio's words for the status of an outgoing message, from its guide to status callbacks."""
