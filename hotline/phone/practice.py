"""One whole call without a person: a card is reported lost with given facts, and the line's answer is heard."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from hotline import clock
from hotline.phone.call import Line
from hotline.phone.caller import Caller
from hotline.phone.transcript import Entry

TO_THE_LANGUAGE: Final = {"ja": (), "en": ("9", "1")}
"""Which keys lead from the line's first words to a language. Japanese is what the line begins with."""


@dataclass(frozen=True, slots=True)
class PracticePerson:
    """Who is practised with, as keyed and without the closing `#`."""

    birth_date: str = field(repr=False)
    postal_code: str = field(repr=False)
    house_number: str = field(repr=False)
    """Empty skips the question."""


@dataclass(frozen=True, slots=True)
class PracticeCall:
    """What came of a practice call."""

    receipt_number: str
    call_sid: str
    confirmed_at: datetime
    """When the key that stops the card was pressed."""
    told_at: datetime
    """When the line had told the receipt number."""


def place_practice_call(
    line: Line,
    person: PracticePerson,
    tell: Callable[[str], None],
    *,
    language: str = "ja",
    number: str = "+819012345678",
    within_s: float = 60.0,
) -> PracticeCall:
    """Stop this person's card by telephone; `tell` gets each line of the transcript as it happens.

    Talk takes no time; the holds after the confirming key are waited out really, at most `within_s`. Raises CallFailed
    when the line breaks the call, and NotAsExpected when no receipt number is told in time.
    """

    def listener(entry: Entry) -> None:
        tell(str(entry))

    caller = Caller(line, number=number)
    caller.listener = listener
    caller.dials().presses(*TO_THE_LANGUAGE[language]).presses("2", "1")
    for entry in (person.birth_date, person.postal_code, person.house_number):
        caller.keys(f"{entry}#")
    confirmed_at = clock.now()
    caller.presses("1").waits_until_hears_receipt_number(within_s)
    told_at = clock.now()
    if caller.is_in_call:
        caller.hangs_up()
    return PracticeCall(caller.receipt_number, caller.call_sid, confirmed_at, told_at)
