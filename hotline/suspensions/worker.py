"""The worker: takes jobs out of the queue and asks the backend, one after the other, in its own process.

In its own process because a fork for each job costs more than the job. What a job must not do to its process, run
for ever or raise, is prevented by its time limit and by the job itself; and a worker may be killed at any moment.
"""

import logging
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import SimpleWorker, worker_registration
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now as rq_now

from hotline.cardstatus.client import CardStatus
from hotline.privacy import Vault
from hotline.settings import Settings
from hotline.store.database import connect_to
from hotline.suspensions.job import Stopper
from hotline.suspensions.queue import QUEUE, STOP, AllowedJob
from hotline.suspensions.trouble import Trouble

log = logging.getLogger(__name__)

HEARTBEAT_S: Final = 5
"""Seconds an idle worker waits for a job before it tells Redis that it lives."""

RETRY_S: Final = 1.0
"""Seconds between two looks whether Redis is back."""

MAINTENANCE_S: Final = 60
"""Seconds between two cleanings of what killed workers left in Redis."""

_WAIT_MARGIN_S: Final = 15
"""What RQ subtracts from a worker's time to live to get the time it waits for a job."""


class StopWorker(SimpleWorker):
    """A worker that lives through an emptied Redis and takes no orders out of it."""

    max_connection_wait_time = RETRY_S

    asked_to_end: threading.Event
    """Set by SIGTERM and SIGINT. It outlives the worker, whose signal handlers outlive it too."""

    @property
    def connection_timeout(self) -> int:
        """Seconds after which a Redis that says nothing counts as gone."""
        return self.dequeue_timeout + 2

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """End after the job in hand. What RQ does next may fail in Redis; that somebody asked is known before."""
        self.asked_to_end.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def subscribe(self) -> None:
        """Do not listen for RQ's commands: whoever can write to Redis could end every worker."""

    def heartbeat(self, timeout: int | None = None, pipeline: "Pipeline | None" = None) -> None:
        """Tell Redis that this worker lives, in full each time: it may have been emptied since the last one."""
        pipe = self.connection.pipeline() if pipeline is None else pipeline
        time_to_live = timeout or self.worker_ttl + _WAIT_MARGIN_S
        self.last_heartbeat = rq_now()
        pipe.hset(self.key, mapping={**self.serialize(), "state": self.get_state()})
        worker_registration.register(self, pipe)
        pipe.expire(self.key, time_to_live)
        pipe.expire(self.executions_key, time_to_live)
        if pipeline is None:
            pipe.execute()


def run(settings: Settings) -> None:
    """Do jobs until SIGTERM or SIGINT, the one in hand to its end. Redis and PostgreSQL may come and go."""
    engine = connect_to(
        settings.database_url.get_secret_value(), application="hotline worker", connections=1, checked=True
    )
    vault = Vault(key.get_secret_value() for key in settings.hotline_encryption_keys)
    with CardStatus(settings.cardstatus_url, settings.cardstatus_token.get_secret_value()) as backend:
        allowed = allow(Stopper(engine, vault, backend).stop)
        redis = Redis.from_url(
            settings.redis_url.get_secret_value(), retry=None, socket_connect_timeout=1, socket_keepalive=True
        )
        try:
            _work_until_asked_to_end(redis, allowed)
        except StopRequested:
            log.debug("asked to end while Redis was gone")
    log.info("worker ended")


def allow(stop: Callable[[str, int], None]) -> type[AllowedJob]:
    """The class of jobs that may call `stop` and nothing else."""
    return type("StopJob", (AllowedJob,), {"allowed": {STOP: stop}})


def make_worker(redis: Redis, job_class: type[Job], asked_to_end: threading.Event | None = None) -> StopWorker:
    """A worker on the only queue, which tells the event that it was asked to end; raises RedisError."""
    worker = StopWorker(
        [QUEUE],
        connection=redis,
        job_class=job_class,
        serializer=JSONSerializer,
        worker_ttl=HEARTBEAT_S + _WAIT_MARGIN_S,
        maintenance_interval=MAINTENANCE_S,
        log_job_description=False,
        default_result_ttl=0,
    )
    worker.asked_to_end = asked_to_end or threading.Event()
    return worker


def _work_until_asked_to_end(redis: Redis, job_class: type[Job]) -> None:
    trouble = Trouble("Redis")
    asked_to_end = threading.Event()
    while not asked_to_end.is_set():
        try:
            worker = make_worker(redis, job_class, asked_to_end)
            trouble.ends()
            worker.work(logging_level="WARNING")
            if not asked_to_end.is_set():
                log.warning("the worker lost its way and begins anew")
        except RedisError as error:
            trouble.begins(error)
        asked_to_end.wait(RETRY_S)
