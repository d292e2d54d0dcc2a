import json
import signal
import threading
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq.command import PUBSUB_CHANNEL_TEMPLATE, send_shutdown_command
from rq.worker import Worker

from hotline.store.database import Engine
from hotline.store.tries import Try
from hotline.suspensions.dispatch import Dispatcher
from hotline.suspensions.job import Stopper
from hotline.suspensions.queue import StopQueue
from hotline.suspensions.worker import StopWorker, allow, make_worker
from tests.cardstatus.running import Backend
from tests.store.rows import NOON, accept_request, row_of
from tests.suspensions.people import somebody


def works(worker: StopWorker) -> None:
    worker.work(burst=True, logging_level="WARNING")


def test_what_a_caller_confirmed_is_stopped(
    engine: Engine, redis: Redis, dispatcher: Dispatcher, stopper: Stopper, backend: Backend
) -> None:
    request_id = accept_request(engine, facts=somebody())
    dispatcher.dispatch_due(NOON)
    works(make_worker(redis, allow(stopper.stop)))
    assert row_of(engine, request_id)["status"] == "suspended"
    assert len(backend.applied(request_id)) == 1


def test_no_keyed_digit_ever_reaches_redis(
    engine: Engine, redis: Redis, dispatcher: Dispatcher, stopper: Stopper, backend: Backend
) -> None:
    facts = somebody()
    accept_request(engine, facts=facts)
    backend.misbehaves(error_share=1)
    dispatcher.dispatch_due(NOON)
    before = everything_in(redis)
    works(make_worker(redis, allow(stopper.stop)))
    for keyed in ("1980-03-01", "19800301", str(facts.postal_code), "2*16"):
        assert keyed not in before + everything_in(redis)


def everything_in(redis: Redis) -> str:
    dumped = []
    for key in redis.scan_iter("*"):
        match redis.type(key):
            case b"hash":
                dumped.append(redis.hgetall(key))
            case b"list":
                dumped.append(redis.lrange(key, 0, -1))
            case b"zset":
                dumped.append(redis.zrange(key, 0, -1))
            case b"set":
                dumped.append(redis.smembers(key))
            case b"stream":
                dumped.append(redis.xrange(key))
            case _:
                dumped.append(redis.get(key))
    assert dumped
    return repr(dumped)


def test_a_worker_is_known_again_after_redis_was_emptied(redis: Redis, queue: StopQueue) -> None:
    known: list[list[str]] = []

    def stop(request_id: str, attempt: int) -> None:
        if attempt == 1:
            redis.flushall()
            queue.put([Try(uuid4(), 2)])
        known.append([worker.get_state() for worker in Worker.all(connection=redis)])

    queue.put([Try(uuid4(), 1)])
    works(make_worker(redis, allow(stop)))
    assert known == [[], ["busy"]]


def test_a_killed_worker_is_forgotten_within_minutes(redis: Redis) -> None:
    worker = make_worker(redis, allow(lambda request_id, attempt: None))
    worker.register_birth()
    worker.heartbeat()
    assert 0 < redis.ttl(worker.key) <= 60


@pytest.fixture
def signals_kept() -> Iterator[None]:
    """Gives this process its own signal handlers back: a worker that is asked to end takes them."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, how in kept.items():
        signal.signal(number, how)


@pytest.mark.usefixtures("signals_kept")
def test_whoever_asks_a_worker_to_end_is_heard_though_redis_is_just_gone(redis: Redis, free_port: int) -> None:
    asked_to_end = threading.Event()
    worker = make_worker(redis, allow(lambda request_id, attempt: None), asked_to_end)
    worker.set_state("busy")
    worker.connection = Redis(port=free_port, retry=None)
    with pytest.raises(RedisError):
        worker.request_stop(signal.SIGTERM, None)
    assert asked_to_end.is_set()


def test_a_silent_redis_is_noticed_within_seconds(redis: Redis) -> None:
    worker = make_worker(redis, allow(lambda request_id, attempt: None))
    timeout_s = redis.connection_pool.connection_kwargs["socket_timeout"]
    assert worker.dequeue_timeout < timeout_s <= 10


def test_nobody_can_end_a_worker_through_redis(redis: Redis, queue: StopQueue) -> None:
    done: list[int] = []

    def stop(request_id: str, attempt: int) -> None:
        send_shutdown_command(redis, worker.name)
        channel = PUBSUB_CHANNEL_TEMPLATE % worker.name
        assert redis.pubsub_numsub(channel) == [(channel.encode(), 0)]
        done.append(attempt)

    worker = make_worker(redis, allow(stop))
    queue.put([Try(uuid4(), number) for number in (1, 2)])
    works(worker)
    assert done == [1, 2]


@pytest.fixture
def left_by_a_killed_worker(redis: Redis, queue: StopQueue) -> Callable[[], None]:
    """A job that was taken, and whose worker died at once."""

    def leave() -> None:
        queue.put([Try(uuid4(), 1)])
        redis.lmove("rq:queue:suspensions", "rq:queue:suspensions:intermediate")

    return leave


def test_what_a_killed_worker_left_holds_up_nothing(
    redis: Redis, queue: StopQueue, left_by_a_killed_worker: Callable[[], None]
) -> None:
    done: list[int] = []
    left_by_a_killed_worker()
    queue.put([Try(uuid4(), 7)])
    works(make_worker(redis, allow(lambda request_id, attempt: done.append(attempt))))
    assert done == [7]
    # RQ notes when it first saw the orphan and clears it away a minute later.
    assert [json.loads(value) > 0 for value in redis.mget(redis.keys("*first_seen*"))] == [True]
