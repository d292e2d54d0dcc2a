"""The hours of the line, from hours.toml and Japan's public holidays."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from holidays import country_holidays

from hotline.callflow.hours import Hours, Opening, Part, Week, YearlyBreak
from hotline.settings import SettingsFault

HOURS: Final = Path(__file__).with_name("hours.toml")


class HoursFault(SettingsFault):
    """The file of the hours is wrong; the text says what and where."""


def load_hours(path: Path = HOURS) -> Hours:
    """The hours of every part; raises HoursFault."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HoursFault(f"{path.name} cannot be read: {error}.") from error
    try:
        away = _yearly_break(tables.pop("away", None))
        weeks = {_part(name): _week(name, table) for name, table in tables.items()}
    except ValueError as error:
        raise HoursFault(f"{path.name} is wrong: {error}.") from error
    return Hours(weeks, country_holidays("JP"), away)


def _part(name: str) -> Part:
    if name not in set(Part):
        raise ValueError(f"[{name}] is no part of the line that has hours, they are {', '.join(Part)}")
    return Part(name)


def _week(part: str, table: Any) -> Week:
    days = table if isinstance(table, dict) else {}
    return Week(*(_opening(f"{name} in [{part}]", days.get(name)) for name in ("weekdays", "holidays")))


def _opening(where: str, told: Any) -> Opening:
    try:
        opens, closes = (datetime.strptime(moment, "%H:%M").replace(tzinfo=UTC).time() for moment in told)
    except (ValueError, TypeError):
        raise ValueError(f'{where} must be like ["09:30", "20:00"]') from None
    if opens >= closes:
        raise ValueError(f"{where} opens at {opens:%H:%M} and closes at {closes:%H:%M}, which is not later")
    return Opening(opens, closes)


def _yearly_break(told: Any) -> YearlyBreak | None:
    if told is None:
        return None
    try:
        first, last = (_day(day) for day in told)
    except (ValueError, TypeError):
        raise ValueError('away must be like ["12-29", "01-03"], month and day of its first and its last day') from None
    return YearlyBreak(first, last)


def _day(told: str) -> tuple[int, int]:
    # A leap year has every day that there can be.
    day = datetime.strptime(f"2024-{told}", "%Y-%m-%d").replace(tzinfo=UTC)
    return day.month, day.day
