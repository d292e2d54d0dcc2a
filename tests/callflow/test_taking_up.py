"""A call that broke off is taken up again."""

from dataclasses import replace

import pytest

from hotline.callflow import flow
from hotline.callflow.effects import AcceptRequest, NoteWrongBirthDate, OpenFollowUp, Reason, TakeUp
from hotline.callflow.events import Answer, MayText, Target, Waited
from hotline.callflow.replies import HangUp, Hold
from hotline.callflow.samples import CLOSED
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.taking_up import can_be_taken_up
from tests.callflow.talk import REACHED, RECEIPT, SID, Talk, at

BEFORE_THE_STOP = (Step.POSTAL_CODE, Step.HOUSE_NUMBER, Step.CONFIRM, Step.CORRECT)
AFTER_IT = (Step.RESULT, Step.FOR_WHOM, Step.TEXT_OFFER, Step.NEXT_STEPS)


def taken_up(dropped: State, **how: object) -> Talk:
    """A new call of the same caller, who presses 7 and keys the birth date."""
    talk = Talk(dropped=dropped, **how)  # type: ignore[arg-type]
    return talk.presses("7", "19800301")


def test_what_can_be_taken_up_are_the_steps_of_a_report_once_the_birth_date_is_known():
    broken_off = {step for step in REACHED if can_be_taken_up(at(step).state)}
    texting = {Step.TEXT_NUMBER, Step.TEXT_CONFIRM, Step.TEXT_PROMISE}
    assert broken_off == {*BEFORE_THE_STOP, *AFTER_IT, *texting, Step.CONFIRM_SPOKEN, Step.WAITING}


def test_a_call_that_broke_off_in_the_language_menu_goes_on_where_that_would_have_returned():
    assert taken_up(at(Step.POSTAL_CODE).presses("9", "9").state).step is Step.POSTAL_CODE
    assert not can_be_taken_up(at(Step.LANGUAGE_MORE).state)


def test_it_is_offered_second_and_only_to_whom_it_concerns():
    assert list(Talk(dropped=at(Step.CONFIRM).state).keys)[:2] == ["2", "7"]
    assert "7" not in Talk().keys
    assert Talk().presses("7").said[0] == "common.wrong_key"


@pytest.mark.parametrize("step", BEFORE_THE_STOP)
def test_a_report_goes_on_where_it_was_and_nothing_is_asked_twice(step):
    dropped = at(step).state
    talk = taken_up(dropped)
    assert talk.step is step
    assert talk.said[:2] == ["take_up.goes_on", "confirm.wrong_key"]
    assert talk.effects == [TakeUp(SID)]
    assert talk.state == dropped


def test_a_spoken_yes_is_not_remembered_from_call_to_call():
    assert taken_up(at(Step.CONFIRM_SPOKEN).state).step is Step.CONFIRM


def test_what_is_stopped_after_it_is_a_request_of_the_new_call():
    talk = taken_up(at(Step.CONFIRM).state).presses("1")
    assert isinstance(talk.effects[-1], AcceptRequest)
    assert talk.state.accepted_in is None


def test_whoever_was_waiting_is_told_how_it_stands_now():
    talk = taken_up(at(Step.WAITING).state)
    assert (talk.said, talk.ending) == (["take_up.goes_on"], Hold(1))
    assert (talk.step, talk.state.accepted_in) == (Step.WAITING, SID)
    assert talk.learns(card="suspended").said[:2] == ["result.card.suspended", "result.receipt"]


def test_the_call_in_which_it_was_accepted_is_known_through_two_calls_that_broke_off():
    again = taken_up(at(Step.WAITING).state).state
    assert taken_up(again).state.accepted_in == SID
    elsewhere = replace(again, accepted_in="CA" + "3" * 32)
    assert taken_up(elsewhere).state.accepted_in == "CA" + "3" * 32


def test_the_result_and_its_receipt_are_said_again():
    talk = taken_up(at(Step.RESULT).state)
    assert talk.said[:4] == ["take_up.goes_on", "result.card.suspended", "result.receipt", "result.receipt_again"]
    assert talk.step is Step.RESULT


@pytest.mark.parametrize("step", [Step.FOR_WHOM, Step.TEXT_OFFER, Step.NEXT_STEPS])
def test_after_the_result_it_is_said_again_and_no_question_is_asked_twice(step):
    talk = taken_up(at(step).state)
    assert talk.step is step
    assert talk.said[:4] == ["take_up.goes_on", "result.card.suspended", "result.receipt", "result.receipt_again"]
    assert talk.state.loss is at(step).state.loss


@pytest.mark.parametrize("step", [Step.RESULT, Step.FOR_WHOM, Step.NEXT_STEPS])
@pytest.mark.parametrize("answered", [True, False])
def test_what_was_not_done_when_the_call_broke_off_is_looked_for_first(step, answered):
    dropped = at(Step.WAITING).learns(seconds=61)
    steps = {Step.RESULT: 0, Step.FOR_WHOM: 1, Step.NEXT_STEPS: 3}
    talk = taken_up(dropped.silent(steps[step]).state)
    assert (talk.step, talk.said) == (Step.WAITING, ["take_up.goes_on"])
    if answered:
        assert talk.learns(seconds=90, card="suspended").said[0] == "result.card.suspended"
    else:
        assert talk.learns(seconds=90).said[0] == "result.not_yet"
    assert "result.receipt" in talk.said
    assert (talk.step, talk.state.resumes_at) == (step, None)


def test_nobody_found_meanwhile_leads_to_what_is_wrong_and_not_back_to_later_questions():
    dropped = at(Step.WAITING).learns(seconds=61).silent(1).state
    talk = taken_up(dropped).learns(seconds=90, card="not_found")
    assert (talk.step, talk.state.resumes_at) == (Step.CORRECT, None)


@pytest.mark.parametrize("step", [Step.TEXT_OFFER, Step.TEXT_NUMBER, Step.TEXT_CONFIRM, Step.TEXT_PROMISE])
def test_a_text_is_offered_anew_and_to_the_number_of_this_call(step):
    talk = taken_up(at(step).state, caller="+817012345678")
    assert talk.step is Step.TEXT_OFFER
    talk.presses("1").hears(MayText(may=True))
    assert talk.effects[-1].number == "+817012345678"


def test_a_text_is_not_offered_where_none_can_be_sent():
    assert taken_up(at(Step.TEXT_NUMBER).state, line=CLOSED.line).step is Step.NEXT_STEPS
    assert taken_up(at(Step.TEXT_OFFER).state, by_text=True).step is Step.NEXT_STEPS


def test_after_not_identified_the_facts_can_still_be_corrected_once():
    dropped = at(Step.WAITING).learns(card="not_found").state
    talk = taken_up(dropped)
    assert (talk.step, talk.state.outcome) == (Step.CORRECT, Outcome.NOT_IDENTIFIED)
    talk.presses("1", "19790228", "1").learns(card="not_found")
    assert talk.step is Step.OPERATOR


def test_the_language_and_the_number_are_those_of_the_new_call():
    talk = taken_up(at(Step.POSTAL_CODE).state, language="ko", caller="+81312345678")
    assert (talk.state.language, talk.state.caller, talk.state.dropped) == ("ko", "+81312345678", None)


def test_a_withheld_number_takes_up_as_well():
    talk = taken_up(at(Step.TEXT_OFFER).state, caller=None)
    assert list(talk.keys) == ["2", "#"]


def test_a_wrong_birth_date_tells_nothing_and_after_two_of_them_the_call_begins_anew():
    talk = Talk(dropped=at(Step.CONFIRM).state).presses("7", "19790228")
    assert (talk.step, talk.said) == (Step.TAKE_UP, ["take_up.no_match", "take_up.birth_date"])
    talk.presses("19790227")
    assert talk.said[:2] == ["take_up.no_match", "take_up.begin_anew"]
    assert (talk.step, talk.effects) == (Step.MAIN_MENU, [NoteWrongBirthDate(SID)] * 2)
    assert "7" not in talk.keys
    assert talk.presses("2", "1").state.facts.birth_date is None


def test_keys_that_are_no_date_are_a_miss_and_no_try():
    talk = Talk(dropped=at(Step.CONFIRM).state).presses("7", "19790230")
    assert (talk.said[0], talk.state.tries) == ("birth_date.no_such_day", 0)


def test_hash_leads_back_from_it():
    assert Talk(dropped=at(Step.CONFIRM).state).presses("7", "#").step is Step.MAIN_MENU


def test_whoever_does_not_take_it_up_reports_from_the_beginning():
    talk = at(Step.CONFIRM, Talk(dropped=at(Step.RESULT).state)).presses("1")
    assert (talk.state.accepted_in, talk.state.answers) == (None, {})


@pytest.mark.parametrize("step", BEFORE_THE_STOP)
def test_a_call_that_was_taken_up_and_breaks_off_again_leaves_a_follow_up(step):
    assert flow.hang_up(taken_up(at(step).state).state) == (OpenFollowUp(Reason.NOT_CONFIRMED),)


def test_two_targets_are_both_told_again():
    dropped = Talk().confirms("3").hears(Waited(RECEIPT, 1.0, dict.fromkeys(Target, Answer.SUSPENDED))).silent().state
    said = taken_up(dropped).said
    assert said[1:3] == ["result.card.suspended", "result.smartphone.suspended"]


def test_a_call_that_was_taken_up_ends_like_any_other():
    assert isinstance(taken_up(at(Step.NEXT_STEPS).state).presses("#").ending, HangUp)
