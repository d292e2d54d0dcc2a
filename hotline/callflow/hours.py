"""When which part of the line is open. Stopping a card, asking about a receipt and changing the language always are."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hotline.clock import JAPAN, in_japan


class Part(StrEnum):
    """A part of the line that can have hours."""

    QUESTIONS = "questions"
    REISSUE = "reissue"
    PROTECTION = "protection"


@dataclass(frozen=True, slots=True)
class Opening:
    """From when to when on one day, in Japan's time."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of one part."""

    weekdays: Opening
    holidays: Opening
    """On Saturdays, Sundays and public holidays."""


@dataclass(frozen=True, slots=True)
class YearlyBreak:
    """The days of the year on which nobody works, both included; it may span the new year."""

    first: tuple[int, int]
    """Month and day."""
    last: tuple[int, int]

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        this = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= this <= self.last
        return this >= self.first or this <= self.last


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of all parts. A part without a week never closes."""

    weeks: Mapping[Part, Week] = field(default_factory=dict)
    holidays: Container[date] = field(default=frozenset(), repr=False)
    away: YearlyBreak | None = None

    def is_open(self, part: Part, at: datetime) -> bool:
        """Whether the part is open at this moment."""
        if part not in self.weeks:
            return True
        here = in_japan(at)
        opening = self._on(part, here.date())
        return opening is not None and opening.opens <= here.time() < opening.closes

    def opens_next(self, part: Part, at: datetime) -> datetime:
        """When the part opens the next time after this moment, in Japan's time. Of a part that never closes: now."""
        here = in_japan(at)
        for days in range(366):
            day = here.date() + timedelta(days=days)
            opening = self._on(part, day)
            if opening is not None and (opens := datetime.combine(day, opening.opens, JAPAN)) > here:
                return opens
        return here

    def _on(self, part: Part, day: date) -> Opening | None:
        week = self.weeks.get(part)
        if week is None or (self.away is not None and day in self.away):
            return None
        rests = day.weekday() >= 5 or day in self.holidays
        return week.holidays if rests else week.weekdays
