"""When a request is handed over again, and when the line gives up."""

from datetime import timedelta
from typing import Final

from hotline.cardstatus.client import KEYS_KEPT

PAUSES: Final = (
    timedelta(seconds=15),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
)
"""What follows the first try, the second, and so on; the last one follows every later try."""

JOB_LIMIT_S: Final = 10
"""Seconds after which a job is cut off: more than the backend client ever takes, less than the shortest pause."""

GIVE_UP_AFTER: Final = KEYS_KEPT / 2
"""How long after it was accepted a request is no longer handed over.

Once the backend has forgotten the key, one more try could stop a card again that somebody has lawfully lifted
meanwhile. Half of that time is left for clocks that differ and for workers that stood still.
"""

ENQUEUE_AGAIN_AFTER: Final = timedelta(seconds=1)
"""When a request that could not be put into the queue is due again."""


def pause_after(number: int) -> timedelta:
    """The pause after this try, counted from 1."""
    return PAUSES[min(number, len(PAUSES)) - 1]
