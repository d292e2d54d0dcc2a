"""What is wrong with the line, since when, who was told and who has it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Executable, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from hotline.store.oncall_tables import troubles

WATCH_LOCK: Final = 0x7761746368
"""The advisory lock of whoever acts, while others watch: a number that nothing else in the database uses."""

MOST_SHOWN: Final = 100
"""How many past troubles are told."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something is wrong. At one time there is one for each limit and what it is about."""

    id: int
    limit_name: str
    about: str
    """Such as a language; empty when it is about the whole line."""
    severity: str
    said: str
    opened_at: datetime
    over_at: datetime | None = None
    taken_at: datetime | None = None
    taken_by: str | None = None
    """Who said that they have it, as the roster names them."""
    told: int = 0
    """How often somebody was told."""
    told_at: datetime | None = None
    """When last."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other that is open."""
        return self.limit_name, self.about


def find_open(connection: Connection) -> Sequence[Trouble]:
    """What is wrong now, the oldest first."""
    return _found(connection, _SELECT.where(troubles.c.over_at.is_(None)).order_by(troubles.c.opened_at, troubles.c.id))


def find_newest(connection: Connection) -> Sequence[Trouble]:
    """What is wrong and what was, the newest first, at most `MOST_SHOWN`."""
    return _found(connection, _SELECT.order_by(troubles.c.opened_at.desc(), troubles.c.id.desc()).limit(MOST_SHOWN))


def open_trouble(connection: Connection, new: Trouble) -> Trouble | None:
    """Write a new one down, which gets a number of its own; None when it is open already."""
    values = {name: getattr(new, name) for name in Trouble.__slots__ if name != "id"}
    written = insert(troubles).values(values).on_conflict_do_nothing().returning(troubles.c.id)
    number = connection.execute(written).scalar_one_or_none()
    return None if number is None else replace(new, id=number)


def say_anew(connection: Connection, number: int, said: str) -> None:
    """Tell how bad it is by now."""
    connection.execute(update(troubles).where(troubles.c.id == number).values(said=said))


def note_over(connection: Connection, number: int, now: datetime) -> bool:
    """It is over; False when it was already."""
    over = update(troubles).where(troubles.c.id == number, troubles.c.over_at.is_(None)).values(over_at=now)
    return connection.execute(over).rowcount == 1


def note_told(connection: Connection, number: int, now: datetime) -> None:
    """Somebody was told once more."""
    told = update(troubles).where(troubles.c.id == number).values(told=troubles.c.told + 1, told_at=now)
    connection.execute(told)


def take(connection: Connection, number: int, who: str, now: datetime) -> bool:
    """Somebody has it, and nobody else needs to be told; False when another was first, or it is over."""
    mine = (
        update(troubles)
        .where(troubles.c.id == number, troubles.c.taken_at.is_(None), troubles.c.over_at.is_(None))
        .values(taken_at=now, taken_by=who)
    )
    return connection.execute(mine).rowcount == 1


def may_act(connection: Connection) -> bool:
    """Whether this connection is the one that acts: as long as it lives, no other is. Asked again, it stays so."""
    if connection.execute(_HAS_LOCK).scalar_one():
        return True
    return bool(connection.execute(select(func.pg_try_advisory_lock(WATCH_LOCK))).scalar_one())


def _found(connection: Connection, query: Executable) -> Sequence[Trouble]:
    return [Trouble(*row) for row in connection.execute(query)]


_HAS_LOCK: Final = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    f" AND (classid::bigint << 32 | objid::bigint) = {WATCH_LOCK})"
)
_SELECT: Final = select(*(troubles.c[name] for name in Trouble.__slots__))
