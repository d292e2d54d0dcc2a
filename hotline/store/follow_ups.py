"""What a person must do after a call."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import insert

from hotline.callflow.effects import Reason
from hotline.store.tables import follow_ups


def open_follow_up(
    connection: Connection,
    *,
    call_sid: str,
    reason: Reason,
    now: datetime,
    request_id: UUID | None = None,
    call_back_sealed: bytes | None = None,
) -> bool:
    """Ask an operator to look at a call; False when this reason was given before, and nothing is changed."""
    row = {
        "call_sid": call_sid,
        "request_id": request_id,
        "reason": reason,
        "call_back_sealed": call_back_sealed,
        "opened_at": now,
    }
    opened = insert(follow_ups).on_conflict_do_nothing().returning(follow_ups.c.call_sid)
    return connection.execute(opened, row).one_or_none() is not None


def resolve(connection: Connection, call_sid: str, reasons: Collection[Reason], now: datetime) -> int:
    """Resolve the open follow-ups of a call that have one of these reasons; returns how many."""
    those = (follow_ups.c.call_sid == call_sid) & follow_ups.c.reason.in_(reasons) & follow_ups.c.resolved_at.is_(None)
    return connection.execute(update(follow_ups).where(those).values(resolved_at=now)).rowcount
