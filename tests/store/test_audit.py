import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from hotline.store.audit import Entry, Sought, read, verify, write
from hotline.store.console_tables import audit as table
from hotline.store.database import Engine
from tests.store.rows import NOON

MINUTE = timedelta(minutes=1)


def entry(number: int = 1, **columns: object) -> Entry:
    told = {
        "at": NOON + number * MINUTE,
        "who": "a@example.jp",
        "action": "call.looked_at",
        "subject": f"call {number}",
    }
    return Entry(**{**told, **columns})  # type: ignore[arg-type]


def written(engine: Engine, *entries: Entry) -> None:
    for one in entries:
        with engine.begin() as connection:
            write(connection, one)


def hostile(engine: Engine, *statements: str) -> None:
    """What somebody with every right does, who has read how the trail is protected."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER ALL"))


def numbers(engine: Engine, sought: Sought | None = None, **page: int) -> list[int]:
    with engine.connect() as connection:
        return [one.id for one in read(connection, sought, **page)]


STRANGE: Sequence[Entry] = (
    entry(1),
    entry(2, who="担当者@example.jp", subject="通話 🔕", reason="Grund: „…“", details=json.dumps({"a": "ü"})),
    entry(3, staff_id=7, address="2001:db8::1", call_sid="CA" + "0" * 32, reason="5:a-:", details="-:"),
    entry(4, at=datetime(2026, 1, 2, 3, 4, 5, 678, UTC)),
    entry(5, at=datetime.fromisoformat("2026-11-23T21:54:38+09:00"), subject=""),
)


def test_every_seal_of_the_database_is_computed_here_as_well(engine: Engine) -> None:
    written(engine, *STRANGE)
    with engine.connect() as connection:
        seals = connection.execute(select(table.c.seal).order_by(table.c.id)).scalars().all()
    verified = verify(engine)
    assert (verified.rows, verified.head, verified.fault) == (5, seals[-1].hex(), None)


def test_what_is_read_is_what_was_written(engine: Engine) -> None:
    written(engine, *STRANGE)
    with engine.connect() as connection:
        assert [one.entry for one in reversed(read(connection))] == list(STRANGE)
