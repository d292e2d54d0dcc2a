"""What a prompt says, without what was filled in."""

import re

import pytest

from hotline.callflow.languages import LANGUAGES
from hotline.speech.places import THE_LINE
from hotline.speech.prompts import load_prompts
from hotline.speech.unfilled import BLANK, unfilled


def test_what_was_filled_in_is_marked():
    assert unfilled("confirm.birth_date", "en") == f"Born {BLANK}."


@pytest.mark.parametrize(("language", "words"), [("en", "To stop the card, press 1."), ("ja", "1")])
def test_a_key_that_is_always_the_same_is_named(language, words):
    text = unfilled("target.card", language)
    assert words in text
    assert BLANK not in text


def test_a_key_that_differs_from_place_to_place_is_not():
    assert BLANK in unfilled("language.choose", "en")


def test_a_prompt_that_nobody_says_any_more_is_nothing():
    assert unfilled("never.said", "ja") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_prompt_reads_in_every_language(language):
    for prompt in load_prompts(THE_LINE.prompts):
        text = unfilled(prompt, language)
        assert text, prompt
        assert not re.search(r"\{\w+\}", text), prompt
