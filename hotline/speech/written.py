"""How values are written in a text message: figures instead of words, and no pauses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from babel.dates import format_date

from hotline.speech.voices import KEYS, Voice, write_number

_BARE: Final = {key: key for key in KEYS}


@dataclass(frozen=True, slots=True)
class Pen:
    """How one language is written. Says everything that a Voice says, by the same names."""

    voice: Voice

    @property
    def keys(self) -> Mapping[str, str]:
        """Each key as the caller writes it back."""
        return _BARE

    def say_digits(self, groups: tuple[str, ...]) -> str:
        """The digits as figures, with hyphens between the groups and where a star was keyed."""
        return "-".join(part for group in groups for part in group.split("*") if part)

    def say_date(self, day: date) -> str:
        """The day in the language's long form, by the western calendar."""
        return format_date(day, "long", locale=self.voice.locale)

    def say_day(self, day: date) -> str:
        """See Voice."""
        return self.voice.say_day(day)

    def say_time(self, at: time) -> str:
        """See Voice."""
        return self.voice.say_time(at)

    def say_number(self, number: int) -> str:
        """The number in figures, as the language groups them."""
        return write_number(number, self.voice.locale)
