"""Dates with the day before the year, or with the name of a month, as people outside East Asia tell their birthday."""

import re
import unicodedata
from functools import cache
from typing import Final

from babel import Locale
from babel.dates import get_month_names

from hotline.speech.letters import without_accents

_NAMES_IN: Final = ("en", "fil", "pt", "es", "id", "vi", "th", "ne")
"""The languages in which months are told by name; elsewhere they are numbers with a word behind them."""

_DAY_FIRST: Final = ("vi", "pt", "es", "id", "th")
"""Where 5/4 is always the fifth of April. Elsewhere it may be the fourth of May, and nobody guesses."""

_BUDDHIST_FROM: Final = 2400
_BUDDHIST_YEARS: Final = 543
"""Thais count years from the death of the Buddha: 2518 is 1975."""

_FIGURES_ALONE: Final = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4})", re.ASCII)
_NUMBER: Final = re.compile(r"\d+", re.ASCII)
_BETWEEN: Final = re.compile(r"[\d\s.,/-]+")

_BESIDE: Final = frozenset(
    {"of", "the", "st", "nd", "rd", "th", "de", "del", "el", "o", "dia", "día", "ng", "ika", "noong", "tanggal"}
    | {"tahun", "ngày", "ngay", "năm", "nam", "วันที่", "ปี", "ค", "พ", "ศ", "सन्", "साल", "तारिख"}
)
"""Words that stand in a date and change nothing."""

_LEFT_OUT: Final = ("ยน", "คม", "พันธ์")
"""Ends of Thai months that are left out in speech."""


def read_date(text: str, language: str) -> str | None:
    """The eight digits of a date with a year of four digits; None when it is anything else, or could be two days."""
    if language not in _NAMES_IN:
        return None
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    if match := _FIGURES_ALONE.fullmatch(text):
        first, _, second, year = match.groups()
        day_first = language in _DAY_FIRST or int(first) > 12
        if not day_first and int(second) <= 12:
            return None
        day, month = (first, second) if day_first else (second, first)
        return _digits(int(year), int(month), int(day), language)
    return _by_name(text, language)


def _by_name(text: str, language: str) -> str | None:
    names, months = _months(language)
    found = names.search(text)
    if found is None:
        return None
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    numbers = sorted(_NUMBER.findall(rest), key=len)
    if len(numbers) != 2 or len(numbers[1]) != 4 or not _BESIDE.issuperset(_BETWEEN.sub(" ", rest).split()):
        return None
    day, year = numbers
    return _digits(int(year), months[found.group()], int(day), language)


def _digits(year: int, month: int, day: int, language: str) -> str | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    western = year - _BUDDHIST_YEARS if language == "th" and year >= _BUDDHIST_FROM else year
    return f"{western:04}{month:02}{day:02}"


@cache
def _months(language: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """What finds the name of a month, and its number. English names are understood in every language."""
    months = {name: month for code in (language, "en") for name, month in _names(code)}
    months |= {without_accents(name): month for name, month in months.items() if without_accents(name).isascii()}
    longest_first = sorted(months, key=len, reverse=True)
    # A name is a whole word, and the eleventh month is not the first; Thai has no blanks between words.
    bare = map(re.escape, longest_first)
    parts = bare if language == "th" else (rf"(?<![^\W\d_]){name}(?![^\W_])" for name in bare)
    return re.compile("|".join(parts)), months


def _names(code: str) -> list[tuple[str, int]]:
    locale = Locale(code)
    names = [
        (name.casefold().rstrip(".") if code != "th" else name, month)
        for width in ("wide", "abbreviated")
        for month, name in get_month_names(width, "format", locale).items()
    ]
    if code == "th":
        names += [(name.removesuffix(end), month) for name, month in names for end in _LEFT_OUT if name.endswith(end)]
    # Peruvians write setiembre.
    return names + [("setiembre", month) for name, month in names if name == "septiembre"]
