"""The queue between dispatchers and workers: it holds ids, and runs nothing but what it is allowed to."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from redis import Redis
from rq import Queue
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from hotline.store.tries import Try
from hotline.suspensions.pace import GIVE_UP_AFTER, JOB_LIMIT_S

log = logging.getLogger(__name__)

QUEUE: Final = "suspensions"
"""The only queue. A worker that killed itself between two queues would lose what it had just taken."""

STOP: Final = "stop"
"""What a job asks for. Not an import path: nothing that comes out of Redis is ever imported."""

REDIS_TIMEOUT_S: Final = 1.0
"""Seconds for one command of a dispatcher: a Redis that stands still must not hold up the rows it does not need."""

FAILED_KEPT_S: Final = 60
"""Seconds a failed job stays in Redis. Nobody looks there: the request's row says how it stands."""


class AllowedJob(Job):
    """A job that only ever calls one of the allowed functions, with a request's id and the number of a try.

    RQ would call whatever a job names, from any module, and callbacks and webhooks besides. Whoever can write to
    Redis could so run anything. A job that is not exactly one of ours does not exist for the worker.
    """

    allowed: ClassVar[Mapping[str, Callable[[str, int], None]]] = {}

    @property
    def func(self) -> Callable[[str, int], None]:
        """The function to call; never what `instance` or an import path would give."""
        return self.allowed[str(self.func_name)]

    def restore(self, raw_data: Any) -> None:
        """Read a job out of Redis; raises NoSuchJobError for one that is not ours."""
        try:
            super().restore(raw_data)
            ours = self._is_ours()
        except (ValueError, TypeError, KeyError, AttributeError, DeserializationError):
            ours = False
        if not ours:
            log.error("refused a job that is none of ours: look who else writes to Redis", extra={"job": self.id})
            raise NoSuchJobError(f"Job {self.id} is none of ours.")

    def _is_ours(self) -> bool:
        request_id, number = self.args
        extras = (
            self.instance,
            self.kwargs,
            self._success_callback_name,
            self._failure_callback_name,
            self._stopped_callback_name,
            self.webhooks,
            self.retries_left,
            self.repeats_left,
            self._dependency_ids,
        )
        return (
            self.func_name in self.allowed
            and isinstance(number, int)
            and self.id == job_id(Try(UUID(request_id), number))
            and self.origin == QUEUE
            and not any(extras)
        )


def job_id(one: Try) -> str:
    """A new id for each try: an id that is used again can be refused for ever because of a job that was lost."""
    return f"{one.request_id}-{one.number}"


def connect_dispatcher(url: str) -> "Redis":
    """A client that gives up at once: the database knows what is due, so trying again is the next sweep's business."""
    return Redis.from_url(
        url, retry=None, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S, socket_keepalive=True
    )


class StopQueue:
    """Where dispatchers put what workers take. Every method raises RedisError when Redis does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis, job_class=AllowedJob, serializer=JSONSerializer)

    def put(self, tries: Sequence[Try]) -> None:
        """Put these tries at the end, all of them or none, in one round trip."""
        with self._redis.pipeline() as pipeline:
            for one in tries:
                self._queue.enqueue_call(
                    STOP,
                    args=(str(one.request_id), one.number),
                    job_id=job_id(one),
                    description=job_id(one),
                    timeout=JOB_LIMIT_S,
                    ttl=int(GIVE_UP_AFTER.total_seconds()),
                    result_ttl=0,
                    failure_ttl=FAILED_KEPT_S,
                    pipeline=pipeline,
                )
            pipeline.execute()

    def waiting(self) -> set[str]:
        """The ids of all jobs that no worker has taken yet."""
        return set(self._queue.get_job_ids())

    def answers(self) -> bool:
        """Whether Redis answers."""
        return bool(self._redis.ping())
