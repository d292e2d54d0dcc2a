"""A person: ring the operators, and when nobody answers, a call-back."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from hotline.callflow.effects import OpenFollowUp, Reason
from hotline.callflow.events import Event, KeysPressed, TransferEnded
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Digits, Entry, Listen, Menu, Option, Reply, Sentence, Transfer
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.menus import WRONG_KEY

DOMESTIC: Final = re.compile(r"0[5-9]0\d{8}|0(?![5-9]0)[1-9]\d{8}", re.ASCII)
"""Japanese numbers as keyed: 11 digits for mobiles and IP telephones, 10 for landlines."""

_OPEN: Final = (Outcome.NOTHING, Outcome.NOT_CONFIRMED, Outcome.NOT_IDENTIFIED, Outcome.ERROR)
"""Outcomes that a person settles. A stopped card stays the outcome of its call, whoever talks afterwards."""


def settle(state: State, outcome: Outcome) -> State:
    """The state with this outcome, unless something weightier came of the call already."""
    return replace(state, outcome=outcome) if state.outcome in _OPEN else state


def ask_an_operator(state: State) -> Reply:
    return Reply((Sentence("person.connecting"),), Transfer())


def hear_of_transfer(state: State, event: Event, at: datetime) -> Move:
    match event:
        case TransferEnded(answered=True):
            return Go(settle(state, Outcome.OPERATOR), Step.GOODBYE)
        case _:
            return Go(state, Step.CALL_BACK_OFFER, (Sentence("person.nobody"),))


def ask_whether_to_call_back(state: State) -> Reply:
    number = Sentence("call_back.this_number", {"number": spoken_number(state.caller or "")})
    return Reply(
        (number,),
        Listen(
            Menu((Option("1", "call_back.use_this"), Option("2", "call_back.other"), Option("#", "call_back.none"))),
        ),
    )


def hear_whether_to_call_back(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed("1"):
            return call_back(replace(state, call_back_number=state.caller))
        case KeysPressed("2"):
            return Go(state, Step.CALL_BACK_NUMBER)
        case KeysPressed("#" | ""):
            return Go(state, Step.GOODBYE)
        case _:
            return Miss(WRONG_KEY)


def ask_number(state: State) -> Reply:
    return Reply((Sentence("call_back.key_number"),), Listen(Entry()))


def hear_number(state: State, event: Event, at: datetime) -> Move:
    keyed = event.keys.rstrip("#") if isinstance(event, KeysPressed) else ""
    if not DOMESTIC.fullmatch(keyed):
        return Miss(Sentence("call_back.impossible"))
    return Go(replace(state, call_back_number=keyed), Step.CALL_BACK_CONFIRM)


def ask_whether_right(state: State) -> Reply:
    number = spoken_number(state.call_back_number or "")
    return Reply(
        (Sentence("call_back.read_back", {"number": number}),),
        Listen(Menu((Option("1", "call_back.right"), Option("2", "call_back.wrong")))),
    )


def hear_whether_right(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed("1"):
            return call_back(state)
        case KeysPressed("2"):
            return Go(state, Step.CALL_BACK_NUMBER)
        case _:
            return Miss(WRONG_KEY)


def call_back(state: State) -> Go:
    """Promise the call-back to the number in the state."""
    promise = OpenFollowUp(Reason.CALL_BACK, state.call_back_number)
    return Go(settle(state, Outcome.CALL_BACK), Step.GOODBYE, (Sentence("call_back.taken"),), (promise,))


def give_up_asking(state: State) -> Go:
    """After the third miss where no person can be reached: keep what is known for an operator, and say so.

    Nobody is told "we call you back" without a number to call.
    """
    if state.caller is not None:
        return call_back(replace(state, call_back_number=state.caller))
    return Go(state, Step.GOODBYE, (Sentence("call_back.no_number"),), (OpenFollowUp(Reason.CALL_BACK),))


def spoken_number(number: str) -> Digits:
    """A telephone number in the groups it is read in: mobiles 3-4-4, landlines 2-4-4; Japan's +81 as 0."""
    digits = "0" + number[3:] if number.startswith("+81") else number.lstrip("+")
    first = 3 if len(digits) == 11 else 2
    return Digits((digits[:first], digits[first : first + 4], digits[first + 4 :]))


OPERATOR = Talk(ask_an_operator, hear_of_transfer)
CALL_BACK_OFFER = Talk(ask_whether_to_call_back, hear_whether_to_call_back)
CALL_BACK_NUMBER = Talk(ask_number, hear_number)
CALL_BACK_CONFIRM = Talk(ask_whether_right, hear_whether_right)
