"""The main menu, the languages, what is closed, and what is told by the way."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from hotline.callflow import flow
from hotline.callflow.events import Dialled, KeysPressed, Spoken
from hotline.callflow.languages import FIRST_SCREEN, LANGUAGES, SECOND_SCREEN
from hotline.callflow.replies import Day, Menu
from hotline.callflow.samples import CLOSED, OPEN
from hotline.callflow.state import Step
from tests.callflow.talk import Talk, at

NIGHT = CLOSED.at
CHOOSES = {**{key: (key,) for key in FIRST_SCREEN}, **{f"9{key}": ("9", key) for key in SECOND_SCREEN}}


def test_the_urgent_thing_is_named_first():
    assert next(iter(Talk().keys.items())) == ("2", "main_menu.lost")


def test_what_works_everywhere_is_said_once_in_the_main_menu():
    assert {"9", "0", "*"} <= Talk().keys.keys()


@pytest.mark.parametrize(
    ("language", "hints"), [("ja", ["en", "zh"]), ("en", [None, "zh"]), ("zh", ["en", None]), ("th", ["en", "zh"])]
)
def test_the_greeting_tells_the_way_to_the_languages_in_english_and_chinese(language, hints):
    sentences = Talk(language=language).turn.reply.sentences
    assert sentences[0].prompt == "main_menu.greeting"
    assert [sentence.language for sentence in sentences[1:]] == hints


def test_somebody_who_writes_is_told_how():
    assert Talk(by_text=True).said[1] == "text.how"
    assert "text.how" not in Talk().said


def test_a_language_is_named_in_itself():
    for step, screen in ((Step.LANGUAGE, FIRST_SCREEN), (Step.LANGUAGE_MORE, SECOND_SCREEN)):
        to = at(step).ending.to
        assert isinstance(to, Menu)
        named = {option.key: option.language for option in to.options if option.language}
        assert named == screen


@pytest.mark.parametrize(("keys", "language"), list(zip(CHOOSES.values(), LANGUAGES, strict=True)))
def test_every_language_has_its_key(keys, language):
    talk = Talk(language="ko").presses("9", *keys)
    assert (talk.state.language, talk.step) == (language, Step.MAIN_MENU)


def test_whoever_understands_none_of_the_first_screen_hears_the_second():
    assert at(Step.LANGUAGE).silent().step is Step.LANGUAGE_MORE
    assert at(Step.LANGUAGE_MORE).presses("9").step is Step.LANGUAGE


def test_nine_pressed_again_in_the_language_menu_does_not_lose_the_way_back():
    assert at(Step.CONFIRM).presses("9", "9", "9", "1").step is Step.CONFIRM


def test_hash_leaves_the_languages_as_they_were():
    talk = at(Step.CONFIRM).presses("9", "9", "#")
    assert (talk.step, talk.state.language, talk.state.back_to) == (Step.CONFIRM, "en", None)


def test_a_language_that_is_switched_off_is_not_offered_and_calls_in_it_go_on():
    some = replace(OPEN.line, languages=("en", "ja"))
    talk = Talk(line=some, language="th").presses("2", "9")
    assert list(talk.keys) == ["1", "2"]
    assert talk.presses("3").said[0] == "common.wrong_key"
    assert talk.presses("#").state.language == "th"
    assert Talk(line=some).presses("9").silent().said[0] == "common.silence"


def test_a_language_without_a_voice_says_so_aloud_and_not_in_writing():
    assert Talk().presses("9", "9", "1").said[0] == "language.nearest_voice"
    assert "language.nearest_voice" not in Talk(by_text=True).presses("9", "9", "1").said


@pytest.mark.parametrize(("key", "step"), [("1", Step.QUESTIONS), ("3", Step.REISSUE), ("5", Step.PROTECTION)])
def test_out_of_its_hours_a_part_tells_when_it_opens(key, step):
    assert Talk().presses(key).step is step
    talk = Talk(at=NIGHT).presses(key)
    assert talk.step is Step.CLOSED
    assert talk.value("closed.opens", "day") == Day(date(2026, 11, 25))
    assert talk.value("closed.opens", "time") == time(9, 30)


@pytest.mark.parametrize("key", ["2", "4", "9"])
def test_the_rest_never_closes(key):
    assert Talk(at=NIGHT).presses(key).step is Talk().presses(key).step


def test_when_it_is_closed_a_call_back_can_be_asked_for():
    assert Talk(at=NIGHT).presses("3", "1").step is Step.CALL_BACK_OFFER
    assert Talk(at=NIGHT).presses("3", "#").step is Step.MAIN_MENU


def test_recorded_answers_can_be_heard_at_night_and_only_instead_of_questions():
    assert Talk(at=NIGHT).presses("1", "2").step is Step.ANSWERS
    assert Talk(at=NIGHT).presses("1", "2", "#").step is Step.QUESTIONS
    assert Talk(at=NIGHT).presses("3", "2").said[0] == "common.wrong_key"


def test_what_opens_while_its_hours_are_told_is_entered_with_star():
    talk = Talk(at=datetime(2026, 11, 24, 0, 29, 59, tzinfo=UTC)).presses("3")
    assert talk.step is Step.CLOSED
    talk.now = replace(talk.now, at=datetime(2026, 11, 24, 0, 30, tzinfo=UTC))
    assert talk.presses("*").step is Step.REISSUE


def test_in_writing_a_closed_part_offers_a_written_answer():
    talk = Talk(at=NIGHT, by_text=True).presses("1")
    assert talk.keys == {"0": "main_menu.person", "2": "closed.answers", "#": "common.back"}
    assert talk.presses("1").said[0] == "common.wrong_key"


def test_an_operator_for_questions_is_there_in_hours_only():
    assert at(Step.QUESTIONS).presses("4").step is Step.OPERATOR
    late = at(Step.QUESTIONS)
    late.now = replace(late.now, at=NIGHT)
    assert late.presses("4").step is Step.CLOSED


def test_in_writing_no_operator_is_offered_for_questions():
    talk = Talk(by_text=True).presses("1")
    assert "4" not in talk.keys
    assert talk.value("common.choices", "count") == 3
    assert talk.presses("4").said[0] == "common.wrong_key"


@pytest.mark.parametrize("step", [Step.QUESTIONS, Step.ANSWERS])
def test_the_number_of_choices_is_the_number_of_keys_but_the_one_that_leads_back(step):
    talk = at(step)
    assert talk.value("common.choices", "count") == len(talk.keys) - 1


def test_the_hours_are_told_as_they_are_set():
    talk = at(Step.QUESTIONS).presses("1")
    assert talk.said[:4] == ["hours.lost", "hours.weekdays", "hours.holidays", "hours.closed"]
    assert talk.value("hours.weekdays", "opens") == time(9, 30)
    assert talk.value("hours.holidays", "closes") == time(17, 30)
    first, last = talk.value("hours.closed", "first"), talk.value("hours.closed", "last")
    assert isinstance(first, Day)
    assert isinstance(last, Day)
    assert (first.day.month, first.day.day, last.day.month, last.day.day) == (12, 29, 1, 3)


def test_a_yearly_break_that_ends_on_a_leap_day_is_told_in_every_year():
    away = replace(OPEN.line.hours, away=replace(OPEN.line.hours.away, last=(2, 29)))
    talk = Talk(line=replace(OPEN.line, hours=away)).presses("1", "1")
    assert "hours.closed" in talk.said


def test_without_hours_only_what_never_closes_is_told():
    talk = Talk(line=replace(OPEN.line, hours=type(OPEN.line.hours)())).presses("1", "1")
    assert talk.said[:2] == ["hours.lost", "common.choices"]


@pytest.mark.parametrize(
    ("key", "prompts"),
    [
        ("1", ["next_steps.found_card", "next_steps.found_smartphone"]),
        ("2", ["next_steps.fee", "reissue.delivery"]),
        ("3", ["answers.health"]),
        ("4", ["answers.another"]),
        ("5", ["answers.smartphone"]),
    ],
)
def test_each_question_has_its_answer_and_then_the_others_again(key, prompts):
    talk = at(Step.ANSWERS).presses(key)
    assert talk.said[: len(prompts)] == prompts
    assert talk.step is Step.ANSWERS


def test_what_to_bring_is_one_key_away():
    assert at(Step.QUESTIONS).presses("2").said[:2] == ["next_steps.counter", "next_steps.bring"]


def test_a_new_card_is_told_step_by_step_and_slowly():
    talk = at(Step.REISSUE)
    told = [talk.said[1]]
    for number in range(1, 5):
        assert talk.value("reissue.step", "number") == number
        assert talk.turn.reply.slowly
        told.append(talk.presses("1").said[1])
    assert told == ["reissue.stop", "next_steps.police", "next_steps.counter", "next_steps.bring", "reissue.delivery"]
    assert "1" not in talk.keys
    assert talk.presses("1").said[0] == "common.wrong_key"


def test_whoever_listens_in_silence_hears_every_step_and_then_the_main_menu():
    talk = at(Step.REISSUE).silent(4)
    assert talk.value("reissue.step", "number") == 5
    assert talk.silent().step is Step.MAIN_MENU


def test_the_steps_begin_with_the_first_each_time_and_a_change_of_language_keeps_the_page():
    talk = at(Step.REISSUE).presses("1", "1", "9", "2")
    assert talk.value("reissue.step", "number") == 3
    assert talk.presses("#", "3").value("reissue.step", "number") == 1


def test_how_the_card_protects_is_told_and_silence_leads_back():
    talk = at(Step.PROTECTION)
    assert talk.said[0] == "protection.photo"
    assert talk.silent().step is Step.MAIN_MENU


def test_words_choose_in_menus_as_keys_do():
    assert Talk().hears(Spoken("my card is lost", 0.9, "2")).step is Step.TARGET


def test_what_the_greeting_named_the_menu_does_not_name_again():
    greeted = flow.answer(Dialled("en"), OPEN)
    again = flow.take(greeted.state, KeysPressed("*"), OPEN)
    for turn in (greeted, again):
        assert [said.prompt for said in turn.reply.said].count("main_menu.other_language") == 1


def test_a_key_that_the_greeting_named_in_other_languages_is_named_only_when_the_menu_is_heard_again():
    greeted = flow.answer(Dialled("vi"), OPEN)
    again = flow.take(greeted.state, KeysPressed("*"), OPEN)
    assert "main_menu.other_language" not in [said.prompt for said in greeted.reply.said]
    assert "main_menu.other_language" in [said.prompt for said in again.reply.said]
    assert "9" in {option.key for option in greeted.reply.ending.to.options}
