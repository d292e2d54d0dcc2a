"""Who hands which request to a worker, and when: claims that only one dispatcher can win."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, delete, select, update

from hotline.store.requests import Status, sent_at
from hotline.store.said import handed_over
from hotline.store.tables import requests
from hotline.store.tables import tries as written

BATCH: Final = 100
"""Requests that one statement claims: small enough that many dispatchers share a rush."""


@dataclass(frozen=True, slots=True)
class Try:
    """One handing-over of a request to a worker."""

    request_id: UUID
    number: int
    """Counted from 1; 0 stands for a request that was never handed over."""
    before: int = 0
    """How many of them were made before the request was last sent again: pauses are counted from there."""


def claim_new(connection: Connection, *, accepted_after: datetime, due_again: datetime, now: datetime) -> Sequence[Try]:
    """Claim due requests that were not handed over since they were accepted or sent again, at most a batch.

    The longest due first. Whoever claims must hand over after the commit. Should it die between the two, the request
    is due again.
    """
    fresh = (requests.c.attempts == requests.c.attempts_before) & (sent_at > accepted_after)
    return _claim(connection, fresh, due_again, now)


def find_due_again(connection: Connection, *, accepted_after: datetime, now: datetime) -> Sequence[Try]:
    """The last try of each request that is due again, the longest due first, at most a batch."""
    due = (
        select(requests.c.id, requests.c.attempts, requests.c.attempts_before)
        .where(_is_due(now), _WAS_HANDED_OVER, sent_at > accepted_after)
        .order_by(requests.c.due_at)
        .limit(BATCH)
    )
    return [Try(*row) for row in connection.execute(due)]


def claim_again(
    connection: Connection, request_ids: Collection[UUID], *, last: int, due_again: datetime, now: datetime
) -> Sequence[Try]:
    """Claim those of the requests that are still due and whose last try is still number `last`."""
    return _claim(connection, _whose_last_try_is(request_ids, last), due_again, now)


def postpone(
    connection: Connection, request_ids: Collection[UUID], *, last: int, due_again: datetime, now: datetime
) -> int:
    """Move the time of those of the requests that are still due and whose last try is still number `last`."""
    due = _unclaimed(_whose_last_try_is(request_ids, last), now).cte("due")
    return connection.execute(update(requests).where(requests.c.id == due.c.id).values(due_at=due_again)).rowcount


def take_back(connection: Connection, tries: Sequence[Try], *, due_again: datetime) -> None:
    """Undo claims that could not be handed over: due at that moment, and the try neither counts nor is written down.

    What was claimed anew, finished or sent again meanwhile stays as it is.
    """
    for number in {one.number for one in tries}:
        mine = _whose_last_try_is([one.request_id for one in tries if one.number == number], number)
        held = select(requests.c.id).where(mine, requests.c.status == Status.ACCEPTED).order_by(requests.c.id)
        # Locked in one order, like every bulk change here, so that two dispatchers cannot wait for each other.
        locked = held.with_for_update(skip_locked=True).cte("held")
        change = update(requests).where(requests.c.id == locked.c.id).values(attempts=number - 1, due_at=due_again)
        undone = change.returning(requests.c.id).cte("undone")
        # A worker has one that Redis took without saying so: what it came to stays written.
        unanswered = (written.c.number == number) & written.c.answered_at.is_(None)
        connection.execute(delete(written).where(written.c.request_id == undone.c.id, unanswered))


def _claim(connection: Connection, which: ColumnElement[bool], due_again: datetime, now: datetime) -> Sequence[Try]:
    due = _unclaimed(which, now).cte("due")
    claimed = (
        update(requests)
        .where(requests.c.id == due.c.id)
        .values(attempts=requests.c.attempts + 1, due_at=due_again)
        .returning(requests.c.id, requests.c.attempts, requests.c.attempts_before)
        .cte("claimed")
    )
    # Written down in the same round trip: a caller waits for this.
    return [Try(*row) for row in connection.execute(select(claimed).add_cte(handed_over(claimed, now)))]


def _unclaimed(which: ColumnElement[bool], now: datetime) -> Select[tuple[UUID]]:
    return (
        select(requests.c.id)
        .where(_is_due(now), which)
        .order_by(requests.c.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _whose_last_try_is(request_ids: Collection[UUID], number: int) -> ColumnElement[bool]:
    """Not one from before it was sent again: of those none is the last."""
    return requests.c.id.in_(request_ids) & (requests.c.attempts == number) & _WAS_HANDED_OVER


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (requests.c.status == Status.ACCEPTED) & (requests.c.due_at <= now)


_WAS_HANDED_OVER: Final = requests.c.attempts > requests.c.attempts_before
