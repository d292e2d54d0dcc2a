"""What is stopped, for whom, the read-back, and the one question."""

from datetime import date

import pytest

from hotline.callflow.effects import AcceptRequest, Facts, Loss, NoteLoss, OpenFollowUp, Reason
from hotline.callflow.events import Answer, KeysPressed, Target
from hotline.callflow.replies import Digits, Hold, Sentence
from hotline.callflow.state import Outcome, Step
from tests.callflow.talk import RECEIPT, Talk, at

FACTS = Facts(date(1980, 3, 1), "1000001", "216")


@pytest.mark.parametrize(
    ("key", "targets"),
    [("1", (Target.CARD,)), ("2", (Target.SMARTPHONE,)), ("3", (Target.CARD, Target.SMARTPHONE))],
)
def test_one_at_the_question_promises_exactly_what_was_read_back(key, targets):
    talk = Talk().confirms(key)
    assert talk.effects == [AcceptRequest(targets, FACTS)]
    assert talk.said == ["waiting.one_moment"]
    assert isinstance(talk.ending, Hold)


def test_era_and_western_year_give_the_same_birth_date():
    assert at(Step.BIRTH_DATE).presses("3550301").state.facts == at(Step.BIRTH_DATE).presses("19800301#").state.facts


@pytest.mark.parametrize("keyed", ["216", "216#", "2*16*3#", "2*16*#", "*2**16#", "9", "9#"])
def test_a_house_number_is_taken_run_together_or_in_groups(keyed):
    talk = at(Step.HOUSE_NUMBER).presses(keyed)
    assert talk.step is Step.CONFIRM
    assert talk.state.facts.house_number == keyed.strip("#").strip("*").replace("**", "*")


@pytest.mark.parametrize("keyed", ["#", "", "##"])
def test_hash_alone_skips_the_house_number_and_marks_the_call_for_a_look(keyed):
    talk = at(Step.HOUSE_NUMBER).presses(keyed)
    assert "confirm.no_house_number" in talk.said
    talk.presses("1")
    assert OpenFollowUp(Reason.NO_HOUSE_NUMBER) in talk.effects


def test_a_house_number_that_is_too_long_is_refused_with_its_own_words():
    assert at(Step.HOUSE_NUMBER).presses("1234567890123").said[0] == "house_number.too_long"


@pytest.mark.parametrize("keyed", ["100000", "10000011", "1*00001", "abcdefg"])
def test_a_postal_code_without_seven_digits_is_a_miss_that_says_so(keyed):
    talk = at(Step.POSTAL_CODE).presses(keyed)
    assert (talk.step, talk.said[0]) == (Step.POSTAL_CODE, "postal_code.length")


def test_everything_is_read_back_before_the_question():
    sentences = {sentence.prompt: sentence.values for sentence in at(Step.CONFIRM).turn.reply.sentences}
    assert sentences == {
        "confirm.targets": {"targets": Sentence("targets.card")},
        "confirm.birth_date": {"birth_date": date(1980, 3, 1)},
        "confirm.postal_code": {"postal_code": Digits(("100", "0001"))},
        "confirm.house_number": {"house_number": Digits(("216",))},
    }


@pytest.mark.parametrize("key", ["3", "4", "5", "6", "7", "8", "11", "1 ", "one"])
def test_nothing_but_one_stops(key):
    talk = at(Step.CONFIRM).presses(key)
    assert talk.step is Step.CONFIRM
    assert talk.said[0] == "confirm.wrong_key"
    assert talk.effects == []


@pytest.mark.parametrize(
    ("choice", "keyed", "expected"),
    [
        ("1", "19790228", Facts(date(1979, 2, 28), "1000001", "216")),
        ("2", "5300001", Facts(date(1980, 3, 1), "5300001", "216")),
        ("3", "4*5", Facts(date(1980, 3, 1), "1000001", "4*5")),
        ("3", "#", Facts(date(1980, 3, 1), "1000001", None)),
    ],
)
def test_one_fact_is_corrected_and_nothing_else_is_asked_again(choice, keyed, expected):
    talk = at(Step.CONFIRM).presses("2", choice, keyed)
    assert talk.step is Step.CONFIRM
    assert talk.state.facts == expected


def test_what_to_stop_can_be_corrected():
    talk = at(Step.CONFIRM).presses("2", "4", "3")
    assert talk.step is Step.CONFIRM
    assert talk.state.targets == (Target.CARD, Target.SMARTPHONE)


def test_a_detour_to_the_languages_does_not_forget_that_one_fact_is_corrected():
    assert at(Step.CONFIRM).presses("2", "1", "9", "1", "19790228").step is Step.CONFIRM


@pytest.mark.parametrize("answer", ["suspended", "already_suspended", "not_held"])
def test_the_result_names_each_target_and_says_the_receipt_number_twice(answer):
    talk = Talk().confirms("3").learns(card="suspended", smartphone=answer)
    assert talk.said[:4] == [
        "result.card.suspended",
        f"result.smartphone.{answer}",
        "result.receipt",
        "result.receipt_again",
    ]
    assert talk.turn.reply.sentences[-1].values == {"receipt_number": Digits((RECEIPT[:4], RECEIPT[4:]))}
    assert talk.state.outcome is Outcome.STOPPED


def test_nothing_to_stop_is_told_and_is_no_stop():
    assert Talk().confirms().learns(card="not_held").state.outcome is Outcome.NOT_HELD


def test_the_result_is_said_again_as_often_as_star_is_pressed():
    talk = at(Step.RESULT)
    said = talk.said
    for _ in range(5):
        assert talk.presses("*").said == said


@pytest.mark.parametrize("answer", ["not_found", "ambiguous"])
def test_whoever_is_not_found_corrects_once_and_then_gets_a_person(answer):
    talk = Talk().confirms().learns(card=answer)
    assert (talk.step, talk.said[0]) == (Step.CORRECT, f"result.{answer}")
    talk.presses("1", "19790228", "1").learns(card=answer)
    assert (talk.step, talk.said[0]) == (Step.OPERATOR, f"result.{answer}")
    assert sum(isinstance(effect, AcceptRequest) for effect in talk.effects) == 2


def test_not_found_once_and_found_after_the_correction_is_a_stop():
    talk = Talk().confirms().learns(card="not_found").presses("1", "19790228", "1").learns(card="suspended")
    assert talk.state.outcome is Outcome.STOPPED


def test_something_is_said_every_eight_seconds_of_waiting():
    talk = Talk().confirms()
    spoken_at = [second for second in range(1, 60) if talk.learns(seconds=second).said]
    assert spoken_at == [8, 16, 24, 32, 40, 48, 56]


def test_after_a_minute_the_caller_is_told_the_truth_and_the_receipt_number():
    talk = Talk().confirms().learns(seconds=60)
    assert talk.step is Step.RESULT
    assert talk.said[:3] == ["result.not_yet", "result.receipt", "result.receipt_again"]
    assert talk.state.outcome is Outcome.ACCEPTED


def test_star_after_not_yet_looks_again_before_it_repeats():
    talk = Talk().confirms().learns(seconds=61).presses("*")
    assert talk.step is Step.WAITING
    assert talk.learns(seconds=66, card="suspended").said[0] == "result.card.suspended"


def test_a_request_that_needs_a_person_is_told_so_and_leads_to_one():
    talk = Talk().confirms().learns(given_up=True)
    assert talk.said == ["result.given_up", "result.receipt", "result.receipt_again", "person.connecting"]
    assert talk.state.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(("key", "loss"), [("1", Loss.LOST), ("2", Loss.STOLEN)])
def test_lost_or_stolen_is_asked_after_the_stop(key, loss):
    talk = at(Step.RESULT).presses(key)
    assert talk.effects[-1] == NoteLoss(loss)
    assert talk.step is Step.FOR_WHOM


def test_a_stop_for_another_person_is_marked_for_a_look():
    talk = at(Step.FOR_WHOM).presses("2")
    assert talk.effects[-2:] == [NoteLoss(for_another=True), OpenFollowUp(Reason.FOR_ANOTHER)]


@pytest.mark.parametrize("how", [KeysPressed("#"), KeysPressed("##"[:1])])
def test_every_after_question_can_be_skipped(how):
    talk = at(Step.RESULT).hears(how)
    assert talk.step is Step.FOR_WHOM
    assert talk.hears(how).step is Step.NEXT_STEPS
    assert talk.hears(how).step is Step.GOODBYE


def test_whoever_says_nothing_after_the_stop_is_led_to_the_end():
    assert at(Step.RESULT).silent(3).step is Step.GOODBYE


def test_the_next_steps_are_those_of_what_was_stopped():
    card = at(Step.NEXT_STEPS).said
    phone = Talk().confirms("2").learns(smartphone="suspended").silent(2).said
    assert "next_steps.fee" in card
    assert "next_steps.found_smartphone" not in card
    assert "next_steps.found_smartphone" in phone
    assert "next_steps.fee" not in phone


def test_an_answer_keeps_the_receipt_number_for_later():
    assert at(Step.RESULT).state.receipt_number == RECEIPT
    assert at(Step.RESULT).state.answers == {Target.CARD: Answer.SUSPENDED}
