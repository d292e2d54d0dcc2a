"""`hotline run` as a newcomer starts it, in a directory of its own."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.waiting import eventually

HOTLINE = str(Path(sys.executable).with_name("hotline"))
UP = "Ctrl-C stops everything."
UP_WITHIN_S = 90.0


@dataclass
class Place:
    """A directory to start in, and the settings that are given there."""

    directory: Path
    settings: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    @property
    def home(self) -> Path:
        return Path(self.settings["HOTLINE_HOME"])

    def environment(self) -> dict[str, str]:
        """What a newcomer has, and nothing that the machine of the tests happens to have set."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.directory), "TMPDIR": str(self.directory), **self.settings}

    def hotline(self, *arguments: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        done = subprocess.run(
            [HOTLINE, *arguments],
            cwd=self.directory,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done

    @contextmanager
    def writing(self) -> Iterator["Writing"]:
        """`hotline text`, at which somebody types."""
        self.runs += 1
        output = self.directory / f"output-{self.runs}"
        with (
            output.open("wb") as out,
            subprocess.Popen(
                [HOTLINE, "text"],
                cwd=self.directory,
                env=self.environment(),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
            ) as started,
        ):
            yield Writing(started, output)
            assert started.stdin
            started.stdin.close()
            assert started.wait(30) == 0, output.read_text("utf-8")

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command prints as JSON."""
        return [json.loads(line) for line in self.hotline(*arguments, "--json").stdout.splitlines()]


@contextmanager
def new_place() -> Iterator[Place]:
    """Not below pytest's own directory, which each pytest closes to all accounts but its own, PostgreSQL's included."""
    with tempfile.TemporaryDirectory(prefix="hotline-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        home = directory / "a home with a space"
        yield Place(directory, {"HOTLINE_HOME": str(home), "HOTLINE_PORT": str(neighbouring_free_ports())})


@dataclass
class Shown:
    """A command that runs, and what it has shown so far."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def text(self) -> str:
        return self.output.read_text("utf-8")

    def shows(self, text: str, within_s: float = UP_WITHIN_S) -> None:
        """Wait for a text; fail with everything that was shown when it does not come."""
        eventually(lambda: text in self.text or self.process.poll() is not None, within_s=within_s)
        assert text in self.text, self.text


class Writing(Shown):
    """One `hotline text`."""

    def types(self, *messages: str) -> None:
        assert self.process.stdin
        self.process.stdin.write("".join(f"{message}\n" for message in messages).encode())
        self.process.stdin.flush()


class Run(Shown):
    """One `hotline run`."""

    def family(self) -> list[psutil.Process]:
        """Everything that it started, and what that started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def ends(self, number: signal.Signals) -> int:
        """Send it a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def run_in(place: Place) -> Iterator[Run]:
    """Start it; in the end it is asked to stop, if nobody has done that."""
    place.runs += 1
    output = place.directory / f"output-{place.runs}"
    with output.open("wb") as out:
        started = subprocess.Popen(
            [HOTLINE, "run"], cwd=place.directory, env=place.environment(), stdout=out, stderr=subprocess.STDOUT
        )
    run = Run(started, output)
    try:
        yield run
    finally:
        if started.poll() is None:
            run.ends(signal.SIGTERM)


def neighbouring_free_ports() -> int:
    """The first of four neighbouring ports on which nothing listens.

    Not from those that a system lends to whoever connects: a line that is started again wants the same ones.
    """
    while True:
        port = random.randrange(20_000, 30_000)
        with ExitStack() as held:
            try:
                for by in range(4):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port + by))
            except OSError:
                continue
            return port
