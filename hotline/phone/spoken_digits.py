"""Finds a number that is spoken digit by digit."""

import re
import unicodedata
from typing import Final

_WORDS: Final = {
    "0": ("0", "zero", "oh", "ぜろ", "れい"),
    "1": ("1", "one", "いち"),
    "2": ("2", "two", "にい", "にー"),
    "3": ("3", "three", "さん"),
    "4": ("4", "four", "よん"),
    "5": ("5", "five", "ごお", "ごー"),
    "6": ("6", "six", "ろく"),
    "7": ("7", "seven", "なな"),
    "8": ("8", "eight", "はち"),
    "9": ("9", "nine", "きゅう"),
}
"""How each digit is said; kana stand for katakana too. The short に and ご are left out: they are also other words."""

_TO_HIRAGANA: Final = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}

_DIGITS: Final = {word: digit for digit, words in _WORDS.items() for word in words}


def _one_digit() -> str:
    words = sorted(_DIGITS, key=len, reverse=True)
    # A Latin word must stand alone: the "one" of "phone" is no digit. Digits and kana may follow each other.
    return "|".join(rf"\b{word}\b" if re.fullmatch("[a-z]+", word) else word for word in words)


_DIGIT: Final = re.compile(_one_digit())
_BETWEEN: Final = r"[\s,.、。・;:\-–—…]*"
_RUN: Final = re.compile(rf"(?:(?:{_one_digit()}){_BETWEEN})+")


def find_spoken_number(text: str, at_least: int = 8) -> str | None:
    """The digits of the first number of at least so many digits; said twice in a row, it counts once."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TO_HIRAGANA)
    for run in _RUN.finditer(plain):
        digits = "".join(_DIGITS[word] for word in _DIGIT.findall(run[0]))
        half = len(digits) // 2
        if digits[:half] == digits[half:]:
            digits = digits[:half]
        if len(digits) >= at_least:
            return digits
    return None
