"""No language is left out of the transcripts."""

import pytest

from hotline.callflow.languages import LANGUAGES
from hotline.callflow.replies import Sentence
from hotline.speech.speak import speak, write
from tests.whole.scripts import FOLDER

NAMES = {
    "en": "english",
    "ja": "japanese",
    "zh": "chinese",
    "ko": "korean",
    "vi": "vietnamese",
    "fil": "filipino",
    "pt": "portuguese",
    "ja-easy": "plain_japanese",
    "ne": "nepali",
    "id": "indonesian",
    "es": "spanish",
    "th": "thai",
}

STOPPED = Sentence("result.card.suspended")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("story", ["lost_card", "the_rest"])
def test_a_card_is_stopped_aloud_in_each_language(story: str, language: str) -> None:
    script = (FOLDER / f"{story}_in_{NAMES[language]}.txt").read_text("utf-8")
    spoken = speak(STOPPED, language)
    assert f"LINE ({spoken.language}): {spoken.text}" in script


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_is_stopped_in_writing_in_each_language(language: str) -> None:
    script = (FOLDER / f"written_in_{NAMES[language]}.txt").read_text("utf-8")
    assert f"LINE writes: {write(STOPPED, language)} ⏎ " in script


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_says_it_again_in_each_language(language: str) -> None:
    story = "lost_card_and_a_text" if language == "ja" else "lost_card"
    *_, last = (FOLDER / f"{story}_in_{NAMES[language]}.txt").read_text("utf-8").splitlines()
    assert last.startswith(f"LINE writes: {write(Sentence('sms.from'), language)}")
