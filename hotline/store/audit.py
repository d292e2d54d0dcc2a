"""The audit trail: who did or looked at what. The database only ever adds to it, and chains its rows."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, text
from sqlalchemy.exc import DataError

from hotline.store.console_tables import audit

PAGE: Final = 5000
"""Rows that are verified between two looks into the database: some 2 MB."""

GUARDS: Final = ("chain", "keep_rows", "keep_all")
"""The triggers of the table, as the migration makes them."""

_LENGTHS: Final = {"who": 255, "address": 64, "action": 48, "subject": 160}
_ABOUT_THEN: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done or looked at. Nothing in it may ever hold what was keyed, or a telephone number."""

    at: datetime
    who: str
    """The e-mail address of an operator, what a stranger called themselves, or which part of the line it was."""
    action: str
    """Dotted lower-case words, like `facts.revealed`."""
    subject: str
    """What it was done to, in the words of the line: `request 12345`."""
    staff_id: int | None = None
    """None for the line itself and for strangers."""
    address: str | None = None
    """The network address that it was done from; None for the line itself."""
    call_sid: str | None = None
    reason: str = ""
    details: str = ""
    """JSON, or nothing."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in the trail."""

    id: int
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which entries to read; None and "" seek nothing special."""

    who: str | None = None
    action: str | None = None
    call_sid: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that does not count any more."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying the trail came to."""

    rows: int
    """How many rows are right, counted from the first."""
    head: str
    """The seal of the last right row, in hexadecimal digits; empty when there is none. Kept elsewhere, it proves later
    that no row up to this one was changed or lost."""
    fault: str | None = None
    """A sentence on the first thing that is wrong; None when the trail is whole."""


def write(connection: Connection, entry: Entry) -> None:
    """Add an entry, in the transaction of the connection: what it tells of and the entry are kept together or not.

    From here to the end of the transaction nobody else can write an entry, so that each follows the one before. Write
    it last, and commit soon. What is too long for its column is cut off: a stranger's long name must not keep the
    entry from being written.
    """
    row = {
        "at": entry.at,
        "staff_id": entry.staff_id,
        "who": _fitting("who", entry.who),
        "address": None if entry.address is None else _fitting("address", entry.address),
        "action": _fitting("action", entry.action),
        "subject": _fitting("subject", entry.subject),
        "call_sid": entry.call_sid,
        "reason": _storable(entry.reason),
        "details": _storable(entry.details),
    }
    connection.execute(insert(audit), row)


def read(
    connection: Connection, sought: Sought | None = None, *, before: int | None = None, limit: int = 50
) -> Sequence[Written]:
    """The newest entries that fit, newest first; `before` goes on below the id of the last one that was read."""
    rows = connection.execute(_newest_first(sought or Sought(), before).limit(limit))
    return [_written(row) for row in rows]


def read_all(engine: Engine, sought: Sought | None = None) -> Iterator[Written]:
    """Every entry that fits, newest first, a page at a time; no connection is held between two pages."""
    before: int | None = None
    while True:
        with engine.connect() as connection:
            page = read(connection, sought, before=before, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        before = page[-1].id


def find_head(connection: Connection) -> Verified | None:
    """The newest row as the database has it, unverified; None while nothing was ever written."""
    newest = connection.execute(select(audit.c.id, audit.c.seal).order_by(audit.c.id.desc()).limit(1)).one_or_none()
    return None if newest is None else Verified(newest.id, newest.seal.hex())


def verify(engine: Engine, head: str | None = None, progress: Callable[[int], None] | None = None) -> Verified:
    """Compute every seal anew, without the database's own functions, and say the first thing that is wrong.

    `head` is what an earlier look gave: with it also an end that was cut off is found, and rows that somebody sealed
    anew from the changed one to the last. `progress` is told how many rows are right so far.
    """
    done = Verified(0, "")
    sought = head.lower() if head else None
    is_passed = sought is None
    for page in _pages(engine):
        if isinstance(page, DataError):
            return replace(done, fault=f"The row after number {done.rows} holds what this program cannot read.")
        for row in page:
            fault = _fault(row, done)
            if fault is not None:
                return replace(done, fault=fault)
            done = Verified(row.id, row.seal.hex())
            is_passed = is_passed or done.head == sought
        if progress is not None:
            progress(done.rows)
    return done if is_passed else replace(done, fault=_lost_end(done))


def find_unguarded(connection: Connection) -> Sequence[str]:
    """The names of the triggers that chain the rows and refuse changes, and that are missing or switched off."""
    working = text(
        "SELECT tgname FROM pg_trigger "
        "WHERE tgrelid = 'audit'::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
    )
    found = connection.execute(working).scalars().all()
    return [name for name in GUARDS if name not in found]


def _fault(row: Row[Any], last: Verified) -> str | None:
    expected = last.rows + 1
    if row.id > expected:
        missing = f"Row {expected} is" if row.id == expected + 1 else f"Rows {expected} to {row.id - 1} are"
        return f"{missing} missing: after number {last.rows} comes number {row.id}."
    if row.id < expected:
        return f"Row {row.id} was put in before the first one: the trail begins with number 1."
    if row.seal != _seal(row):
        return f"Row {row.id} was changed: its seal does not fit what it says."
    if row.previous.hex() != last.head:
        return f"Row {row.id} does not follow the row before it: one of the two was replaced and sealed anew."
    return None


def _lost_end(done: Verified) -> str:
    return (
        f"No row has the seal that was given, up to the last one, number {done.rows}: "
        "the end was cut off, or rows were replaced and all after them sealed anew."
    )


def _seal(row: Row[Any]) -> bytes:
    # The same as audit_seal in the migration. Lengths count bytes; a field that is null has none.
    fields = (
        *(str(row.id), f"{row.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}", _text(row.staff_id)),
        *(row.who, row.address, row.action, row.subject, row.call_sid, row.reason, row.details),
    )
    return hashlib.sha256(row.previous + b"".join(map(_with_length, fields))).digest()


def _with_length(field: str | None) -> bytes:
    if field is None:
        return b"-:"
    encoded = field.encode()
    return b"%d:%b" % (len(encoded), encoded)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _pages(engine: Engine) -> Iterator[Sequence[Row[Any]] | DataError]:
    pages = select(audit).order_by(audit.c.id).limit(PAGE)
    page = pages
    while True:
        try:
            with engine.connect() as connection:
                rows = connection.execute(page).all()
        except DataError as error:
            # A moment that Python has no value for: no clock of ours wrote it.
            yield error
            return
        yield rows
        if len(rows) < PAGE:
            return
        page = pages.where(audit.c.id > rows[-1].id)


def _newest_first(sought: Sought, before: int | None) -> Select[Any]:
    entries = select(audit).order_by(audit.c.id.desc())
    if before is not None:
        entries = entries.where(audit.c.id < before)
    for column, value in (
        (audit.c.who, sought.who),
        (audit.c.action, sought.action),
        (audit.c.call_sid, sought.call_sid),
    ):
        if value:
            entries = entries.where(column == value)
    # Numbers and moments rise together but for transactions that crossed, so that a moment soon leads to a number,
    # and the rows after it are not read one by one.
    if sought.since is not None:
        first = select(audit.c.id).where(audit.c.at >= sought.since).order_by(audit.c.at).limit(_ABOUT_THEN).subquery()
        entries = entries.where(
            audit.c.at >= sought.since, audit.c.id >= select(func.min(first.c.id)).scalar_subquery()
        )
    if sought.until is not None:
        last = (
            select(audit.c.id)
            .where(audit.c.at < sought.until)
            .order_by(audit.c.at.desc())
            .limit(_ABOUT_THEN)
            .subquery()
        )
        entries = entries.where(audit.c.at < sought.until, audit.c.id <= select(func.max(last.c.id)).scalar_subquery())
    return entries


def _written(row: Row[Any]) -> Written:
    return Written(
        row.id,
        Entry(
            at=row.at,
            who=row.who,
            action=row.action,
            subject=row.subject,
            staff_id=row.staff_id,
            address=row.address,
            call_sid=row.call_sid,
            reason=row.reason,
            details=row.details,
        ),
    )


def _fitting(column: str, value: str) -> str:
    return _storable(value)[: _LENGTHS[column]]


def _storable(value: str) -> str:
    # PostgreSQL keeps no NUL, and no half of a surrogate pair.
    return value.replace("\0", "").encode("utf-8", "replace").decode()
