"""Whole calls as readable text: the same file says what the caller does and what must be heard or read.

What differs each time stands in «guillemets»: receipt numbers, and the days and times that count from today.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, repeat, takewhile
from pathlib import Path
from typing import Final
from zlib import crc32

from hotline import clock
from hotline.callflow.languages import LANGUAGES
from hotline.callflow.steps.information import DAYS_TO_APPLY
from hotline.clock import in_japan
from hotline.phone.caller import Caller
from hotline.phone.faults import NotAsExpected
from hotline.phone.texter import Texter
from hotline.speech.speak import wording
from hotline.speech.templates import speakable
from hotline.speech.voices import Voice
from hotline.speech.written import Pen
from tests.waiting import eventually
from tests.whole.running import RunningLine

FOLDER: Final = Path(__file__).parent.parent / "transcripts"
RECEIPT: Final = "«receipt number»"
LAST_DAY: Final = "«the day in 30 days»"
TODAY: Final = "«today»"
JUST_NOW: Final = "«just now»"

ARRIVES_WITHIN_S: Final = 20.0


def number_of(path: Path) -> str:
    """Whoever calls in a transcript has a number of their own, the same each time; it is read back to them."""
    digits = crc32(path.stem.encode()) % 10**8
    # No mobile has another 0 behind the first three digits.
    return f"+8190{digits if digits >= 10**7 else digits + 10**7}"


def play(line: RunningLine, script: str, number: str) -> str:
    """Do what the CALLER lines say, waiting each time for what the LINE lines say; returns what was heard and done.

    `CALLER dials` begins a call, also another one after a call that is over; `CALLER writes:` writes a text message.
    What operators do is planned from the lines that follow.
    """
    stage = _Stage(line, line.caller(number=number, holds_really=True), line.texter(number=number))
    lines = script.splitlines()
    for at, text in enumerate(lines):
        who, _, rest = text.partition(" ")
        if who == "CALLER":
            stage.plan_operators([*takewhile(lambda later: not later.startswith("CALLER"), lines[at + 1 :])])
            stage.act(rest)
        elif who == "LINE":
            stage.expect(rest)
    return without_what_differs(stage.transcript, stage.receipts, script) + "\n"


def record(line: RunningLine, script: str, number: str) -> str:
    """The script as it goes now: the CALLER lines are done, and as many texts are waited for as stand in it."""
    stage = _Stage(line, line.caller(number=number, holds_really=True), line.texter(number=number))
    lines = script.splitlines()
    for at, text in enumerate(lines):
        who, _, rest = text.partition(" ")
        if who == "CALLER":
            following = [*takewhile(lambda later: not later.startswith("CALLER"), lines[at + 1 :])]
            stage.plan_operators(following)
            stage.act(rest)
            stage.come_to_rest(texts=sum(later.startswith("LINE writes: ") for later in following))
    return without_what_differs(stage.transcript, stage.receipts) + "\n"


def without_what_differs(text: str, receipts: list[str], script: str | None = None) -> str:
    """The transcript as it is each time.

    The names stand only where the script has them: elsewhere the same words may be a birthday, or the opening hours.
    """
    differing = [*_differing(receipts)]
    wanted = repeat(None) if script is None else chain(script.splitlines(), repeat(""))
    return "\n".join(_named(line, where, differing) for line, where in zip(text.split("\n"), wanted, strict=False))


def _named(line: str, script: str | None, differing: list[tuple[str, str]]) -> str:
    for spoken, name in differing:
        if name in script if script is not None else name != JUST_NOW or TODAY in line:
            line = line.replace(spoken, name)
    return line


@dataclass
class _Stage:
    """One play: a telephone that calls and writes."""

    line: RunningLine
    caller: Caller
    texter: Texter
    receipts: list[str] = field(default_factory=list)
    _before: list[str] = field(default_factory=list)
    _has_dialled: bool = False
    _has_written: bool = False
    _texts: int = 0

    @property
    def transcript(self) -> str:
        calls = [*self._before, *(self.caller.transcript if self._has_dialled else ())]
        return "\n".join([*calls, *self.texter.transcript])

    def act(self, rest: str) -> None:
        what, _, how = rest.partition(" ")
        match what:
            case "dials":
                self._dial()
            case "presses":
                self.caller.keys(self._filled(how))
            case "says:":
                self.caller.says(how)
            case "silent":
                self.caller.stays_silent()
            case "hangs":
                self.caller.hangs_up()
            case "writes:":
                self._has_written = True
                self.texter.writes(self._filled(how))
            case _:
                raise ValueError(f"A caller cannot do this: {rest}")

    def expect(self, rest: str) -> None:
        """Through a hold, which takes real time, the caller waits for the next words; a text may come later too."""
        if rest.startswith("writes: "):
            self.texter.waits_until_reads(_known_part(rest.removeprefix("writes: ")), ARRIVES_WITHIN_S)
        else:
            self.caller.hears(_known_part(rest.partition(": ")[2]))
        if RECEIPT in rest:
            self._note_receipts()

    def come_to_rest(self, texts: int) -> None:
        """Wait until the line waits for the caller, and until so many texts have come since the last rest."""
        if self._has_dialled:
            with suppress(NotAsExpected):
                self.caller.hears("what is never said, so that every hold is over")
        self._texts += texts
        come = f"{self._texts} texts have come\n{self.transcript}"
        eventually(lambda: len(self.texter.messages) >= self._texts, come, ARRIVES_WITHIN_S)
        self._note_receipts()

    def plan_operators(self, following: list[str]) -> None:
        if "OPERATOR presses 1" in following:
            self.caller.operator_answers()
        elif "EVENT whoever answered did not take the call" in following:
            self.caller.operator_answers(pressing="")

    def _dial(self) -> None:
        if self._has_dialled:
            self._before += self.caller.transcript
        self._has_dialled = True
        self.caller.dials()

    def _filled(self, keys: str) -> str:
        return keys.replace(RECEIPT, self.receipts[-1] if self.receipts else RECEIPT)

    def _note_receipts(self) -> None:
        query = """
            SELECT receipt_number FROM requests WHERE call_sid = :called
            UNION SELECT receipt_number FROM requests JOIN turns USING (call_sid) WHERE message_sid = :written
        """
        called = self.caller.call_sid if self._has_dialled else ""
        written = self.texter.message_sid if self._has_written else ""
        found = [row["receipt_number"] for row in self.line.rows(query, called=called, written=written)]
        self.receipts += [one for one in found if one not in self.receipts]


def _known_part(text: str) -> str:
    """What can be waited for: the words before the first that differ each time."""
    return text.partition("«")[0].replace(" ⏎ ", "\n")


def _differing(receipts: list[str]) -> Iterator[tuple[str, str]]:
    """How what differs is said and written in each language, and its name in the transcripts."""
    now = in_japan(clock.now())
    for tongue in _tongues():
        for receipt in receipts:
            yield speakable(tongue.say_digits((receipt[:4], receipt[4:]))), RECEIPT
            yield receipt, RECEIPT
        # It may have been midnight, or the end of a minute, since it was said.
        for day in (now.date(), now.date() - timedelta(days=1)):
            yield tongue.say_day(day + timedelta(days=DAYS_TO_APPLY)), LAST_DAY
            yield tongue.say_day(day), TODAY
        for minutes in range(3):
            yield tongue.say_time((now - timedelta(minutes=minutes)).time().replace(tzinfo=None)), JUST_NOW


def _tongues() -> Iterator[Voice | Pen]:
    for language in LANGUAGES:
        voice = wording().voice(language)
        yield voice
        yield Pen(voice)
