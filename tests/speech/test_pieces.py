"""Sentences as rows of pieces: the same words in the same order, whatever is filled in."""

from datetime import date, time
from random import Random

import pytest

from hotline.callflow.languages import LANGUAGES
from hotline.callflow.replies import Day, Digits, Sentence
from hotline.speech.inventory import inventory, spoken_sentences
from hotline.speech.pieces import Pause, bare, row_of_date, row_of_day, row_of_digits, row_of_time
from hotline.speech.speak import CannotSpeak, wording

pytestmark = pytest.mark.xdist_group("walk")
"""What there is to read is found by a walk through the conversation, which one process takes for many tests."""


def text_of(row) -> str:
    return " ".join(piece.text for piece in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_says_what_the_sentence_says(language):
    words = wording()
    for sentence in spoken_sentences():
        try:
            said, code = words.words(sentence, language)
        except CannotSpeak:
            continue
        row = words.row(sentence, language)
        assert bare(text_of(row)) == bare(said), (language, sentence.prompt)
        assert all(bare(piece.text) for piece in row), (language, sentence.prompt)
        assert row[-1].pause is Pause.SENTENCE, (code, sentence.prompt)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_is_told_in_pieces_that_are_recorded(language):
    voice = wording().voice(language)
    recorded = {one.text for one in inventory(language)}
    chance = Random(3)
    for _ in range(300):
        day = date.fromordinal(chance.randint(date(1900, 1, 1).toordinal(), date(2026, 12, 31).toordinal()))
        groups = tuple("".join(chance.choices("0123456789*#", k=chance.randint(1, 4))) for _ in range(3))
        at = time(chance.randint(0, 23), chance.choice((0, 30)))
        for row, said in (
            (row_of_date(day, voice), voice.say_date(day)),
            (row_of_day(day, voice), voice.say_day(day)),
            (row_of_time(at, voice), voice.say_time(at)),
            (row_of_digits(groups, voice), voice.say_digits(groups)),
        ):
            assert bare(text_of(row)) == bare(said)
            assert {piece.text for piece in row} <= recorded, said


def test_a_date_falls_into_its_fields():
    voice = wording().voice
    day = date(1980, 3, 1)
    assert [piece.text for piece in row_of_date(day, voice("es"))] == ["1", "de marzo", "de 1980"]
    assert [piece.text for piece in row_of_date(day, voice("vi"))] == ["ngày 1", "tháng 3", "năm 1980"]
    assert [piece.text for piece in row_of_date(day, voice("ja-easy"))] == ["1980年", "3月", "1日"]
    both = row_of_date(day, voice("ja"))
    assert {"昭和55年", "3月", "1日"} <= {piece.text for piece in both}
    assert Pause.GROUP in {piece.pause for piece in both[:-1]}


def test_the_first_year_of_an_era_has_its_name():
    row = row_of_date(date(1989, 1, 8), wording().voice("ja"))
    assert "平成元年" in {piece.text for piece in row}


def test_a_time_is_told_in_two_pieces_where_hours_and_minutes_have_names():
    voice = wording().voice
    assert [piece.text for piece in row_of_time(time(17, 5), voice("ja"))] == ["17時", "5分"]
    assert [piece.text for piece in row_of_time(time(17, 0), voice("ja"))] == ["17時"]
    assert [piece.text for piece in row_of_time(time(17, 5), voice("es"))] == ["17:05"]


def test_groups_of_digits_are_apart():
    row = row_of_digits(("100", "", "0001"), wording().voice("en"))
    pauses = [piece.pause for piece in row]
    assert pauses == [Pause.JOINT, Pause.JOINT, Pause.GROUP, *[Pause.JOINT] * 4]
    assert [piece.text for piece in row] == ["one", "zero", "zero", "zero", "zero", "zero", "one"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_piece_has_a_name_of_its_own_that_any_file_system_takes(language):
    files = [one.file for one in inventory(language)]
    assert len(set(files)) == len(files)
    assert all(file.isascii() and not set(file) & set('/\\:*?"<>| #') for file in files), files


def test_a_sentence_with_what_cannot_be_listed_is_not_recorded():
    unlisted = {
        sentence.prompt
        for sentence in spoken_sentences()
        if any(isinstance(value, str) and not value.isascii() for value in sentence.values.values())
    }
    assert unlisted
    assert not unlisted & {prompt for one in inventory("ja") for prompt in one.uses}


def test_another_wording_of_the_same_piece_is_another_file():
    ja = {one.name: one.file for one in inventory("ja")}
    easy = {one.name: one.file for one in inventory("ja-easy")}
    both = [name for name in ja.keys() & easy.keys() if name.startswith("main_menu.")]
    assert both
    assert any(ja[name] != easy[name] for name in both)
    assert ja["month-03"] == easy["month-03"]


def test_the_days_of_a_near_date_have_no_year():
    assert text_of(wording().row(Sentence("next_steps.days", {"day": Day(date(2026, 12, 24))}), "en")).count("20") == 0


def test_digits_keyed_as_text_are_told_one_by_one():
    [option] = [one for one in spoken_sentences() if any(isinstance(v, Digits) for v in one.values.values())][:1]
    name = next(iter(option.values))
    assert [piece.text for piece in wording().row(Sentence(option.prompt, {name: "12"}), "en")][-2:] == ["one", "two"]
