"""Legal holds: while one is on a call, nothing of this call is erased."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select, update

from hotline.store.tables import calls

RETENTION_LOCK: Final = 0x6B656570
"""The advisory lock of whoever erases a batch, or changes a hold: a number that nothing else in the database uses."""


def hold(connection: Connection, sid: str, now: datetime) -> bool:
    """Keep all of a call from being erased; False when it is kept already, or unknown, and nothing is changed.

    From the commit on nothing of it is erased, whatever was being erased meanwhile. The connection must be in a
    transaction; write to the audit trail after this, not before it.
    """
    alone(connection)
    free = (calls.c.sid == sid) & calls.c.held_at.is_(None)
    return connection.execute(update(calls).where(free).values(held_at=now)).rowcount == 1


def release(connection: Connection, sid: str) -> bool:
    """Let a call be erased again; False when nothing kept it. What is due by now goes with the next round."""
    alone(connection)
    held = (calls.c.sid == sid) & calls.c.held_at.is_not(None)
    return connection.execute(update(calls).where(held).values(held_at=None)).rowcount == 1


def is_held(connection: Connection, sid: str) -> bool:
    """Whether a hold is on this call; False when it is unknown."""
    held = select(calls.c.held_at).where(calls.c.sid == sid, calls.c.held_at.is_not(None))
    return connection.execute(held).one_or_none() is not None


def alone(connection: Connection) -> None:
    """Until the end of the transaction nobody else erases, and no hold is set or released."""
    connection.execute(select(func.pg_advisory_xact_lock(RETENTION_LOCK)))
