"""Mistakes in the life of a request, planted one at a time: the drill must find each of them."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest
from hypothesis.stateful import rule
from sqlalchemy import text, update

from hotline.callflow.effects import Facts
from hotline.callflow.events import Target
from hotline.cardstatus.client import Answered, CardStatus
from hotline.store import open_requests, requests, tries
from hotline.store.database import Connection
from hotline.store.requests import Status
from hotline.store.tables import requests as table
from hotline.store.tries import Try
from hotline.suspensions import dispatch, job, queue
from hotline.suspensions.dispatch import Dispatcher
from hotline.suspensions.job import Stopper
from hotline.suspensions.queue import StopQueue
from tests.store.rows import promise, start_call
from tests.suspensions.every_order import Drill
from tests.suspensions.people import somebody

Plant = Callable[[pytest.MonkeyPatch], type[Drill] | None]


def nothing_is_driven_again(planted: pytest.MonkeyPatch) -> None:
    """A request gets one try."""
    planted.setattr(Dispatcher, "_hand_over_again", lambda *_: None)


def done_before_called(planted: pytest.MonkeyPatch) -> None:
    """What was asked for counts as done, whether the backend heard it or not."""
    asked = Stopper._stop

    def stop(self: Stopper, request_id: UUID, attempt: int) -> None:
        with self._engine.begin() as connection:
            done = {"status": Status.SUSPENDED, "due_at": None, "finished_at": self._now()}
            request = open_requests.find_open(connection, request_id)
            connection.execute(update(table).where(table.c.id == request_id, table.c.status == "accepted").values(done))
        planted_open = pytest.MonkeyPatch()
        with planted_open.context() as once:
            once.setattr(job, "find_open", lambda *_: request)
            asked(self, request_id, attempt)

    planted.setattr(Stopper, "_stop", stop)


def one_job_id_for_all_tries(planted: pytest.MonkeyPatch) -> None:
    """A job that was lost keeps its id, and the next try is refused for ever."""
    put = StopQueue.put

    def put_once(self: StopQueue, handed_over: Sequence[Try]) -> None:
        put(self, [one for one in handed_over if not self._redis.exists(f"rq:job:{queue.job_id(one)}")])

    for module in (queue, dispatch):
        planted.setattr(module, "job_id", lambda one: f"{one.request_id}-1")
    planted.setattr(StopQueue, "put", put_once)


def accepted_before_commit(_: pytest.MonkeyPatch) -> type[Drill]:
    """The caller hears that it is accepted, and then the turn is rolled back."""

    class Told(Drill):
        @rule()
        def a_turn_is_rolled_back(self) -> None:
            sid = start_call(self.world.engine, at=self.now)
            with self.world.engine.connect() as connection:
                told = promise(connection, sid, facts=somebody(), at=self.now)
                connection.rollback()
            self.world.accepted[told] = self.now

    return Told


def no_idempotency_key(planted: pytest.MonkeyPatch) -> None:
    """Each question to the backend is one of its own."""
    asked = CardStatus.suspend

    def suspend(self: CardStatus, _: UUID, targets: tuple[Target, ...], facts: Facts) -> Answered:
        return asked(self, uuid4(), targets, facts)

    planted.setattr(CardStatus, "suspend", suspend)


def a_late_answer_is_written(planted: pytest.MonkeyPatch) -> None:
    """The answer to a key that an operator has replaced meanwhile counts."""
    planted.setattr(requests, "_has_key", lambda request_id, _: table.c.id == request_id)


def driven_for_ever(planted: pytest.MonkeyPatch) -> None:
    """The backend is asked although it may have forgotten the key."""
    for module in (dispatch, job):
        planted.setattr(module, "GIVE_UP_AFTER", timedelta(days=365))


def a_worker_trusts_its_job(planted: pytest.MonkeyPatch) -> None:
    """A worker that stood still for hours asks all the same."""
    planted.setattr(Stopper, "_is_over", lambda *_: False)


def what_redis_refused_is_forgotten(planted: pytest.MonkeyPatch) -> None:
    """What could not be put into the queue is not due again for a long time."""
    taken_back = tries.take_back

    def take_back(connection: Connection, claimed: Sequence[Try], *, due_again: object) -> None:
        del due_again
        taken_back(connection, claimed, due_again=dispatch.clock.now() + timedelta(days=3650))

    planted.setattr(tries, "take_back", take_back)


def given_up_in_silence(planted: pytest.MonkeyPatch) -> None:
    """Nobody is told of a request that the line gives up."""

    def give_up(connection: Connection, which: object, now: object) -> Sequence[UUID]:
        left = update(table).where(table.c.status == Status.ACCEPTED, which)  # type: ignore[arg-type]
        left = left.values(status=Status.NEEDS_OPERATOR, due_at=None, finished_at=now)
        return list(connection.execute(left.returning(table.c.id)).scalars())

    planted.setattr(requests, "_give_up", give_up)


def a_pause_that_never_ends(planted: pytest.MonkeyPatch) -> None:
    """A queue that was paused once stays so."""
    planted.setattr(dispatch, "find_pause", _ever_paused)


def _ever_paused(connection: Connection) -> bool | None:
    return True if connection.execute(text("SELECT count(*) FROM pauses")).scalar_one() else None


MUTANTS: Final[Sequence[Plant]] = (
    nothing_is_driven_again,
    done_before_called,
    one_job_id_for_all_tries,
    accepted_before_commit,
    no_idempotency_key,
    a_late_answer_is_written,
    driven_for_ever,
    a_worker_trusts_its_job,
    what_redis_refused_is_forgotten,
    given_up_in_silence,
    a_pause_that_never_ends,
)
"""The first five are those that lost or doubled promises in trials of other designs."""
