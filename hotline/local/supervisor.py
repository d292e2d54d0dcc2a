"""Keeps programs running: starts them in stages, starts again what dies, stops all in the opposite order."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from hotline.local.child import CannotStart, Command, kill_group, launch
from hotline.local.lines import Lines

READY_LIMIT_S: Final = 60.0
"""Seconds in which a program must be ready. A cold machine imports slowly; PostgreSQL may have to recover."""

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
"""Seconds between a program's death and its next start: doubled with each death, up to the longest."""

STEADY_S: Final = 60.0
"""A program that ran this long starts with the first pause again."""

_TICK_S: Final = 0.05
_READER_LIMIT_S: Final = 2.0  # something that left the group may still hold the pipe


class Stopped(Exception):
    """Somebody asked for the end."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command, and how to see that it does its work."""

    command: Command
    is_ready: Callable[[int], bool]
    """Asked with the number of the process, until it is so."""
    log_file: Path | None = None
    """Where its output goes; None shows it."""


@dataclass(slots=True)
class _Kept:
    """A program that is kept running. `due_at` is when it starts again, None while it runs."""

    program: Program
    child: subprocess.Popen[bytes]
    started_at: float
    pause_s: float = FIRST_PAUSE_S
    due_at: float | None = None
    reader: threading.Thread | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return self.program.command.name


class Supervisor:
    """Use it from one thread only, the main one: signals arrive there, and children live as long as their thread."""

    def __init__(self, lines: Lines, on_launch: Callable[[str, int], None] = lambda _name, _pid: None) -> None:
        """`on_launch` is told the name and the number of every program that was started."""
        self._lines = lines
        self._on_launch = on_launch
        self._stages: list[list[_Kept]] = []
        self._asked_to_stop = 0

    def listen_to_signals(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal end it; a second one kills what has not ended yet."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.ask_to_stop())

    def ask_to_stop(self) -> None:
        """Make the next `pause` raise Stopped. Twice: stop without patience."""
        self._asked_to_stop += 1

    def start(self, programs: Sequence[Program]) -> None:
        """Start programs as one stage and wait until all are ready; raises CannotStart, or Stopped."""
        stage: list[_Kept] = []
        self._stages.append(stage)
        for program in programs:
            self._launch_into(stage, program)
        for kept in stage:
            self._wait_until_ready(kept)

    def look(self) -> None:
        """Start again what has died and whose pause is over."""
        now = time.monotonic()
        for kept in self._all():
            if kept.due_at is None and kept.child.poll() is not None:
                self._bury(kept, now)
            elif kept.due_at is not None and now >= kept.due_at:
                again = self._launch(kept.program)
                kept.child, kept.reader, kept.started_at, kept.due_at = again.child, again.reader, now, None

    def pause(self, seconds: float = _TICK_S) -> None:
        """Let time pass while programs are kept running; raises Stopped when somebody asked for the end."""
        until = time.monotonic() + seconds
        while True:
            if self._asked_to_stop:
                raise Stopped
            self.look()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _TICK_S))

    def stop_all(self) -> None:
        """Stop every program, stage by stage, last one first. Nothing of them runs afterwards."""
        for stage in reversed(self._stages):
            living = [kept for kept in stage if kept.due_at is None]
            for kept in living:
                with suppress(ProcessLookupError):
                    kept.child.send_signal(kept.program.command.stop_signal)
            self._wait_until_over(living)
            for kept in stage:
                self._reap(kept)
        self._stages.clear()

    def _all(self) -> Iterable[_Kept]:
        return [kept for stage in self._stages for kept in stage]

    def _launch_into(self, stage: list[_Kept], program: Program) -> None:
        stage.append(self._launch(program))

    def _launch(self, program: Program) -> _Kept:
        if program.log_file:
            with program.log_file.open("ab") as log:
                child, reader = launch(program.command, log), None
        else:
            child = launch(program.command, subprocess.PIPE)
            reader = threading.Thread(target=self._relay, args=(program.command.name, child.stdout), daemon=True)
            reader.start()
        self._on_launch(program.command.name, child.pid)
        return _Kept(program, child, time.monotonic(), reader=reader)

    def _relay(self, name: str, output: IO[bytes]) -> None:
        with output:
            for raw in output:
                self._lines.relay(name, raw.decode("utf-8", "replace").rstrip())

    def _wait_until_ready(self, kept: _Kept) -> None:
        while not kept.program.is_ready(kept.child.pid):
            if kept.child.poll() is not None:
                self._reap(kept)
                raise CannotStart(f"{kept.name} ended before it was ready ({_how(kept.child)}). {_where(kept)}")
            if time.monotonic() - kept.started_at > READY_LIMIT_S:
                raise CannotStart(f"{kept.name} is not ready after {READY_LIMIT_S:.0f} s. {_where(kept)}")
            if self._asked_to_stop:
                raise Stopped
            time.sleep(_TICK_S)
        self._lines.say("hotline", f"{kept.name} is ready ({time.monotonic() - kept.started_at:.1f} s)")

    def _bury(self, kept: _Kept, now: float) -> None:
        if now - kept.started_at >= STEADY_S:
            kept.pause_s = FIRST_PAUSE_S
        self._reap(kept)
        kept.due_at = now + kept.pause_s
        self._lines.say("hotline", f"{kept.name} ended ({_how(kept.child)}); it starts again in {kept.pause_s:.0f} s")
        kept.pause_s = min(kept.pause_s * 2, LONGEST_PAUSE_S)

    def _reap(self, kept: _Kept) -> None:
        kill_group(kept.child)
        if kept.reader:
            kept.reader.join(_READER_LIMIT_S)

    def _wait_until_over(self, stage: list[_Kept]) -> None:
        began = time.monotonic()
        patience_s = max((kept.program.command.stop_within_s for kept in stage), default=0.0)
        while any(kept.child.poll() is None for kept in stage):
            if self._asked_to_stop > 1 or time.monotonic() - began > patience_s:
                return
            time.sleep(_TICK_S)


def _how(child: subprocess.Popen[bytes]) -> str:
    code = child.returncode
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _where(kept: _Kept) -> str:
    return f"Its output is in {kept.program.log_file}." if kept.program.log_file else "Its last lines are above."
