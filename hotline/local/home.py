"""HOTLINE_HOME: who uses it now, and what an earlier run has left in it."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from hotline.local.child import CannotStart

LEFTOVER_PATIENCE_S: Final = 20.0
"""Seconds that programs of a killed run get to end by themselves: a worker may be in the middle of a job."""


class Home:
    """A directory that one run at a time may use."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().absolute()
        self._children = self.directory / "children.json"
        self._lock: int | None = None

    def enter(self) -> None:
        """Create it and take it for this run; raises CannotStart. Being killed gives it back."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.directory / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotStart(
                f"HOTLINE_HOME {self.directory} cannot be written to ({error.strerror}): "
                "make it writable, or set HOTLINE_HOME to another directory."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(self._taken()) from None
        os.ftruncate(self._lock, 0)
        os.write(self._lock, str(os.getpid()).encode())

    def leave(self) -> None:
        """Give it back; every program that was noted has ended."""
        self._children.unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def note_child(self, name: str, pid: int) -> None:
        """Remember a program that was started, so that the next run can find it if this one is killed."""
        noted = [entry for entry in self._noted() if entry["name"] != name]
        noted.append({"name": name, "pid": pid, "started": _started(pid) or 0.0})
        written = self._children.with_suffix(".new")
        written.write_text(json.dumps(noted), "utf-8")
        written.replace(self._children)

    def end_leftovers(self, say: Callable[[str], None]) -> None:
        """Wait for programs of a run that was killed, then end them; raises CannotStart if one will not go."""
        left = self._leftovers()
        if left:
            say("an earlier run was killed; waiting for what it left: " + _named(left))
        deadline = time.monotonic() + LEFTOVER_PATIENCE_S
        while left and time.monotonic() < deadline:
            time.sleep(0.1)
            left = self._leftovers()
        for _, pid in left:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
        _, unwilling = psutil.wait_procs(_alive(left), timeout=5)
        if unwilling:
            raise CannotStart(f"An earlier run has left {_named(left)} and it cannot be ended: end it by hand first.")

    def _leftovers(self) -> list[tuple[str, int]]:
        # A number alone may belong to somebody else by now; with the time of its start it does not.
        noted = [(str(entry["name"]), int(entry["pid"]), float(entry["started"])) for entry in self._noted()]
        return [(name, pid) for name, pid, started in noted if _is_same(_started(pid), started)]

    def _noted(self) -> list[dict[str, str | int | float]]:
        with suppress(OSError, ValueError):
            return list(json.loads(self._children.read_text("utf-8")))
        return []

    def _taken(self) -> str:
        pid = (self.directory / "run.lock").read_text("utf-8").strip() or "unknown"
        return (
            f"The hotline already runs here, as process {pid}, with HOTLINE_HOME {self.directory}: "
            f"stop it first (Ctrl-C in its terminal, or kill {pid}), or set HOTLINE_HOME and HOTLINE_PORT to others."
        )


def _started(pid: int) -> float | None:
    """When a living process started; None when there is none, or only its remains."""
    with suppress(psutil.Error):
        found = psutil.Process(pid)
        if found.status() != psutil.STATUS_ZOMBIE:
            return float(found.create_time())
    return None


def _is_same(started: float | None, noted: float) -> bool:
    # Linux counts from the boot, and what the clock said at the boot moves when the clock is set right.
    return started is not None and abs(started - noted) < 2.0


def _alive(left: list[tuple[str, int]]) -> list[psutil.Process]:
    found = []
    for _, pid in left:
        with suppress(psutil.Error):
            found.append(psutil.Process(pid))
    return found


def _named(left: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} (process {pid})" for name, pid in left)
