"""The watch: a process that looks every few seconds, and wakes somebody."""

import logging
import time
from contextlib import suppress
from typing import Final

from redis import Redis

from hotline import clock
from hotline.oncall.pager import breathe, tell
from hotline.oncall.roster import Roster
from hotline.oncall.standing import look
from hotline.oncall.watching import Watching
from hotline.settings import Settings
from hotline.store.database import DATABASE_TROUBLE, Connection, Engine, connect_to
from hotline.store.troubles import may_act
from hotline.suspensions.breathing import Breathing
from hotline.suspensions.queue import connect_dispatcher
from hotline.suspensions.stopping import Stopping

log = logging.getLogger(__name__)

SWITCH_EVERY_S: Final = 60.0
"""Seconds between two signs of life to the dead man's switch."""


def run(settings: Settings, roster: Roster, every_s: float) -> None:
    """Watch until SIGTERM or SIGINT. PostgreSQL and Redis may come and go: that is what it is there for."""
    engine = connect_to(settings.database_url.get_secret_value(), application="hotline watch", connections=2)
    lead, breathing = Lead(engine), Breathing(engine, "watch")
    watching, switch = Watching(roster, tell), _Switch(roster)
    with Stopping() as stopping, connect_dispatcher(settings.redis_url.get_secret_value()) as redis:
        while not stopping:
            if _looked(watching, lead, engine, redis):
                switch.check()
            with suppress(*DATABASE_TROUBLE):
                breathing.check()
            stopping.wait(every_s)
    lead.ends()
    breathing.ends()
    log.info("watch ended")


class Lead:
    """Which of several watches acts: the one whose connection holds the lock, as long as it lives."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None
        self._is_mine = False

    def is_mine(self) -> bool:
        """Whether this one is to act now; another is when it cannot be known."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            # Taken once, or asked once more: either shows that the connection still lives.
            self._is_mine = may_act(self._connection)
        except DATABASE_TROUBLE:
            self.ends()
        return self._is_mine

    def ends(self) -> None:
        """Make way for another."""
        if self._connection is not None:
            # The lock goes with the connection, not back into the pool with it.
            self._connection.invalidate()
            self._connection.close()
        self._connection, self._is_mine = None, False


class _Switch:
    def __init__(self, roster: Roster) -> None:
        self._address = roster.dead_mans_switch
        self._last: float | None = None

    def check(self) -> None:
        """Give a sign of life if it is time."""
        now = time.monotonic()
        if self._address is None or (self._last is not None and now - self._last < SWITCH_EVERY_S):
            return
        if breathe(self._address):
            self._last = now
        else:
            log.warning("the dead man's switch did not take the sign of life; it is tried again")


def _looked(watching: Watching, lead: Lead, engine: Engine, redis: Redis) -> bool:
    """Whether this one acted. While PostgreSQL is away nobody knows who is to: then each does."""
    standing = look(engine, redis, clock.now())
    if standing.told is not None and not lead.is_mine():
        return False
    watching.round(standing, engine)
    return True
