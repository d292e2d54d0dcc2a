"""Everything that is stored sealed: how it is sealed anew, and when it is erased."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Engine,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    select,
    update,
)

from hotline.privacy import CannotUnseal, Vault
from hotline.store.console_tables import call_backs
from hotline.store.tables import calls, follow_ups, requests, texts, wrong_receipts
from hotline.store.texts import TextStatus

STATE_KEPT_FOR: Final = timedelta(minutes=15)
"""How long what a call knows is kept after its end: a dropped call can be taken up again for so long."""

FACTS_KEPT_FOR: Final = timedelta(days=30)
"""How long everything else is kept: facts after their request is finished, callers' numbers after the call, call-back
numbers, texts and wrong receipt numbers after they were written; and the fingerprints of each together with it.

Thirty days are what a caller has for the visit to the counter, with the receipt number in hand.
"""

BATCH: Final = 500
"""Rows that one transaction seals anew or erases: some tens of milliseconds."""

_NO_CALLER: Final = {"caller_sealed": None, "caller_print": None, "caller_end_print": None}

_SEALED: Final = (
    calls.c.sealed,
    calls.c.caller_sealed,
    requests.c.facts_sealed,
    follow_ups.c.call_back_sealed,
    call_backs.c.to_sealed,
    texts.c.to_sealed,
    texts.c.body_sealed,
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


def erase_due(engine: Engine, now: datetime) -> int:
    """Erase what has been kept for long enough; returns from how many rows."""
    return sum(_in_batches(engine, erasure) for erasure in _erasures(now))


def _erasures(now: datetime) -> Iterator[Update | Delete]:
    """For each kind of thing what erases one batch of it.

    Each goes along an index of what is still kept, in its order: otherwise PostgreSQL would read everything that was
    ever erased, every time.
    """
    until = now - FACTS_KEPT_FOR
    state = calls.c.erased_at.is_(None) & (calls.c.ended_at <= now - STATE_KEPT_FOR)
    yield update(calls).where(_batch(state, calls.c.ended_at)).values(sealed=None, erased_at=now)
    caller = calls.c.caller_sealed.is_not(None) & (calls.c.ended_at <= until)
    yield update(calls).where(_batch(caller, calls.c.ended_at)).values(_NO_CALLER)
    # A fingerprint goes in its time also where no number was kept with it. A call starts before it ends, and that is
    # what the index can tell.
    lone = calls.c.caller_print.is_not(None) & (calls.c.started_at <= until) & (calls.c.ended_at <= until)
    prints = _batch(lone, calls.c.caller_print, calls.c.started_at)
    yield update(calls).where(prints).values(caller_print=None, caller_end_print=None)
    facts = requests.c.facts_sealed.is_not(None) & (requests.c.finished_at <= until)
    yield update(requests).where(_batch(facts, requests.c.finished_at)).values(facts_sealed=None, person_print=None)
    call_back = follow_ups.c.call_back_sealed.is_not(None) & (follow_ups.c.opened_at <= until)
    yield update(follow_ups).where(_batch(call_back, follow_ups.c.opened_at)).values(call_back_sealed=None)
    # The end of a call-back erases its number; this one's end was never told.
    dialled = call_backs.c.to_sealed.is_not(None) & (call_backs.c.created_at <= until)
    yield update(call_backs).where(_batch(dialled, call_backs.c.created_at)).values(to_sealed=None)
    yield _erase_texts(until)
    yield delete(wrong_receipts).where(_batch(wrong_receipts.c.at <= until, wrong_receipts.c.at))


def _erase_texts(until: datetime) -> Update:
    # Every text has a fingerprint until it is erased. One that waits, or that may be sent still, needs all it has.
    kept = texts.c.to_print.is_not(None) & (texts.c.created_at <= until)
    is_over = texts.c.due_at.is_(None) & (texts.c.status != TextStatus.WAITING)
    batch = _batch(kept & is_over, texts.c.to_print, texts.c.created_at)
    return update(texts).where(batch).values(to_sealed=None, to_print=None, body_sealed=None)


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


def _batch(due: ColumnElement[bool], *order: Column[Any]) -> ColumnElement[bool]:
    key = _key(order[0].table)
    # A row that a turn holds right now is erased the next time.
    first = select(key.label("key")).where(due).order_by(*order).limit(BATCH).with_for_update(skip_locked=True)
    return key == first.cte("batch").c.key


def _in_batches(engine: Engine, erasure: Update | Delete) -> int:
    erased = 0
    while True:
        with engine.begin() as connection:
            count = connection.execute(erasure).rowcount
        erased += count
        if count < BATCH:
            return erased


def _read(engine: Engine, page: Select[Any]) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(page).all()


def _key(table: Table) -> Column[Any]:
    key: Column[Any] = next(iter(table.primary_key))
    return key
