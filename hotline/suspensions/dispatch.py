"""The dispatcher: hands due requests to the workers, again and again, until they are finished."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final
from uuid import UUID

from redis.exceptions import RedisError

from hotline import clock, metrics
from hotline.settings import Settings
from hotline.store import requests, tries
from hotline.store.database import DATABASE_TROUBLE, Engine, connect_to
from hotline.store.listening import Listener, listening
from hotline.store.requests import CHANNEL
from hotline.store.standing import find_pause
from hotline.store.tries import Try
from hotline.suspensions.breathing import Breathing
from hotline.suspensions.chores import Chore, Chores
from hotline.suspensions.pace import ENQUEUE_AGAIN_AFTER, GIVE_UP_AFTER, pause_after
from hotline.suspensions.queue import StopQueue, connect_dispatcher, job_id
from hotline.suspensions.stopping import Stopping
from hotline.suspensions.texts import Sending, Texts
from hotline.suspensions.trouble import Trouble

log = logging.getLogger(__name__)

SWEEP_S: Final = 1.0
"""Seconds between two looks for what is due; what a missed notification costs at most."""

APPLICATION: Final = "hotline dispatcher"


class Dispatcher:
    """Hands over what is due. Several at once, in one process or many, share the work."""

    def __init__(self, engine: Engine, queue: StopQueue) -> None:
        # Every claim is one statement, so that it takes one round trip and is committed before it is handed over.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._queue = queue
        self._redis = Trouble("Redis")

    def dispatch_due(self, now: datetime) -> None:
        """Hand over what is due at this moment, and give up what is too old.

        While Redis is gone, or on-call has paused the queue, what is due stays due. Raises one of DATABASE_TROUBLE
        when PostgreSQL is gone.
        """
        metrics.SWEEPS.inc()
        try:
            if self._redis.stands:
                self._queue.answers()
            if not self._is_paused():
                self._hand_over_new(now)
                self._hand_over_again(now)
            self._redis.ends()
        except RedisError as error:
            self._redis.begins(error)
        self._give_up_old(now)

    def _is_paused(self) -> bool:
        with self._engine.connect() as connection:
            return find_pause(connection) is not None

    def _hand_over_new(self, now: datetime) -> None:
        claim = partial(tries.claim_new, accepted_after=now - GIVE_UP_AFTER, due_again=now + pause_after(1), now=now)
        while True:
            with self._engine.connect() as connection:
                claimed = claim(connection)
            self._put(claimed, now)
            if len(claimed) < tries.BATCH:
                return

    def _hand_over_again(self, now: datetime) -> None:
        while True:
            with self._engine.connect() as connection:
                due = tries.find_due_again(connection, accepted_after=now - GIVE_UP_AFTER, now=now)
            if not due:
                return
            waiting = self._queue.waiting()
            by_number = groupby(sorted(due, key=_tries_so_far), key=_tries_so_far)
            changed = sum(self._hand_over_group(list(group), waiting, now) for _, group in by_number)
            if len(due) < tries.BATCH or not changed:
                return

    def _hand_over_group(self, due: Sequence[Try], waiting: set[str], now: datetime) -> int:
        """Hand over requests that all had the same number of tries; returns how many are not due any more.

        What no worker has taken yet is not put into the queue once more: when workers are slow or away, that would
        make the queue ever longer.
        """
        last, pauses = due[0].number, due[0].number - due[0].before
        unhurried: list[UUID] = [one.request_id for one in due if job_id(one) in waiting]
        others: list[UUID] = [one.request_id for one in due if job_id(one) not in waiting]
        with self._engine.connect() as connection:
            postponed = tries.postpone(connection, unhurried, last=last, due_again=now + pause_after(pauses), now=now)
            due_again = now + pause_after(pauses + 1)
            claimed = tries.claim_again(connection, others, last=last, due_again=due_again, now=now)
        self._put(claimed, now)
        return postponed + len(claimed)

    def _put(self, claimed: Sequence[Try], now: datetime) -> None:
        if not claimed:
            return
        try:
            self._queue.put(claimed)
        except RedisError:
            with self._engine.connect() as connection:
                tries.take_back(connection, claimed, due_again=now + ENQUEUE_AGAIN_AFTER)
            raise
        for one in claimed:
            log.info("request handed over", extra={"request": str(one.request_id), "try": one.number})

    def _give_up_old(self, now: datetime) -> None:
        with self._engine.connect() as connection:
            given_up = requests.give_up_old(connection, accepted_before=now - GIVE_UP_AFTER, now=now)
        for request_id in given_up:
            log.error("request left to an operator", extra={"request": str(request_id), "cause": "no answer for hours"})


def _tries_so_far(one: Try) -> tuple[int, int]:
    return one.number, one.before


def run(settings: Settings, chores: Sequence[Chore] = (), texts: Texts | None = None) -> None:
    """Dispatch until SIGTERM or SIGINT; beside it do the chores.

    Texts are sent beside it as well; without `texts` none are, and what was promised stays due. PostgreSQL and Redis
    may come and go. An unknown error ends the process: whoever started it starts it again.
    """
    url = settings.database_url.get_secret_value()
    # A claim that is lost in a crash of PostgreSQL is only made once more, so it need not wait for the disk.
    engine = connect_to(url, application=APPLICATION, connections=2, wait_for_disk=False)
    dispatcher = Dispatcher(engine, StopQueue(connect_dispatcher(settings.redis_url.get_secret_value())))
    postgres = Trouble("PostgreSQL")
    breathing = Breathing(engine, "dispatcher")
    with ExitStack() as stack:
        stopping = stack.enter_context(Stopping())
        beside: list[Chores | Sending] = [stack.enter_context(Chores(chores))]
        if texts is not None:
            beside.append(stack.enter_context(Sending(texts)))
        while not stopping:
            try:
                with listening(url, CHANNEL, APPLICATION) as listener:
                    _dispatch(dispatcher, listener, stopping, [breathing, *beside], postgres)
            except DATABASE_TROUBLE as error:
                postgres.begins(error)
                stopping.wait(SWEEP_S)
    breathing.ends()
    log.info("dispatcher ended")


def _dispatch(
    dispatcher: Dispatcher,
    listener: Listener,
    stopping: Stopping,
    beside: Sequence[Breathing | Chores | Sending],
    postgres: Trouble,
) -> None:
    while not stopping:
        dispatcher.dispatch_due(clock.now())
        postgres.ends()
        for one in beside:
            one.check()
        listener.wait(SWEEP_S, stopping)
