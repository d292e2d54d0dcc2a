"""What a person must do after a call."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import Insert, insert

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


def open_again(connection: Connection, *, call_sid: str, reason: Reason, now: datetime, request_id: UUID) -> bool:
    """Ask an operator to look at a call, also when one did so for this reason; False while one still has to.

    Only for what happens once and is new: a repeated word of the same must not undo what an operator resolved.
    """
    row = {"call_sid": call_sid, "reason": reason, "opened_at": now, "request_id": request_id}
    opened = reopening(insert(follow_ups).values(row)).returning(follow_ups.c.call_sid)
    return connection.execute(opened).one_or_none() is not None


def reopening(opened: Insert) -> Insert:
    """The insert of follow-ups, which opens those again that were resolved: nobody's, and waiting from now on.

    The number to call back stays as it is. What is still open stays so in everything. No two of the inserted may be
    of one call and for one reason: PostgreSQL would refuse all of them.
    """
    untouched = dict.fromkeys(("taken_by", "taken_at", "resolved_at", "resolved_by", "resolution"))
    anew = {"opened_at": opened.excluded.opened_at, "request_id": opened.excluded.request_id}
    return opened.on_conflict_do_update(
        index_elements=[follow_ups.c.call_sid, follow_ups.c.reason],
        set_={**untouched, **anew, "version": follow_ups.c.version + 1},
        where=follow_ups.c.resolved_at.is_not(None),
    )


def resolve(connection: Connection, call_sid: str, reasons: Collection[Reason], now: datetime) -> int:
    """Resolve the open follow-ups of a call that have one of these reasons; returns how many."""
    those = (follow_ups.c.call_sid == call_sid) & follow_ups.c.reason.in_(reasons) & follow_ups.c.resolved_at.is_(None)
    return connection.execute(update(follow_ups).where(those).values(resolved_at=now)).rowcount
