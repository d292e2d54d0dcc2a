"""Every name that the log keeps has words for the operators."""

from collections.abc import Iterable
from typing import get_args

import pytest

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Event, Loss, Target
from hotline.callflow.languages import LANGUAGES
from hotline.callflow.state import Outcome, Step
from hotline.calls.call_backs import Refusal
from hotline.calls.due import Age
from hotline.console import words
from hotline.console.access import Role
from hotline.console.advice import advice
from hotline.speech.book import parts
from hotline.store.call_backs import CallBackStatus
from hotline.store.requests import Status
from hotline.store.sending_again import NotSent
from hotline.store.texts import Purpose, TextStatus
from hotline.store.work import Resolution
from hotline.suspensions.sending_again import WRONG


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("step", Step),
        ("outcome", Outcome),
        ("reason", Reason),
        ("status", Status),
        ("status", Answer),
        ("target", Target),
        ("loss", Loss),
        ("purpose", Purpose),
        ("text_status", TextStatus),
        ("event", [event.__name__ for event in get_args(Event)]),
        ("language", LANGUAGES),
        ("role", Role),
        ("resolution", Resolution),
        ("call_back", CallBackStatus),
        ("age", Age),
        ("part", parts()),
    ],
)
def test_every_name_has_words(kind: str, names: Iterable[str]) -> None:
    worded = dict(words.choices(kind))
    assert [name for name in names if name not in worded] == []


@pytest.mark.parametrize(
    ("kind", "names"), [("guidance", Reason), ("refusal", Refusal), ("not_sent", NotSent), ("wrong_fact", WRONG)]
)
def test_everything_that_went_wrong_has_its_sentence(kind: str, names: Iterable[str]) -> None:
    assert [name for name in names if not advice(kind, name)] == []


def test_a_name_of_another_version_is_shown_as_it_is() -> None:
    assert words.named("step", "moon_phase") == "moon phase"
    assert words.named("step", None) == ""
