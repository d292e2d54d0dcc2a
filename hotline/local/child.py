"""Programs started below this one: in a group of their own, and never left behind when this one is killed."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Command:
    """What to start, and how it wants to be stopped."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    """None inherits this program's; it may hold secrets, hence it is not in `repr`."""
    directory: Path | None = None
    account: str | None = None
    """The system account it runs as; None means this program's own."""
    stop_signal: signal.Signals = signal.SIGTERM
    """What asks it to end, and what it gets when this program dies without asking."""
    stop_within_s: float = 10.0
    """After this it is killed."""


def launch(command: Command, output: int | IO[bytes] = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start the command with standard output and error joined into `output`."""
    return subprocess.Popen(command.arguments, stdin=subprocess.DEVNULL, stdout=output, **options(command))


def options(command: Command) -> dict[str, Any]:
    """How a command is started, for subprocess and asyncio alike."""
    return {
        "stderr": subprocess.STDOUT,
        "cwd": command.directory,
        "env": command.environment,
        "user": command.account,
        "group": command.account,
        "extra_groups": [] if command.account else None,
        # Ctrl-C goes to the whole group in front of the terminal; children must hear it from us, in our order.
        "start_new_session": True,
        "preexec_fn": _dies_with_parent(command.stop_signal),
    }


def stop(child: subprocess.Popen[bytes], command: Command) -> None:
    """Ask the child's whole group to end, kill it when its time is up, and wait until it is gone."""
    signal_group(child.pid, command.stop_signal)
    try:
        child.wait(command.stop_within_s)
    except subprocess.TimeoutExpired:
        signal_group(child.pid, signal.SIGKILL)
        child.wait()


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to everything in the group that a child leads; nothing happens if it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _dies_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Runs in the child before its program: asks Linux for a signal at our death. Elsewhere there is no such thing.

    It holds for the child itself, not for what the child starts; those see their own parent go.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return ask
