"""How the promises stand, as the tables know it: what is open, what is late, what was kept, who lives.

Every query reads open rows, which are few, or those of a stated time, through an index. All of them together are read
every few seconds by whoever watches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Double, Row, case, cast, extract, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from hotline.store.oncall_tables import breaths, pauses
from hotline.store.requests import Status, sent_at
from hotline.store.tables import calls, follow_ups, requests, texts, tries

PROMISED_WITHIN: Final = timedelta(seconds=60)
"""How soon a confirmed request is to be stopped while the backend is up; then callers are told that it takes longer."""

MOST_LATE: Final = 50
"""How many late requests are told one by one."""

BREATH_KEPT: Final = timedelta(hours=1)
"""How long a process that has not said that it lives is remembered."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request without an answer, and how often it was handed over."""

    id: UUID
    call_sid: str
    receipt_number: str
    sent_at: datetime
    """When it was accepted, or last sent again."""
    attempts: int
    due_at: datetime
    """When a worker gets it next."""
    said: str | None
    """What became of the last try that is over; None before the first."""


@dataclass(frozen=True, slots=True)
class Breath:
    """A process that says that it lives."""

    name: str
    kind: str
    started_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is handed over to the workers, because somebody wants it so."""

    id: int
    reason: str
    began_at: datetime
    began_by: int


@dataclass(frozen=True, slots=True)
class Promises:
    """How everything stands that callers were promised."""

    open: int
    """Requests without an answer."""
    late: int
    """Of these, those older than `PROMISED_WITHIN`."""
    oldest: datetime | None
    """Since when the one that waits longest for its answer does; None when nobody waits."""
    overdue_since: datetime | None
    """Since when the one that waits longest to be handed over does; None when nothing is due."""
    needs_operator: int
    """Requests that the line gave up, and that no operator has finished."""
    follow_ups: int
    calls: Mapping[str, int]
    """Calls on the line by language."""
    in_line: int
    """Callers who wait for an operator, or talk to one."""
    texts_waiting: int
    """Text messages that wait for the answer to their request."""
    texts_due: int
    """Those that are to be sent now."""
    texts_due_since: datetime | None
    """Since when the one that waits longest to be sent does."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How the requests of some time went; those that are not old enough to tell are not among them."""

    accepted: int
    in_time: int
    """Of these, those that were answered within `PROMISED_WITHIN`."""
    answered: int
    """By the backend, whatever it said."""
    seconds_p50: float | None
    """From accepted to answered; None without any."""
    seconds_p95: float | None


def look_at_promises(connection: Connection, now: datetime) -> Promises:
    """What is open at this moment."""
    row: Row[Any] = connection.execute(_open_requests(now)).one()
    sending: Row[Any] = connection.execute(_due_texts(now)).one()
    return Promises(
        open=row.open,
        late=row.late,
        oldest=row.oldest,
        overdue_since=row.overdue_since,
        needs_operator=connection.execute(_NEEDS_OPERATOR).scalar_one(),
        follow_ups=connection.execute(_FOLLOW_UPS).scalar_one(),
        calls={language: count for language, count in connection.execute(_CALLS)},
        in_line=connection.execute(_IN_LINE).scalar_one(),
        texts_waiting=connection.execute(_TEXTS_WAITING).scalar_one(),
        texts_due=sending.due,
        texts_due_since=sending.since,
    )


def find_late(connection: Connection, now: datetime) -> Sequence[OpenRequest]:
    """The requests that are open longer than promised, the oldest first, at most `MOST_LATE`."""
    late = _OPEN.where(sent_at < now - PROMISED_WITHIN).order_by(sent_at, requests.c.id).limit(MOST_LATE)
    return [OpenRequest(*row) for row in connection.execute(late)]


def count_kept(connection: Connection, since: datetime, now: datetime) -> Kept:
    """How the requests went that were accepted since then; synthetic calls count as any other."""
    row: Row[Any] = connection.execute(_kept(since, now)).one()
    return Kept(**row._mapping)


def breathe(connection: Connection, name: str, kind: str, now: datetime) -> None:
    """Say that a process lives; the first time it counts as started then."""
    said = insert(breaths).values(name=name, kind=kind, started_at=now, at=now)
    connection.execute(said.on_conflict_do_update(index_elements=[breaths.c.name], set_={"at": now}))
    connection.execute(breaths.delete().where(breaths.c.at < now - BREATH_KEPT))


def stop_breathing(connection: Connection, name: str) -> None:
    """Forget a process that ends in order."""
    connection.execute(breaths.delete().where(breaths.c.name == name))


def find_breaths(connection: Connection) -> Sequence[Breath]:
    """The processes that said that they live, and have not ended in order."""
    rows = connection.execute(select(*(breaths.c[name] for name in Breath.__slots__)).order_by(breaths.c.name))
    return [Breath(*row) for row in rows]


def find_pause(connection: Connection) -> Pause | None:
    """The pause that goes on, if there is one."""
    row = connection.execute(_PAUSE).one_or_none()
    return None if row is None else Pause(*row)


def _open_requests(now: datetime) -> Any:
    is_late = sent_at < now - PROMISED_WITHIN
    return select(
        func.count().label("open"),
        func.count(case((is_late, 1))).label("late"),
        func.min(sent_at).label("oldest"),
        func.min(case((requests.c.due_at <= now, requests.c.due_at))).label("overdue_since"),
    ).where(_IS_OPEN)


def _due_texts(now: datetime) -> Any:
    return select(func.count().label("due"), func.min(texts.c.due_at).label("since")).where(texts.c.due_at <= now)


def _kept(since: datetime, now: datetime) -> Any:
    seconds = cast(extract("epoch", requests.c.finished_at - sent_at), Double)
    in_time = requests.c.finished_at <= sent_at + PROMISED_WITHIN
    is_answered = requests.c.status.not_in((Status.ACCEPTED, Status.NEEDS_OPERATOR))
    can_tell = or_(requests.c.finished_at.is_not(None), sent_at < now - PROMISED_WITHIN)
    return select(
        func.count().label("accepted"),
        func.count(case((is_answered & in_time, 1))).label("in_time"),
        func.count(case((is_answered, 1))).label("answered"),
        func.percentile_cont(0.5).within_group(seconds).filter(is_answered).label("seconds_p50"),
        func.percentile_cont(0.95).within_group(seconds).filter(is_answered).label("seconds_p95"),
    ).where(requests.c.accepted_at >= since, can_tell)


# Written out, because only so PostgreSQL knows that the index of open rows fits.
_IS_OPEN: Final = requests.c.status == literal(Status.ACCEPTED.value, literal_execute=True)
_SAID: Final = (
    select(tries.c.said)
    .where(tries.c.request_id == requests.c.id, tries.c.answered_at.is_not(None))
    .order_by(tries.c.number.desc())
    .limit(1)
    .scalar_subquery()
)
_OPEN: Final = select(
    requests.c.id,
    requests.c.call_sid,
    requests.c.receipt_number,
    sent_at.label("sent_at"),
    requests.c.attempts,
    requests.c.due_at,
    _SAID.label("said"),
).where(_IS_OPEN)
_NEEDS_OPERATOR: Final = (
    select(func.count(requests.c.id.distinct()))
    .select_from(follow_ups.join(requests, requests.c.id == follow_ups.c.request_id))
    .where(follow_ups.c.resolved_at.is_(None), requests.c.status == Status.NEEDS_OPERATOR)
)
_FOLLOW_UPS: Final = select(func.count()).select_from(follow_ups).where(follow_ups.c.resolved_at.is_(None))
_CALLS: Final = select(calls.c.language, func.count()).where(calls.c.ended_at.is_(None)).group_by(calls.c.language)
_IN_LINE: Final = select(func.count()).select_from(calls).where(calls.c.in_line_since.is_not(None))
_TEXTS_WAITING: Final = (
    select(func.count()).select_from(texts).where(texts.c.status == literal("waiting", literal_execute=True))
)
_PAUSE: Final = select(*(pauses.c[name] for name in Pause.__slots__)).where(pauses.c.ended_at.is_(None))
