"""Text messages at a terminal: each line that is typed is one, and what the line answers is shown, now and later."""

import os
import select
import sys
import time
from datetime import timedelta
from typing import Final, TextIO

import requests

from hotline import clock
from hotline.phone.call import Line
from hotline.phone.faults import TextFailed
from hotline.phone.texter import Texter
from hotline.phone.transcript import Entry, Who

HELP: Final = "type a message and press Enter · Ctrl-D ends"

LOOK_EVERY_S: Final = 0.5
"""Seconds between two looks for what the line has sent by itself."""


def run(
    line: Line, from_number: str, wait_s: float = 0.0, *, source: int | None = None, out: TextIO | None = None
) -> int:
    """Write what is typed until the input ends, and show what is answered; the exit code is 1 when the line failed.

    `wait_s` is for how many seconds more answers are shown after that. Without `source`, a file descriptor, the
    messages come from standard input, and without `out` the answers go to standard output.
    """
    source = sys.stdin.fileno() if source is None else source
    return _Screen(line, from_number, source, out or sys.stdout).run(wait_s)


class _Screen:
    """A conversation as lines on a terminal."""

    def __init__(self, line: Line, from_number: str, source: int, out: TextIO) -> None:
        self._line = line
        self._from_number = from_number
        self._source = source
        self._out = out
        self._texter = Texter(line, number=from_number)

    def run(self, wait_s: float) -> int:
        try:
            # What the number was sent before is not shown again.
            _ = self._texter.messages
            self._texter.tells(self._show)
            self._write(f"writing to {self._line.number} from {self._from_number}\n{HELP}")
            if self._line.carrier_url is None:
                self._write("what the line sends later is not shown: Twilio brings it to the telephone itself")
            self._talk()
            self._read_on(wait_s)
        except KeyboardInterrupt:
            return 0
        except TextFailed as failure:
            self._write(f"the message failed: {str(failure).partition(chr(10))[0]}")
            return 1
        except requests.RequestException as error:
            said = f"does not answer ({type(error).__name__}): see that the line still runs"
            self._write(f"the practice carrier at {self._line.carrier_url} {said}")
            return 1
        return 0

    def _talk(self) -> None:
        typed = b""
        while True:
            if not self._is_something_typed(LOOK_EVERY_S):
                _ = self._texter.messages
                continue
            piece = os.read(self._source, 4096)
            *whole, typed = (typed + piece).split(b"\n")
            for message in whole if piece else [typed]:
                if text := message.decode("utf-8", "replace").strip():
                    self._texter.writes(text)
            if not piece:
                return

    def _read_on(self, seconds: float) -> None:
        until = clock.now() + timedelta(seconds=seconds)
        while clock.now() < until:
            _ = self._texter.messages
            time.sleep(LOOK_EVERY_S)

    def _is_something_typed(self, within_s: float) -> bool:
        return bool(select.select([self._source], [], [], within_s)[0])

    def _show(self, entry: Entry) -> None:
        """What was typed stands there already."""
        if entry.who is Who.LINE:
            self._write("\n".join(f"  {line}" for line in entry.text.removeprefix("writes: ").split(" ⏎ ")))

    def _write(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()
