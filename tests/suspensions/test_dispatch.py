import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from redis import Redis

from hotline.local.embedded import Valkey, running
from hotline.store import tries
from hotline.store.database import DATABASE_TROUBLE, Engine, connect_to
from hotline.store.listings import list_follow_ups
from hotline.store.tries import Try
from hotline.suspensions.dispatch import Dispatcher
from hotline.suspensions.pace import GIVE_UP_AFTER, pause_after
from hotline.suspensions.queue import StopQueue, connect_dispatcher, job_id
from tests.conftest import unused_port
from tests.store.rows import NOON, accept_request, row_of, start_call

SECOND = timedelta(seconds=1)
MOMENT = timedelta(microseconds=1)


def jobs(redis: Redis) -> list[str]:
    """The ids of the waiting jobs, as Redis has them."""
    return [one.decode() for one in redis.lrange("rq:queue:suspensions", 0, -1)]


def a_worker_takes_one(redis: Redis) -> str:
    """And is killed before it does anything with it."""
    return redis.lpop("rq:queue:suspensions").decode()


def attempts(engine: Engine, request_id: UUID) -> object:
    return row_of(engine, request_id)["attempts"]


def test_what_was_accepted_is_handed_over(engine: Engine, redis: Redis, dispatcher: Dispatcher) -> None:
    request_id = accept_request(engine)
    dispatcher.dispatch_due(NOON)
    assert jobs(redis) == [f"{request_id}-1"]
    dispatcher.dispatch_due(NOON)
    assert jobs(redis) == [f"{request_id}-1"]


def test_a_rush_is_handed_over_in_one_round(engine: Engine, redis: Redis, dispatcher: Dispatcher) -> None:
    sid = start_call(engine)
    accepted = {f"{accept_request(engine, sid, turn=turn)}-1" for turn in range(2, 2 * tries.BATCH + 5)}
    dispatcher.dispatch_due(NOON)
    waiting = jobs(redis)
    assert len(waiting) == len(accepted)
    assert set(waiting) == accepted


class WatchedQueue(StopQueue):
    """Looks at the database, from outside, at the moment of handing over."""

    def __init__(self, redis: Redis, engine: Engine) -> None:
        super().__init__(redis)
        self._engine = engine
        self.seen: list[object] = []

    def put(self, tries: list[Try]) -> None:
        self.seen += [attempts(self._engine, one.request_id) for one in tries]
        super().put(tries)


def test_a_claim_is_committed_before_it_is_handed_over(engine: Engine, redis: Redis) -> None:
    accept_request(engine)
    queue = WatchedQueue(redis, engine)
    dispatcher = Dispatcher(engine, queue)
    dispatcher.dispatch_due(NOON)
    a_worker_takes_one(redis)
    dispatcher.dispatch_due(NOON + pause_after(1))
    assert queue.seen == [1, 2]


def test_a_lost_job_is_driven_again_with_growing_pauses_and_a_new_id(
    engine: Engine, redis: Redis, dispatcher: Dispatcher
) -> None:
    request_id = accept_request(engine)
    now = NOON
    dispatcher.dispatch_due(now)
    for number, pause_s in enumerate((15, 30, 60, 120, 300, 300, 300), start=1):
        assert a_worker_takes_one(redis) == f"{request_id}-{number}"
        now += timedelta(seconds=pause_s)
        dispatcher.dispatch_due(now - MOMENT)
        assert jobs(redis) == []
        dispatcher.dispatch_due(now)
        assert jobs(redis) == [f"{request_id}-{number + 1}"]


def test_what_still_waits_in_the_queue_is_not_put_there_again(
    engine: Engine, redis: Redis, dispatcher: Dispatcher
) -> None:
    request_id = accept_request(engine)
    dispatcher.dispatch_due(NOON)
    for seconds in (15, 30, 45, 60):
        dispatcher.dispatch_due(NOON + timedelta(seconds=seconds))
    assert jobs(redis) == [f"{request_id}-1"]
    assert attempts(engine, request_id) == 1


def test_emptying_redis_loses_nothing(engine: Engine, redis: Redis, dispatcher: Dispatcher) -> None:
    waiting, taken = accept_request(engine), accept_request(engine)
    dispatcher.dispatch_due(NOON)
    redis.flushall()
    dispatcher.dispatch_due(NOON + pause_after(1))
    assert set(jobs(redis)) == {f"{waiting}-2", f"{taken}-2"}


def test_a_crash_between_claim_and_handing_over_loses_nothing(
    engine: Engine, redis: Redis, dispatcher: Dispatcher
) -> None:
    request_id = accept_request(engine)
    with engine.begin() as connection:
        limit, due_again = NOON - GIVE_UP_AFTER, NOON + pause_after(1)
        tries.claim_new(connection, accepted_after=limit, due_again=due_again, now=NOON)
    dispatcher.dispatch_due(NOON)
    assert jobs(redis) == []
    dispatcher.dispatch_due(NOON + pause_after(1))
    assert jobs(redis) == [f"{request_id}-2"]


def test_many_dispatchers_at_once_hand_over_each_try_once(engine: Engine, redis: Redis, valkey_url: str) -> None:
    sid = start_call(engine)
    accepted = [accept_request(engine, sid, turn=turn) for turn in range(2, 152)]
    clients = [connect_dispatcher(valkey_url) for _ in range(4)]
    dispatchers = [Dispatcher(engine, StopQueue(client)) for client in clients]
    with ThreadPoolExecutor(4) as pool:
        for number, now in enumerate((NOON, NOON + pause_after(1)), start=1):
            list(pool.map(lambda dispatcher, now=now: dispatcher.dispatch_due(now), dispatchers))
            waiting = jobs(redis)
            assert len(waiting) == 150
            assert set(waiting) == {job_id(Try(one, number)) for one in accepted}
            redis.flushall()
    for client in clients:
        client.close()


@pytest.fixture
def without_redis(engine: Engine) -> Dispatcher:
    """A dispatcher whose Redis is not there."""
    return Dispatcher(engine, StopQueue(connect_dispatcher(f"redis://127.0.0.1:{unused_port()}/0")))


def test_without_redis_a_request_is_due_again_in_a_second_and_the_try_does_not_count(
    engine: Engine, redis: Redis, dispatcher: Dispatcher, without_redis: Dispatcher
) -> None:
    request_id = accept_request(engine)
    without_redis.dispatch_due(NOON)
    row = row_of(engine, request_id)
    assert (row["attempts"], row["due_at"], row["status"]) == (0, NOON + SECOND, "accepted")
    dispatcher.dispatch_due(NOON + SECOND)
    assert jobs(redis) == [f"{request_id}-1"]


def test_without_redis_a_later_try_does_not_count_either(
    engine: Engine, redis: Redis, dispatcher: Dispatcher, without_redis: Dispatcher
) -> None:
    request_id = accept_request(engine)
    dispatcher.dispatch_due(NOON)
    a_worker_takes_one(redis)
    without_redis.dispatch_due(NOON + pause_after(1))
    assert attempts(engine, request_id) == 1
    dispatcher.dispatch_due(NOON + pause_after(1) + SECOND)
    assert jobs(redis) == [f"{request_id}-2"]


class UnwillingQueue(StopQueue):
    """Answers, is told what waits, but cannot take anything: as when its memory is full."""

    def put(self, tries: list[Try]) -> None:
        self._redis.execute_command("EVAL", "return redis.error_reply('OOM command not allowed')", 0)


def test_a_redis_that_takes_no_more_uses_up_no_try(engine: Engine, redis: Redis) -> None:
    request_id = accept_request(engine)
    unwilling = Dispatcher(engine, UnwillingQueue(redis))
    for seconds in range(5):
        unwilling.dispatch_due(NOON + seconds * SECOND)
    row = row_of(engine, request_id)
    assert (row["attempts"], row["due_at"]) == (0, NOON + 5 * SECOND)
    assert jobs(redis) == []


def gone_and_back(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "hotline.suspensions.trouble"]


def test_that_redis_is_gone_is_said_once_and_that_it_is_back_once(
    engine: Engine, short_directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server = Valkey(short_directory / "late-valkey", unused_port(), durable=False)
    request_id = accept_request(engine)
    with connect_dispatcher(server.url()) as redis:
        dispatcher = Dispatcher(engine, StopQueue(redis))
        for half_seconds in range(6):  # at every other look nothing is due, and Redis is gone all the same
            dispatcher.dispatch_due(NOON + half_seconds * SECOND / 2)
        assert gone_and_back(caplog) == ["Redis is gone; trying until it is back"]
        with running(server):
            for seconds in range(3, 6):
                dispatcher.dispatch_due(NOON + seconds * SECOND)
            assert gone_and_back(caplog) == ["Redis is gone; trying until it is back", "Redis is back"]
            assert jobs(redis) == [f"{request_id}-1"]


def follow_ups(engine: Engine) -> list[tuple[str, str]]:
    return [(one["reason"], one["receipt_number"]) for one in list_follow_ups(engine)]


def test_after_half_the_time_for_which_keys_are_kept_it_is_left_to_an_operator(
    engine: Engine, redis: Redis, dispatcher: Dispatcher
) -> None:
    assert timedelta(hours=12) == GIVE_UP_AFTER
    request_id = accept_request(engine)
    dispatcher.dispatch_due(NOON)
    a_worker_takes_one(redis)
    dispatcher.dispatch_due(NOON + GIVE_UP_AFTER - MOMENT)
    assert a_worker_takes_one(redis) == f"{request_id}-2"
    dispatcher.dispatch_due(NOON + GIVE_UP_AFTER + pause_after(2))
    row = row_of(engine, request_id)
    assert row["status"] == "needs_operator"
    assert follow_ups(engine) == [("needs_operator", row["receipt_number"])]
    assert jobs(redis) == []


def test_a_try_that_is_under_way_is_not_given_up(engine: Engine, dispatcher: Dispatcher) -> None:
    request_id = accept_request(engine)
    just_in_time = NOON + GIVE_UP_AFTER - MOMENT
    dispatcher.dispatch_due(just_in_time)
    dispatcher.dispatch_due(just_in_time + pause_after(1) - MOMENT)
    assert row_of(engine, request_id)["status"] == "accepted"


def test_what_redis_never_took_is_left_to_an_operator_as_well(engine: Engine, without_redis: Dispatcher) -> None:
    request_id = accept_request(engine)
    without_redis.dispatch_due(NOON)
    without_redis.dispatch_due(NOON + GIVE_UP_AFTER)
    assert row_of(engine, request_id)["status"] == "needs_operator"


def test_the_queue_of_a_line_without_workers_stays_short(engine: Engine, redis: Redis, dispatcher: Dispatcher) -> None:
    sid = start_call(engine)
    for turn in range(2, 12):
        accept_request(engine, sid, turn=turn)
    now: datetime = NOON
    for _ in range(40):
        dispatcher.dispatch_due(now)
        now += timedelta(minutes=5)
    assert len(jobs(redis)) == 10


def test_a_database_that_is_gone_is_for_the_caller_to_wait_for(queue: StopQueue) -> None:
    dispatcher = Dispatcher(connect_to("postgresql://nobody@/nothing?host=/nonexistent"), queue)
    with pytest.raises(DATABASE_TROUBLE):
        dispatcher.dispatch_due(NOON)
