"""How long a caller needs to a stopped card, worked out from the rendered audio: nothing here is timed."""

import pytest

from hotline.callflow.languages import FIRST_LANGUAGE, LANGUAGES
from hotline.sound.timing import ANSWER_S, HEARS_EVERYTHING_S, KEY_S, KEYS_AHEAD_S, time_call

pytestmark = pytest.mark.xdist_group("walk")
"""What there is to read is found by a walk through the conversation, which one process takes for many tests."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caller_has_a_stopped_card_in_time_who_hears_everything_and_who_keys_ahead(language, rendered):
    call = time_call(language, folder=rendered(language))
    said = [f"{one.seconds:.1f} s {one.sentence.prompt}" for one in call.said]
    assert call.hears_everything_s <= HEARS_EVERYTHING_S, said
    assert call.keys_ahead_s <= KEYS_AHEAD_S, said


def test_a_caller_who_keys_ahead_waits_for_the_last_words_only(rendered):
    call = time_call("en", folder=rendered("en"))
    assert [one.sentence.prompt for one in call.said[-2:]] == ["waiting.one_moment", "result.card.suspended"]
    spared = sum(one.seconds for one in call.said[:-2])
    assert call.hears_everything_s - call.keys_ahead_s == pytest.approx(spared)
    pressing = KEY_S * call.keys + ANSWER_S * 6
    last_words = sum(one.seconds for one in call.said[-2:])
    hold = 1
    assert call.keys_ahead_s == pytest.approx(pressing + hold + last_words)


def test_whoever_must_choose_the_language_first_hears_what_leads_there(rendered):
    folder = rendered("ko")
    own, chosen = time_call("ko", folder=folder), time_call("ko", FIRST_LANGUAGE, folder)
    assert chosen.keys == own.keys + 2
    assert chosen.hears_everything_s > own.hears_everything_s
    foreign = [one.sentence for one in chosen.said if one.language != "ko"]
    assert foreign[-1].language == "ko"
    assert foreign[-1].prompt == "language.choose"


def test_the_longest_sentence_is_named(rendered):
    call = time_call("en", folder=rendered("en"))
    assert call.longest.seconds == max(one.seconds for one in call.said)
