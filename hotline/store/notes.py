"""What operators write about calls, sealed."""

from datetime import datetime

from sqlalchemy import Connection, insert

from hotline.store.console_tables import notes


def write_note(
    connection: Connection,
    *,
    call_sid: str,
    staff_id: int,
    sealed: bytes,
    now: datetime,
    follow_up_id: int | None = None,
) -> int:
    """Keep a note; returns its number. It is forgotten with its call."""
    row = {"call_sid": call_sid, "follow_up_id": follow_up_id, "staff_id": staff_id, "at": now, "body_sealed": sealed}
    number: int = connection.execute(insert(notes).returning(notes.c.id), row).scalar_one()
    return number
