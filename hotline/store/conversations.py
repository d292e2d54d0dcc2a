"""Conversations by text: calls that are written, one turn for each message."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select, true

from hotline.store.requests import Status
from hotline.store.tables import calls, requests, turns

BATCH = 100
"""Conversations that are looked up at a time."""


def find_open_text(connection: Connection, caller_print: str, called: str) -> str | None:
    """The conversation that goes on between these two numbers, or None."""
    is_open = (calls.c.caller_print == caller_print) & (calls.c.called == called) & calls.c.ended_at.is_(None)
    return connection.execute(select(calls.c.sid).where(is_open, calls.c.channel == "text")).scalar_one_or_none()


def find_answering(connection: Connection, message_sid: str, caller_print: str) -> str | None:
    """The conversation of this writer of which a turn answered this text message, or None."""
    answering = select(turns.c.call_sid).join(calls).where(turns.c.message_sid == message_sid)
    return connection.execute(answering.where(calls.c.caller_print == caller_print)).scalar_one_or_none()


def count_messages(connection: Connection, caller_print: str, since: datetime) -> int:
    """How many messages of a writer were answered at that moment or later."""
    answered = select(func.count()).select_from(turns).join(calls).where(calls.c.caller_print == caller_print)
    return connection.execute(answered.where(turns.c.message_sid.is_not(None), turns.c.at >= since)).scalar_one()


def find_answered(connection: Connection, step: str, now: datetime, told_after: timedelta) -> Sequence[tuple[str, int]]:
    """Conversations at this step for which there may be news: their request is answered, or takes very long.

    Very long is longer than `told_after`, and no turn was taken since then. One that took another call up is always
    among them, because its request belongs to that call. Each with its newest turn; the oldest first, at most a batch.
    """
    newest = (
        select(requests.c.status, requests.c.accepted_at)
        .where(requests.c.call_sid == calls.c.sid)
        .order_by(requests.c.turn.desc())
        .limit(1)
        .lateral("newest")
    )
    is_untold = (newest.c.accepted_at <= now - told_after) & (calls.c.turned_at < newest.c.accepted_at + told_after)
    is_time = or_(newest.c.status.is_(None), newest.c.status != Status.ACCEPTED, is_untold)
    answered = (
        select(calls.c.sid, calls.c.turn)
        .outerjoin(newest, true())
        .where(calls.c.channel == "text", calls.c.ended_at.is_(None), calls.c.step == step, is_time)
        .order_by(calls.c.started_at)
        .limit(BATCH)
    )
    return [(row.sid, row.turn) for row in connection.execute(answered)]
