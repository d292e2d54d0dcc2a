"""What works everywhere."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.callflow import flow
from hotline.callflow.effects import AcceptRequest, Facts, OpenFollowUp, Reason
from hotline.callflow.events import KeysPressed, Silence, Spoken, Waited
from hotline.callflow.line import Now
from hotline.callflow.replies import Entry, HangUp, Hold, Listen, Record, Transfer
from hotline.callflow.samples import ANYTHING, OPEN
from hotline.callflow.state import Outcome, State, Step
from tests.callflow.talk import REACHED, RECEIPT, Talk, at

EARS = [step for step in REACHED if isinstance(at(step).ending, Listen)]
PERSON = (Step.OPERATOR, Step.CALL_BACK_OFFER)
NOT_UNDERSTOOD = Spoken("mumbled", 0.1)
MOST_TURNS = 30


@pytest.mark.parametrize("step", REACHED)
def test_every_step_is_reached_the_way_a_caller_reaches_it(step):
    assert at(step).step is step


@given(st.lists(st.sampled_from(ANYTHING), max_size=MOST_TURNS))
def test_no_way_through_the_talk_stops_anything_without_a_clear_yes_at_the_question(events):
    talk = Talk()
    for event in events:
        asked = talk.step
        promises_before = sum(isinstance(effect, AcceptRequest) for effect in talk.effects)
        talk.hears(event)
        promised = sum(isinstance(effect, AcceptRequest) for effect in talk.effects) > promises_before
        said_yes = isinstance(event, Spoken) and event.means == "1"
        pressed = event == KeysPressed("1")
        is_yes = (asked is Step.CONFIRM and pressed) or (asked is Step.CONFIRM_SPOKEN and (pressed or said_yes))
        assert promised == is_yes
        assert isinstance(talk.ending, Listen | Hold | Transfer | Record | HangUp)


@pytest.mark.parametrize("step", EARS)
def test_zero_leads_to_a_person_from_every_question(step):
    assert at(step).presses("0").step is Step.OPERATOR
    assert at(step).presses("0#").step is Step.OPERATOR


@pytest.mark.parametrize("step", [step for step in EARS if step is not Step.IN_LINE])
def test_star_says_the_same_again_and_explains_it(step):
    if step is Step.RECEIPT_TOLD:
        assert at(step).presses("*").step is Step.RECEIPT_LOOKUP
        return
    before = at(step)
    asked = flow.asked(replace(before.state, explains=True), before.now)
    after = at(step).presses("*")
    assert after.step is step
    assert after.turn.reply.sentences[-len(asked.sentences) or None :] == asked.sentences
    assert after.state.misses == 0
    assert not isinstance(after.ending, Listen) or after.ending.unhurried


@pytest.mark.parametrize("step", EARS)
def test_twelve_digits_are_refused_everywhere_and_not_kept(step):
    talk = at(step).presses("123456789012#")
    assert talk.said[0] == "common.twelve_digits"
    assert talk.step is step
    kept = str({name: getattr(part, name) for part in (talk.state, talk.state.facts) for name in slots(part)})
    assert "123456789012" not in kept


def slots(part: State | Facts) -> tuple[str, ...]:
    """The names of what a value holds."""
    return tuple(type(part).__slots__)


def test_twelve_digits_that_were_spoken_or_have_stars_between_are_refused_too():
    for talk in (at(Step.HOUSE_NUMBER).presses("1234*5678*9012#"), at(Step.HOUSE_NUMBER).says("123456789012")):
        assert talk.said[0] == "common.twelve_digits"
        assert talk.state.facts.house_number is None


@pytest.mark.parametrize("step", EARS)
def test_twelve_digits_that_were_spoken_are_refused_at_every_step(step):
    talk = at(step).says("123456789012")
    assert (talk.said[0], talk.step) == ("common.twelve_digits", step)


@pytest.mark.parametrize("step", [step for step in EARS if not flow.TALKS[step].silence_goes_on])
@pytest.mark.parametrize("miss", [Silence(), NOT_UNDERSTOOD, KeysPressed("123456789012")])
def test_third_miss_in_a_row_leads_to_a_person_and_never_to_a_hang_up_without_words(step, miss):
    talk = at(step)
    for _ in range(flow.MOST_MISSES - 1):
        talk.hears(miss)
        assert talk.step is step
        assert talk.ending.unhurried
    talk.hears(miss)
    if step in (Step.CALL_BACK_OFFER, Step.CALL_BACK_NUMBER, Step.CALL_BACK_CONFIRM):
        assert talk.step is Step.GOODBYE
        assert any(isinstance(effect, OpenFollowUp) for effect in talk.effects)
    else:
        assert talk.step is Step.OPERATOR


def test_silence_and_a_wrong_key_have_different_words():
    assert at(Step.TARGET).silent().said[0] == "common.silence"
    assert at(Step.TARGET).presses("7").said[0] == "common.wrong_key"


def test_misses_count_only_in_a_row():
    talk = at(Step.TARGET).silent(2).presses("1").silent(2)
    assert talk.step is Step.BIRTH_DATE


def test_why_the_third_entry_is_refused_is_said_before_the_person():
    assert at(Step.POSTAL_CODE).presses("1", "1", "1").said[0] == "postal_code.length"
    assert at(Step.POSTAL_CODE).silent(3).said == []


@pytest.mark.parametrize("step", [Step.POSTAL_CODE, Step.RECEIPT_BIRTH_DATE, Step.CONFIRM, Step.CALL_BACK_CONFIRM])
@pytest.mark.parametrize("hash_alone", ["#", ""])
def test_a_hash_left_over_from_the_entry_before_is_no_reproach(step, hash_alone):
    before = at(step)
    asked = flow.asked(replace(before.state, explains=True), before.now)
    talk = at(step).presses(hash_alone)
    assert talk.step is step
    assert talk.turn.reply.sentences == asked.sentences


def test_whoever_presses_nothing_but_hash_gets_a_person():
    assert at(Step.POSTAL_CODE).presses("#", "#", "#").step is Step.OPERATOR


@pytest.mark.parametrize(
    ("step", "before"),
    [
        (Step.TARGET, Step.MAIN_MENU),
        (Step.BIRTH_DATE, Step.TARGET),
        (Step.CONFIRM_SPOKEN, Step.CONFIRM),
        (Step.CORRECT, Step.CONFIRM),
        (Step.TEXT_NUMBER, Step.TEXT_OFFER),
        (Step.RECEIPT_NUMBER, Step.MAIN_MENU),
        (Step.RECEIPT_TOLD, Step.MAIN_MENU),
        (Step.QUESTIONS, Step.MAIN_MENU),
        (Step.ANSWERS, Step.QUESTIONS),
        (Step.REISSUE, Step.MAIN_MENU),
        (Step.PROTECTION, Step.MAIN_MENU),
        (Step.CALL_BACK_NUMBER, Step.CALL_BACK_OFFER),
        (Step.LANGUAGE, Step.MAIN_MENU),
        (Step.LANGUAGE_MORE, Step.MAIN_MENU),
    ],
)
def test_hash_leads_back_where_it_is_no_answer(step, before):
    talk = at(step).presses("#")
    assert talk.step is before
    assert talk.state.misses == 0


@pytest.mark.parametrize("step", [step for step in EARS if step not in (Step.LANGUAGE, Step.LANGUAGE_MORE)])
def test_words_that_are_understood_are_as_good_as_keys(step):
    assert at(step).says("0").step is Step.OPERATOR
    assert at(step).says("*").turn == at(step).presses("*").turn


def test_after_two_misunderstandings_only_keys_count():
    talk = Talk()
    assert talk.ending.hears_speech
    talk.hears(NOT_UNDERSTOOD)
    assert (talk.said[0], talk.ending.hears_speech) == ("common.not_understood", True)
    talk.presses("2").hears(NOT_UNDERSTOOD)
    assert (talk.said[0], talk.ending.hears_speech) == ("common.keys_from_now", False)
    assert not talk.presses("1").ending.hears_speech


def test_a_misunderstanding_is_counted_once_also_when_it_is_the_third_miss():
    talk = at(Step.TARGET).silent(2).hears(NOT_UNDERSTOOD)
    assert (talk.step, talk.state.misheard, talk.said[0]) == (Step.OPERATOR, 1, "common.not_understood")


def test_whoever_only_keys_from_now_on_is_not_asked_to_say_yes():
    talk = at(Step.CONFIRM).hears(NOT_UNDERSTOOD).says("1")
    assert talk.keys["1"] == "confirm.stop_by_word"
    assert talk.hears(NOT_UNDERSTOOD).keys["1"] == "confirm.stop"


def test_in_writing_nothing_is_misheard():
    talk = Talk(by_text=True).hears(Spoken(), Spoken())
    assert talk.said[0] == "text.unreadable"
    assert (talk.state.misheard, talk.ending.hears_speech) == (0, False)


def test_a_person_by_text_writes_back():
    for talk in (Talk(by_text=True).presses("0"), Talk(by_text=True).hears(Spoken(), Spoken(), Spoken())):
        assert "text.person" in talk.said
        assert talk.effects == [OpenFollowUp(Reason.WRITE_BACK, talk.state.caller)]
        assert isinstance(talk.ending, HangUp)


def test_nine_changes_the_language_and_comes_back_to_the_same_question():
    talk = at(Step.POSTAL_CODE).presses("9", "2")
    assert (talk.step, talk.state.language) == (Step.POSTAL_CODE, "ja")
    assert talk.state.facts.birth_date is not None


def test_a_detour_to_the_languages_does_not_forget_that_one_fact_is_corrected():
    assert at(Step.CONFIRM).presses("2", "1", "9", "1", "19790228").step is Step.CONFIRM


def test_what_was_said_in_another_language_is_said_again_in_the_new_one():
    assert at(Step.CONFIRM_SPOKEN).presses("9", "2").step is Step.CONFIRM


def test_the_languages_are_reached_while_a_caller_holds():
    talk = at(Step.WAITING).presses("9")
    assert talk.step is Step.LANGUAGE
    talk.presses("2")
    assert (talk.step, talk.state.language) == (Step.WAITING, "ja")
    assert talk.learns(card="suspended").step is Step.RESULT


def test_a_person_is_reached_while_a_caller_holds():
    assert at(Step.WAITING).presses("0").step is Step.OPERATOR


def test_whoever_cannot_wait_for_the_result_leaves_with_the_receipt_number():
    talk = at(Step.WAITING).learns(seconds=9).presses("0")
    assert talk.said == ["result.not_yet", "result.receipt", "result.receipt_again"]
    assert talk.step is Step.OPERATOR


def test_a_change_of_language_keeps_the_place_in_the_line_before_the_operators():
    talk = at(Step.IN_LINE)
    since = talk.state.in_line_since
    talk.now = Now(OPEN.at.replace(hour=4), talk.now.line)
    assert talk.presses("9").state.in_line_since == since
    talk.presses("2")
    assert (talk.step, talk.state.in_line_since) == (Step.OPERATOR, since)


def test_a_call_that_ends_before_the_question_is_answered_leaves_a_follow_up():
    for step in (Step.TARGET, Step.BIRTH_DATE, Step.HOUSE_NUMBER, Step.CONFIRM, Step.CONFIRM_SPOKEN, Step.CORRECT):
        assert flow.hang_up(at(step).state) == (OpenFollowUp(Reason.NOT_CONFIRMED),)


def test_a_call_that_was_not_identified_leaves_a_follow_up():
    talk = at(Step.WAITING).learns(card="not_found")
    assert flow.hang_up(talk.state) == (OpenFollowUp(Reason.NOT_IDENTIFIED),)


def test_a_call_that_asked_for_nothing_or_was_stopped_leaves_nothing():
    for step in (Step.MAIN_MENU, Step.LANGUAGE, Step.WAITING, Step.RESULT, Step.GOODBYE, Step.RECEIPT_TOLD):
        assert flow.hang_up(at(step).state) == ()


def test_a_mistake_of_the_line_gives_an_apology_a_person_and_a_follow_up():
    turn = flow.apologise(at(Step.POSTAL_CODE).state, OPEN)
    assert [sentence.prompt for sentence in turn.reply.sentences] == ["common.error"]
    assert turn.state.step is Step.OPERATOR
    assert turn.effects == (OpenFollowUp(Reason.ERROR),)
    assert turn.state.outcome is Outcome.ERROR


def test_a_mistake_after_the_stop_does_not_unsay_it():
    assert flow.apologise(at(Step.RESULT).state, OPEN).state.outcome is Outcome.STOPPED


def test_a_mistake_in_writing_promises_a_written_answer():
    turn = flow.apologise(Talk(by_text=True).state, OPEN)
    assert [sentence.prompt for sentence in turn.reply.sentences][:2] == ["common.error", "text.person"]


def test_nothing_keyed_shows_in_a_repr():
    talk = Talk(caller="+819087654321").presses("2", "1", "19800301", "1000001", "2163")
    asked = Talk().presses("4", "12345671", "19800301")
    shown = repr(talk.turn) + repr(KeysPressed("19800301")) + repr(talk.state) + repr(asked.turn)
    for keyed in ("1980", "1000001", "2163", "9087654321", "12345671"):
        assert keyed not in shown


def test_a_turn_is_a_value_and_nothing_else():
    state = at(Step.CONFIRM).state
    assert flow.take(state, KeysPressed("1"), OPEN) == flow.take(state, KeysPressed("1"), OPEN)


def test_an_entry_without_an_answer_of_its_own_is_never_ended_empty():
    empty = [step for step in EARS if isinstance(at(step).ending.to, Entry) and at(step).ending.to.may_be_empty]
    assert empty == [Step.HOUSE_NUMBER]


def test_a_goodbye_stays_one():
    talk = at(Step.GOODBYE).hears(Silence(), KeysPressed("0"), Waited(RECEIPT, 1.0))
    assert talk.said == ["goodbye.goodbye"]
    assert isinstance(talk.ending, HangUp)


def test_a_key_that_was_right_ends_the_row_of_misses_also_where_the_call_stays():
    talk = at(Step.ANSWERS).silent(2).presses("1")
    assert talk.state.misses == 0
    assert not talk.ending.unhurried
    assert at(Step.TARGET).silent(2).presses("*").silent(2).step is Step.TARGET
