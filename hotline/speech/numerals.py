"""Digits as they are spoken one by one, and rows of digits as they are written."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from hotline.callflow.calendar import ERAS
from hotline.speech.dates import read_date
from hotline.speech.habits import OTHER_DIGITS, RUN_TOGETHER
from hotline.speech.letters import figures, plain, without_accents

_ERA_NAMES: Final = {
    name: era.key
    for era, names in zip(ERAS, ("明治 m", "大正 t", "昭和 s", "平成 h", "令和 r"), strict=True)
    for name in names.split()
}

_DATE: Final = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_SHORT_DATE: Final = re.compile(r"(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})\.?")
_ERA_DATE: Final = re.compile(
    rf"({'|'.join(_ERA_NAMES)})\s*(元|\d{{1,2}})[年./-]\s*(\d{{1,2}})[月./-]\s*(\d{{1,2}})日?", re.IGNORECASE
)

_JAPAN: Final = re.compile(r"^\+\s?81[\s-]?(?:\(0\))?")
"""How a number in Japan begins when it is written for callers abroad."""

_ROW: Final = re.compile(r"(?:\+\s?)?\d(?:[\s./‐‑‒–—―−ー-]{0,3}\d)*")
"""Figures with little between them, as somebody writes one number."""

_HYPHENS: Final = re.compile(r"(?<=\w)\s*[-/‐‑‒–—―−]\s*(?=\w)|(?<=\d)ー(?=\d)")
_PARTS: Final = re.compile(r"丁目|番地の?|番|号|の(?=.)")
"""What stands between the parts of a Japanese house number."""

_JAPANESE: Final = ("ja", "ja-easy")


def find_row(words: str, length: int) -> str | None:
    """The first row of exactly so many figures in a text, with blanks, hyphens or dots between them or none.

    A row that begins with + is a telephone number.
    """
    text = figures(words)
    alone = re.search(rf"(?<![+\d])\d{{{length}}}(?!\d)", text)
    rows = (re.sub(r"\D", "", row) for row in _ROW.findall(text) if not row.startswith("+"))
    return alone[0] if alone else next((row for row in rows if len(row) == length), None)


def read_row(words: str, language: str, spoken: Mapping[str, str], *, in_parts: bool) -> str | None:
    """The keys that a row of digits stands for; None when there is anything else in it, or no digit at all.

    `spoken` is what the voice calls the digits. With `in_parts` the parts stay apart, with `*` between them, as those
    of a house number do; else a date gets all its eight digits, and a postal code or telephone number loses its
    hyphens.
    """
    text = _JAPAN.sub("0", figures(words).strip().rstrip("。.#"))
    text = "".join(_kanji(letter, language) for letter in text)
    if not in_parts and (day := _read_date(text) or read_date(text, language)):
        return day
    if language in _JAPANESE:
        text = _PARTS.sub("-", text).rstrip("-")
    parts = [_read_digits(part, language, tuple(spoken.items())) for part in _HYPHENS.sub("\0", text).split("\0")]
    known = [part for part in parts if part]
    if len(known) < len(parts):
        return None
    return "*".join(known) if in_parts or not _is_one_number(known) else "".join(known)


def _read_date(text: str) -> str | None:
    if match := _DATE.fullmatch(text):
        year, month, day = match.groups()
    elif match := _SHORT_DATE.fullmatch(text):
        year, _, month, day = match.groups()
        if int(month) > 12 or int(day) > 31:
            return None
    elif match := _ERA_DATE.fullmatch(text):
        era, year, month, day = match.groups()
        year = _ERA_NAMES[era.lower()] + ("01" if year == "元" else year.zfill(2))
    else:
        return None
    return f"{year}{month.zfill(2)}{day.zfill(2)}"


def _is_one_number(parts: list[str]) -> bool:
    """Whether the hyphens only make it readable: a postal code, a telephone or a receipt number, a My Number."""
    row = "".join(parts)
    return [len(part) for part in parts] == [3, 4] or row.startswith("0") or len(row) in (8, 12)


def _read_digits(text: str, language: str, spoken: tuple[tuple[str, str], ...]) -> str | None:
    words = _digit_words(language, spoken)
    heard = plain(text, language)
    if language in RUN_TOGETHER:
        heard = heard.replace(" ", "")
        found = _any_of(tuple(words)).findall(heard)
        return "".join(words[word] for word in found) if found and "".join(found) == heard else None
    digits = [_figures(word, words) for word in heard.split()]
    return "".join(digit for digit in digits if digit) if digits and all(digits) else None


def _figures(word: str, words: Mapping[str, str]) -> str | None:
    return word if word.isascii() and word.isdecimal() else words.get(word)


@lru_cache(64)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))


@lru_cache(64)
def _digit_words(language: str, spoken: tuple[tuple[str, str], ...]) -> dict[str, str]:
    others = OTHER_DIGITS.get(language, {})
    words = [(word, digit) for digit, word in spoken if digit.isdecimal()]
    words += [(word, digit) for digit, row in others.items() for word in row.split()]
    words += [(digit, digit) for digit in "0123456789"]
    known = {plain(word, language): digit for word, digit in words}
    return {without_accents(word): digit for word, digit in known.items()} | known


def _kanji(letter: str, language: str) -> str:
    """Kanji figures stand for themselves in Japanese and Chinese; elsewhere they are no digits."""
    at = "〇一二三四五六七八九零".find(letter)
    return str(at % 10) if at >= 0 and language in (*_JAPANESE, "zh") else letter
