"""A person, and when nobody answers, a call-back."""

import pytest

from hotline.callflow.effects import OpenFollowUp, Reason
from hotline.callflow.events import TransferEnded
from hotline.callflow.replies import Digits, HangUp, Listen
from hotline.callflow.state import Outcome, Step
from tests.callflow.talk import Talk, at


def test_whoever_talked_to_an_operator_is_said_goodbye():
    talk = at(Step.OPERATOR).hears(TransferEnded(answered=True))
    assert talk.step is Step.GOODBYE
    assert talk.state.outcome is Outcome.OPERATOR


def test_when_nobody_answers_a_call_back_is_offered_to_the_callers_number():
    talk = at(Step.OPERATOR).hears(TransferEnded(answered=False))
    assert talk.said[:2] == ["person.nobody", "call_back.this_number"]
    assert talk.turn.reply.sentences[1].values == {"number": Digits(("090", "1234", "5678"))}


def test_without_operators_the_call_back_is_offered_at_once():
    assert Talk(operators=False).presses("0").step is Step.CALL_BACK_OFFER


def test_a_withheld_number_is_asked_for():
    talk = Talk(caller=None, operators=False).presses("0")
    assert talk.step is Step.CALL_BACK_NUMBER
    assert talk.said[0] == "person.nobody"


def test_one_promises_a_call_back_to_the_callers_number():
    talk = at(Step.CALL_BACK_OFFER).presses("1")
    assert talk.effects == [OpenFollowUp(Reason.CALL_BACK, "+819012345678")]
    assert talk.said[0] == "call_back.taken"
    assert talk.state.outcome is Outcome.CALL_BACK


def test_another_number_is_keyed_read_back_and_promised():
    talk = at(Step.CALL_BACK_OFFER).presses("2", "0312345678#")
    assert talk.turn.reply.sentences[0].values == {"number": Digits(("03", "1234", "5678"))}
    assert talk.presses("1").effects == [OpenFollowUp(Reason.CALL_BACK, "0312345678")]


def test_a_number_read_back_wrong_is_keyed_again():
    assert at(Step.CALL_BACK_CONFIRM).presses("2").step is Step.CALL_BACK_NUMBER


@pytest.mark.parametrize("number", ["06012345678", "07012345678", "08012345678", "09012345678", "05012345678"])
def test_mobile_and_ip_numbers_have_eleven_digits(number):
    assert at(Step.CALL_BACK_NUMBER).presses(number).step is Step.CALL_BACK_CONFIRM


@pytest.mark.parametrize("number", ["110", "0901234567", "0312345", "312345678", "00123456789", "031234567890"[:11]])
def test_an_impossible_number_is_a_miss_that_says_so(number):
    assert at(Step.CALL_BACK_NUMBER).presses(number).said[0] == "call_back.impossible"


def test_nobody_has_to_be_called_back():
    talk = at(Step.CALL_BACK_OFFER).presses("#")
    assert talk.effects == []
    assert isinstance(talk.ending, HangUp)


def test_a_silent_caller_without_a_number_is_not_promised_a_call():
    talk = Talk(caller=None, operators=False).presses("0").silent(3)
    assert "call_back.no_number" in talk.said
    assert "call_back.taken" not in talk.said
    assert talk.effects == [OpenFollowUp(Reason.CALL_BACK)]


def test_whoever_began_a_stop_and_ends_without_one_hears_that_nothing_was_stopped():
    talk = at(Step.CONFIRM, Talk(operators=False)).presses("0", "1")
    assert talk.said[-2:] == ["goodbye.nothing_stopped", "goodbye.goodbye"]


def test_whoever_was_stopped_does_not_hear_that_nothing_was_stopped():
    talk = at(Step.RESULT, Talk(operators=False)).presses("0", "1")
    assert "goodbye.nothing_stopped" not in talk.said
    assert talk.state.outcome is Outcome.STOPPED


def test_zero_rings_the_operators_again_while_a_call_back_is_offered():
    assert at(Step.CALL_BACK_OFFER).presses("0").step is Step.OPERATOR
    assert isinstance(at(Step.CALL_BACK_OFFER).ending, Listen)
