"""How long a caller listens before the line has said that it speaks their language."""

import unicodedata
from itertools import pairwise
from typing import Final

import pytest

from hotline.callflow.languages import HINTS, LANGUAGES
from hotline.callflow.state import State, Step
from hotline.callflow.steps.menus import greet
from hotline.speech.speak import speak

AT_MOST_S: Final = 10.0
"""Whoever has understood nothing for ten seconds hangs up."""

LETTERS_A_SECOND: Final = {
    "ja": 6.0,
    "ja-easy": 6.8,
    "en": 15.0,
    "zh": 5.0,
    "ko": 6.0,
    "es": 15.5,
    "pt": 14.5,
    "vi": 13.0,
    "th": 13.5,
    "id": 14.0,
    "fil": 13.0,
    "ne": 11.0,
}
"""An estimate, until somebody measures the voices: syllables a second, times the letters of one in our greetings.

People who read aloud say 6.2 syllables a second in English, 5.2 in Chinese and Vietnamese, 7.8 in Spanish and Japanese
(Pellegrino, Coupé and Marsico, "A cross-language perspective on speech information rate", Language 87, 2011). A voice
on the telephone is calmer: here 5 in English and Chinese, 4.8 in Vietnamese, 6.3 in Spanish, 7 morae in Japanese.
The other languages are not in that study: 4.5 in Thai, 5.5 in Nepali, 5.7 in Filipino, 6 in Korean, Portuguese and
Indonesian.
"""

PAUSE_S: Final = {"P": 0.2, "E": 0.4}
"""An estimate as well: after a comma and the like, and after the end of a sentence or of what one voice says."""

ENDS: Final = ".。।!?！？"


def seconds(text: str, language: str) -> float:
    """How long the text takes, with the pause after it."""
    letters = sum(unicodedata.category(letter)[0] in "LMN" for letter in text)
    pauses = [PAUSE_S["E" if mark in ENDS else "P"] for mark in text if unicodedata.category(mark) == "Po"]
    if language == "th":
        # Thai ends its sentences with a blank, and has blanks around figures, where nobody pauses.
        blanks = pairwise(text.split())
        pauses += [PAUSE_S["E"] for before, after in blanks if not before.isdecimal() and not after.isdecimal()]
        pauses.append(PAUSE_S["E"])
    return letters / LETTERS_A_SECOND[language] + sum(pauses)


def seconds_of_greeting(language: str) -> float:
    """From the first word to the last of the last hint."""
    said = [(sentence.language or language, sentence) for sentence in greet(State(Step.MAIN_MENU, language))]
    return sum(seconds(speak(sentence, spoken).text, spoken) for spoken, sentence in said) - PAUSE_S["E"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_hint_ends_before_a_caller_hangs_up(language: str) -> None:
    _, *hints = greet(State(Step.MAIN_MENU, language))
    assert tuple(hint.language or language for hint in hints) == HINTS
    assert seconds_of_greeting(language) <= AT_MOST_S


def test_the_estimate_tells_a_short_greeting_from_a_long_one() -> None:
    assert seconds("お電話ありがとうございます。", "ja") == pytest.approx(13 / 6.0 + 0.4)
    assert seconds("For English, press 9.", "en") == pytest.approx(16 / 15.0 + 0.6)
    assert seconds("ภาษาไทย กด 9", "th") == pytest.approx(10 / 13.5 + 0.8)
