"""After the stop: for whom, what to do next, goodbye. None of it keeps a card from being stopped."""

from datetime import datetime
from typing import Final

from hotline.callflow.effects import NoteLoss, OpenFollowUp, Reason
from hotline.callflow.events import Event, KeysPressed, Silence, Target
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import HangUp, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.menus import WRONG_KEY

_NOT_STOPPED: Final = (Outcome.NOT_CONFIRMED, Outcome.NOT_IDENTIFIED, Outcome.CALL_BACK, Outcome.ERROR)


def ask_for_whom(state: State) -> Reply:
    return Reply(
        (),
        Listen(
            Menu((Option("1", "for_whom.oneself"), Option("2", "for_whom.another"), Option("#", "common.skip"))),
        ),
    )


def hear_for_whom(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed("1"):
            return Go(state, Step.NEXT_STEPS, effects=(NoteLoss(for_another=False),))
        case KeysPressed("2"):
            look = (NoteLoss(for_another=True), OpenFollowUp(Reason.FOR_ANOTHER))
            return Go(state, Step.NEXT_STEPS, effects=look)
        case KeysPressed("#" | "") | Silence():
            return Go(state, Step.NEXT_STEPS)
        case _:
            return Miss(WRONG_KEY)


def tell_next_steps(state: State) -> Reply:
    return Reply(
        tuple(Sentence(f"next_steps.{step}") for step in _steps_for(state.targets)),
        Listen(Menu((Option("*", "next_steps.again"), Option("#", "next_steps.end")))),
    )


def hear_next_steps(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed("#" | "") | Silence():
            return Go(state, Step.GOODBYE)
        case _:
            return Miss(WRONG_KEY)


def say_goodbye(state: State) -> Reply:
    """Whoever began a stop and ends without one must not go away believing that it is done."""
    nothing = (Sentence("goodbye.nothing_stopped"),) if state.targets and state.outcome in _NOT_STOPPED else ()
    return Reply((*nothing, Sentence("goodbye.goodbye")), HangUp())


def hear_after_goodbye(state: State, event: Event, at: datetime) -> Move:
    return Go(state, Step.GOODBYE)


def _steps_for(targets: tuple[Target, ...]) -> tuple[str, ...]:
    of_card = ("found_card", "counter", "fee") if Target.CARD in targets else ()
    of_smartphone = ("found_smartphone",) if Target.SMARTPHONE in targets else ()
    return ("police", *of_card, *of_smartphone)


FOR_WHOM = Talk(ask_for_whom, hear_for_whom, silence_goes_on=True)
NEXT_STEPS = Talk(tell_next_steps, hear_next_steps, silence_goes_on=True)
GOODBYE = Talk(say_goodbye, hear_after_goodbye)
