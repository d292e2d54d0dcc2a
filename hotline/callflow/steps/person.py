"""A person: the line before the operators, ringing them, and when nobody answers, a call back or a message."""

import re
from dataclasses import replace
from typing import Final

from hotline.callflow.effects import KeepMessage, OpenFollowUp, Reason
from hotline.callflow.events import Event, InLine, KeysPressed, Recorded, Silence, TransferEnded
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Digits, Entry, Hold, Listen, Menu, Option, Record, Reply, Sentence, Transfer
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.entries import END, entered
from hotline.callflow.steps.menus import WRONG_KEY

DOMESTIC: Final = re.compile(r"0[5-9]0\d{8}|0(?![5-9]0)[1-9]\d{8}", re.ASCII)
"""Japanese numbers as keyed: 11 digits for mobiles and IP telephones, 10 for landlines."""

MOST_LOOKS: Final = 12
"""How often a caller hears their place in the line, about every 15 seconds, before a call back is offered instead."""

LONGEST_MESSAGE_S: Final = 120

MESSAGES_KEPT_DAYS: Final = 30
"""How long a message in the caller's own voice is kept; they are told."""

LINE: Final = (Step.OPERATOR, Step.IN_LINE, Step.RINGING)
"""The steps at which a caller waits for an operator, or talks to one."""

RIGHT_OR_WRONG: Final = (
    Option("1", "call_back.right", words="heard.yes"),
    Option("2", "call_back.wrong", words="heard.no"),
)

_OPEN: Final = (Outcome.NOTHING, Outcome.NOT_CONFIRMED, Outcome.NOT_IDENTIFIED, Outcome.ERROR)
"""Outcomes that a person settles. A stopped card stays the outcome of its call, whoever talks afterwards."""

_NOBODY: Final = (Sentence("person.nobody"),)


def settle(state: State, outcome: Outcome) -> State:
    """The state with this outcome, unless something weightier came of the call already."""
    return replace(state, outcome=outcome) if state.outcome in _OPEN else state


def reach(go: Go, now: Now) -> Go:
    """Where a call to a person really goes: past operators who do not exist, and in writing to a written answer."""
    if go.to is not Step.OPERATOR:
        return go
    if go.state.by_text:
        promise = OpenFollowUp(Reason.WRITE_BACK, go.state.caller)
        settled = settle(go.state, Outcome.CALL_BACK)
        return Go(settled, Step.GOODBYE, (*go.before, Sentence("text.person")), (*go.effects, promise))
    if now.line.operators == 0:
        return replace(go, to=Step.CALL_BACK_OFFER, before=(*go.before, *_NOBODY))
    looks = go.state.looks if go.state.step in LINE else 0
    return replace(go, state=replace(go.state, looks=looks, ringing=None))


def look_at_the_line(state: State, now: Now) -> Reply:
    """Nothing is said: InLine comes at once."""
    return Reply((), Hold(0))


def hear_of_the_line(state: State, event: Event, now: Now) -> Move:
    match event:
        case InLine(ahead) if ahead < now.line.operators:
            first = 0 if now.line.rings_in_turn else None
            return Go(replace(state, ringing=first), Step.RINGING, (Sentence("person.connecting"),))
        case InLine(ahead) if now.line.operators > 0 and state.looks < MOST_LOOKS:
            place = Sentence("in_line.place", {"place": ahead - now.line.operators + 1})
            return Go(replace(state, looks=state.looks + 1), Step.IN_LINE, (place,))
        case InLine():
            return Go(state, Step.CALL_BACK_OFFER, _NOBODY)
        case KeysPressed("1") if state.step is Step.IN_LINE:
            return Go(state, Step.CALL_BACK_OFFER)
        case TransferEnded():
            # In the first version operators rang at this step: a call that began before the update comes back to it.
            return hear_of_transfer(state, event, now)
        case _:
            return Go(state, Step.OPERATOR)


def wait_in_line(state: State, now: Now) -> Reply:
    """The caller's place was said on the way here; silence looks again."""
    return Reply((), Listen(Menu((Option("1", "in_line.call_back", words="heard.call_back"),))))


def ring(state: State, now: Now) -> Reply:
    """All operators at once, or one of them."""
    return Reply((), Transfer(state.ringing))


def hear_of_transfer(state: State, event: Event, now: Now) -> Move:
    following = 0 if state.ringing is None else state.ringing + 1
    match event:
        case TransferEnded(answered=True):
            return Go(settle(state, Outcome.OPERATOR), Step.GOODBYE)
        case TransferEnded(picked_up=picked_up) if following < now.line.operators and (
            state.ringing is not None or (picked_up and now.line.operators > 1)
        ):
            # A voicemail was quicker than every operator: now one after the other.
            return Go(replace(state, ringing=following), Step.RINGING)
        case _:
            return Go(state, Step.CALL_BACK_OFFER, _NOBODY)


def ask_whether_to_call_back(state: State, now: Now) -> Reply:
    message = (Option("3", "call_back.message", words="heard.message"),) if now.line.takes_messages else ()
    others = (
        Option("2", "call_back.other", words="heard.other"),
        *message,
        Option("#", "call_back.none", words="heard.no"),
    )
    if state.caller is None:
        return Reply((), Listen(Menu(others)))
    number = Sentence("call_back.this_number", {"number": spoken_number(state.caller)})
    return Reply((number,), Listen(Menu((Option("1", "call_back.use_this", words="heard.yes"), *others))))


def hear_whether_to_call_back(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1") if state.caller is not None:
            return call_back(replace(state, call_back_number=state.caller))
        case KeysPressed("2"):
            return Go(state, Step.CALL_BACK_NUMBER)
        case KeysPressed("3") if now.line.takes_messages:
            return Go(state, Step.VOICE_MESSAGE)
        case KeysPressed("#" | ""):
            return Go(state, Step.GOODBYE)
        case _:
            return Miss(WRONG_KEY)


def ask_number(state: State, now: Now) -> Reply:
    return Reply((Sentence("call_back.key_number", END),), Listen(Entry()))


def hear_number(state: State, event: Event, now: Now) -> Move:
    keyed = entered(event)
    if not DOMESTIC.fullmatch(keyed):
        return Miss(Sentence("call_back.impossible"))
    return Go(replace(state, call_back_number=keyed), Step.CALL_BACK_CONFIRM)


def ask_whether_right(state: State, now: Now) -> Reply:
    number = spoken_number(state.call_back_number or "")
    return Reply((Sentence("call_back.read_back", {"number": number}),), Listen(Menu(RIGHT_OR_WRONG)))


def hear_whether_right(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1"):
            return call_back(state)
        case KeysPressed("2"):
            return Go(state, Step.CALL_BACK_NUMBER)
        case _:
            return Miss(WRONG_KEY)


def ask_to_speak(state: State, now: Now) -> Reply:
    how = Sentence("message.speak", {"count": MESSAGES_KEPT_DAYS, **END})
    return Reply((how, Sentence("message.no_number")), Record(LONGEST_MESSAGE_S))


def hear_message(state: State, event: Event, now: Now) -> Move:
    match event:
        case Recorded(recording_sid, seconds) if seconds > 0:
            promises = (KeepMessage(recording_sid, seconds), OpenFollowUp(Reason.MESSAGE, state.caller))
            return Go(settle(state, Outcome.CALL_BACK), Step.GOODBYE, (Sentence("message.kept"),), promises)
        case Recorded() | Silence():
            return Miss(Sentence("message.empty"))
        case _:
            return Miss(WRONG_KEY)


def call_back(state: State) -> Go:
    """Promise the call-back to the number in the state."""
    promise = OpenFollowUp(Reason.CALL_BACK, state.call_back_number)
    return Go(settle(state, Outcome.CALL_BACK), Step.GOODBYE, (Sentence("call_back.taken"),), (promise,))


def give_up_asking(state: State) -> Go:
    """After the third miss where no person can be reached: keep what is known for an operator, and say so.

    Nobody is told "we call you back" without a number to call, and without hearing which.
    """
    number = state.call_back_number if state.step is Step.CALL_BACK_CONFIRM else state.caller
    if number is not None:
        promised = call_back(replace(state, call_back_number=number))
        which = Sentence("call_back.this_number", {"number": spoken_number(number)})
        return replace(promised, before=(which, *promised.before))
    return Go(state, Step.GOODBYE, (Sentence("call_back.no_number"),), (OpenFollowUp(Reason.CALL_BACK),))


def spoken_number(number: str) -> Digits:
    """A telephone number in the groups it is read in: mobiles 3-4-4, landlines 2-4-4; Japan's +81 as 0."""
    digits = "0" + number[3:] if number.startswith("+81") else number.lstrip("+")
    first = 3 if len(digits) == 11 else 2
    return Digits((digits[:first], digits[first : first + 4], digits[first + 4 :]))


OPERATOR = Talk(look_at_the_line, hear_of_the_line)
IN_LINE = Talk(wait_in_line, hear_of_the_line, silence_goes_on=True)
RINGING = Talk(ring, hear_of_transfer)
CALL_BACK_OFFER = Talk(ask_whether_to_call_back, hear_whether_to_call_back)
CALL_BACK_NUMBER = Talk(ask_number, hear_number, back=Step.CALL_BACK_OFFER)
CALL_BACK_CONFIRM = Talk(ask_whether_right, hear_whether_right)
VOICE_MESSAGE = Talk(ask_to_speak, hear_message)
