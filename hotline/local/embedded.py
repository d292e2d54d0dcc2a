"""PostgreSQL and Valkey out of Python wheels, each living in a directory it is given: what both have in common."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from hotline.local.child import CannotStart, Command, launch, stop
from hotline.local.postgres import Postgres
from hotline.local.valkey import Valkey

__all__ = ["Embedded", "Postgres", "Valkey", "running", "wait_until"]

START_LIMIT_S: Final = 60.0
"""Seconds in which an embedded server must answer. Recovery after a kill takes a few on a slow disk."""


class Embedded(Protocol):
    """A server that can be started, asked whether it answers, and started again."""

    def prepare(self) -> None:
        """Make the directory ready. Doing it again changes nothing."""

    def command(self) -> Command:
        """What to start."""

    def answers(self) -> bool:
        """Whether it takes connections now."""

    def log_file(self) -> Path:
        """Where its output goes."""


@contextmanager
def running(server: Embedded) -> Iterator[subprocess.Popen[bytes]]:
    """Prepare and start a server, wait until it answers, and stop it at the end; raises CannotStart."""
    server.prepare()
    command = server.command()
    with server.log_file().open("ab") as log:
        child = launch(command, log)
    try:
        wait_until(server.answers, lambda: child.poll() is not None, server.log_file())
        yield child
    finally:
        stop(child, command)


def wait_until(answers: Callable[[], bool], is_over: Callable[[], bool], log_file: Path) -> None:
    """Return once the server answers; raises CannotStart when it has ended or takes longer than START_LIMIT_S."""
    deadline = time.monotonic() + START_LIMIT_S
    while not answers():
        if is_over() or time.monotonic() > deadline:
            raise CannotStart(f"{log_file.stem} did not start: {_last_line(log_file)} All of it is in {log_file}.")
        time.sleep(0.02)


def _last_line(log_file: Path) -> str:
    lines = log_file.read_text("utf-8", "replace").splitlines() if log_file.exists() else []
    return lines[-1].strip() if lines else "it wrote nothing."
