"""What callers are sent as a text message."""

from datetime import UTC, datetime

import pytest

from hotline.callflow.events import Answer, Target
from hotline.callflow.languages import LANGUAGES
from hotline.callflow.line import Now
from hotline.callflow.texts import Told, compose
from hotline.carrier.segments import count_segments
from hotline.speech.messages import write_message

NOW = Now(datetime(2026, 11, 23, 12, tzinfo=UTC))


def message(language: str, *targets: Target) -> str:
    told = Told("48290173", dict.fromkeys(targets, Answer.SUSPENDED), municipality="南アルプス市")
    return write_message(compose(told, NOW), language)


@pytest.mark.parametrize("language", ["ja", "ja-easy", "zh"])
def test_no_blank_follows_full_width_punctuation(language: str) -> None:
    text = message(language, Target.CARD)
    assert "。" in text
    assert "。 " not in text
    assert "： " not in text


def test_sentences_of_other_languages_stay_apart() -> None:
    assert ": The card is stopped. Receipt number 4829-0173. " in message("en", Target.CARD)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_had_everything_stopped_gets_at_most_five_parts(language: str) -> None:
    assert count_segments(message(language, Target.CARD, Target.SMARTPHONE)).count <= 5
