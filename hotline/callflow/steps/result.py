"""Waiting for the backend, and telling what became of the request."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from hotline.callflow.effects import Loss, NoteLoss
from hotline.callflow.events import Answer, Event, KeysPressed, Silence, Target, Waited
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Digits, Hold, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.menus import WRONG_KEY

HOLD_S: Final = 1
"""Seconds between two looks for the answer: short, because it is typically there at the first."""

SAY_STILL_WAITING_EVERY_S: Final = 8
"""A caller who hears nothing for 7 to 10 seconds believes that the line is dead."""

HOLD_LIMIT_S: Final = 60
"""Seconds a caller is kept waiting before the line tells them that it goes on alone."""

MOST_CORRECTIONS: Final = 1
"""How often a caller whom the backend did not identify keys a fact again before a person takes over."""

_UNIDENTIFIED: Final = (Answer.NOT_FOUND, Answer.AMBIGUOUS)
_STOPPED: Final = (Answer.SUSPENDED, Answer.ALREADY_SUSPENDED)


def ask_to_hold(state: State) -> Reply:
    return Reply((), Hold(HOLD_S))


def hear_progress(state: State, event: Event, at: datetime) -> Move:
    match event:
        case Waited(answers=answers) if any(answer in _UNIDENTIFIED for answer in answers.values()):
            return _not_identified(state, answers)
        case Waited(receipt_number, answers=answers) if answers:
            known = replace(state, receipt_number=receipt_number, answers=answers, outcome=_outcome(answers))
            return Go(known, Step.RESULT)
        case Waited(receipt_number, given_up=True):
            return Go(
                replace(state, receipt_number=receipt_number),
                Step.OPERATOR,
                (Sentence("result.given_up"), *_receipt(receipt_number)),
            )
        case Waited(receipt_number, seconds) if seconds >= HOLD_LIMIT_S:
            return Go(replace(state, receipt_number=receipt_number, waited_s=seconds), Step.RESULT)
        case Waited(seconds=seconds):
            said = int(state.waited_s // SAY_STILL_WAITING_EVERY_S)
            is_time = int(seconds // SAY_STILL_WAITING_EVERY_S) > said
            words = (Sentence("waiting.still"),) if is_time else ()
            return Go(replace(state, waited_s=seconds), Step.WAITING, words)
        case _:
            return Go(state, Step.WAITING)


def ask_how_it_went(state: State) -> Reply:
    """The result, the receipt number twice, and in the same breath the first after-question."""
    return Reply(
        (*_results(state), *_receipt(state.receipt_number or "")),
        Listen(
            Menu(
                (
                    Option("*", "result.again"),
                    Option("1", "loss.lost"),
                    Option("2", "loss.stolen"),
                    Option("#", "common.skip"),
                )
            )
        ),
    )


def hear_how_it_went(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed("1"):
            return Go(state, Step.FOR_WHOM, effects=(NoteLoss(Loss.LOST),))
        case KeysPressed("2"):
            return Go(state, Step.FOR_WHOM, effects=(NoteLoss(Loss.STOLEN),))
        case KeysPressed("#" | "") | Silence():
            return Go(state, Step.FOR_WHOM)
        case KeysPressed("*") if not state.answers:
            # What was true when it was said may not be true any more: look again before saying it again.
            return Go(state, Step.WAITING)
        case _:
            return Miss(WRONG_KEY)


def _results(state: State) -> tuple[Sentence, ...]:
    if not state.answers:
        return (Sentence("result.not_yet"),)
    return tuple(Sentence(f"result.{target.value}.{state.answers[target].value}") for target in state.answers)


def _receipt(receipt_number: str) -> tuple[Sentence, ...]:
    digits = Digits((receipt_number[:4], receipt_number[4:]))
    return (
        Sentence("result.receipt", {"receipt_number": digits}),
        Sentence("result.receipt_again", {"receipt_number": digits}),
    )


def _outcome(answers: dict[Target, Answer]) -> Outcome:
    return Outcome.STOPPED if any(answer in _STOPPED for answer in answers.values()) else Outcome.NOT_HELD


def _not_identified(state: State, answers: dict[Target, Answer]) -> Go:
    unidentified = replace(state, outcome=Outcome.NOT_IDENTIFIED, corrections=state.corrections + 1)
    why = next(answer for answer in answers.values() if answer in _UNIDENTIFIED)
    words = Sentence(f"result.{why.value}")
    if unidentified.corrections > MOST_CORRECTIONS:
        return Go(unidentified, Step.OPERATOR, (words,))
    return Go(unidentified, Step.CORRECT, (words,))


WAITING = Talk(ask_to_hold, hear_progress)
RESULT = Talk(ask_how_it_went, hear_how_it_went, silence_goes_on=True)
