"""Voice messages: what callers left for an operator. Twilio keeps the sound, this keeps whose it is and how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from hotline.store.tables import calls, messages

BATCH: Final = 100
"""Messages that are looked up at a time."""


@dataclass(frozen=True, slots=True)
class OldMessage:
    """A message whose recording has been kept for long enough."""

    id: int
    call_sid: str
    recording_sid: str


def keep_message(connection: Connection, *, call_sid: str, recording_sid: str, seconds: int, now: datetime) -> bool:
    """Write that a caller left a message; False when it is written already, and nothing is changed."""
    row = {"call_sid": call_sid, "recording_sid": recording_sid, "seconds": seconds, "recorded_at": now}
    kept = insert(messages).values(row).on_conflict_do_nothing(index_elements=[messages.c.recording_sid])
    return connection.execute(kept.returning(messages.c.id)).one_or_none() is not None


def find_old_messages(connection: Connection, recorded_until: datetime, *, after: int = 0) -> Sequence[OldMessage]:
    """Messages recorded at that moment or before and not deleted, by their ids from `after` on, at most a batch.

    None of a call that a legal hold keeps is among them.
    """
    is_old = messages.c.deleted_at.is_(None) & (messages.c.recorded_at <= recorded_until)
    held = select(calls.c.sid).where(calls.c.held_at.is_not(None))
    old = select(messages.c.id, messages.c.call_sid, messages.c.recording_sid).where(is_old, messages.c.id > after)
    rows = connection.execute(old.where(messages.c.call_sid.not_in(held)).order_by(messages.c.id).limit(BATCH))
    return [OldMessage(row.id, row.call_sid, row.recording_sid) for row in rows]


def note_deleted(connection: Connection, message_id: int, now: datetime) -> bool:
    """Write that a recording is gone; False when that is written already, and nothing is changed."""
    unwritten = (messages.c.id == message_id) & messages.c.deleted_at.is_(None)
    return connection.execute(update(messages).where(unwritten).values(deleted_at=now)).rowcount == 1
