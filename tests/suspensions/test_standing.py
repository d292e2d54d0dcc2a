from datetime import timedelta

import pytest
from redis.exceptions import RedisError

from hotline import clock
from hotline.store.database import connect_to
from hotline.store.oncall_tables import pauses
from hotline.store.standing import find_breaths, find_late
from hotline.suspensions.breathing import Breathing
from hotline.suspensions.queue import connect_dispatcher
from hotline.suspensions.standing import GONE_AFTER_S, QueueState, look_at_queue
from hotline.suspensions.worker import allow, make_worker
from tests.console.staff import make_person
from tests.store.rows import NOON, accept_request, row_of
from tests.suspensions.people import somebody

MINUTES = timedelta(minutes=2)


def look(redis) -> QueueState:
    return look_at_queue(redis)


def test_an_empty_queue_has_nobody(redis):
    found = look(redis)
    assert (found.waiting, found.oldest_at, found.started, found.failed, found.scheduled) == (0, None, 0, 0, 0)
    assert not found.workers
    assert found.keeping.policy == "noeviction"
    assert found.keeping.used_bytes > 0


def test_what_waits_is_counted_and_the_oldest_named(engine, redis, dispatcher):
    before = clock.now() - timedelta(seconds=1)
    for _ in range(2):
        accept_request(engine)
    dispatcher.dispatch_due(NOON)
    found = look(redis)
    assert found.waiting == 2
    assert before < found.oldest_at <= clock.now()


def test_a_worker_tells_what_it_does_and_when_it_last_breathed(engine, redis, dispatcher, stopper):
    seen: list[QueueState] = []

    def stop(request_id: str, number: int) -> None:
        seen.append(look(redis))
        stopper.stop(request_id, number)

    request_id = accept_request(engine, facts=somebody())
    dispatcher.dispatch_due(NOON)
    make_worker(redis, allow(stop)).work(burst=True, logging_level="WARNING")
    (during,) = seen
    (worker,) = during.workers
    assert (during.waiting, during.started, worker.state) == (0, 1, "busy")
    assert worker.job == f"{request_id}-1"
    assert worker.lives(clock.now())
    assert not worker.lives(clock.now() + timedelta(seconds=GONE_AFTER_S + 1))
    assert during.alive(clock.now()) == 1
    assert during.ids == {f"{request_id}-1"}
    assert not look(redis).workers


def test_a_request_whose_job_is_nowhere_is_named_and_one_that_waits_is_not(engine, redis, dispatcher):
    accept_request(engine)
    dispatcher.dispatch_due(NOON)
    with engine.connect() as connection:
        late = find_late(connection, NOON + MINUTES)
    assert len(late) == 1
    assert not look(redis).lost(late)
    redis.flushall()
    assert look(redis).lost(late) == late


def test_a_redis_that_is_away_is_an_error_of_its_own(free_port):
    with connect_dispatcher(f"redis://127.0.0.1:{free_port}") as nobody, pytest.raises(RedisError):
        look(nobody)


def test_while_the_queue_is_paused_nothing_is_handed_over_and_then_all_of_it(engine, redis, dispatcher):
    request_id = accept_request(engine)
    person = make_person(engine)
    begun = pauses.insert().values(reason="The backend asked us to.", began_at=NOON, began_by=person.id)
    with engine.begin() as connection:
        connection.execute(begun)
    dispatcher.dispatch_due(NOON)
    assert look(redis).waiting == 0
    assert row_of(engine, request_id)["attempts"] == 0
    with engine.begin() as connection:
        connection.execute(pauses.update().values(ended_at=NOON))
    dispatcher.dispatch_due(NOON)
    assert look(redis).waiting == 1


def test_a_dispatcher_breathes_now_and_then_and_is_forgotten_when_it_ends(engine, database_url, monkeypatch):
    other = connect_to(database_url)
    breathing = Breathing(other, "dispatcher")
    breathing.check()
    with engine.connect() as connection:
        (first,) = find_breaths(connection)
    assert first.kind == "dispatcher"
    breathing.check()
    monkeypatch.setattr("hotline.suspensions.breathing.EVERY_S", 0.0)
    breathing.check()
    with engine.connect() as connection:
        (second,) = find_breaths(connection)
    assert (second.name, second.started_at) == (first.name, first.started_at)
    assert second.at > first.at
    breathing.ends()
    with engine.connect() as connection:
        assert not find_breaths(connection)
    other.dispose()
