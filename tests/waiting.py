"""Waiting for a condition, with a deadline: never a pause in the hope that it is long enough."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(seen: Callable[[], T], what: str = "what the line above waits for", within_s: float = 30.0) -> T:
    """What `seen` gives as soon as it is true; fails with `what` when the time is up.

    It is asked at least once, and an exception of its own ends the wait.
    """
    deadline = time.monotonic() + within_s
    while True:
        if value := seen():
            return value
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        time.sleep(0.02)
