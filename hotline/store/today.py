"""What needs somebody now, and how the last hour went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Double, cast, extract, func, literal, select

from hotline.callflow.state import Outcome
from hotline.store.console_tables import staff
from hotline.store.requests import Status
from hotline.store.tables import calls, follow_ups, requests

MOST_SHOWN: Final = 20
"""How many of each kind are told one by one."""

MOST_COUNTED: Final = 1000
"""Up to where things are counted: beyond it nobody acts differently."""

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WaitingFollowUp:
    """Something that a person must do."""

    id: int
    call_sid: str
    reason: str
    opened_at: datetime
    taken_by: str | None
    """The name of the person who does it; None for nobody's."""
    taken_by_id: int | None
    language: str
    """Of the call."""


@dataclass(frozen=True, slots=True)
class PresentCall:
    """A call, or a conversation by text, that goes on."""

    sid: str
    channel: str
    caller_sealed: bytes | None = field(repr=False)
    language: str
    step: str
    started_at: datetime
    in_line_since: datetime | None
    """Since when the caller waits for an operator, or talks to one; None for one who does neither."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that the backend has not answered."""

    call_sid: str
    receipt_number: str
    targets: Sequence[str]
    accepted_at: datetime
    attempts: int
    due_at: datetime
    """When a worker gets it next."""


@dataclass(frozen=True, slots=True)
class Now:
    """The first of what waits, the longest waiting first, and how many there are in all, up to `MOST_COUNTED`."""

    follow_ups: Sequence[WaitingFollowUp]
    count_follow_ups: int
    calls: Sequence[PresentCall]
    count_calls: int
    requests: Sequence[OpenRequest]
    count_requests: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the calls that began within an hour."""

    calls: int
    stopped: int
    not_identified: int
    to_a_person: int
    errors: int
    seconds_to_stop: float | None
    """The median from the answer to the stopped card, of those who telephoned; None when nothing was stopped."""


def look_at_now(connection: Connection) -> Now:
    """What waits, who is on the line, and what is not answered."""
    return Now(
        [WaitingFollowUp(**row._mapping) for row in connection.execute(_FOLLOW_UPS)],
        connection.execute(_counted(follow_ups.c.id, follow_ups.c.resolved_at.is_(None))).scalar_one(),
        [PresentCall(*row) for row in connection.execute(_CALLS)],
        connection.execute(_counted(calls.c.sid, _IS_PRESENT)).scalar_one(),
        [OpenRequest(*row) for row in connection.execute(_REQUESTS)],
        connection.execute(_counted(requests.c.id, _IS_OPEN)).scalar_one(),
    )


def count_hour(connection: Connection, until: datetime) -> Figures:
    """What became of the calls that began in the hour before that moment."""
    begun = (calls.c.started_at >= until - HOUR) & (calls.c.started_at < until)
    by_outcome = select(calls.c.outcome, func.count()).where(begun).group_by(calls.c.outcome)
    counts: Mapping[str, int] = {outcome: count for outcome, count in connection.execute(by_outcome)}
    return Figures(
        calls=sum(counts.values()),
        stopped=counts.get(Outcome.STOPPED, 0),
        not_identified=counts.get(Outcome.NOT_IDENTIFIED, 0),
        to_a_person=counts.get(Outcome.OPERATOR, 0),
        errors=counts.get(Outcome.ERROR, 0),
        seconds_to_stop=connection.execute(_TO_STOP.where(begun)).scalar_one(),
    )


def _counted(column: Any, condition: Any) -> Any:
    return select(func.count()).select_from(select(column).where(condition).limit(MOST_COUNTED).subquery())


_FOLLOW_UPS: Final = (
    select(
        *(follow_ups.c[name] for name in ("id", "call_sid", "reason", "opened_at")),
        staff.c.name.label("taken_by"),
        follow_ups.c.taken_by.label("taken_by_id"),
        calls.c.language,
    )
    .join(calls, calls.c.sid == follow_ups.c.call_sid)
    .outerjoin(staff, staff.c.id == follow_ups.c.taken_by)
    .where(follow_ups.c.resolved_at.is_(None))
    .order_by(follow_ups.c.opened_at, follow_ups.c.id)
    .limit(MOST_SHOWN)
)
_IS_PRESENT: Final = calls.c.ended_at.is_(None)
_CALLS: Final = (
    select(*(calls.c[name] for name in PresentCall.__slots__))
    .where(_IS_PRESENT)
    .order_by(calls.c.started_at, calls.c.sid)
    .limit(MOST_SHOWN)
)
_IS_OPEN: Final = requests.c.status == literal(Status.ACCEPTED.value, literal_execute=True)
"""Written out, because only so PostgreSQL knows that the index of open requests fits."""
_REQUESTS: Final = (
    select(*(requests.c[name] for name in OpenRequest.__slots__))
    .where(_IS_OPEN)
    .order_by(requests.c.accepted_at, requests.c.receipt_number)
    .limit(MOST_SHOWN)
)
_TO_STOP: Final = (
    select(
        func.percentile_cont(0.5).within_group(
            cast(extract("epoch", requests.c.finished_at - calls.c.started_at), Double)
        )
    )
    .select_from(calls)
    .join(requests, requests.c.call_sid == calls.c.sid)
    .where(requests.c.status == Status.SUSPENDED, calls.c.channel == "voice")
)
