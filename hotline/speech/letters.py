"""Words made comparable: as people write them, and as speech recognition writes them."""

import unicodedata
from typing import Final

WITHOUT_BLANKS: Final = frozenset({"zh", "ja", "ja-easy", "th"})
"""Languages written without blanks between words."""

_JAPANESE: Final = frozenset({"ja", "ja-easy"})

_APOSTROPHES: Final = dict.fromkeys(map(ord, "'`\u00b4\u02bc\u2018\u2019"))

_HIRAGANA: Final = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}

_KEPT: Final = "LMN"
"""Unicode categories that words are made of: letters, marks and numbers. Thai and Nepali vowels are marks."""


def plain(text: str, language: str) -> str:
    """The words alone: one width, small letters, no punctuation, one blank between words, or none in such languages.

    Katakana becomes hiragana, because recognition chooses between them as it pleases.
    """
    text = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    letters = [letter if _is_kept(letter) else " " for letter in text if unicodedata.category(letter) != "Cf"]
    words = "".join(letters).split()
    if language in _JAPANESE:
        return "".join(words).translate(_HIRAGANA)
    return ("" if language in WITHOUT_BLANKS else " ").join(words)


def without_accents(text: str) -> str:
    """As it is written by who leaves the accents out: nao for não, dung for đúng."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).replace("đ", "d")


def figures(text: str) -> str:
    """The text with the figures of every script as 0 to 9, also those that are drawn as keys."""
    shown = (letter for letter in unicodedata.normalize("NFKC", text) if not _is_drawing(letter))
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in shown)


def _is_kept(letter: str) -> bool:
    return unicodedata.category(letter)[0] in _KEPT


def _is_drawing(letter: str) -> bool:
    """Whether it only says how another letter is drawn: the frame of a key, a direction, a colour."""
    return unicodedata.category(letter) in ("Me", "Cf") or "\ufe00" <= letter <= "\ufe0f"
