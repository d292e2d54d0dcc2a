"""How the queue stands, as Redis knows it: what waits, what runs, which workers live, whether Redis keeps what it has.

Only read, with commands that clean up nothing: RQ's own counts would fail or repeat jobs whose worker is late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from redis import Redis
from rq.executions import WORKER_EXECUTIONS_KEY_TEMPLATE
from rq.utils import utcparse

from hotline.store.standing import OpenRequest
from hotline.suspensions.queue import QUEUE

MOST_READ: Final = 1000
"""How many ids of jobs are read at most: beyond it nobody acts differently."""

GONE_AFTER_S: Final = 30
"""Seconds without a word after which a worker counts as gone: several times what an idle one waits between two."""

_LIST: Final = f"rq:queue:{QUEUE}"
_WORKERS: Final = f"rq:workers:{QUEUE}"
_REGISTRIES: Final = {"started": "rq:wip", "failed": "rq:failed", "scheduled": "rq:scheduled"}


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that has registered."""

    name: str
    state: str
    """idle, busy or suspended."""
    host: str
    started_at: datetime | None
    breathed_at: datetime | None
    """When it last said that it lives."""
    job: str | None
    """What it does now."""

    def lives(self, now: datetime) -> bool:
        """Whether it said so lately."""
        return self.breathed_at is not None and (now - self.breathed_at).total_seconds() <= GONE_AFTER_S


@dataclass(frozen=True, slots=True)
class Keeping:
    """Whether Redis keeps what it has."""

    used_bytes: int
    limit_bytes: int
    """0 where the memory of the machine is the limit."""
    policy: str
    """What it does at the limit; anything but noeviction loses jobs."""
    evicted: int
    """Keys that it has thrown away since it started."""
    appends: bool
    """Whether it writes every change to the disk."""
    writes: bool
    """Whether its last writing went well."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue at one moment."""

    waiting: int
    oldest_at: datetime | None
    """Since when the job that waits longest does; None when none waits."""
    started: int
    failed: int
    scheduled: int
    workers: Sequence[Worker]
    keeping: Keeping
    ids: frozenset[str]
    """Of the jobs that wait or run, at most `MOST_READ` of each."""

    def alive(self, now: datetime) -> int:
        """How many workers said lately that they live."""
        return sum(worker.lives(now) for worker in self.workers)

    def lost(self, open_requests: Sequence[OpenRequest]) -> Sequence[OpenRequest]:
        """Those of the requests that a worker should have and Redis does not; each is driven again when it is due."""
        return [one for one in open_requests if one.attempts and f"{one.id}-{one.attempts}" not in self.ids]


def look_at_queue(redis: Redis) -> QueueState:
    """How the queue stands now; raises RedisError when Redis does not answer."""
    names = sorted(_text(name) for name in redis.smembers(_WORKERS))
    with redis.pipeline(transaction=False) as pipe:
        pipe.llen(_LIST)
        pipe.lrange(_LIST, 0, MOST_READ - 1)
        for registry in _REGISTRIES.values():
            pipe.zcard(f"{registry}:{QUEUE}")
        pipe.zrange(f"{_REGISTRIES['started']}:{QUEUE}", 0, MOST_READ - 1)
        pipe.info("memory")
        pipe.info("stats")
        pipe.info("persistence")
        for name in names:
            pipe.hgetall(name)
            pipe.smembers(WORKER_EXECUTIONS_KEY_TEMPLATE.format(name.rpartition(":")[2]))
        waiting, ids, started, failed, scheduled, running, memory, stats, disk, *told = pipe.execute()
    oldest = redis.hget(f"rq:job:{_text(ids[0])}", "enqueued_at") if ids else None
    return QueueState(
        waiting=waiting,
        oldest_at=_moment(oldest),
        started=started,
        failed=failed,
        scheduled=scheduled,
        workers=[_worker(*one) for one in zip(names, told[::2], told[1::2], strict=True) if one[1]],
        keeping=_keeping(memory, stats, disk),
        ids=frozenset([_text(one) for one in ids] + [_job_of(one) for one in running]),
    )


def _worker(key: str, told: dict[bytes, bytes], running: set[bytes]) -> Worker:
    field = {_text(name): _text(value) for name, value in told.items()}
    return Worker(
        name=key.rpartition(":")[2],
        state=field.get("state", "unknown"),
        host=field.get("hostname", ""),
        started_at=_moment(field.get("birth")),
        breathed_at=_moment(field.get("last_heartbeat")),
        job=next(map(_job_of, running), None),
    )


def _keeping(memory: dict[str, Any], stats: dict[str, Any], disk: dict[str, Any]) -> Keeping:
    return Keeping(
        used_bytes=int(memory["used_memory"]),
        limit_bytes=int(memory["maxmemory"]),
        policy=str(memory["maxmemory_policy"]),
        evicted=int(stats["evicted_keys"]),
        appends=bool(disk["aof_enabled"]),
        writes=disk["aof_last_write_status" if disk["aof_enabled"] else "rdb_last_bgsave_status"] == "ok",
    )


def _job_of(running: bytes) -> str:
    """What runs is written as job:execution."""
    return _text(running).partition(":")[0]


def _moment(written: bytes | str | None) -> datetime | None:
    if not written:
        return None
    moment = utcparse(_text(written))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
