"""Everything that is stored sealed, and how it is sealed anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Engine, Row, Select, Table, bindparam, select, update

from hotline.privacy import CannotUnseal, Vault
from hotline.store.console_tables import call_backs, notes, staff
from hotline.store.tables import calls, follow_ups, requests, texts

BATCH: Final = 500
"""Rows that one transaction seals anew: some tens of milliseconds."""

_SEALED: Final = (
    calls.c.sealed,
    calls.c.caller_sealed,
    requests.c.facts_sealed,
    follow_ups.c.call_back_sealed,
    call_backs.c.to_sealed,
    texts.c.to_sealed,
    texts.c.body_sealed,
    notes.c.body_sealed,
    staff.c.telephone_sealed,
)


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


def _reseal_column(engine: Engine, vault: Vault, column: Column[bytes | None]) -> Resealed:
    key = _key(column.table)
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
    unchanged = (_key(column.table) == bindparam("row_key")) & (column == bindparam("old"))
    replaced = update(column.table).where(unchanged).values({column.name: bindparam("new")})
    with engine.begin() as connection:
        connection.execute(replaced, [{"row_key": key, "old": old, "new": new} for key, old, new in resealed])


def _read(engine: Engine, page: Select[Any]) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(page).all()


def _key(table: Table) -> Column[Any]:
    key: Column[Any] = next(iter(table.primary_key))
    return key
