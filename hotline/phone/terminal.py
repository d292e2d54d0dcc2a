"""The practice phone at a terminal: real seconds, real keys, and captions of what is said."""

import sys
from datetime import timedelta
from typing import Final, TextIO

from hotline import clock
from hotline.phone.call import Call, Line
from hotline.phone.caller import KEYS
from hotline.phone.faults import CallFailed
from hotline.phone.handset import Handset
from hotline.phone.keyboard import Keyboard, TerminalKeyboard
from hotline.phone.moments import (
    CallerHangsUp,
    Doing,
    Happening,
    Keys,
    OperatorAnswers,
    OperatorHangsUp,
    TimePassed,
    Wait,
    Words,
)
from hotline.phone.transcript import Entry, Transcript

HELP: Final = (
    "keys 0-9 * # are the telephone's · \" begins what you say, as other letters do, Enter ends it · "
    "space skip ahead · h hang up · a an operator answers · v a voicemail does · o the operator hangs up · ? this help"
)

_STATES: Final = {
    Doing.LISTENING: "it listens for {seconds:g} s: press a key",
    Doing.HOLDING: "on hold for {seconds:g} s",
    Doing.QUEUED: "in the queue: a lets an operator take the call",
    Doing.RINGING: "operators' telephones ring for {seconds:g} s: a lets one answer, v a voicemail, space nobody",
    Doing.CONNECTED: "connected: o ends the talk for the operator, h for you",
    Doing.RECORDING: 'it records: " to speak, # to end',
}

_QUOTES: Final = ('"', "'", "「", "“")
_COMMANDS: Final = frozenset("haov")
"""Letters that begin no words; a quotation mark before them does."""

_SKIP: Final = " "
_HANG_UP: Final = ("h", "\x04", "")
_ENTER: Final = ("\n", "\r", "")
_RUBOUT: Final = ("\x7f", "\b")

SILENT_LIMIT: Final = 500
"""Documents in a row without a key before the call counts as a runaway; a person may simply watch for minutes."""

HANDSET: Final = Handset(silent_limit=SILENT_LIMIT)
"""What a person at a terminal holds."""


def run(
    url: str,
    token: str,
    account_sid: str,
    from_number: str,
    to_number: str,
    *,
    status_url: str | None = None,
    fallback_url: str | None = None,
    keyboard: Keyboard | None = None,
    out: TextIO | None = None,
) -> int:
    """Call the line at `url` and let a person talk to it; the exit code is 1 when the line broke the call.

    Without a keyboard the keys come from standard input, and without `out` the lines go to standard output.
    """
    return call(Line(url, token, account_sid, to_number, status_url, fallback_url), from_number, keyboard, out)


def call(
    line: Line,
    from_number: str,
    keyboard: Keyboard | None = None,
    out: TextIO | None = None,
    handset: Handset = HANDSET,
) -> int:
    """Call the line and let a person talk to it, as `run` does."""
    out = out or sys.stdout
    if keyboard is not None:
        return _Screen(line, from_number, handset, keyboard, out).run()
    with TerminalKeyboard(sys.stdin.fileno()) as own:
        return _Screen(line, from_number, handset, own, out).run()


class _Screen:
    """A call as lines on a terminal, and keys as what the caller does."""

    def __init__(self, line: Line, from_number: str, handset: Handset, keyboard: Keyboard, out: TextIO) -> None:
        self._call = Call(line, from_number, Transcript(listener=self._show), handset)
        self._line = line
        self._keyboard = keyboard
        self._out = out
        self._typing = False
        self._doing: Doing | None = None

    def run(self) -> int:
        self._write(f"dialling {self._line.number} · CallSid {self._call.sid}")
        self._write(HELP)
        steps = self._call.run()
        happening: Happening | None = None
        try:
            while True:
                happening = self._live(steps.send(happening))
        except StopIteration:
            minutes, seconds = divmod(round(self._call.seconds), 60)
            self._write(f"the call is over: {self._call.status}, {minutes}:{seconds:02}")
            return 0
        except CallFailed as failure:
            self._write(f"the call failed: {failure}")
            return 1

    def _live(self, wait: Wait) -> Happening:
        """Let real time pass until the person does something or the wait is over."""
        if wait.doing is not self._doing:
            self._doing = wait.doing
            if state := _STATES.get(wait.doing):
                self._write(state.format(seconds=wait.seconds))
        began = clock.now()
        while (left := wait.seconds - (clock.now() - began) / timedelta(seconds=1)) > 0:
            try:
                key = self._keyboard.read(left)
            except KeyboardInterrupt:
                key = "h"
            if key is None:
                break
            if happening := self._meaning(key, wait.doing, wait.seconds - left):
                return happening
        return TimePassed()

    def _meaning(self, key: str, doing: Doing, after_s: float) -> Happening | None:
        if key in KEYS:
            self._echo(key)
            return Keys(key, after_s)
        if key in _HANG_UP:
            self._write("CALLER hangs up")
            return CallerHangsUp(after_s)
        if key == _SKIP:
            return TimePassed()
        if key in _QUOTES or (key.isalpha() and key not in _COMMANDS):
            return Words(self._words("" if key in _QUOTES else key), after_s)
        if key in ("a", "v") and doing in (Doing.RINGING, Doing.QUEUED):
            return OperatorAnswers("1" if key == "a" else "", after_s=after_s)
        if key == "o" and doing is Doing.CONNECTED:
            return OperatorHangsUp(after_s)
        if key == "?":
            self._write(HELP)
        return None

    def _words(self, words: str) -> str:
        """What the person types up to Enter, after what is typed already."""
        self._write(f"CALLER says: {words}", end="")
        while (letter := self._keyboard.read(float("inf"))) not in _ENTER:
            if letter in _RUBOUT:
                self._out.write("\b \b" if words else "")
                words = words[:-1]
            elif letter:
                self._out.write(letter)
                words += letter
            self._out.flush()
        self._out.write("\n")
        return words.rstrip("\"'」”")

    def _echo(self, key: str) -> None:
        if not self._typing:
            self._write("CALLER presses ", end="")
        self._out.write(key)
        self._out.flush()
        self._typing = True

    def _show(self, entry: Entry) -> None:
        self._write(str(entry))

    def _write(self, text: str, end: str = "\n") -> None:
        if self._typing:
            self._out.write("\n")
            self._typing = False
        minutes, seconds = divmod(int(self._call.seconds), 60)
        self._out.write(f"{minutes:02}:{seconds:02}  {text}{end}")
        self._out.flush()
