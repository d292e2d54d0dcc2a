"""The book of all sentences that people look through."""

import io

import pytest
from babel.messages.pofile import read_po

from hotline.callflow.languages import LANGUAGES
from hotline.speech.book import Kind, Worded, examples, parts, worded
from hotline.speech.inventory import COUNTED_TO
from hotline.speech.marked import marked_catalogue
from hotline.speech.places import THE_LINE
from hotline.speech.prompts import Prompt, load_prompts
from hotline.speech.speak import wording
from hotline.store.prompt_marks import Mark
from tests.speech.line import Line
from tests.store.rows import NOON

pytestmark = pytest.mark.xdist_group("walk")
"""One process walks through the conversation, and keeps the turns for all these tests."""


def found(prompt: str, language: str) -> Worded:
    return next(one for one in worded(language) if one.prompt.id == prompt)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_is_said_can_be_heard_in_every_language(language):
    listed = worded(language)
    said = [prompt.id for prompt in load_prompts(THE_LINE.prompts).values() if prompt.is_said_in(language)]
    assert [one.prompt.id for one in listed] == said
    assert all(one.is_translated for one in listed)
    assert [one.prompt.id for one in listed if one.kind is Kind.SAID and not examples(one, language)] == []
    assert [one.part for one in listed] == sorted((one.part for one in listed), key=parts().index)


def test_examples_are_filled_in_as_callers_hear_them():
    heard = examples(found("main_menu.lost", "en"), "en")
    assert [example.text for example in heard] == ["For a lost or stolen card or smartphone, press 2."]


def test_a_sentence_that_is_recorded_for_each_value_has_an_example_of_each():
    counted = [example.text for example in examples(found("common.choices", "en"), "en")]
    assert counted == [f"You have {count} choices." for count in range(1, COUNTED_TO + 1)]


def test_what_the_greeting_says_in_other_languages_is_heard_in_every_one():
    heard = examples(found("main_menu.languages", "ko"), "ko")
    assert [example.language for example in heard] == ["ko"]


def test_what_is_only_written_or_understood_is_never_heard():
    assert [examples(found(prompt, "ja"), "ja") for prompt in ("sms.receipt", "text.how", "heard.yes")] == [()] * 3


def test_a_sentence_without_a_translation_is_shown_in_the_source_language(line: Line):
    listed = {one.prompt.id: one for one in worded("x-third", line.places)}
    assert (listed["menu.lost"].wording, listed["menu.lost"].is_translated) == ("If it is lost, press {key}.", False)
    assert "eras.named" not in listed
    assert listed["menu.lost"].pieces() == ("If it is lost, press ", "key", ".")


def test_a_translation_of_an_older_source_counts_as_none(line: Line):
    line.says('[menu.hello]\ntext = "Welcome to the line."')
    [hello] = worded("ja", line.places)
    assert (hello.wording, hello.is_translated) == ("Welcome to the line.", False)


BOOK = (
    Worded(Prompt("menu.lost", "Press {key}.", "The first option."), "menu", "{key}を押して。", True),
    Worded(Prompt("menu.hello", "Welcome.", ""), "menu", "ようこそ。", True),
)


def mark(prompt: str, comment: str, wording: str) -> Mark:
    return Mark(1, "ja", prompt, wording, comment, 7, "Aiko Example", NOON)


def exported(*marks: Mark) -> bytes:
    return marked_catalogue(wording().voice("ja"), marks, BOOK)


def test_translators_get_what_is_wrong_above_the_sentence_and_nobodys_name():
    text = exported(mark("menu.lost", "Too rude.\nSay it softer.", "{key}を押して。"))
    [header, message] = read_po(io.BytesIO(text), abort_invalid=True)
    assert (message.context, message.id, message.string) == ("menu.lost", "Press {key}.", "{key}を押して。")
    assert message.user_comments == ["2026-11-23: Too rude.", "Say it softer."]
    assert message.auto_comments == ["The first option."]
    assert message.fuzzy
    assert "Language: ja" in str(header.string) or b'"Language: ja\\n"' in text
    assert b"Aiko" not in text


def test_translators_learn_that_a_wording_has_changed_since():
    text = exported(mark("menu.hello", "Wrong.", "ようこそ"), mark("menu.hello", "Still wrong.", "ようこそ。"))
    [_, message] = read_po(io.BytesIO(text), abort_invalid=True)
    assert message.user_comments == [
        "2026-11-23: Wrong.",
        "(The wording has changed since. Then it was: ようこそ)",
        "2026-11-23: Still wrong.",
    ]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x85", "\x0b", "\x1b"])
def test_a_comment_never_breaks_out_of_the_comments(end):
    comment = f'Wrong.{end}msgctxt "menu.hello"{end}msgid "Welcome."{end}msgstr "evil"'
    [_, message] = read_po(io.BytesIO(exported(mark("menu.lost", comment, "x"))), abort_invalid=True)
    assert message.context == "menu.lost"
    assert message.string == "{key}を押して。"


def test_marks_of_sentences_that_are_gone_are_left_out():
    [header] = read_po(io.BytesIO(exported(mark("menu.gone", "Wrong.", "x"))), abort_invalid=True)
    assert header.id == ""
