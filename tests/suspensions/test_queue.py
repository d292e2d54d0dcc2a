import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Callback, Queue, Repeat, Retry, Webhook
from rq.serializers import JSONSerializer

from hotline.store.tries import Try
from hotline.suspensions import queue as queues
from hotline.suspensions.queue import StopQueue, connect_dispatcher, job_id
from hotline.suspensions.worker import allow, make_worker
from tests.suspensions import traps

TRAP = "tests.suspensions.traps.spring"


@pytest.fixture
def done() -> list[tuple[str, int]]:
    """What the worker was made to do."""
    return []


@pytest.fixture
def work(redis: Redis, done: list[tuple[str, int]]) -> Callable[[], None]:
    """Lets a worker do all that waits."""

    def stop(request_id: str, attempt: int) -> None:
        done.append((request_id, attempt))

    return lambda: make_worker(redis, allow(stop)).work(burst=True, logging_level="WARNING")


@pytest.fixture(autouse=True)
def _traps_are_set() -> Iterator[None]:
    traps.sprung.clear()
    yield
    assert traps.sprung == []


def stored_job(redis: Redis, one: Try) -> dict[str, bytes]:
    return {name.decode(): value for name, value in redis.hgetall(f"rq:job:{job_id(one)}").items()}


def tamper(redis: Redis, one: Try, **fields: bytes | str | int) -> None:
    redis.hset(f"rq:job:{job_id(one)}", mapping=fields)


def call(*parts: object) -> bytes:
    return zlib.compress(json.dumps(parts).encode())


def test_a_job_is_ids_and_nothing_else(redis: Redis, queue: StopQueue) -> None:
    one = Try(uuid4(), 3)
    queue.put([one])
    stored = stored_job(redis, one)
    assert json.loads(zlib.decompress(stored["data"])) == ["stop", None, [str(one.request_id), 3], {}]
    assert stored["description"].decode() == f"{one.request_id}-3"


def test_a_job_that_nobody_takes_does_not_stay_for_ever(redis: Redis, queue: StopQueue) -> None:
    one = Try(uuid4(), 1)
    queue.put([one])
    assert 0 < redis.ttl(f"rq:job:{job_id(one)}") <= 12 * 3600


def test_jobs_are_done_in_turn(queue: StopQueue, work: Callable[[], None], done: list[tuple[str, int]]) -> None:
    tries = [Try(uuid4(), number) for number in (1, 2, 3)]
    queue.put(tries)
    assert queue.waiting() == {job_id(one) for one in tries}
    work()
    assert done == [(str(one.request_id), one.number) for one in tries]
    assert queue.waiting() == set()


def test_a_job_that_is_done_leaves_nothing_behind(redis: Redis, queue: StopQueue, work: Callable[[], None]) -> None:
    queue.put([Try(uuid4(), 1)])
    work()
    left = {key.decode() for key in redis.scan_iter("rq:*")}
    assert not {key for key in left if key.split(":")[1] in ("job", "results", "execution", "executions", "failed")}


REQUEST = uuid4()
GENUINE = Try(REQUEST, 1)

TAMPERED: dict[str, dict[str, bytes | str | int]] = {
    "another function": {"data": call(TRAP, None, [str(REQUEST), 1], {})},
    "a function of ours by its path": {"data": call("hotline.suspensions.worker.run", None, [str(REQUEST), 1], {})},
    "another function's arguments": {"data": call("stop", None, ["rm -rf /", 1], {})},
    "more arguments": {"data": call("stop", None, [str(REQUEST), 1], {"also": 1})},
    "a method of an object": {"data": call("stop", "tests.suspensions.traps.Spring", [str(REQUEST), 1], {})},
    "another request": {"data": call("stop", None, [str(uuid4()), 1], {})},
    "another try": {"data": call("stop", None, [str(REQUEST), 2], {})},
    "no call": {"data": call("stop")},
    "a pickle": {"data": zlib.compress(b"cos\nsystem\n(S'true'\ntR.")},
    "garbage": {"data": b"\xff\x00garbage"},
    "a callback when it is done": {"success_callback_name": TRAP},
    "a callback when it fails": {"failure_callback_name": TRAP},
    "a callback when it is stopped": {"stopped_callback_name": TRAP},
    "a webhook": {"webhooks": json.dumps([Webhook("http://127.0.0.1:9/", "finished").to_dict()])},
    "retries": {"retries_left": 3},
    "repeats": {"repeats_left": 3},
    "a dependency": {"dependency_ids": json.dumps(["another"])},
    "another queue": {"origin": "another"},
    "an impossible date": {"created_at": "yesterday"},
    "an impossible status": {"status": "sleeping"},
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_tampered_job_is_not_run_and_the_next_one_is(
    redis: Redis,
    queue: StopQueue,
    work: Callable[[], None],
    done: list[tuple[str, int]],
    change: dict[str, bytes | str | int],
) -> None:
    genuine = Try(uuid4(), 1)
    queue.put([GENUINE, genuine])
    tamper(redis, GENUINE, **change)
    work()
    assert done == [(str(genuine.request_id), 1)]
    assert redis.zcard("rq:failed:suspensions") == 0  # it was not even tried


def enqueue_as_anybody_could(queue: Queue, one: Try) -> None:
    queue.enqueue_call(TRAP, args=(str(one.request_id), 1), job_id=job_id(one))


def enqueue_with_a_callback(queue: Queue, one: Try) -> None:
    queue.enqueue_call("stop", args=(str(one.request_id), 1), job_id=job_id(one), on_success=Callback(TRAP))


def enqueue_with_retries(queue: Queue, one: Try) -> None:
    queue.enqueue_call("stop", args=(str(one.request_id), 1), job_id=job_id(one), retry=Retry(3))


def enqueue_with_repeats(queue: Queue, one: Try) -> None:
    queue.enqueue_call("stop", args=(str(one.request_id), 1), job_id=job_id(one), repeat=Repeat(3))


@pytest.mark.parametrize(
    "enqueue", [enqueue_as_anybody_could, enqueue_with_a_callback, enqueue_with_retries, enqueue_with_repeats]
)
@pytest.mark.parametrize("serializer", [JSONSerializer, None])
def test_a_job_that_others_made_with_the_same_library_is_not_run(
    redis: Redis,
    queue: StopQueue,
    work: Callable[[], None],
    done: list[tuple[str, int]],
    enqueue: Callable[[Queue, Try], None],
    serializer: object,
) -> None:
    genuine = Try(uuid4(), 1)
    enqueue(Queue("suspensions", connection=redis, serializer=serializer), Try(uuid4(), 1))
    queue.put([genuine])
    work()
    assert done == [(str(genuine.request_id), 1)]


def test_a_job_whose_time_is_up_is_cut_off(
    redis: Redis, queue: StopQueue, monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, int]]
) -> None:
    monkeypatch.setattr(queues, "JOB_LIMIT_S", 1)
    queue.put([Try(UUID(int=1), 1), Try(UUID(int=2), 1)])

    def stop(request_id: str, attempt: int) -> None:
        if UUID(request_id).int == 1:
            threading.Event().wait()  # nobody will ever set it
        done.append((request_id, attempt))

    make_worker(redis, allow(stop)).work(burst=True, logging_level="CRITICAL")
    assert done == [(str(UUID(int=2)), 1)]


def test_a_redis_that_says_nothing_is_given_up_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        queue = StopQueue(connect_dispatcher(f"redis://127.0.0.1:{silent.getsockname()[1]}/0"))
        started = time.monotonic()
        with pytest.raises(RedisError):
            queue.put([Try(uuid4(), 1)])
        assert time.monotonic() - started < 5
