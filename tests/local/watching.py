"""Waiting for conditions, with a deadline."""

import time
from collections.abc import Callable


def eventually(is_so: Callable[[], object], within_s: float = 15.0) -> None:
    """Return once it is so; fail when the time is up."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether a process lives; what waits to be collected by its parent does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
