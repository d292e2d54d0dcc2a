"""The operators' search among all calls: in pages, each found by an index, however many calls there are.

Every page walks down one index in the order of the list and looks at no more than `LOOKED_THROUGH` calls, so that no
combination of filters takes long, however rare what it seeks is. A page that ends for that reason says so.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import Column, ColumnElement, Connection, String, any_, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError

from hotline.store.tables import calls, follow_ups, requests

LOOKED_THROUGH: Final = 10_000
"""Calls that one page looks at before it ends early: some tenth of a second."""

FEW_MARKED: Final = 2000
"""Up to so many calls with a mark are fetched one by one; more of them are met soon enough on the way down the list."""

_COUNTED: Final = 5000
ANY_REASON: Final = "any"
"""Seeks calls with a follow-up, whatever its reason."""


class TakesTooLong(Exception):
    """PostgreSQL gave the search up: it is too busy, or has nothing of what is sought in its memory."""


class Stops(StrEnum):
    """What a caller asked to be stopped."""

    CARD = "card"
    """The card, alone or with the smartphone."""
    SMARTPHONE = "smartphone"
    """The smartphone, alone or with the card."""
    BOTH = "both"


class Position(NamedTuple):
    """A place in the list: that of this call. It stays one when the call is forgotten."""

    started_at: datetime
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which calls to list; None seeks nothing special."""

    since: datetime | None = None
    until: datetime | None = None
    """The first moment that does not count any more."""
    language: str | None = None
    outcome: str | None = None
    ended_step: str | None = None
    channel: str | None = None
    caller_end_print: str | None = field(default=None, repr=False)
    """Keyed fingerprint of the caller's last four digits."""
    receipt_number: str | None = None
    stops: Stops | None = None
    reason: str | None = None
    """Of a follow-up, or `ANY_REASON`."""
    also_resolved: bool = False
    """Whether follow-ups that were resolved count as well."""
    held: bool = False
    sid: str | None = None


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """A request in a listed call."""

    receipt_number: str
    targets: Sequence[str]
    status: str


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call as the list shows it."""

    sid: str
    channel: str
    caller_sealed: bytes | None = field(repr=False)
    language: str
    outcome: str
    step: str
    started_at: datetime
    ended_at: datetime | None
    held_at: datetime | None
    requests: Sequence[FoundRequest] = ()
    reasons: Sequence[str] = ()
    """Of its open follow-ups."""

    @property
    def position(self) -> Position:
        """Where it stands in the list."""
        return Position(self.started_at, self.sid)


@dataclass(frozen=True, slots=True)
class Page:
    """Some calls of the list, in its order."""

    calls: Sequence[FoundCall]
    further: Position | None
    """From where on to read further; None when there is nothing more."""
    is_cut: bool = False
    """Whether it ended after `LOOKED_THROUGH` calls, before it was full."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to go through the list: from where, in which direction, and how far at a time."""

    start: Position | None = None
    """The call after which to begin; None for the beginning."""
    oldest_first: bool = False
    limit: int = 50


def find_calls(connection: Connection, sought: Sought, way: Way = Way()) -> Page:
    """The next calls that fit; raises TakesTooLong."""
    with _patiently():
        walked, most = _walked(connection, sought, way)
        rows = connection.execute(_fitting(walked, sought, way)).all()
        if len(rows) > way.limit:
            last = rows[way.limit - 1]
            return Page(_told(connection, rows[: way.limit]), Position(last.started_at, last.sid))
        end = connection.execute(_last_of(walked, way)).one_or_none()
        is_cut = end is not None and end.looked_at >= most
        return Page(_told(connection, rows), Position(end.started_at, end.sid) if end and is_cut else None, is_cut)


def find_sid_of_receipt(connection: Connection, receipt_number: str) -> str | None:
    """The call in which this receipt number was given; None when there is none."""
    found = select(requests.c.call_sid).where(requests.c.receipt_number == receipt_number)
    return connection.execute(found).scalar_one_or_none()


def is_call(connection: Connection, sid: str) -> bool:
    """Whether there is a call with this SID."""
    return connection.execute(select(calls.c.sid).where(calls.c.sid == sid)).scalar_one_or_none() is not None


@contextmanager
def _patiently() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.QueryCanceled):
            raise TakesTooLong("The search took longer than a statement may.") from error
        raise


def _walked(connection: Connection, sought: Sought, way: Way) -> tuple[Any, int]:
    """The calls that are looked at, in the order of the list, and how many they are at most."""
    led_by = _led_by(connection, sought)
    # Where every call on the way fits, PostgreSQL must not make ready for more of them than are shown.
    most = way.limit + 1 if len(led_by) == len(list(_wanted(calls.c, sought))) else LOOKED_THROUGH
    at = tuple_(calls.c.started_at, calls.c.sid)
    looked_at = select(calls).where(*_within(sought), *led_by)
    if way.start is not None:
        start = tuple_(literal(way.start.started_at), literal(way.start.sid))
        looked_at = looked_at.where(at > start if way.oldest_first else at < start)
    return looked_at.order_by(*_order(calls.c, way.oldest_first)).limit(most).subquery("walked"), most


def _fitting(walked: Any, sought: Sought, way: Way) -> Any:
    columns = (walked.c[name] for name in FoundCall.__slots__ if name in walked.c)
    fitting = select(*columns).where(*_wanted(walked.c, sought))
    # One more than is shown tells whether there is a next page.
    return fitting.order_by(*_order(walked.c, way.oldest_first)).limit(way.limit + 1)


def _last_of(walked: Any, way: Way) -> Any:
    places = select(walked.c.started_at, walked.c.sid, func.count().over().label("looked_at"))
    return places.order_by(*_order(walked.c, not way.oldest_first)).limit(1)


def _order(columns: Any, oldest_first: bool) -> Sequence[Any]:
    both = (columns.started_at, columns.sid)
    return both if oldest_first else [column.desc() for column in both]


def _within(sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.since is not None:
        yield calls.c.started_at >= sought.since
    if sought.until is not None:
        yield calls.c.started_at < sought.until


def _led_by(connection: Connection, sought: Sought) -> Sequence[ColumnElement[bool]]:
    """The one condition whose index is walked down: the one that leaves the fewest calls, as far as that is known."""
    if sought.sid is not None:
        return [calls.c.sid == sought.sid]
    if sought.receipt_number is not None:
        return [calls.c.sid == (find_sid_of_receipt(connection, sought.receipt_number) or "")]
    if sought.held:
        return [calls.c.held_at.is_not(None)]
    if sought.caller_end_print is not None:
        return [calls.c.caller_end_print == sought.caller_end_print]
    marked = _few_marked(connection, sought)
    if marked is not None:
        return [calls.c.sid == any_(literal(marked, ARRAY(String)))]
    return _rarest(connection, sought, list(_indexed(sought)))


def _few_marked(connection: Connection, sought: Sought) -> list[str] | None:
    if sought.reason is None:
        return None
    marked = select(follow_ups.c.call_sid).where(*_mark(sought)).limit(FEW_MARKED + 1)
    sids = list(connection.execute(marked).scalars())
    return sids if len(sids) <= FEW_MARKED else None


def _indexed(sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.channel == "text":
        # Written out, because only so PostgreSQL knows that the index of texts fits.
        yield calls.c.channel == literal("text", literal_execute=True)
    for column, value in _equal(calls.c, sought):
        if value is not None and column.name not in ("channel", "caller_end_print"):
            yield column == value


def _rarest(
    connection: Connection, sought: Sought, conditions: list[ColumnElement[bool]]
) -> Sequence[ColumnElement[bool]]:
    if len(conditions) < 2:
        return conditions
    counts = []
    for one in conditions:
        # In the order of the list, so that they are counted along their index.
        some = select(calls.c.sid).where(one, *_within(sought)).order_by(*_order(calls.c, False)).limit(_COUNTED)
        counts.append(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
    return [conditions[counts.index(min(counts))]]


def _equal(columns: Any, sought: Sought) -> Sequence[tuple[Column[Any], str | None]]:
    return (
        (columns.ended_step, sought.ended_step),
        (columns.outcome, sought.outcome),
        (columns.language, sought.language),
        (columns.channel, sought.channel),
        (columns.caller_end_print, sought.caller_end_print),
    )


def _wanted(columns: Any, sought: Sought) -> Iterator[Any]:
    """Everything that a call must fit, asked of each call on the way."""
    yield from (column == value for column, value in _equal(columns, sought) if value is not None)
    if sought.held:
        yield columns.held_at.is_not(None)
    if sought.sid is not None:
        yield columns.sid == sought.sid
    if sought.receipt_number is not None:
        yield _has(requests, columns, requests.c.receipt_number == sought.receipt_number)
    if sought.stops is not None:
        targets = ["card", "smartphone"] if sought.stops is Stops.BOTH else [sought.stops.value]
        yield _has(requests, columns, requests.c.targets.contains(targets))
    if sought.reason is not None:
        yield _has(follow_ups, columns, *_mark(sought))


def _mark(sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.reason != ANY_REASON:
        yield follow_ups.c.reason == sought.reason
    if not sought.also_resolved:
        yield follow_ups.c.resolved_at.is_(None)


def _has(table: Any, columns: Any, *conditions: ColumnElement[bool]) -> Any:
    # Asked of one call after the other by the index on its SID: EXISTS could be answered by reading all of the table.
    one = select(literal(1)).select_from(table).where(table.c.call_sid == columns.sid, *conditions).limit(1)
    return one.scalar_subquery().is_not(None)


def _told(connection: Connection, rows: Sequence[Any]) -> Sequence[FoundCall]:
    sids = [row.sid for row in rows]
    asked: dict[str, list[FoundRequest]] = {sid: [] for sid in sids}
    columns = (requests.c.call_sid, *(requests.c[name] for name in FoundRequest.__slots__))
    of_calls = select(*columns).where(requests.c.call_sid == any_(literal(sids, ARRAY(String))))
    for sid, *request in connection.execute(of_calls.order_by(requests.c.turn)) if sids else ():
        asked[sid].append(FoundRequest(*request))
    left: dict[str, list[str]] = {sid: [] for sid in sids}
    of_calls = select(follow_ups.c.call_sid, follow_ups.c.reason).where(
        follow_ups.c.call_sid == any_(literal(sids, ARRAY(String))), follow_ups.c.resolved_at.is_(None)
    )
    for sid, reason in connection.execute(of_calls.order_by(follow_ups.c.id)) if sids else ():
        left[sid].append(reason)
    return [FoundCall(**row._mapping, requests=asked[row.sid], reasons=left[row.sid]) for row in rows]
