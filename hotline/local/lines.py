"""What the terminal shows: one line at a time, each under the name of who wrote it."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final, TextIO

NAME_WIDTH: Final = 10
"""Columns for the name in front of each line; the longest is `dispatcher`."""

_COLOURS: Final = ("36", "32", "35", "34", "33", "96", "92", "95")
_RED: Final = "31"
_YELLOW: Final = "33"
_GREY: Final = "90"
_PLAIN_LEVELS: Final = ("DEBUG", "INFO")
_KNOWN_KEYS: Final = ("at", "level", "from", "message", "exc_info", "stack_info")


class Lines:
    """Writes lines to a terminal or a file, from any thread, never two into one another."""

    def __init__(self, out: TextIO, *, coloured: bool) -> None:
        self._out = out
        self._coloured = coloured
        self._lock = threading.Lock()
        self._colours: dict[str, str] = {}
        self._held: list[tuple[str, str]] | None = None

    def say(self, name: str, text: str) -> None:
        """Show a line of our own at once."""
        with self._lock:
            self._write(name, text)

    def relay(self, name: str, written: str) -> None:
        """Show a line that a child wrote; JSON log lines become readable ones."""
        text, is_trouble = readable(written)
        with self._lock:
            if self._held is not None and not is_trouble:
                self._held.append((name, text))
            else:
                self._write(name, self._paint(text, _RED if is_trouble else ""))

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Within, children's lines wait until the end, unless they tell of trouble."""
        with self._lock:
            self._held = []
        try:
            yield
        finally:
            with self._lock:
                held, self._held = self._held or [], None
                for name, text in held:
                    self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        front = self._paint(f"{name:<{NAME_WIDTH}} |", colour)
        # A terminal that was closed must not keep us from stopping what we started.
        with suppress(OSError, ValueError):
            for line in text.splitlines() or [""]:
                self._out.write(f"{front} {line}\n")
            self._out.flush()

    def _paint(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._coloured and colour else text


def to_terminal() -> Lines:
    """Lines on standard output: in colours on a terminal, unless NO_COLOR asks for none."""
    return Lines(sys.stdout, coloured=sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


def readable(written: str) -> tuple[str, bool]:
    """A log line as a person reads it, and whether it tells of trouble. What is no JSON stays as it is."""
    try:
        entry = json.loads(written)
    except ValueError:
        return written, False
    if not isinstance(entry, dict) or "message" not in entry:
        return written, False
    level = str(entry.get("level", "INFO"))
    is_trouble = level not in _PLAIN_LEVELS
    parts = [_local_time(entry.get("at")), level.lower() if is_trouble else "", str(entry["message"]), _rest(entry)]
    text = " ".join(filter(None, parts))
    if entry.get("exc_info"):
        text += f"\n{entry['exc_info']}"
    return text, is_trouble


def _local_time(at: Any) -> str:
    with suppress(ValueError):
        return datetime.fromisoformat(str(at)).astimezone().strftime("%H:%M:%S")
    return ""


def _rest(entry: dict[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in entry.items() if key not in _KNOWN_KEYS and value is not None)
