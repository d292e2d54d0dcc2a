"""What an operator hears before taking a call, or calling back: what is known of it, and the key that takes it.

A voicemail presses no key, so it never takes a caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hotline.callflow.effects import Reason
from hotline.callflow.replies import Digits, LanguageName, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import Outcome, State

TAKES: Final = "1"
"""The key with which an operator takes a call."""

_STANDING: Final = {
    Outcome.STOPPED: "whisper.stopped",
    Outcome.ACCEPTED: "whisper.accepted",
    Outcome.NOT_IDENTIFIED: "whisper.not_identified",
}


_LED_HERE: Final[Mapping[Reason, str]] = {
    Reason.NOT_CONFIRMED: "suspension",
    Reason.NOT_IDENTIFIED: "suspension",
    Reason.NEEDS_OPERATOR: "suspension",
    Reason.NO_HOUSE_NUMBER: "after",
    Reason.FOR_ANOTHER: "after",
    Reason.TEXT_NOT_DELIVERED: "after",
    Reason.MANY_TRIES: "receipt",
}
"""The part of the talk that a follow-up is about, where its reason says so."""


@dataclass(frozen=True, slots=True)
class CalledBack:
    """What an operator is told of a caller whom they call back."""

    language: str
    reason: Reason
    outcome: Outcome
    receipt_number: str | None


def whisper(state: State) -> Reply:
    """The caller's language, where they were, what is stopped, the receipt number, and how to take the call."""
    return _asked(
        _language(state.language),
        _step(_where(state)),
        Sentence(_STANDING.get(state.outcome, "whisper.nothing")),
        *_receipt(state.receipt_number),
    )


def whisper_call_back(known: CalledBack) -> Reply:
    """The same for a call-back; where the caller was is told as far as the reason for calling says it."""
    where = _LED_HERE.get(known.reason)
    return _asked(
        _language(known.language),
        *(() if where is None else (_step(where),)),
        Sentence(_STANDING.get(known.outcome, "whisper.nothing")),
        *_receipt(known.receipt_number),
    )


def _asked(*told: Sentence) -> Reply:
    return Reply(told, Listen(Menu((Option(TAKES, "whisper.accept"),))))


def _language(code: str) -> Sentence:
    return Sentence("whisper.call", {"language": LanguageName(code)})


def _step(where: str) -> Sentence:
    return Sentence("whisper.step", {"step": Sentence(f"steps.{where}")})


def _receipt(number: str | None) -> tuple[Sentence, ...]:
    if not number:
        return ()
    return (Sentence("whisper.receipt", {"receipt_number": Digits((number[:4], number[4:]))}),)


def _where(state: State) -> str:
    """The part of the talk that led here; the step itself is the line before the operators by now."""
    if state.asked_receipt is not None:
        return "receipt"
    if state.answers:
        return "after"
    return "suspension" if state.targets else "menu"
