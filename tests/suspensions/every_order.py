"""Everything that can go wrong, in every order that Hypothesis thinks of, on the real dispatcher, job and backend.

Time is a number here, so that hours pass at once. What must hold: every accepted request is stopped exactly once at
the backend or left to an operator for a reason, nothing else is stopped, and no key is used that may be forgotten.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from redis import Redis
from redis.exceptions import TimeoutError as RedisTimeout
from rq.exceptions import NoSuchJobError
from rq.serializers import JSONSerializer
from sqlalchemy import select, text

from hotline.callflow.effects import Facts
from hotline.callflow.events import Target
from hotline.cardstatus.client import Answered, CardStatus
from hotline.cardstatus.errors import Permanent
from hotline.store.database import Engine
from hotline.store.listings import list_follow_ups
from hotline.store.oncall_tables import pauses
from hotline.store.requests import give_up
from hotline.store.sending_again import NotSent, send_again
from hotline.store.tables import follow_ups, requests
from hotline.store.tries import Try
from hotline.suspensions.dispatch import Dispatcher
from hotline.suspensions.job import Stopper
from hotline.suspensions.pace import GIVE_UP_AFTER
from hotline.suspensions.queue import StopQueue
from hotline.suspensions.worker import allow
from tests.cardstatus.running import Backend
from tests.store.rows import NOON, VAULT, accept_request, promise, row_of, start_call
from tests.suspensions.people import somebody

WAITING = "rq:queue:suspensions"


class Killed(BaseException):
    """A process ends here, in the middle of what it does."""


@dataclass
class World:
    """The real parts that every drill plays on."""

    engine: Engine
    redis: Redis
    backend: Backend
    client: CardStatus
    on_call: int
    """The number of somebody who may pause the queue."""
    accepted: dict[UUID, datetime] = field(default_factory=dict)
    """Every request that was ever accepted, and when."""
    sent_again: dict[UUID, tuple[UUID, datetime]] = field(default_factory=dict)
    """Every key that a request got by being sent again: whose it is, and since when."""
    read_up_to: str | None = None
    """How far the backend's list of what was applied has been read."""

    def begin(self) -> None:
        self.redis.flushall()
        self.backend.misbehaves()
        self.accepted.clear()
        self.sent_again.clear()
        self.newly_applied()
        with self.engine.begin() as connection:
            connection.execute(text("TRUNCATE calls CASCADE"))
            connection.execute(pauses.delete())

    def newly_applied(self) -> Counter[str]:
        """How often something was stopped under each key since this was asked last."""
        applied: Counter[str] = Counter()
        while True:
            after = {"after": self.read_up_to} if self.read_up_to else {}
            page = self.backend.ask("GET", "/v1/suspensions", params=after).json()
            if not page["suspensions"]:
                return applied
            applied.update(one["key"] for one in page["suspensions"])
            self.read_up_to = page["next"]


class Asked(CardStatus):
    """The real client, with something in the way before it asks or after it was answered."""

    def __init__(self, world: World, before: Callable[[UUID], None], after: Callable[[], None]) -> None:
        self._world, self._before, self._after = world, before, after

    def suspend(self, key: UUID, targets: tuple[Target, ...], facts: Facts) -> Answered:
        self._before(key)
        answered = self._world.client.suspend(key, targets, facts)
        self._after()
        return answered


class Interrupted(StopQueue):
    """The real queue, with something in the way."""

    def __init__(self, redis: Redis, *, before: Callable[[], None], after: Callable[[], None]) -> None:
        super().__init__(redis)
        self._before, self._after = before, after

    def put(self, tries: Sequence[Try]) -> None:
        self._before()
        super().put(tries)
        self._after()


class Crossed(StopQueue):
    """The real queue; while one dispatcher asks it what waits, another one does a whole round."""

    def __init__(self, redis: Redis, other: Callable[[], None]) -> None:
        super().__init__(redis)
        self._other = other

    def waiting(self) -> set[str]:
        seen = super().waiting()
        self._other()
        return seen


def nothing(*_: object) -> None:
    """Nothing is in the way."""


def dies(*_: object) -> None:
    raise Killed


def _written(engine: Engine) -> set[UUID]:
    with engine.connect() as connection:
        return set(connection.execute(select(requests.c.id)).scalars())


def play(world: World, drill: "type[Drill] | None" = None, *, examples: int, shrinks: bool = True) -> None:
    """Try that many scripts; raises what the first one found that fails, made as short as it can be if `shrinks`."""
    machine = type("Played", (drill or Drill,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


class Drill(RuleBasedStateMachine):
    world: ClassVar[World]

    @initialize()
    def the_day_begins(self) -> None:
        self.now = NOON
        self.refused: set[UUID] = set()
        self.asked_too_late: set[UUID] = set()
        self.world.begin()

    # What callers do

    @rule()
    def a_caller_confirms(self) -> None:
        request_id = accept_request(self.world.engine, facts=somebody(), at=self.now)
        self.world.accepted[request_id] = self.now

    @rule()
    def a_caller_confirms_and_it_is_handed_over(self) -> None:
        """As it goes nearly always, so that scripts get beyond it more often."""
        self.a_caller_confirms()
        self._dispatches(StopQueue(self.world.redis))

    @rule()
    def a_turn_is_rolled_back(self) -> None:
        sid = start_call(self.world.engine, at=self.now)
        with self.world.engine.connect() as connection:
            promise(connection, sid, facts=somebody(), at=self.now)
            connection.rollback()

    @rule(seconds=st.sampled_from([1, 15, 30, 120, 300, 3600, 13 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    # What operators do

    @rule()
    def an_operator_sends_again_what_was_left(self) -> None:
        for request_id in self.world.accepted:
            self._sends_again(request_id)

    # What dispatchers do, and what befalls them

    @rule()
    def a_dispatcher_looks(self) -> None:
        self._dispatches(StopQueue(self.world.redis))

    @rule()
    def a_dispatcher_dies_after_claiming(self) -> None:
        with suppress(Killed):
            self._dispatches(Interrupted(self.world.redis, before=dies, after=nothing))

    @rule()
    def a_dispatcher_dies_after_handing_over(self) -> None:
        with suppress(Killed):
            self._dispatches(Interrupted(self.world.redis, before=nothing, after=dies))

    @rule(taken=st.booleans())
    def redis_does_not_answer(self, taken: bool) -> None:
        def is_silent() -> None:
            raise RedisTimeout("no answer")

        before, after = (nothing, is_silent) if taken else (is_silent, nothing)
        self._dispatches(Interrupted(self.world.redis, before=before, after=after))

    @rule(goes_on=st.booleans())
    def on_call_pauses_the_queue(self, goes_on: bool) -> None:
        with self.world.engine.begin() as connection:
            connection.execute(pauses.update().where(pauses.c.ended_at.is_(None)).values(ended_at=self.now))
            if not goes_on:
                paused = pauses.insert().values(reason="a drill", began_at=self.now, began_by=self.world.on_call)
                connection.execute(paused)

    @rule()
    def two_dispatchers_cross(self) -> None:
        self._dispatches(Crossed(self.world.redis, lambda: self._dispatches(StopQueue(self.world.redis))))

    # What befalls Redis and jobs

    @rule()
    def redis_is_emptied(self) -> None:
        self.world.redis.flushall()

    @rule()
    def a_job_is_lost(self) -> None:
        self.world.redis.lpop(WAITING)

    @precondition(lambda self: self.world.redis.llen(WAITING))
    @rule()
    def a_job_is_doubled(self) -> None:
        self.world.redis.rpush(WAITING, self.world.redis.lindex(WAITING, 0))

    # What workers do, and what befalls them

    @rule()
    def a_worker_does_a_job(self) -> None:
        self._works()

    @rule()
    def a_worker_dies_before_it_asks(self) -> None:
        self._works(before=dies)

    @rule()
    def a_worker_dies_with_the_answer(self) -> None:
        self._works(after=dies)

    @rule(hours=st.sampled_from([1, 13, 25]))
    def a_worker_stands_still_with_the_answer(self, hours: int) -> None:
        def stands_still() -> None:
            self.now += timedelta(hours=hours)

        self._works(after=stands_still)

    @rule()
    def no_worker_comes_for_half_a_day(self) -> None:
        self.now += timedelta(hours=13)
        self._works()

    @rule()
    def an_operator_sends_again_while_a_worker_stands_still(self) -> None:
        held: list[UUID] = []

        def is_left_and_sent_again() -> None:
            with self.world.engine.begin() as connection:
                if give_up(connection, held[0], now=self.now, key=self._key(held[0])):
                    self.refused.add(self._key(held[0]))
            self._sends_again(held[0])

        self._works(before=lambda key: held.append(self._whose(key)), after=is_left_and_sent_again)

    @rule()
    def two_workers_cross(self) -> None:
        def crosses(key: UUID) -> None:
            request_id = self._whose(key)
            self._stopper().stop(str(request_id), self._attempts(request_id))

        self._works(before=crosses)

    @rule()
    def the_backend_refuses(self) -> None:
        def refuses(key: UUID) -> None:
            self.refused.add(key)
            raise Permanent(key, "status 400")

        self._works(before=refuses)

    # What befalls the backend

    @rule(faults=st.sampled_from([{"error_share": 1}, {"drop_share": 1, "drop": "after"}, {}, {}]))
    def the_backend_changes(self, faults: dict[str, object]) -> None:
        self.world.backend.misbehaves(**faults)

    # What must hold

    def teardown(self) -> None:
        if not hasattr(self, "now"):
            return
        self.world.backend.misbehaves()
        self.on_call_pauses_the_queue(goes_on=True)
        for _ in range(4):
            # The longest pause between two tries: everything that is open is due.
            self.now += timedelta(minutes=5)
            self._dispatches(StopQueue(self.world.redis))
            while self.world.redis.llen(WAITING):
                self._works()
        self._everything_promised_was_kept()
        assert not self.asked_too_late, "the backend may have forgotten these keys"

    def _everything_promised_was_kept(self) -> None:
        applied = self.world.newly_applied()
        lost = self.world.accepted.keys() - _written(self.world.engine)
        assert not lost, "nobody knows what these callers were told"
        rows = {request_id: row_of(self.world.engine, request_id) for request_id in self.world.accepted}
        left = {one["receipt_number"] for one in list_follow_ups(self.world.engine) if one["resolved_at"] is None}
        assert set(applied) <= {str(key) for key in (*rows, *self.world.sent_again)}
        for request_id, row in rows.items():
            keys = [request_id, *(key for key, (whose, _) in self.world.sent_again.items() if whose == request_id)]
            times = sum(applied[str(key)] for key in keys)
            match row["status"]:
                case "suspended":
                    assert (applied[str(keys[-1])], times) == (1, 1)
                case "already_suspended":
                    assert (applied[str(keys[-1])], times) == (0, 1)
                case status:
                    assert status == "needs_operator"
                    assert times <= 1
                    assert row["receipt_number"] in left
                    finished_at = row["finished_at"]
                    assert isinstance(finished_at, datetime)
                    too_old = finished_at - self._sent_at(keys[-1]) >= GIVE_UP_AFTER
                    assert too_old or keys[-1] in self.refused

    # How it is done

    def _dispatches(self, queue: StopQueue) -> None:
        Dispatcher(self.world.engine, queue).dispatch_due(self.now)

    def _works(self, before: Callable[[UUID], None] = nothing, after: Callable[[], None] = nothing) -> None:
        """A worker takes the first job, if there is one, and may die of it."""
        taken = self.world.redis.lpop(WAITING)
        if taken is None:
            return
        job_class = allow(self._stopper(before, after).stop)
        try:
            job = job_class.fetch(taken.decode(), connection=self.world.redis, serializer=JSONSerializer)
            job.perform()
            job.delete(remove_from_queue=False)
        except (NoSuchJobError, Killed):
            return

    def _stopper(self, before: Callable[[UUID], None] = nothing, after: Callable[[], None] = nothing) -> Stopper:
        def is_about_to_ask(key: UUID) -> None:
            before(key)
            if self.now - self._sent_at(key) >= GIVE_UP_AFTER:
                self.asked_too_late.add(key)

        return Stopper(self.world.engine, VAULT, Asked(self.world, is_about_to_ask, after), lambda: self.now)

    def _sends_again(self, request_id: UUID) -> None:
        with self.world.engine.begin() as connection:
            key = self._key(request_id)
            sent = send_again(connection, request_id, key=key, corrected=None, now=self.now)
            if isinstance(sent, NotSent):
                return
        resolved = {"resolved_at": self.now}
        with self.world.engine.begin() as connection:
            connection.execute(follow_ups.update().where(follow_ups.c.request_id == request_id).values(resolved))
        self.world.sent_again[self._key(request_id)] = (request_id, self.now)

    def _key(self, request_id: UUID) -> UUID:
        return UUID(str(row_of(self.world.engine, request_id)["idempotency_key"] or request_id))

    def _whose(self, key: UUID) -> UUID:
        return self.world.sent_again[key][0] if key in self.world.sent_again else key

    def _sent_at(self, key: UUID) -> datetime:
        if key in self.world.sent_again:
            return self.world.sent_again[key][1]
        return self.world.accepted.get(key, self.now)

    def _attempts(self, request_id: UUID) -> int:
        return int(str(row_of(self.world.engine, request_id)["attempts"]))
