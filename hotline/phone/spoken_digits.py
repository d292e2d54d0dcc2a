"""Finds a number that is spoken digit by digit, in any language of the line."""

import re
import unicodedata
from typing import Final

_TO_HIRAGANA: Final = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}

_WORDS: Final = {
    "0": "0 zero oh cero không nol sero ぜろ れい 零 〇 공 영 ศูนย์ शून्य",
    "1": "1 one uno um một satu isa いち 一 幺 일 หนึ่ง एक",
    "2": "2 two dos dois hai dua dalawa にい にー 二 이 สอง दुई",
    "3": "3 three tres três ba tiga tatlo さん 三 삼 สาม तीन",
    "4": "4 four cuatro quatro bốn empat apat よん 四 사 สี่ चार",
    "5": "5 five cinco năm lima ごお ごー 五 오 ห้า पाँच पांच",
    "6": "6 six seis meia sáu enam anim ろく 六 육 륙 หก छ",
    "7": "7 seven siete sete bảy tujuh pito なな 七 칠 เจ็ด सात",
    "8": "8 eight ocho oito tám delapan walo はち 八 팔 แปด आठ",
    "9": "9 nine nueve nove chín sembilan siyam きゅう 九 구 เก้า नौ",
}
"""How each digit is said; kana stand for katakana too. The short に and ご are left out: they are also other words."""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_TO_HIRAGANA)


_DIGITS: Final = {_plain(word): digit for digit, words in _WORDS.items() for word in words.split()}


def _one_digit() -> str:
    words = sorted(_DIGITS, key=len, reverse=True)
    # A word in Latin letters must stand alone: the "one" of "phone" is no digit. All others may follow each other.
    return "|".join(rf"\b{word}\b" if unicodedata.name(word[0]).startswith("LATIN") else word for word in words)


_DIGIT: Final = re.compile(_one_digit())
_BETWEEN: Final = r"[\s,.、。・;:\-–—…]*"
_RUN: Final = re.compile(rf"(?:(?:{_one_digit()}){_BETWEEN})+")


def find_spoken_number(text: str, at_least: int = 8) -> str | None:
    """The digits of the first number of at least so many digits; said twice in a row, it counts once."""
    for run in _RUN.finditer(_plain(text)):
        digits = "".join(_DIGITS[word] for word in _DIGIT.findall(run[0]))
        half = len(digits) // 2
        if half >= at_least and digits[:half] == digits[half:]:
            digits = digits[:half]
        if len(digits) >= at_least:
            return digits
    return None
