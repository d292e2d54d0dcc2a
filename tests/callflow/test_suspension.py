"""What is stopped, for whom, the read-back, and the one question."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hotline.callflow.effects import AcceptRequest, Facts, NoteLoss, OpenFollowUp, Reason
from hotline.callflow.events import Answer, KeysPressed, Loss, Silence, Target, Waited
from hotline.callflow.replies import Day, Digits, Hold, Sentence
from hotline.callflow.state import Outcome, Step
from hotline.callflow.steps.menus import begin_loss
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
        "confirm.birth_date": {"birth_date": date(1980, 3, 1)},
        "confirm.postal_code": {"postal_code": Digits(("100", "0001"))},
        "confirm.house_number": {"house_number": Digits(("216",))},
    }


@pytest.mark.parametrize("target", ["card", "smartphone", "both"])
def test_the_question_that_stops_names_what_it_stops(target):
    talk = Talk().presses("2", {"card": "1", "smartphone": "2", "both": "3"}[target])
    talk = talk.presses("19800301#", "1000001#", "216#")
    assert talk.turn.reply.said[-2] == Sentence("confirm.stop", {"key": "1", "targets": Sentence(f"targets.{target}")})
    keys_only = talk.says(None).says(None)
    assert keys_only.turn.reply.said[-2].values["targets"] == Sentence(f"targets.{target}")


def explained(talk: Talk) -> list[str]:
    """What follows the question for an entry."""
    return talk.said[talk.said.index(f"{talk.step}.ask") + 1 :]


HESITATES = {
    "asks again": KeysPressed("*"),
    "is silent": Silence(),
    "keys too little": KeysPressed("1*1"),
}


@pytest.mark.parametrize("hesitates", HESITATES.values(), ids=HESITATES.keys())
def test_the_birth_date_is_explained_to_who_hesitates(hesitates):
    talk = at(Step.BIRTH_DATE)
    assert explained(talk) == []
    assert explained(talk.hears(hesitates)) == ["birth_date.example"]


def test_the_house_number_is_explained_to_who_hesitates():
    talk = at(Step.HOUSE_NUMBER)
    assert explained(talk) == []
    assert explained(talk.silent()) == ["house_number.example"]


def test_the_eras_are_named_in_japanese_alone_and_all_of_them_to_who_hesitates():
    talk = at(Step.BIRTH_DATE, Talk(language="ja"))
    assert explained(talk) == ["birth_date.or_era"]
    assert explained(talk.silent()) == ["birth_date.example", "birth_date.eras"]


def test_in_writing_the_questions_are_explained_at_once():
    talk = at(Step.BIRTH_DATE, Talk(by_text=True))
    assert explained(talk) == ["birth_date.example"]


@pytest.mark.parametrize("key", ["3", "4", "5", "6", "7", "8", "11", "1 ", "one"])
def test_nothing_but_one_stops(key):
    talk = at(Step.CONFIRM).presses(key)
    assert talk.step is Step.CONFIRM
    assert talk.said[0] == "confirm.wrong_key"
    assert talk.effects == []


def test_a_spoken_yes_is_said_back_and_asked_once_more():
    talk = at(Step.CONFIRM).says("1")
    assert (talk.step, talk.effects) == (Step.CONFIRM_SPOKEN, [])
    assert talk.value("confirm.say_again", "targets") == Sentence("targets.card")
    assert talk.says("1").effects == [AcceptRequest((Target.CARD,), FACTS)]


@pytest.mark.parametrize("how", ["presses", "says"])
def test_a_no_to_either_question_leads_to_what_is_wrong(how):
    assert getattr(at(Step.CONFIRM), how)("2").step is Step.CORRECT
    assert getattr(at(Step.CONFIRM_SPOKEN), how)("2").step is Step.CORRECT


def test_key_one_is_enough_after_a_spoken_yes():
    assert at(Step.CONFIRM_SPOKEN).presses("1").step is Step.WAITING


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


@pytest.mark.parametrize("choice", ["1", "2", "4"])
def test_whoever_corrects_nothing_after_all_is_asked_the_question_again(choice):
    talk = at(Step.CONFIRM).presses("2", choice, "#")
    assert talk.step is Step.CONFIRM
    assert (talk.state.facts, talk.state.targets, talk.state.correcting) == (FACTS, (Target.CARD,), False)


def test_whoever_goes_back_to_the_main_menu_begins_with_nothing_left_over():
    before = at(Step.TARGET).state
    left_over = replace(
        before,
        targets=(Target.CARD,),
        facts=FACTS,
        correcting=True,
        corrections=1,
        accepted_in="CA" + "2" * 32,
        receipt_number=RECEIPT,
        waited_s=61.0,
        answers={Target.CARD: Answer.SUSPENDED},
        municipality="千代田区",
        loss=Loss.HOME,
        text_number="+819012345678",
        text_promised=True,
        asked_receipt=RECEIPT,
        asked_birth_date=date(1980, 3, 1),
        told=Waited(RECEIPT, 1.0),
        resumes_at=Step.NEXT_STEPS,
    )
    assert begin_loss(replace(left_over, step=Step.MAIN_MENU)) == replace(before, step=Step.MAIN_MENU)


def test_what_was_stopped_before_stays_the_outcome_when_another_loss_is_reported():
    stopped = replace(Talk().state, outcome=Outcome.STOPPED)
    assert begin_loss(stopped).outcome is Outcome.STOPPED


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


def test_star_while_waiting_says_that_the_line_is_still_at_it():
    assert at(Step.WAITING).presses("*").said == ["waiting.still"]
    assert at(Step.WAITING).presses("5").said == []


def test_whoever_is_slowed_down_is_told_so_once():
    talk = at(Step.WAITING).hears(Waited(RECEIPT, 1.0, slowed=True))
    assert talk.said == ["limits.takes_longer"]
    assert talk.hears(Waited(RECEIPT, 2.0, slowed=True)).said == []


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
    assert talk.said == ["result.given_up", "result.receipt", "result.receipt_again"]
    assert talk.step is Step.OPERATOR
    assert talk.state.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("key", "loss"), [("1", Loss.LOST), ("2", Loss.STOLEN), ("3", Loss.HOME), ("4", Loss.DISASTER)]
)
def test_lost_or_stolen_is_asked_after_the_stop(key, loss):
    talk = at(Step.RESULT).presses(key)
    assert talk.effects[-1] == NoteLoss(loss)
    assert talk.step is Step.FOR_WHOM


def test_a_stop_for_another_person_is_marked_for_a_look():
    talk = at(Step.FOR_WHOM).presses("2")
    assert talk.effects[-2:] == [NoteLoss(for_another=True), OpenFollowUp(Reason.FOR_ANOTHER)]


@pytest.mark.parametrize("how", [KeysPressed("#"), KeysPressed(""), Silence()])
def test_every_after_question_can_be_skipped(how):
    talk = at(Step.RESULT).hears(how)
    assert talk.step is Step.FOR_WHOM
    assert talk.hears(how).step is Step.TEXT_OFFER
    assert talk.hears(how).step is Step.NEXT_STEPS
    assert talk.hears(how).step is Step.GOODBYE


def test_whoever_says_nothing_after_the_stop_is_led_to_the_end():
    assert at(Step.RESULT).silent(4).step is Step.GOODBYE


def test_the_next_steps_are_those_of_what_was_stopped():
    card = at(Step.NEXT_STEPS).said
    phone = Talk().confirms("2").learns(smartphone="suspended").silent(3).said
    assert "next_steps.fee" in card
    assert "next_steps.found_smartphone" not in card
    assert "next_steps.found_smartphone" in phone
    assert "next_steps.fee" not in phone


@pytest.mark.parametrize(
    ("key", "report"),
    [("1", ["next_steps.police"]), ("2", ["next_steps.police"]), ("3", []), ("4", ["next_steps.disaster"])],
)
def test_who_must_be_told_depends_on_how_it_went(key, report):
    said = at(Step.RESULT).presses(key, "1", "#").said
    assert [prompt for prompt in said if prompt in ("next_steps.police", "next_steps.disaster")] == report


def test_the_office_is_named_in_japanese_when_the_backend_knows_it():
    talk = at(Step.WAITING).learns(card="suspended", municipality="千代田区").silent(3)
    [office] = [sentence for sentence in talk.turn.reply.said if sentence.prompt == "next_steps.municipality"]
    assert (office.values, office.language) == ({"municipality": "千代田区"}, "ja")
    assert "next_steps.municipality" not in at(Step.NEXT_STEPS).said


def test_the_last_day_to_apply_is_thirty_days_from_today_in_japan():
    assert at(Step.NEXT_STEPS).value("next_steps.days", "day") == Day(date(2026, 12, 24))
    late = Talk(at=datetime(2026, 11, 24, 15, 0, tzinfo=UTC)).confirms().learns(card="suspended").silent(3)
    assert late.value("next_steps.days", "day") == Day(date(2026, 12, 25))


def test_nothing_is_told_of_finding_what_was_not_there():
    said = Talk().confirms("3").learns(card="suspended", smartphone="not_held").silent(3).said
    assert "next_steps.found_card" in said
    assert "next_steps.found_smartphone" not in said
    assert "next_steps.found_card" not in Talk().confirms().learns(card="not_held").silent(3).said


def test_an_answer_keeps_the_receipt_number_for_later():
    assert at(Step.RESULT).state.receipt_number == RECEIPT
    assert at(Step.RESULT).state.answers == {Target.CARD: Answer.SUSPENDED}
