"""The parts of a line, each of which can be killed, frozen and started again."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil

from hotline.local.child import kill_group, launch
from hotline.local.embedded import Embedded, wait_until
from tests.waiting import eventually
from tests.whole.running import RunningLine


class Server:
    """An embedded PostgreSQL or Valkey."""

    def __init__(self, server: Embedded, directory: Path) -> None:
        self._server = server
        self.directory = directory
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def is_up(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def launch(self) -> None:
        """Start it and do not wait for it."""
        self._server.prepare()
        with self._server.log_file().open("ab") as log:
            self._child = launch(self._server.command(), log)

    def awaits(self) -> None:
        """Wait until it answers."""
        child = self._started
        wait_until(self._server.answers, lambda: child.poll() is not None, self._server.log_file())

    def kill(self) -> None:
        """`kill -9`, everything of it at once."""
        family = self.family()
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        kill_group(self._started)
        eventually(lambda: all(map(_is_dead, family)), "everything of it is dead")
        self._child = None

    def forget(self) -> None:
        """Remove all that it has kept on disk."""
        shutil.rmtree(self.directory)

    def signal(self, number: signal.Signals) -> None:
        """To everything of it: PostgreSQL's children each lead a group of their own."""
        for one in self.family():
            with suppress(psutil.NoSuchProcess):
                one.send_signal(number)

    def log(self) -> bytes:
        return self._server.log_file().read_bytes()

    def family(self) -> list[psutil.Process]:
        """Every process of it."""
        own = psutil.Process(self._started.pid)
        return [own, *own.children(recursive=True)]

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        assert self._child is not None, "start it first"
        return self._child


class Program:
    """A program of the hotline."""

    def __init__(self, running: RunningLine, name: str) -> None:
        self._running = running
        self._name = name

    @property
    def is_up(self) -> bool:
        child = self._running.children.get(self._name)
        return child is not None and child.poll() is None

    def launch(self) -> None:
        """Start it and do not wait for it."""
        self._running.launch(self._name)

    def awaits(self) -> None:
        """Wait until it does its work."""
        self._running.awaits(self._name)

    def kill(self) -> None:
        """`kill -9`, its whole group at once."""
        self._running.kill(self._name)

    def signal(self, number: signal.Signals) -> None:
        os.killpg(self._running.children[self._name].pid, number)


Part = Server | Program


def _is_dead(one: psutil.Process) -> bool:
    """Whether nothing of it is left but a number that its new parent has not asked for yet."""
    try:
        return bool(one.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
