"""Everything that is stored sealed: how it is sealed anew, and when it is erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Engine, Row, Select, bindparam, select, update

from hotline.privacy import CannotUnseal, Vault
from hotline.store.tables import calls, follow_ups, requests

STATE_KEPT_FOR: Final = timedelta(minutes=15)
"""How long what a call knows is kept after its end: a dropped call can be taken up again for so long."""

FACTS_KEPT_FOR: Final = timedelta(days=30)
"""How long facts are kept after their request is finished, callers' numbers after the call, and call-back numbers.

Thirty days are what a caller has for the visit to the counter, with the receipt number in hand.
"""

BATCH: Final = 500
"""Rows that one transaction seals anew or erases: some tens of milliseconds."""

_SEALED: Final = (calls.c.sealed, calls.c.caller_sealed, requests.c.facts_sealed, follow_ups.c.call_back_sealed)


@dataclass(frozen=True, slots=True)
class Resealed:
    """What sealing anew came to."""

    values: int = 0
    unreadable: int = 0
    """Values that no key fits; they are left as they are."""


def reseal_all(engine: Engine, vault: Vault) -> Resealed:
    """Seal everything anew under the vault's first key, so that the keys after it can be thrown away.

    Safe while the line runs, if every process already seals with that key: what a turn writes meanwhile stays.
    Interrupted, it is simply run again.
    """
    done = [_reseal_column(engine, vault, column) for column in _SEALED]
    return Resealed(sum(one.values for one in done), sum(one.unreadable for one in done))


def erase_due(engine: Engine, now: datetime) -> int:
    """Erase what has been kept for long enough; returns how many values."""
    state_until, facts_until = now - STATE_KEPT_FOR, now - FACTS_KEPT_FOR
    ended, finished, opened = calls.c.ended_at, requests.c.finished_at, follow_ups.c.opened_at
    return (
        _erase(engine, calls.c.sealed, calls.c.erased_at.is_(None) & (ended <= state_until), erased_at=now)
        + _erase(engine, calls.c.caller_sealed, calls.c.caller_sealed.is_not(None) & (ended <= facts_until))
        + _erase(engine, requests.c.facts_sealed, requests.c.facts_sealed.is_not(None) & (finished <= facts_until))
        + _erase(
            engine,
            follow_ups.c.call_back_sealed,
            follow_ups.c.call_back_sealed.is_not(None) & (opened <= facts_until),
        )
    )


def _reseal_column(engine: Engine, vault: Vault, column: Column[bytes | None]) -> Resealed:
    key = _key(column)
    page = select(key.label("key"), column.label("sealed")).where(column.is_not(None)).order_by(key).limit(BATCH)
    values = unreadable = 0
    rows = _read(engine, page)
    while rows:
        resealed = [(row.key, row.sealed, new) for row in rows if (new := _resealed(vault, row.sealed)) is not None]
        _replace(engine, column, resealed)
        values += len(resealed)
        unreadable += len(rows) - len(resealed)
        rows = _read(engine, page.where(key > rows[-1].key))
    return Resealed(values, unreadable)


def _resealed(vault: Vault, sealed: bytes) -> bytes | None:
    try:
        return vault.reseal(sealed)
    except CannotUnseal:
        return None


def _replace(engine: Engine, column: Column[bytes | None], resealed: Sequence[tuple[Any, bytes, bytes]]) -> None:
    if not resealed:
        return
    unchanged = (_key(column) == bindparam("row_key")) & (column == bindparam("old"))
    replaced = update(column.table).where(unchanged).values({column.name: bindparam("new")})
    with engine.begin() as connection:
        connection.execute(replaced, [{"row_key": key, "old": old, "new": new} for key, old, new in resealed])


def _erase(engine: Engine, column: Column[bytes | None], due: ColumnElement[bool], **also: datetime) -> int:
    key = _key(column)
    # A row that a turn holds right now is erased the next time.
    batch = select(key.label("key")).where(due).limit(BATCH).with_for_update(skip_locked=True).cte("batch")
    erase = update(column.table).where(key == batch.c.key).values({column.name: None, **also})
    erased = 0
    while True:
        with engine.begin() as connection:
            count = connection.execute(erase).rowcount
        erased += count
        if count < BATCH:
            return erased


def _read(engine: Engine, page: Select[Any]) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(page).all()


def _key(column: Column[bytes | None]) -> Column[Any]:
    key: Column[Any] = next(iter(column.table.primary_key))
    return key
