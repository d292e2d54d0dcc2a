"""The follow-ups as operators work on them: whose each is, and what came of it. Nobody overwrites anybody unseen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, func, select, tuple_, update

from hotline.store.console_tables import audit, call_backs, staff
from hotline.store.tables import calls, follow_ups, requests

PAGE: Final = 50
"""Follow-ups on one page."""


class Resolution(StrEnum):
    """What came of a follow-up, in the judgement of whoever resolved it."""

    DONE = "done"
    TOLD = "told"
    """The caller knows now what they had to know."""
    NOT_REACHED = "not_reached"
    NOT_NEEDED = "not_needed"
    PASSED_ON = "passed_on"
    """Somebody outside goes on with it, such as the municipality or the police."""


class Whose(StrEnum):
    """Which follow-ups are listed."""

    OPEN = "open"
    MINE = "mine"
    NOBODYS = "nobodys"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Work:
    """A follow-up with what an operator has to know before opening it."""

    id: int
    call_sid: str
    reason: str
    opened_at: datetime
    version: int
    """Counts changes: whoever changes it says which version they saw."""
    taken_by: int | None
    taken_by_name: str | None
    taken_at: datetime | None
    resolved_at: datetime | None
    resolved_by_name: str | None
    resolution: str | None
    call_back_sealed: bytes | None = field(repr=False)
    caller_sealed: bytes | None = field(repr=False)
    language: str
    channel: str
    outcome: str
    started_at: datetime
    receipt_number: str | None
    request_status: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A follow-up as an operator had it before their eyes, and who that is."""

    id: int
    version: int
    staff_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """What the audit trail says of the last change by somebody."""

    who: str
    action: str
    at: datetime


def find_work(connection: Connection, follow_up_id: int) -> Work | None:
    """The follow-up, or None when there is none, or its call was forgotten."""
    row = connection.execute(_work().where(follow_ups.c.id == follow_up_id)).one_or_none()
    return None if row is None else Work(*row)


def list_work(
    connection: Connection,
    whose: Whose,
    staff_id: int,
    *,
    reason: str | None = None,
    after: tuple[datetime, int] | None = None,
) -> Sequence[Work]:
    """A page of follow-ups: the open ones oldest first, the resolved ones newest first; `after` is the last one seen.

    One more than a page is read, so that whoever shows it knows whether there is another.
    """
    f = follow_ups.c
    query = _work() if reason is None else _work().where(f.reason == reason)
    if whose is Whose.RESOLVED:
        key = (f.resolved_at, f.id)
        query = query.where(f.resolved_at.is_not(None)).order_by(*(column.desc() for column in key))
        query = query if after is None else query.where(tuple_(*key) < tuple_(*after))
    else:
        key = (f.opened_at, f.id)
        query = query.where(f.resolved_at.is_(None)).order_by(*key)
        query = query if after is None else query.where(tuple_(*key) > tuple_(*after))
    if whose is Whose.MINE:
        query = query.where(f.taken_by == staff_id)
    if whose is Whose.NOBODYS:
        query = query.where(f.taken_by.is_(None))
    return [Work(*row) for row in connection.execute(query.limit(PAGE + 1))]


def count_open(connection: Connection) -> dict[str, int]:
    """How many follow-ups are open, by reason."""
    open_ones = select(follow_ups.c.reason, func.count()).where(follow_ups.c.resolved_at.is_(None))
    return {reason: count for reason, count in connection.execute(open_ones.group_by(follow_ups.c.reason))}


def take(connection: Connection, seen: Seen) -> bool:
    """Make it this operator's; False when it was changed since it was seen, and nothing is changed."""
    return _change(connection, seen, taken_by=seen.staff_id, taken_at=seen.at)


def give_back(connection: Connection, seen: Seen) -> bool:
    """Make it nobody's; False when it was changed since it was seen, and nothing is changed."""
    return _change(connection, seen, taken_by=None, taken_at=None)


def hand_over(connection: Connection, seen: Seen, to_staff_id: int) -> bool:
    """Make it somebody else's; False when it was changed since it was seen, and nothing is changed."""
    return _change(connection, seen, taken_by=to_staff_id, taken_at=seen.at)


def resolve(connection: Connection, seen: Seen, resolution: Resolution) -> bool:
    """Close it; False when it was changed since it was seen, and nothing is changed."""
    return _change(connection, seen, resolved_at=seen.at, resolved_by=seen.staff_id, resolution=resolution)


def open_once_more(connection: Connection, seen: Seen) -> bool:
    """Open what was resolved too early; False when it was changed since it was seen, and nothing is changed."""
    nothing: dict[str, Any] = dict.fromkeys(("resolved_at", "resolved_by", "resolution"))
    return _change(connection, seen, resolved=True, **nothing)


def find_last_change(connection: Connection, follow_up_id: int) -> Changed | None:
    """Who last changed the follow-up, and how; None when nobody of the staff did."""
    of_it = (audit.c.subject == f"follow-up {follow_up_id}") & audit.c.action.like("follow_up.%")
    of_call = audit.c.call_sid == select(follow_ups.c.call_sid).where(follow_ups.c.id == follow_up_id).scalar_subquery()
    who = func.coalesce(staff.c.name, audit.c.who)
    last = select(who, audit.c.action, audit.c.at).outerjoin_from(audit, staff, staff.c.id == audit.c.staff_id)
    last = last.where(of_call, of_it, audit.c.action != "follow_up.looked_at")
    row = connection.execute(last.order_by(audit.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Changed(*row)


def find_call_back(connection: Connection, follow_up_id: int) -> tuple[str, datetime] | None:
    """How the newest call-back of a follow-up stands, and when that was told; None when there was none."""
    newest = select(call_backs.c.status, call_backs.c.told_at).where(call_backs.c.follow_up_id == follow_up_id)
    row = connection.execute(newest.order_by(call_backs.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else (row.status, row.told_at)


def find_request(connection: Connection, receipt_number: str) -> UUID | None:
    """The request with this receipt number, or None."""
    return connection.execute(
        select(requests.c.id).where(requests.c.receipt_number == receipt_number)
    ).scalar_one_or_none()


def _change(connection: Connection, seen: Seen, *, resolved: bool = False, **values: Any) -> bool:
    f = follow_ups.c
    as_seen = (f.id == seen.id) & (f.version == seen.version) & (f.resolved_at.is_not(None) == resolved)
    changed = update(follow_ups).where(as_seen).values(version=f.version + 1, **values)
    return connection.execute(changed).rowcount == 1


def _work() -> Select[Any]:
    taker, resolver, f = staff.alias("taker"), staff.alias("resolver"), follow_ups.c
    # The newest request of the call stands for it: most follow-ups were opened without naming one.
    newest = (
        select(requests.c.receipt_number, requests.c.status)
        .where(requests.c.call_sid == calls.c.sid)
        .order_by(requests.c.accepted_at.desc())
        .limit(1)
        .lateral("newest")
    )
    return (
        select(
            *(f.id, f.call_sid, f.reason, f.opened_at, f.version, f.taken_by, taker.c.name, f.taken_at),
            *(f.resolved_at, resolver.c.name, f.resolution, f.call_back_sealed, calls.c.caller_sealed),
            *(calls.c.language, calls.c.channel, calls.c.outcome, calls.c.started_at),
            *(newest.c.receipt_number, newest.c.status),
        )
        .join_from(follow_ups, calls, calls.c.sid == f.call_sid)
        .outerjoin(taker, taker.c.id == f.taken_by)
        .outerjoin(resolver, resolver.c.id == f.resolved_by)
        .outerjoin(newest, f.id.is_not(None))
    )
