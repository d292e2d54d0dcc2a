"""Single keys from a terminal, without waiting for Enter."""

import codecs
import os
import select
import termios
import tty
from types import TracebackType
from typing import Protocol, Self

_MOST_SECONDS = 86_400.0


class Keyboard(Protocol):
    """Where keys come from."""

    def read(self, within_s: float) -> str | None:
        """The next character; None when none comes in time, an empty string when none will ever come."""


class TerminalKeyboard:
    """The keys of the terminal at a file descriptor; of a pipe, its characters. A context manager."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._before: list[int | list[bytes | int]] | None = None

    def __enter__(self) -> Self:
        if os.isatty(self._descriptor):
            self._before = termios.tcgetattr(self._descriptor)
            # What was typed meanwhile stays: people press keys ahead.
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def read(self, within_s: float) -> str | None:
        """The next character; None when none comes in time, an empty string when the input has ended."""
        while True:
            ready, _, _ = select.select([self._descriptor], [], [], min(max(0.0, within_s), _MOST_SECONDS))
            if not ready:
                return None
            piece = os.read(self._descriptor, 1)
            if not piece:
                return ""
            if character := self._decoder.decode(piece):
                return character
