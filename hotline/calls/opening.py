"""The hours of the line, from hours.toml and Japan's public holidays."""

import tomllib
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Any, Final

from holidays import country_holidays

from hotline.callflow.hours import Hours, Opening, Part, Week, YearlyBreak

HOURS: Final = Path(__file__).with_name("hours.toml")


class HoursFault(Exception):
    """The file of the hours is wrong; the text says what and where."""


def load_hours(path: Path = HOURS) -> Hours:
    """The hours of every part; raises HoursFault."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HoursFault(f"{path.name} cannot be read: {error}.") from error
    away = tables.pop("away", None)
    try:
        weeks = {Part(part): _week(table) for part, table in tables.items()}
        return Hours(weeks, country_holidays("JP"), None if away is None else YearlyBreak(*map(_day, away)))
    except (ValueError, KeyError, TypeError) as error:
        raise HoursFault(
            f'{path.name}: {error}. A part is like [questions] with weekdays = ["09:30", "20:00"].'
        ) from error


def _week(table: dict[str, Any]) -> Week:
    return Week(_opening(table["weekdays"]), _opening(table["holidays"]))


def _opening(told: Sequence[str]) -> Opening:
    opens, closes = map(time.fromisoformat, told)
    if opens >= closes:
        raise ValueError(f"{opens:%H:%M} is not before {closes:%H:%M}")
    return Opening(opens, closes)


def _day(told: str) -> tuple[int, int]:
    month, day = map(int, told.split("-"))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"{told} is no month and day")
    return month, day
