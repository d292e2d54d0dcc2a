"""What an operator hears before taking a call: what is known of it, and the key that takes it.

A voicemail presses no key, so it never takes a caller.
"""

from typing import Final

from hotline.callflow.replies import Digits, LanguageName, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import Outcome, State

TAKES: Final = "1"
"""The key with which an operator takes a call."""

_STANDING: Final = {
    Outcome.STOPPED: "whisper.stopped",
    Outcome.ACCEPTED: "whisper.accepted",
    Outcome.NOT_IDENTIFIED: "whisper.not_identified",
}


def whisper(state: State) -> Reply:
    """The caller's language, where they were, what is stopped, the receipt number, and how to take the call."""
    receipt = (Sentence("whisper.receipt", {"receipt_number": _digits(state)}),) if state.receipt_number else ()
    return Reply(
        (
            Sentence("whisper.call", {"language": LanguageName(state.language)}),
            Sentence("whisper.step", {"step": Sentence(f"steps.{_where(state)}")}),
            Sentence(_STANDING.get(state.outcome, "whisper.nothing")),
            *receipt,
        ),
        Listen(Menu((Option(TAKES, "whisper.accept"),))),
    )


def _where(state: State) -> str:
    """The part of the talk that led here; the step itself is the line before the operators by now."""
    if state.asked_receipt is not None:
        return "receipt"
    if state.answers:
        return "after"
    return "suspension" if state.targets else "menu"


def _digits(state: State) -> Digits:
    number = state.receipt_number or ""
    return Digits((number[:4], number[4:]))
