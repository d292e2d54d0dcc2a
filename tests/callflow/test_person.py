"""A person: the line before the operators, ringing them, and when nobody answers, a call back or a message."""

from dataclasses import replace

import pytest

from hotline.callflow.effects import KeepMessage, OpenFollowUp, Reason
from hotline.callflow.events import InLine, Recorded, TransferEnded
from hotline.callflow.replies import Digits, HangUp, Listen, Record, Transfer
from hotline.callflow.samples import IN_TURN, OPEN
from hotline.callflow.state import Outcome, Step
from hotline.callflow.steps.person import MOST_LOOKS
from tests.callflow.talk import Talk, at

NOBODY = TransferEnded(answered=False)
VOICEMAIL = TransferEnded(answered=False, picked_up=True)
SID = "RE" + "a" * 32


def test_a_free_operator_is_rung_at_once():
    for ahead in (0, 1):
        talk = at(Step.OPERATOR).hears(InLine(ahead))
        assert talk.said == ["person.connecting"]
        assert talk.ending == Transfer(None)


@pytest.mark.parametrize(("ahead", "place"), [(2, 1), (3, 2), (9, 8)])
def test_while_all_operators_talk_the_caller_hears_the_place_in_the_line(ahead, place):
    talk = at(Step.OPERATOR).hears(InLine(ahead))
    assert (talk.step, talk.value("in_line.place", "place")) == (Step.IN_LINE, place)
    assert talk.keys == {"1": "in_line.call_back"}


def test_whoever_waits_in_line_can_be_called_back_instead():
    assert at(Step.IN_LINE).presses("1").step is Step.CALL_BACK_OFFER


def test_the_line_is_looked_at_again_without_losing_the_place():
    talk = at(Step.IN_LINE)
    since = talk.state.in_line_since
    talk.silent()
    assert (talk.step, talk.state.in_line_since) == (Step.OPERATOR, since)
    assert talk.hears(InLine(1)).step is Step.RINGING
    assert at(Step.IN_LINE).hears(InLine(0)).step is Step.RINGING


def test_after_so_many_looks_a_call_back_is_offered():
    talk = at(Step.OPERATOR)
    for _ in range(MOST_LOOKS):
        assert talk.hears(InLine(5)).step is Step.IN_LINE
        talk.silent()
    assert talk.hears(InLine(5)).step is Step.CALL_BACK_OFFER
    assert talk.said[0] == "person.nobody"
    assert talk.state.in_line_since is None


def test_whoever_asks_for_a_person_again_waits_anew():
    talk = at(Step.IN_LINE).silent().hears(InLine(5)).presses("1", "0")
    assert (talk.step, talk.state.looks) == (Step.OPERATOR, 0)


def test_operators_who_are_gone_meanwhile_are_not_waited_for():
    talk = at(Step.IN_LINE)
    talk.now = Talk(operators=0).now
    assert talk.silent().step is Step.CALL_BACK_OFFER
    racing = at(Step.OPERATOR)
    racing.now = talk.now
    assert racing.hears(InLine(0)).step is Step.CALL_BACK_OFFER


def test_whoever_talked_to_an_operator_is_said_goodbye():
    talk = at(Step.RINGING).hears(TransferEnded(answered=True))
    assert talk.step is Step.GOODBYE
    assert talk.state.outcome is Outcome.OPERATOR


def rung(operators: int, *ended: TransferEnded, in_turn: bool = False) -> tuple[list[int | None], Step]:
    """Which operators rang one after the other, and where the caller came to in the end."""
    talk = Talk(operators=operators, line=IN_TURN.line) if in_turn else Talk(operators=operators)
    talk.presses("0").hears(InLine(0))
    rang = []
    for end in ended:
        assert isinstance(talk.ending, Transfer)
        rang.append(talk.ending.operator)
        talk.hears(end)
    return rang, talk.step


@pytest.mark.parametrize(
    ("operators", "ended", "rang"),
    [
        (1, [NOBODY], [None]),
        (1, [VOICEMAIL], [None]),
        (2, [NOBODY], [None]),
        (2, [VOICEMAIL, NOBODY, NOBODY], [None, 0, 1]),
        (3, [VOICEMAIL, VOICEMAIL, NOBODY, VOICEMAIL], [None, 0, 1, 2]),
    ],
)
def test_a_voicemail_that_was_quicker_than_all_is_passed_over_one_after_the_other(operators, ended, rang):
    assert rung(operators, *ended) == (rang, Step.CALL_BACK_OFFER)


@pytest.mark.parametrize(
    ("operators", "ended", "rang"),
    [
        (1, [NOBODY], [0]),
        (1, [VOICEMAIL], [0]),
        (2, [NOBODY, VOICEMAIL], [0, 1]),
        (3, [VOICEMAIL, NOBODY, NOBODY], [0, 1, 2]),
    ],
)
def test_in_turn_each_operator_rings_once(operators, ended, rang):
    assert rung(operators, *ended, in_turn=True) == (rang, Step.CALL_BACK_OFFER)


def test_an_operator_who_takes_the_call_after_a_voicemail_ends_the_search():
    assert rung(2, VOICEMAIL, TransferEnded(answered=True)) == ([None, 0], Step.GOODBYE)


def test_when_nobody_answers_a_call_back_is_offered_to_the_callers_number():
    talk = at(Step.RINGING).hears(NOBODY)
    assert talk.said[:2] == ["person.nobody", "call_back.this_number"]
    assert talk.value("call_back.this_number", "number") == Digits(("090", "1234", "5678"))


def test_without_operators_the_call_back_is_offered_at_once():
    assert Talk(operators=0).presses("0").step is Step.CALL_BACK_OFFER


def test_a_withheld_number_is_asked_for():
    talk = Talk(caller=None, operators=0).presses("0")
    assert list(talk.keys) == ["2", "3", "#"]
    assert talk.presses("1").said[0] == "common.wrong_key"


def test_one_promises_a_call_back_to_the_callers_number():
    talk = at(Step.CALL_BACK_OFFER).presses("1")
    assert talk.effects == [OpenFollowUp(Reason.CALL_BACK, "+819012345678")]
    assert talk.said[0] == "call_back.taken"
    assert talk.state.outcome is Outcome.CALL_BACK


def test_another_number_is_keyed_read_back_and_promised():
    talk = at(Step.CALL_BACK_OFFER).presses("2", "0312345678#")
    assert talk.value("call_back.read_back", "number") == Digits(("03", "1234", "5678"))
    assert talk.presses("1").effects == [OpenFollowUp(Reason.CALL_BACK, "0312345678")]


def test_a_number_read_back_wrong_is_keyed_again():
    assert at(Step.CALL_BACK_CONFIRM).presses("2").step is Step.CALL_BACK_NUMBER


@pytest.mark.parametrize("number", ["06012345678", "07012345678", "08012345678", "09012345678", "05012345678"])
def test_mobile_and_ip_numbers_have_eleven_digits(number):
    assert at(Step.CALL_BACK_NUMBER).presses(number).step is Step.CALL_BACK_CONFIRM


@pytest.mark.parametrize("number", ["110", "0901234567", "0312345", "312345678", "00123456789", "03123456789"])
def test_an_impossible_number_is_a_miss_that_says_so(number):
    assert at(Step.CALL_BACK_NUMBER).presses(number).said[0] == "call_back.impossible"


def test_nobody_has_to_be_called_back():
    talk = at(Step.CALL_BACK_OFFER).presses("#")
    assert talk.effects == []
    assert isinstance(talk.ending, HangUp)


def test_a_silent_caller_hears_at_which_number_the_call_comes():
    talk = at(Step.CALL_BACK_OFFER).silent(3)
    assert talk.said[:2] == ["call_back.this_number", "call_back.taken"]
    assert talk.effects == [OpenFollowUp(Reason.CALL_BACK, "+819012345678")]


def test_a_silent_caller_is_called_at_the_number_that_was_keyed_last():
    talk = at(Step.CALL_BACK_CONFIRM).silent(3)
    assert talk.value("call_back.this_number", "number") == Digits(("03", "1234", "5678"))
    assert talk.effects == [OpenFollowUp(Reason.CALL_BACK, "0312345678")]


def test_a_silent_caller_without_a_number_is_not_promised_a_call():
    talk = Talk(caller=None, operators=0).presses("0").silent(3)
    assert "call_back.no_number" in talk.said
    assert "call_back.taken" not in talk.said
    assert talk.effects == [OpenFollowUp(Reason.CALL_BACK)]


def test_a_message_is_announced_recorded_and_kept():
    talk = at(Step.VOICE_MESSAGE)
    assert talk.said == ["message.speak", "message.no_number"]
    assert isinstance(talk.ending, Record)
    talk.hears(Recorded(SID, 5))
    assert talk.effects == [KeepMessage(SID, 5), OpenFollowUp(Reason.MESSAGE, "+819012345678")]
    assert (talk.said[0], talk.state.outcome) == ("message.kept", Outcome.CALL_BACK)


def test_an_empty_message_is_recorded_again_and_then_a_call_back_is_promised():
    talk = at(Step.VOICE_MESSAGE).hears(Recorded(SID, 0))
    assert (talk.step, talk.said[0], talk.effects) == (Step.VOICE_MESSAGE, "message.empty", [])
    talk.silent(2)
    assert talk.effects == [OpenFollowUp(Reason.CALL_BACK, "+819012345678")]


def test_whoever_began_a_stop_and_ends_without_one_hears_that_nothing_was_stopped():
    talk = at(Step.CONFIRM, Talk(operators=0)).presses("0", "1")
    assert talk.said[-2:] == ["goodbye.nothing_stopped", "goodbye.goodbye"]


def test_whoever_was_stopped_does_not_hear_that_nothing_was_stopped():
    talk = at(Step.RESULT, Talk(operators=0)).presses("0", "1")
    assert "goodbye.nothing_stopped" not in talk.said
    assert talk.state.outcome is Outcome.STOPPED


def test_zero_rings_the_operators_again_while_a_call_back_is_offered():
    assert at(Step.CALL_BACK_OFFER).presses("0").step is Step.OPERATOR
    assert isinstance(at(Step.CALL_BACK_OFFER).ending, Listen)


def test_no_message_is_taken_that_could_not_be_deleted_as_promised():
    talk = at(Step.CALL_BACK_OFFER, Talk(line=replace(OPEN.line, takes_messages=False)))
    assert list(talk.keys) == ["1", "2", "#"]
    assert talk.presses("3").said[0] == "common.wrong_key"
