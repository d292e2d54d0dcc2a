"""Misbehaving on demand, for tests and drills."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import BoundedSemaphore, Event
from typing import Final

from hotline.cardstatus.reference.bodies import Faults

WAITING_LIMIT: Final = 28
"""Requests that wait because of programmed latency at one time.

Fewer than the threads of the program, so that whoever wants to end the latency still finds one.
"""


class Fate(StrEnum):
    """What becomes of one request."""

    SERVED = "served"
    REFUSED = "refused"
    FAILED = "failed"
    DROPPED_BEFORE = "dropped_before"
    """The connection is closed before anything is done."""
    DROPPED_AFTER = "dropped_after"
    """Everything is done, then the connection is closed without an answer."""


@dataclass(frozen=True, slots=True)
class _Programme:
    faults: Faults
    down_until: datetime | None
    over: Event = field(default_factory=Event)


class Trouble:
    """The faults in force. Setting others frees the requests that still wait because of the former ones."""

    def __init__(self) -> None:
        self._programme = _Programme(Faults(), None)
        self._seats = BoundedSemaphore(WAITING_LIMIT)

    def set(self, faults: Faults, moment: datetime) -> None:
        """Misbehave like this from now on."""
        former = self._programme
        self._programme = _Programme(faults, moment + timedelta(seconds=faults.down_s) if faults.down_s else None)
        former.over.set()

    def in_force(self, moment: datetime) -> Faults:
        """The faults, with the time for which it stays down from this moment on."""
        return self._programme.faults.model_copy(update={"down_s": self.down_for(moment)})

    def down_for(self, moment: datetime) -> float:
        """Seconds for which everything is still refused."""
        until = self._programme.down_until
        return max(0.0, (until - moment).total_seconds()) if until else 0.0

    def hold_up(self) -> bool:
        """Wait as long as a request has to; False when too many wait already, and this one did not."""
        programme = self._programme
        if not programme.faults.latency_ms:
            return True
        if not self._seats.acquire(blocking=False):
            return False
        programme.over.wait(programme.faults.latency_ms / 1000)
        self._seats.release()
        return True

    def fate(self, moment: datetime, roll: float) -> Fate:
        """What becomes of a request. `roll` is drawn evenly from 0 to 1; 1 itself never comes."""
        faults = self._programme.faults
        if self.down_for(moment):
            return Fate.REFUSED
        if roll < faults.drop_share:
            early = {"before": 1.0, "after": 0.0, "either": 0.5}[faults.drop]
            return Fate.DROPPED_BEFORE if roll < faults.drop_share * early else Fate.DROPPED_AFTER
        return Fate.FAILED if roll < faults.drop_share + faults.error_share else Fate.SERVED
