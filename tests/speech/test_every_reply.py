"""Every sentence that the conversation can say, spoken and written in every language."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain

import pytest

from hotline.callflow import flow
from hotline.callflow.languages import LANGUAGES
from hotline.callflow.replies import Listen, Menu, Sentence
from hotline.callflow.samples import OPEN
from hotline.callflow.state import Step
from hotline.callflow.texts import compose
from hotline.callflow.walk import Way, messages
from hotline.callflow.whisper import whisper
from hotline.speech.heard_lists import MENUS
from hotline.speech.hearing import EVERYWHERE, hints
from hotline.speech.limits import fits, say_characters
from hotline.speech.places import SOURCE_LANGUAGE, THE_LINE
from hotline.speech.prompts import load_prompts
from hotline.speech.speak import Wording
from tests.callflow import every_turn

pytestmark = pytest.mark.xdist_group("walk")
"""One process walks through the conversation, and keeps the turns for all these tests."""

BORROWED = {"fil": {"confirm.postal_code"}}
"""What a language says with English words."""

in_every_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def ways() -> tuple[Way, ...]:
    """Every turn of the conversation."""
    return tuple(chain.from_iterable(map(every_turn.ways, every_turn.AT)))


@cache
def sentences() -> tuple[Sentence, ...]:
    """Every sentence, each with every kind of value once; the keys of the options are among the values."""
    found: dict[object, Sentence] = {}
    for sentence in _said():
        found.setdefault(_key(sentence), sentence)
    return tuple(found.values())


def _said() -> Iterator[Sentence]:
    for way in ways():
        yield from way.turn.reply.said
        if way.turn.state.step is Step.RINGING:
            yield from whisper(way.turn.state).said
        if way.before is None:
            yield from flow.apologise(way.turn.state, way.now).reply.said
    for told in messages():
        yield from compose(told, OPEN)


def _key(sentence: Sentence) -> object:
    values = ((name, _key(value) if isinstance(value, Sentence) else value) for name, value in sentence.values.items())
    return (sentence.prompt, sentence.language, *values)


def _of(language: str) -> Iterable[Sentence]:
    """What can be said in a call of this language."""
    prompts = load_prompts(THE_LINE.prompts)
    return [sentence for sentence in sentences() if prompts[sentence.prompt].is_said_in(sentence.language or language)]


def test_the_conversation_says_what_it_is_meant_to():
    prompts = {sentence.prompt for sentence in sentences()}
    assert {"confirm.stop", "result.card.suspended", "text_offer.promised", "whisper.accept", "sms.counter"} <= prompts
    assert len(sentences()) > len(prompts) > 150


@in_every_language
def test_every_sentence_is_spoken_in_its_language_by_its_voice(language, caplog):
    caplog.set_level(logging.WARNING)
    wording = Wording(THE_LINE)
    for sentence in _of(language):
        utterance = wording.speak(sentence, language)
        voice = wording.voice(sentence.language or language)
        assert (utterance.language, utterance.voice) == (voice.language, voice.voice), sentence.prompt
        assert utterance.text.strip(), sentence.prompt
        assert "{" not in utterance.text, sentence.prompt
    # A prompt that is not translated is spoken in the source language, and that is logged.
    assert [f"{record.getMessage()} {vars(record).get('prompt')}" for record in caplog.records] == []


@in_every_language
def test_every_sentence_is_written_in_its_language(language, caplog):
    caplog.set_level(logging.WARNING)
    wording = Wording(THE_LINE)
    for sentence in _of(language):
        text = wording.write(sentence, language)
        assert text.strip(), sentence.prompt
        assert "{" not in text, sentence.prompt
    assert caplog.records == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE_LANGUAGE])
def test_no_sentence_is_the_english_one(language):
    wording = Wording(THE_LINE)
    english = load_prompts(THE_LINE.prompts)
    same = {
        sentence.prompt
        for sentence in _of(language)
        if sentence.language is None
        and english[sentence.prompt].is_said_in(SOURCE_LANGUAGE)
        and wording.write(sentence, language) == wording.write(sentence, SOURCE_LANGUAGE)
    }
    assert same <= BORROWED.get(language, set())


@in_every_language
def test_every_piece_of_a_sentence_is_taken_by_its_voice(language):
    wording = Wording(THE_LINE)
    for sentence in _of(language):
        utterance = wording.speak(sentence, language)
        assert "".join(utterance.pieces()) == utterance.text
        for piece in utterance.pieces():
            assert fits(piece, say_characters(utterance.voice)), sentence.prompt


@in_every_language
def test_every_question_expects_words(language):
    for listen in listened_for().values():
        expected = hints(listen, language)
        assert expected
        assert len(set(expected)) == len(expected)


def test_every_list_of_words_of_a_menu_is_a_prompt_and_its_neighbours_are_checked_against_it():
    prompts = load_prompts(THE_LINE.prompts)
    for words in listened_for():
        assert words <= prompts.keys()
        own = words - set(EVERYWHERE.values())
        assert any(own <= together for together in MENUS), f"heard_lists.MENUS has no menu with {sorted(own)}."


@cache
def listened_for() -> Mapping[frozenset[str], Listen]:
    """The lists of words that are listened for at the same time, each with one place where they are."""
    found: dict[frozenset[str], Listen] = {}
    for way in ways():
        match way.turn.reply.ending:
            case Listen(Menu(options)) as listen:
                words = frozenset(option.words for option in options if option.words is not None)
                found.setdefault(words, listen)
    return found
