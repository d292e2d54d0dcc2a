"""Is my card stopped? Asked with a receipt number and a birth date."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from hotline.callflow import flow
from hotline.callflow.effects import NoteWrongReceipt, OpenFollowUp, Reason
from hotline.callflow.events import Answer, LookedUp, Loss, Target, Waited
from hotline.callflow.replies import Day, Hold
from hotline.callflow.state import Outcome, Step
from tests.callflow.talk import ANOTHER_RECEIPT, Talk, at

DONE = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
STOPPED = Waited(ANOTHER_RECEIPT, 60.0, {Target.CARD: Answer.SUSPENDED}, municipality="千代田区", finished_at=DONE)
UNKNOWN = LookedUp(None)


def asked(told: Waited | None, talk: Talk | None = None) -> Talk:
    """After the receipt number and the birth date were keyed."""
    return at(Step.RECEIPT_LOOKUP, talk).hears(LookedUp(told))


@pytest.mark.parametrize("keyed", ["12345672", "1234567", "123456711", "01000002", "1234*671", "1"])
def test_a_mistyped_receipt_number_is_told_before_the_birth_date_is_asked(keyed):
    talk = at(Step.RECEIPT_NUMBER).presses(keyed)
    assert (talk.step, talk.said[0]) == (Step.RECEIPT_NUMBER, "receipt.impossible")


def test_it_is_looked_up_at_once():
    talk = at(Step.RECEIPT_LOOKUP)
    assert (talk.said, talk.ending) == (["waiting.one_moment"], Hold(0))


def test_each_target_is_told_with_the_day_and_time_in_japan():
    talk = asked(STOPPED)
    assert talk.value("receipt.card.suspended", "day") == Day(date(2026, 11, 24))
    assert talk.value("receipt.card.suspended", "time") == time(0, 30)


@pytest.mark.parametrize(
    ("told", "prompt"),
    [
        (Waited(ANOTHER_RECEIPT, 5.0), "receipt.going_on"),
        (Waited(ANOTHER_RECEIPT, 5.0, given_up=True), "receipt.needs_operator"),
        (Waited(ANOTHER_RECEIPT, 5.0, {Target.CARD: Answer.NOT_FOUND}), "receipt.not_identified"),
        (Waited(ANOTHER_RECEIPT, 5.0, {Target.CARD: Answer.AMBIGUOUS}), "receipt.not_identified"),
        (Waited(ANOTHER_RECEIPT, 5.0, {Target.SMARTPHONE: Answer.NOT_HELD}), "result.smartphone.not_held"),
        (Waited(ANOTHER_RECEIPT, 5.0, {Target.CARD: Answer.ALREADY_SUSPENDED}), "result.card.already_suspended"),
        (Waited(ANOTHER_RECEIPT, 5.0, {Target.CARD: Answer.SUSPENDED}), "result.card.suspended"),
    ],
)
def test_how_it_stands_is_told_truthfully(told, prompt):
    assert asked(told).said[0] == prompt


def test_a_wrong_pair_tells_nothing_and_is_noted():
    talk = asked(None)
    assert (talk.step, talk.said) == (Step.RECEIPT_NUMBER, ["receipt.no_match", "receipt.number"])
    assert talk.effects == [NoteWrongReceipt(ANOTHER_RECEIPT)]
    assert talk.state.told is None


def test_after_two_wrong_pairs_a_person_takes_over():
    talk = asked(None).presses(ANOTHER_RECEIPT, "19790228").hears(UNKNOWN)
    assert (talk.step, talk.said) == (Step.OPERATOR, ["receipt.no_match"])
    assert len(talk.effects) == 2


def test_too_many_tries_lead_to_a_person_without_another_look():
    talk = at(Step.RECEIPT_LOOKUP).hears(LookedUp(None, is_limited=True))
    assert (talk.step, talk.said) == (Step.OPERATOR, ["receipt.limit"])
    assert talk.effects == [OpenFollowUp(Reason.MANY_TRIES)]


def test_star_looks_again_before_it_repeats():
    talk = asked(Waited(ANOTHER_RECEIPT, 5.0)).presses("*")
    assert talk.step is Step.RECEIPT_LOOKUP
    assert talk.hears(LookedUp(STOPPED)).said[0] == "receipt.card.suspended"


def test_what_was_told_is_forgotten_when_it_fits_no_more():
    assert asked(STOPPED).presses("*").hears(UNKNOWN).state.told is None


def test_the_next_steps_are_those_of_what_was_stopped():
    talk = asked(STOPPED).presses("1")
    assert talk.step is Step.NEXT_STEPS
    assert {"next_steps.police", "next_steps.municipality", "next_steps.fee"} <= set(talk.said)
    assert "next_steps.found_smartphone" not in talk.said


def test_whoever_heard_that_it_is_stopped_is_not_frightened_at_the_end():
    talk = asked(STOPPED, Talk().presses("2", "#")).presses("1", "#")
    assert talk.state.outcome is Outcome.NOT_CONFIRMED
    assert talk.said == ["goodbye.goodbye"]


def test_whoever_was_not_identified_reports_the_loss_again_from_there():
    talk = asked(Waited(ANOTHER_RECEIPT, 5.0, {Target.CARD: Answer.NOT_FOUND}))
    assert talk.keys == {"2": "main_menu.lost", "*": "common.again", "#": "common.back"}
    assert talk.presses("1").said[0] == "common.wrong_key"
    talk.presses("2")
    assert (talk.step, talk.state.outcome, talk.state.told) == (Step.TARGET, Outcome.NOT_CONFIRMED, None)


def test_silence_leads_back_to_the_main_menu():
    assert asked(STOPPED).silent().step is Step.MAIN_MENU


def test_asking_leaves_nothing_to_a_person():
    assert flow.hang_up(asked(STOPPED).state) == ()


@pytest.mark.parametrize("answers", [{}, {Target.SMARTPHONE: Answer.SUSPENDED}])
def test_the_next_steps_are_those_of_what_was_asked_for_though_it_is_not_answered_yet(answers):
    talk = asked(Waited(ANOTHER_RECEIPT, 5.0, answers, targets=(Target.SMARTPHONE,))).presses("1")
    assert "next_steps.found_smartphone" in talk.said
    assert not {"next_steps.counter", "next_steps.fee", "next_steps.found_card"} & set(talk.said)


def test_whoever_lost_it_at_home_is_not_sent_to_the_police():
    talk = asked(replace(STOPPED, targets=(Target.CARD,), loss=Loss.HOME)).presses("1")
    assert "next_steps.police" not in talk.said
    assert "next_steps.counter" in talk.said
