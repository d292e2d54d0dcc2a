"""Birth dates as they are keyed: eight digits, or an era's key and six digits."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class Era:
    """A Japanese era: both days belong to it. Where two eras share a day, both ways of keying it are right."""

    key: str
    name: str
    first_day: date
    last_day: date

    def year(self, day: date) -> int:
        """The year of the era in which the day lies; 1 is the first."""
        return day.year - self.first_day.year + 1


ERAS: Final = (
    Era("1", "meiji", date(1868, 1, 25), date(1912, 7, 30)),
    Era("2", "taisho", date(1912, 7, 30), date(1926, 12, 25)),
    Era("3", "showa", date(1926, 12, 25), date(1989, 1, 7)),
    Era("4", "heisei", date(1989, 1, 8), date(2019, 4, 30)),
    Era("5", "reiwa", date(2019, 5, 1), date.max),
)
"""The eras a living person can be born in, oldest first, with the key that chooses each.

The days are those of the ordinances that began each era; Taisho and Showa begin on the day the era before them ends.
"""


class DateFault(StrEnum):
    """Why keys are no birth date."""

    LENGTH = "length"
    """Neither eight digits nor an era's key and six digits."""
    NO_SUCH_DAY = "no_such_day"
    """The calendar does not have the day, or it lies before every era."""
    NO_SUCH_ERA_YEAR = "no_such_era_year"
    """The era did not have the day."""
    FUTURE = "future"


def find_era(day: date) -> Era | None:
    """The era a day is named by: the newer one where two share it; None before 1868-01-25."""
    return next((era for era in reversed(ERAS) if era.first_day <= day <= era.last_day), None)


def read_birth_date(keys: str, today: date) -> date | DateFault:
    """The day that was keyed; today is the day in Japan, after which nobody is born yet."""
    if not (keys.isascii() and keys.isdigit()):
        return DateFault.LENGTH
    match len(keys):
        case 8:
            day = _day(int(keys[:4]), keys[4:])
        case 7:
            day = _era_day(keys)
        case _:
            return DateFault.LENGTH
    if isinstance(day, DateFault):
        return day
    if day > today:
        return DateFault.FUTURE
    return day if day >= ERAS[0].first_day else DateFault.NO_SUCH_DAY


def _day(year: int, month_and_day: str) -> date | DateFault:
    try:
        return date(year, int(month_and_day[:2]), int(month_and_day[2:]))
    except ValueError:
        return DateFault.NO_SUCH_DAY


def _era_day(keys: str) -> date | DateFault:
    era = next((era for era in ERAS if era.key == keys[0]), None)
    if era is None or keys[1:3] == "00":
        return DateFault.NO_SUCH_ERA_YEAR
    day = _day(era.first_day.year + int(keys[1:3]) - 1, keys[3:])
    if isinstance(day, date) and not era.first_day <= day <= era.last_day:
        return DateFault.NO_SUCH_ERA_YEAR
    return day
