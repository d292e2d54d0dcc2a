"""Deletes recordings at Twilio that have been kept for long enough."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from hotline.carrier.client import Carrier
from hotline.carrier.errors import Permanent, Retryable
from hotline.store.database import Engine
from hotline.store.erasing import count_erased
from hotline.store.holds import is_held
from hotline.store.keeping import Kind
from hotline.store.messages import OldMessage, find_old_messages, note_deleted

log = logging.getLogger(__name__)


def delete_old_messages(engine: Engine, carrier: Carrier, kept_for: timedelta, now: datetime) -> int:
    """Delete every recording that was kept for so long, unless a legal hold is on its call; returns how many.

    When Twilio is away, the rest is left to the next time. What Twilio refuses to delete is said anew each time.
    """
    deleted = 0
    refused: Counter[str] = Counter()
    try:
        for message in _old_messages(engine, now - kept_for):
            if _is_held(engine, message):
                continue
            cause = _refusal(carrier, message)
            if cause is None:
                deleted += _note(engine, message, now)
            else:
                refused[cause] += 1
    except Retryable as error:
        log.warning("recordings stay until Twilio answers", extra={"cause": error.cause})
    for cause, count in refused.items():
        log.error("Twilio refuses to delete recordings", extra={"recordings": count, "cause": cause})
    return deleted


def _old_messages(engine: Engine, recorded_until: datetime) -> Iterator[OldMessage]:
    after = 0
    while True:
        # No connection is held while Twilio is asked.
        with engine.connect() as connection:
            page = find_old_messages(connection, recorded_until, after=after)
        yield from page
        if not page:
            return
        after = page[-1].id


def _is_held(engine: Engine, message: OldMessage) -> bool:
    # Asked again for each: deleting those before it takes its time, and cannot be undone.
    with engine.connect() as connection:
        return is_held(connection, message.call_sid)


def _refusal(carrier: Carrier, message: OldMessage) -> str | None:
    try:
        carrier.delete_recording(message.recording_sid)
    except Permanent as error:
        return error.cause
    return None


def _note(engine: Engine, message: OldMessage, now: datetime) -> bool:
    with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        is_first = note_deleted(connection, message.id, now)
        if is_first:
            count_erased(connection, Kind.RECORDINGS, 1, now)
        return is_first
