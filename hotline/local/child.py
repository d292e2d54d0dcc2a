"""Programs started below this one: in a group of their own, and never left behind when this one is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

_TETHER: Final = Path(__file__).with_name("tether.py")


class CannotStart(Exception):
    """A part of the hotline does not start; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to start, and how it wants to be stopped."""

    name: str
    arguments: tuple[str, ...]
    """The program's full path first."""
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    """None inherits this program's; it may hold secrets, hence it is not in `repr`."""
    directory: Path | None = None
    account: str | None = None
    """The system account it runs as; None means this program's own."""
    stop_signal: signal.Signals = signal.SIGTERM
    """What asks it to end."""
    orphan_signal: signal.Signals | None = None
    """What it gets when this program dies without asking; None means the same."""
    stop_within_s: float = 10.0
    """After this it is killed."""


def launch(command: Command, output: int | IO[bytes] = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start the command with standard output and error joined into `output`.

    Call it from a thread that lives as long as the child should: Linux takes the thread for the parent.
    """
    tether = (sys.executable, "-I", "-S", str(_TETHER))
    to_whom = (str(os.getpid()), str(int(command.orphan_signal or command.stop_signal)), command.account or "-")
    return subprocess.Popen(
        (*tether, *to_whom, *command.arguments),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=command.directory,
        env=command.environment,
        # Ctrl-C goes to the whole group in front of the terminal; children must hear it from us, in our order.
        start_new_session=True,
    )


def stop(child: subprocess.Popen[bytes], command: Command) -> None:
    """Ask the child to end, kill it when its time is up, and kill whatever of its group is left."""
    with suppress(ProcessLookupError):
        child.send_signal(command.stop_signal)
    try:
        child.wait(command.stop_within_s)
    except subprocess.TimeoutExpired:
        pass
    finally:
        kill_group(child)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill everything in the group that a child leads, and wait until the child is gone."""
    # The kernel gives nobody else this number as long as the group has a member or the child is not waited for.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
