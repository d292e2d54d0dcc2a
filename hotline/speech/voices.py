"""The voices of the line: how each language is spoken, read from voices.toml and checked."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import DateTimePattern, parse_pattern
from babel.numbers import format_decimal

from hotline.callflow.calendar import ERAS, find_era

KEYS: Final = "0123456789*#"
"""The keys of a telephone."""

_TEXTS: Final = (
    *("name", "locale", "language", "voice", "hears", "between_digits", "between_groups"),
    *("date", "day", "time"),
)
_FIELDS: Final = frozenset({*_TEXTS, "digits", "keys"})
_OPTIONAL: Final = frozenset({"eras", "nearest"})

_QUOTED: Final = re.compile(r"('[^']*')")


class VoicesFault(Exception):
    """The file of the voices is wrong; the text names every fault."""


@dataclass(frozen=True, slots=True)
class Eras:
    """How a language names days by Japanese eras."""

    pattern: DateTimePattern
    first_year: str
    """What the first year of an era is called instead of 1."""
    names: Mapping[str, str]
    """Era, as the calendar of the conversation names it -> as it is spoken."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How one language is spoken."""

    code: str
    """The language's code in this house: the folder of its catalogue."""
    name: str
    """The language in its own words."""
    locale: Locale
    language: str
    """The `language` attribute of `<Say>`."""
    voice: str
    """The `voice` attribute of `<Say>`."""
    hears: str
    """The `language` attribute of a `<Gather>` that recognises speech."""
    nearest: str | None
    """The language whose voice reads this one, which has none; None means that the voice is its own."""
    words: Mapping[str, str]
    """What each digit, and `*` and `#`, is called where digits are told one by one."""
    keys: Mapping[str, str]
    """What each key of the telephone is called."""
    between_digits: str
    between_groups: str
    date_pattern: DateTimePattern
    day_pattern: DateTimePattern
    time_pattern: DateTimePattern
    hour_pattern: DateTimePattern
    """For a time on the hour."""
    eras: Eras | None

    def say_digits(self, groups: tuple[str, ...]) -> str:
        """The digits as words, group by group; a character that is no key is left as it is."""
        words = self.words
        return self.between_groups.join(
            self.between_digits.join([words.get(digit, digit) for digit in group]) for group in groups if group
        )

    def say_date(self, day: date) -> str:
        """The day as it is spoken; where the language has eras, in both calendars."""
        eras = self.eras
        era = find_era(day) if eras else None
        if eras is None or era is None:
            return self.date_pattern.apply(day, self.locale)
        year = era.year(day)
        both = eras.pattern.apply(day, self.locale)
        return both.format(era=eras.names[era.name], year=eras.first_year if year == 1 else year)

    def say_day(self, day: date) -> str:
        """A near day, without its year."""
        return self.day_pattern.apply(day, self.locale)

    def say_time(self, at: time) -> str:
        """The time of day in hours and minutes; where both have their names, a full hour has no minutes."""
        pattern = self.time_pattern if at.minute else self.hour_pattern
        return pattern.apply(at, self.locale)

    def say_number(self, number: int) -> str:
        """The number in figures, with a comma between thousands where the language writes one.

        Other marks are left out: where people write 2.000, or a narrow blank, not every voice takes it for thousands.
        """
        grouped = write_number(number, self.locale)
        return grouped if grouped.replace(",", "") == str(number) else str(number)


@lru_cache(1024)
def write_number(number: int, locale: Locale) -> str:
    """The number in figures, as the language groups them."""
    return format_decimal(number, locale=locale)


def load_voices(path: Path) -> dict[str, Voice]:
    """All voices by language code, in the order of the file; raises VoicesFault that names every fault."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise VoicesFault(f"{path.name} cannot be read: {error}.") from error
    faults = [f"{path.name}: {code}: {fault}" for code, table in tables.items() for fault in _faults(table)]
    if faults:
        raise VoicesFault("\n".join(faults))
    return {code: _voice(code, table) for code, table in tables.items()}


def _voice(code: str, table: Mapping[str, Any]) -> Voice:
    eras = table.get("eras")
    locale = Locale.parse(table["locale"], sep="-" if "-" in table["locale"] else "_")
    return Voice(
        code=code,
        name=table["name"],
        locale=locale,
        language=table["language"],
        voice=table["voice"],
        hears=table["hears"],
        nearest=table.get("nearest"),
        words=table["keys"] | {str(digit): word for digit, word in enumerate(table["digits"])},
        keys=table["keys"],
        between_digits=table["between_digits"],
        between_groups=table["between_groups"],
        date_pattern=parse_pattern(table["date"]),
        day_pattern=parse_pattern(table["day"]),
        time_pattern=parse_pattern(_with_full_periods(table["time"], locale)),
        hour_pattern=parse_pattern(_with_full_periods(_without_minutes(table["time"]), locale)),
        eras=eras and Eras(parse_pattern(eras["date"]), eras["first_year"], {e.name: eras[e.name] for e in ERAS}),
    )


def _without_minutes(pattern: str) -> str:
    """What a full hour is told by: 17時 and not 17時0分, but 17:00, where nothing but a mark stands between."""
    parts = _QUOTED.split(pattern)
    for at, part in enumerate(parts):
        if not at % 2 and re.search("(?<!m)m(?!m)", part):
            shortened = "".join(parts[:at]) + part.partition("m")[0]
            return shortened.strip() if re.search("[hHkK]", shortened) else pattern
    return pattern


def _with_full_periods(pattern: str, locale: Locale) -> str:
    """Before and after noon in full words: Korean abbreviates them to AM and PM."""
    if "am" not in locale.day_periods["format"].get("wide", {}):
        return pattern
    parts = _QUOTED.split(pattern)
    return "".join(part if at % 2 else re.sub("a+", "aaaa", part) for at, part in enumerate(parts))


def _faults(table: Any) -> list[str]:
    if not isinstance(table, dict):
        return ["a language is a table of its own."]
    faults = [f"`{name}` is missing." for name in sorted(_FIELDS - table.keys())]
    faults += [f"`{name}` is not known here." for name in sorted(table.keys() - _FIELDS - _OPTIONAL)]
    faults += [
        f"`{name}` must be text, and not empty." for name in (*_TEXTS, "nearest") if not _is_text(table.get(name, "-"))
    ]
    if "digits" in table and not (_are_texts(table["digits"]) and len(table["digits"]) == 10):
        faults.append("`digits` must be ten words, for 0 to 9.")
    if "keys" in table and not (_are_named(table["keys"]) and table["keys"].keys() == set(KEYS)):
        faults.append("`keys` must have a word for each of 0 to 9, * and #, and for nothing else.")
    if "eras" in table:
        faults += _era_faults(table["eras"])
    return faults or _babel_faults(table) + _pair_faults(table)


def _era_faults(eras: Any) -> list[str]:
    expected = {"date", "first_year", *(era.name for era in ERAS)}
    if not (_are_named(eras) and eras.keys() == expected):
        return [f"`eras` must have exactly these texts: {', '.join(sorted(expected))}."]
    if not all(f"'{name}'" in eras["date"] or name in eras["date"] for name in ("{era}", "{year}")):
        return ["`eras.date` must have {era} and {year} in it, quoted: '{era}{year}'."]
    return []


def _babel_faults(table: Mapping[str, Any]) -> list[str]:
    try:
        Locale.parse(table["locale"], sep="-" if "-" in table["locale"] else "_")
    except (ValueError, UnknownLocaleError):
        return [f"`locale` {table['locale']} is not known to Babel."]
    dates = (table["date"], table["day"], table.get("eras", table)["date"])
    samples: list[tuple[str, date | time]] = [
        *((pattern, date(2000, 1, 1)) for pattern in dates),
        (table["time"], time(9)),
    ]
    for pattern, sample in samples:
        try:
            parse_pattern(pattern).apply(sample, table["locale"]).format(era="", year="")
        except (ValueError, KeyError, AttributeError, IndexError):
            return [f"The pattern {pattern} is none of Unicode CLDR for {'times' if sample == time(9) else 'dates'}."]
    return []


def _pair_faults(table: Mapping[str, Any]) -> list[str]:
    """Whether voice and language can belong together, as far as a voice's name tells.

    A wrong pair makes Twilio skip the sentence. Google's voices carry the language in their names.
    """
    vendor, _, voice = table["voice"].partition(".")
    if vendor not in ("Polly", "Google") or not voice:
        return [f"`voice` {table['voice']} must begin with Polly. or Google."]
    if vendor == "Google" and not voice.startswith(f"{table['language']}-"):
        return [f"`voice` {table['voice']} does not speak {table['language']}."]
    return []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(_is_text(value) for value in values)


def _are_named(values: Any) -> bool:
    return isinstance(values, dict) and all(_is_text(value) for value in values.values())
