"""Waiting for the backend, and telling what became of the request."""

from dataclasses import replace
from typing import Final

from hotline.callflow.effects import NoteLoss
from hotline.callflow.events import Answer, Event, KeysPressed, Loss, Silence, Target, Waited
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Digits, Hold, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.menus import AGAIN, WRONG_KEY

HOLD_S: Final = 1
"""Seconds between two looks for the answer: short, because it is typically there at the first."""

SAY_STILL_WAITING_EVERY_S: Final = 8
"""A caller who hears nothing for 7 to 10 seconds believes that the line is dead."""

HOLD_LIMIT_S: Final = 60
"""Seconds a caller is kept waiting before the line tells them that it goes on alone."""

MOST_CORRECTIONS: Final = 1
"""How often a caller whom the backend did not identify keys a fact again before a person takes over."""

LOSSES: Final = {"1": Loss.LOST, "2": Loss.STOLEN, "3": Loss.HOME, "4": Loss.DISASTER}

_UNIDENTIFIED: Final = (Answer.NOT_FOUND, Answer.AMBIGUOUS)
_STOPPED: Final = (Answer.SUSPENDED, Answer.ALREADY_SUSPENDED)


def ask_to_hold(state: State, now: Now) -> Reply:
    return Reply((), Hold(HOLD_S))


def hear_progress(state: State, event: Event, now: Now) -> Move:
    match event:
        case Waited(answers=answers) if any(answer in _UNIDENTIFIED for answer in answers.values()):
            return _not_identified(state, answers)
        case Waited(receipt_number, answers=answers) as waited if answers:
            known = replace(_heard_of(state, waited), answers=answers, outcome=_outcome(answers))
            return _tell(known)
        case Waited(receipt_number, given_up=True) as waited:
            words = (Sentence("result.given_up"), *tell_receipt(receipt_number, state))
            return Go(_heard_of(state, waited), Step.OPERATOR, words)
        case Waited() as waited if state.by_text:
            return _write_not_yet(state, waited)
        case Waited(seconds=seconds) as waited if seconds >= HOLD_LIMIT_S:
            return _tell(_heard_of(state, waited))
        case Waited() as waited:
            return Go(_heard_of(state, waited), Step.WAITING, _while_waiting(state, waited))
        case KeysPressed("*"):
            return Go(state, Step.WAITING, (Sentence("waiting.still"),))
        case _:
            return Go(state, Step.WAITING)


def _tell(state: State) -> Go:
    """What became of it: at once with the first question, or before a call that was taken up goes on where it was."""
    if state.resumes_at is None:
        return Go(state, Step.RESULT)
    return Go(replace(state, resumes_at=None), state.resumes_at, tell_standing(state))


def _write_not_yet(state: State, waited: Waited) -> Go:
    """A writer holds no telephone: told once that it takes longer, they wait for the result as long as it takes."""
    heard = _heard_of(state, waited)
    is_news = waited.seconds >= HOLD_LIMIT_S > state.waited_s
    return Go(heard, Step.WAITING, tell_standing(heard) if is_news else ())


def _heard_of(state: State, waited: Waited) -> State:
    return replace(
        state,
        receipt_number=waited.receipt_number,
        waited_s=waited.seconds,
        municipality=waited.municipality,
    )


def _while_waiting(state: State, waited: Waited) -> tuple[Sentence, ...]:
    if waited.slowed and state.waited_s == 0.0:
        return (Sentence("limits.takes_longer"),)
    said = int(state.waited_s // SAY_STILL_WAITING_EVERY_S)
    return (Sentence("waiting.still"),) if int(waited.seconds // SAY_STILL_WAITING_EVERY_S) > said else ()


def ask_how_it_went(state: State, now: Now) -> Reply:
    """The result, the receipt number twice, and in the same breath the first after-question."""
    return Reply(
        tell_standing(state),
        Listen(
            Menu(
                (
                    AGAIN,
                    Option("1", "loss.lost", words="heard.away"),
                    Option("2", "loss.stolen", words="heard.stolen"),
                    Option("3", "loss.home", words="heard.home"),
                    Option("4", "loss.disaster", words="heard.disaster"),
                    Option("#", "common.skip", words="heard.skip"),
                )
            )
        ),
    )


def hear_how_it_went(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed(key) if key in LOSSES:
            return Go(replace(state, loss=LOSSES[key]), Step.FOR_WHOM, effects=(NoteLoss(LOSSES[key]),))
        case KeysPressed("#" | "") | Silence():
            return Go(state, Step.FOR_WHOM)
        case KeysPressed("*") if not state.answers:
            # What was true when it was said may not be true any more: look again before saying it again.
            return Go(state, Step.WAITING)
        case _:
            return Miss(WRONG_KEY)


def tell_standing(state: State) -> tuple[Sentence, ...]:
    """What is stopped as far as the call knows, and the receipt number."""
    return (*_results(state), *tell_receipt(state.receipt_number or "", state))


def _results(state: State) -> tuple[Sentence, ...]:
    if not state.answers:
        return (Sentence("result.not_yet"),)
    return tuple(Sentence(f"result.{target.value}.{state.answers[target].value}") for target in state.answers)


def tell_receipt(receipt_number: str, state: State) -> tuple[Sentence, ...]:
    """The receipt number: aloud twice, in writing once."""
    digits = Digits((receipt_number[:4], receipt_number[4:]))
    once = Sentence("result.receipt", {"receipt_number": digits})
    return (once,) if state.by_text else (once, Sentence("result.receipt_again", {"receipt_number": digits}))


def _outcome(answers: dict[Target, Answer]) -> Outcome:
    return Outcome.STOPPED if any(answer in _STOPPED for answer in answers.values()) else Outcome.NOT_HELD


def _not_identified(state: State, answers: dict[Target, Answer]) -> Go:
    corrections = state.corrections + 1
    unidentified = replace(state, outcome=Outcome.NOT_IDENTIFIED, corrections=corrections, resumes_at=None)
    why = next(answer for answer in answers.values() if answer in _UNIDENTIFIED)
    words = Sentence(f"result.{why.value}")
    if unidentified.corrections > MOST_CORRECTIONS:
        return Go(unidentified, Step.OPERATOR, (words,))
    return Go(unidentified, Step.CORRECT, (words,))


WAITING = Talk(ask_to_hold, hear_progress)
RESULT = Talk(ask_how_it_went, hear_how_it_went, silence_goes_on=True)
