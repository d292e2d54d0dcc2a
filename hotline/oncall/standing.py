"""How everything stands at one moment: what PostgreSQL and Redis know, or that one of them does not answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from hotline.store.database import DATABASE_TROUBLE, Engine
from hotline.store.standing import (
    Breath,
    Kept,
    OpenRequest,
    Pause,
    Promises,
    count_kept,
    find_breaths,
    find_late,
    find_pause,
    look_at_promises,
)
from hotline.suspensions.standing import QueueState, look_at_queue

LATELY: Final = timedelta(hours=1)
"""Over how long it is told how requests went."""


@dataclass(frozen=True, slots=True)
class Told:
    """What PostgreSQL knows."""

    promises: Promises
    late: tuple[OpenRequest, ...]
    kept: Kept
    """Of the last hour."""
    breaths: tuple[Breath, ...]
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it. What did not answer is None."""

    at: datetime
    told: Told | None
    queue: QueueState | None

    @property
    def lost(self) -> tuple[OpenRequest, ...]:
        """Late requests that a worker should have and that are nowhere in Redis; they are driven again when due."""
        if self.told is None or self.queue is None:
            return ()
        return tuple(self.queue.lost(self.told.late))


def look(engine: Engine, redis: Redis, now: datetime) -> Standing:
    """How everything stands. Takes as long as both servers may take to answer, some seconds at most; never raises."""
    return Standing(now, _told(engine, now), _queue(redis))


def _told(engine: Engine, now: datetime) -> Told | None:
    try:
        with engine.connect() as connection:
            return Told(
                look_at_promises(connection, now),
                tuple(find_late(connection, now)),
                count_kept(connection, now - LATELY, now),
                tuple(find_breaths(connection)),
                find_pause(connection),
            )
    except DATABASE_TROUBLE:
        return None


def _queue(redis: Redis) -> QueueState | None:
    try:
        return look_at_queue(redis)
    except RedisError:
        return None
