"""The offer to send receipt number and next steps as a text message: only on a clear yes, only to Japanese mobiles."""

import re
from dataclasses import replace
from typing import Final

from hotline.callflow.effects import PromiseText
from hotline.callflow.events import Event, KeysPressed, MayText, Silence
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Digits, Entry, Hold, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import State, Step
from hotline.callflow.steps.entries import END, entered
from hotline.callflow.steps.menus import WRONG_KEY
from hotline.callflow.steps.person import RIGHT_OR_WRONG, spoken_number
from hotline.callflow.steps.result import tell_receipt

MOBILE: Final = re.compile(r"\+81[6789]0[1-9]\d{7}", re.ASCII)
"""Japanese mobile numbers in E.164: 060, 070, 080, 090, never with another 0 behind, as in 0800, which is toll-free.

050 is a telephone over the internet that takes no messages.
"""

_BEGINNINGS: Final = Digits(("060", "070", "080", "090"))


def is_offered(state: State, now: Now) -> bool:
    """Whether the line can send text messages, to somebody who does not write anyway."""
    return now.line.sends_texts and not state.by_text


def ask_whether_to_text(state: State, now: Now) -> Reply:
    offer = Sentence("text_offer.steps" if state.answers else "text_offer.when_done")
    no = Option("#", "text_offer.none", words="heard.no")
    other = Option("2", "text_offer.other", words="heard.other")
    if not _is_mobile(state.caller):
        return Reply((offer,), Listen(Menu((other, no))))
    number = Sentence("text_offer.this_number", {"number": spoken_number(state.caller or "")})
    use_this = Option("1", "text_offer.use_this", words="heard.yes")
    return Reply((offer, number), Listen(Menu((use_this, other, no))))


def hear_whether_to_text(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1") if _is_mobile(state.caller):
            return Go(replace(state, text_number=state.caller), Step.TEXT_PROMISE)
        case KeysPressed("2"):
            return Go(state, Step.TEXT_NUMBER)
        case KeysPressed("#" | "") | Silence():
            return Go(state, Step.NEXT_STEPS)
        case _:
            return Miss(WRONG_KEY)


def ask_mobile_number(state: State, now: Now) -> Reply:
    return Reply((Sentence("text_offer.key_number", END),), Listen(Entry()))


def hear_mobile_number(state: State, event: Event, now: Now) -> Move:
    number = "+81" + entered(event).removeprefix("0")
    if not (entered(event).startswith("0") and _is_mobile(number)):
        return Miss(Sentence("text_offer.impossible", {"beginnings": _BEGINNINGS}))
    return Go(replace(state, text_number=number), Step.TEXT_CONFIRM)


def ask_whether_right(state: State, now: Now) -> Reply:
    number = Sentence("call_back.read_back", {"number": spoken_number(state.text_number or "")})
    return Reply((number,), Listen(Menu(RIGHT_OR_WRONG)))


def hear_whether_right(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1"):
            return Go(state, Step.TEXT_PROMISE)
        case KeysPressed("2"):
            return Go(state, Step.TEXT_NUMBER)
        case _:
            return Miss(WRONG_KEY)


def look_whether_allowed(state: State, now: Now) -> Reply:
    """Nothing is said: MayText comes at once."""
    return Reply((), Hold(0))


def hear_whether_allowed(state: State, event: Event, now: Now) -> Move:
    match event:
        case MayText(may=True) if is_offered(state, now):
            told = Sentence("text_offer.promised" if state.answers else "text_offer.promised_when_done")
            promise = PromiseText(state.text_number or "")
            return Go(replace(state, text_promised=True), Step.NEXT_STEPS, (told,), (promise,))
        case MayText():
            words = (Sentence("text_offer.limit"), *tell_receipt(state.receipt_number or "", state))
            return Go(state, Step.NEXT_STEPS, words)
        case _:
            return Go(state, Step.TEXT_PROMISE)


def _is_mobile(number: str | None) -> bool:
    return number is not None and MOBILE.fullmatch(number) is not None


TEXT_OFFER = Talk(ask_whether_to_text, hear_whether_to_text, silence_goes_on=True)
TEXT_NUMBER = Talk(ask_mobile_number, hear_mobile_number, back=Step.TEXT_OFFER)
TEXT_CONFIRM = Talk(ask_whether_right, hear_whether_right)
TEXT_PROMISE = Talk(look_whether_allowed, hear_whether_allowed)
