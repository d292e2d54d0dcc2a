"""Saying now and then that this process lives, where whoever watches can read it."""

import os
import socket
import time
from contextlib import suppress
from typing import Final

from hotline import clock
from hotline.store.database import DATABASE_TROUBLE, Engine
from hotline.store.standing import breathe, stop_breathing

EVERY_S: Final = 10.0
"""Seconds between two words; whoever has said nothing for several times as long counts as gone."""


class Breathing:
    """For one process; only one of its threads may use it."""

    def __init__(self, engine: Engine, kind: str) -> None:
        self._engine = engine
        self._kind = kind
        self._name = f"{kind} {socket.gethostname()[:80]} {os.getpid()}"
        self._last: float | None = None

    def check(self) -> None:
        """Say it if it is time; raises one of DATABASE_TROUBLE when PostgreSQL is gone."""
        now = time.monotonic()
        if self._last is not None and now - self._last < EVERY_S:
            return
        with self._engine.begin() as connection:
            breathe(connection, self._name, self._kind, clock.now())
        self._last = now

    def ends(self) -> None:
        """Nobody needs to miss a process that ends in order."""
        with suppress(*DATABASE_TROUBLE), self._engine.begin() as connection:
            stop_breathing(connection, self._name)
