"""The offer of a text message, and what the message says."""

from dataclasses import replace
from datetime import date

import pytest

from hotline.callflow.effects import PromiseText
from hotline.callflow.events import Answer, Loss, Silence, Target
from hotline.callflow.replies import Day, Digits, Hold
from hotline.callflow.samples import OPEN
from hotline.callflow.state import Step
from hotline.callflow.texts import Told, compose
from tests.callflow.talk import MOBILE, RECEIPT, Talk, at, texted

WITHOUT_TEXTS = replace(OPEN.line, sends_texts=False)


def test_the_offer_names_the_callers_number_when_it_is_a_mobile():
    talk = at(Step.TEXT_OFFER)
    assert list(talk.keys) == ["1", "2", "#"]
    assert talk.value("text_offer.this_number", "number") == Digits(("090", "1234", "5678"))


@pytest.mark.parametrize("caller", ["+81312345678", "+815012345678", "+14155550100", None])
def test_no_text_is_offered_to_a_number_that_takes_none(caller):
    talk = at(Step.TEXT_OFFER, Talk(caller=caller))
    assert list(talk.keys) == ["2", "#"]
    assert talk.presses("1").said[0] == "common.wrong_key"


def test_a_yes_is_promised_once_it_may_be():
    talk = at(Step.TEXT_OFFER).presses("1")
    assert (talk.step, talk.ending) == (Step.TEXT_PROMISE, Hold(0))
    assert talk.effects[-1] != PromiseText(MOBILE)
    texted(talk)
    assert talk.effects[-1] == PromiseText(MOBILE)
    assert talk.said == ["text_offer.promised", "next_steps.hear", "next_steps.end"]


def test_what_has_it_coming_hears_the_next_steps_on_request():
    talk = texted(at(Step.TEXT_PROMISE)).presses("1")
    assert talk.said[0] == "next_steps.begin"
    assert "next_steps.again" in talk.said


def test_a_number_that_got_too_many_is_refused_with_the_receipt_number_and_the_steps():
    talk = texted(at(Step.TEXT_PROMISE), may=False)
    assert talk.said[:4] == ["text_offer.limit", "result.receipt", "result.receipt_again", "next_steps.begin"]
    assert not any(isinstance(effect, PromiseText) for effect in talk.effects)


def test_another_number_is_read_back_before_anything_is_sent_to_it():
    talk = at(Step.TEXT_NUMBER).presses("06012345678#")
    assert talk.value("call_back.read_back", "number") == Digits(("060", "1234", "5678"))
    assert at(Step.TEXT_CONFIRM).presses("2").step is Step.TEXT_NUMBER
    assert texted(talk.presses("1")).effects[-1] == PromiseText("+816012345678")


@pytest.mark.parametrize(
    "keyed",
    [
        "05012345678",
        "0312345678",
        "9012345678",
        "090123456789",
        "0901234567",
        "09*12345678",
        "08001234567",
        "09001234567",
    ],
)
def test_a_number_that_takes_no_texts_is_a_miss_that_says_which_do(keyed):
    talk = at(Step.TEXT_NUMBER).presses(keyed)
    prompt = "common.twelve_digits" if len(keyed) == 12 else "text_offer.impossible"
    assert (talk.step, talk.said[0]) == (Step.TEXT_NUMBER, prompt)


def test_nobody_is_sent_a_text_without_a_yes():
    for no in ("#", ""):
        talk = at(Step.TEXT_OFFER).presses(no)
        assert talk.step is Step.NEXT_STEPS
    assert at(Step.TEXT_OFFER).hears(Silence()).step is Step.NEXT_STEPS


def test_a_text_is_offered_for_later_while_it_is_not_done():
    talk = at(Step.WAITING).learns(seconds=61).silent(2)
    assert talk.said[0] == "text_offer.when_done"
    assert texted(talk.presses("1")).said[0] == "text_offer.promised_when_done"


def test_no_text_is_offered_where_none_can_be_sent_or_to_who_writes_anyway():
    for talk in (Talk(line=WITHOUT_TEXTS), Talk(by_text=True)):
        assert at(Step.FOR_WHOM, talk).presses("1").step is Step.NEXT_STEPS


def test_a_yes_that_comes_after_texts_were_switched_off_promises_nothing():
    talk = at(Step.TEXT_OFFER)
    talk.now = replace(talk.now, line=replace(talk.now.line, sends_texts=False))
    texted(talk.presses("1"))
    assert talk.said[:2] == ["text_offer.limit", "result.receipt"]
    assert not any(isinstance(effect, PromiseText) for effect in talk.effects)
    assert (talk.step, talk.state.text_promised) == (Step.NEXT_STEPS, False)


def test_in_writing_the_receipt_number_stands_once():
    said = at(Step.RESULT, Talk(by_text=True)).said
    assert "result.receipt" in said
    assert "result.receipt_again" not in said


def prompts(told: Told) -> list[str]:
    """The prompts of the message."""
    return [sentence.prompt for sentence in compose(told, OPEN)]


CARD = {Target.CARD: Answer.SUSPENDED}


def test_a_message_has_the_result_the_receipt_number_and_the_next_steps():
    told = Told(RECEIPT, CARD, municipality="千代田区")
    assert prompts(told) == ["sms.from", "result.card.suspended", "sms.receipt", "sms.police", "sms.counter", "sms.ask"]
    [counter] = [sentence for sentence in compose(told, OPEN) if sentence.prompt == "sms.counter"]
    assert counter.values == {"municipality": "千代田区", "day": Day(date(2026, 12, 24)), "fee": 2000}


@pytest.mark.parametrize("loss", [Loss.HOME, Loss.DISASTER])
def test_a_message_sends_nobody_to_the_police_in_vain(loss):
    assert "sms.police" not in prompts(Told(RECEIPT, CARD, loss))


def test_a_message_without_a_known_office_does_not_name_one():
    assert "sms.counter_unknown" in prompts(Told(RECEIPT, CARD))


def test_a_message_about_a_smartphone_has_no_counter():
    told = prompts(Told(RECEIPT, {Target.SMARTPHONE: Answer.ALREADY_SUSPENDED}))
    assert told == ["sms.from", "result.smartphone.already_suspended", "sms.receipt", "sms.police", "sms.ask"]


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ({}, "result.given_up"),
        ({Target.CARD: Answer.NOT_FOUND, Target.SMARTPHONE: Answer.NOT_FOUND}, "result.not_found"),
        ({Target.CARD: Answer.AMBIGUOUS}, "result.ambiguous"),
        ({Target.CARD: Answer.NOT_HELD}, "result.card.not_held"),
    ],
)
def test_a_message_about_nothing_stopped_says_so_and_tells_no_steps(answers, result):
    assert prompts(Told(RECEIPT, answers)) == ["sms.from", result, "sms.receipt", "sms.ask"]
