"""What is done now and then beside dispatching, so that a long one never holds up a request."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Final, TypeAlias

from hotline import clock
from hotline.store.database import DATABASE_TROUBLE

log = logging.getLogger(__name__)

EVERY_S: Final = 60.0
"""Seconds between two rounds of chores. What they do may be late by so much."""

Chore: TypeAlias = Callable[[datetime], object]
"""Done with the present moment. It may run in several processes at once, and must not mind."""


class ChoreFailed(Exception):
    """A chore raised something unknown; its thread has written the traceback."""


class Chores:
    """A thread that does the chores one after the other, round after round, as long as the context lasts."""

    def __init__(self, chores: Sequence[Chore], every_s: float = EVERY_S) -> None:
        self._chores = chores
        self._every_s = every_s
        self._over = threading.Event()
        # A daemon: a round that is cut off by the end of the process is done again by the next one.
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    def __enter__(self) -> "Chores":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()

    def check(self) -> None:
        """Raise ChoreFailed if the thread has ended: it never does so by itself."""
        if not self._thread.is_alive():
            raise ChoreFailed("A chore failed, see the traceback before this: start the dispatcher again.")

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            for chore in self._chores:
                try:
                    chore(clock.now())
                except DATABASE_TROUBLE as error:
                    log.warning("a chore found no database and waits", extra={"error": type(error).__name__})
