"""What an operator hears before taking a call."""

import pytest

from hotline.callflow.effects import Reason
from hotline.callflow.replies import Digits, LanguageName, Listen, Menu, Option, Sentence
from hotline.callflow.state import Outcome, Step
from hotline.callflow.whisper import CalledBack, whisper, whisper_call_back
from tests.callflow.talk import RECEIPT, Talk, at


def heard(talk: Talk) -> dict[str, object]:
    """Prompt -> what is filled in, of the whisper about a call."""
    return {sentence.prompt: dict(sentence.values) for sentence in whisper(talk.state).sentences}


def test_the_language_of_the_caller_comes_first_and_one_key_takes_the_call():
    reply = whisper(Talk(language="ko").presses("0").state)
    assert reply.sentences[0].values == {"language": LanguageName("ko")}
    assert reply.ending == Listen(Menu((Option("1", "whisper.accept"),)))


@pytest.mark.parametrize(
    ("step", "where", "standing"),
    [
        (Step.MAIN_MENU, "menu", "nothing"),
        (Step.QUESTIONS, "menu", "nothing"),
        (Step.CONFIRM, "suspension", "nothing"),
        (Step.WAITING, "suspension", "accepted"),
        (Step.RESULT, "after", "stopped"),
        (Step.NEXT_STEPS, "after", "stopped"),
        (Step.RECEIPT_TOLD, "receipt", "nothing"),
    ],
)
def test_where_the_caller_was_and_what_is_stopped_are_told(step, where, standing):
    told = heard(at(step).presses("0"))
    assert told["whisper.step"] == {"step": Sentence(f"steps.{where}")}
    assert f"whisper.{standing}" in told


def test_whoever_was_not_found_is_announced_as_such():
    assert "whisper.not_identified" in heard(at(Step.WAITING).learns(card="not_found").presses("0"))


def test_the_receipt_number_is_told_when_there_is_one():
    told = heard(at(Step.RESULT).presses("0"))
    assert told["whisper.receipt"] == {"receipt_number": Digits((RECEIPT[:4], RECEIPT[4:]))}
    assert "whisper.receipt" not in heard(at(Step.CONFIRM).presses("0"))


@pytest.mark.parametrize(
    ("reason", "where"),
    [
        (Reason.NOT_CONFIRMED, "suspension"),
        (Reason.FOR_ANOTHER, "after"),
        (Reason.MANY_TRIES, "receipt"),
        (Reason.CALL_BACK, None),
        (Reason.ERROR, None),
    ],
)
def test_whoever_calls_back_hears_the_language_and_what_the_follow_up_is_about(reason, where):
    reply = whisper_call_back(CalledBack("ko", reason, Outcome.NOTHING, None))
    told = {sentence.prompt: dict(sentence.values) for sentence in reply.sentences}
    assert reply.sentences[0].values == {"language": LanguageName("ko")}
    assert told.get("whisper.step") == (where and {"step": Sentence(f"steps.{where}")})
    assert reply.ending == Listen(Menu((Option("1", "whisper.accept"),)))


@pytest.mark.parametrize(
    ("outcome", "standing"),
    [(Outcome.STOPPED, "stopped"), (Outcome.ACCEPTED, "accepted"), (Outcome.CALL_BACK, "nothing")],
)
def test_whoever_calls_back_hears_what_is_stopped_and_the_receipt_number(outcome, standing):
    reply = whisper_call_back(CalledBack("en", Reason.CALL_BACK, outcome, RECEIPT))
    prompts = [sentence.prompt for sentence in reply.sentences]
    assert prompts == ["whisper.call", f"whisper.{standing}", "whisper.receipt"]
