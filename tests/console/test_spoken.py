"""In which language each sentence of a turn was spoken."""

from hotline.callflow.events import Dialled, KeysPressed
from hotline.callflow.languages import LANGUAGES
from hotline.callflow.walk import walk
from hotline.console.spoken import spoken_in


def said(way):
    state, sentences = way.turn.state, way.turn.reply.said
    return [(one.prompt, one.language or state.language) for one in sentences]


def test_every_first_sentence_and_language_menu_is_told_in_the_language_it_was_heard_in():
    seen = set()
    for way in walk("pt"):
        if isinstance(way.event, Dialled | KeysPressed) and way.turn.state.step in (
            "main_menu",
            "language",
            "language_more",
        ):
            told = spoken_in([prompt for prompt, _language in said(way)], way.turn.state.language)
            assert told == said(way)
            seen |= {language for prompt, language in told if prompt == "language.choose"}
    assert seen == set(LANGUAGES)


def test_offers_of_a_line_with_fewer_languages_count_as_of_the_turn():
    assert spoken_in(["language.choose"] * 3, "ko") == [("language.choose", "ko")] * 3
