"""What made-up callers do when they are asked something: mostly what they should, sometimes anything."""

from dataclasses import dataclass
from random import Random
from typing import Final

from hotline.callflow.course import KEYS
from hotline.callflow.events import Event, KeysPressed, Silence, Spoken
from hotline.callflow.languages import FIRST_SCREEN, SECOND_SCREEN
from hotline.callflow.replies import Entry, Listen, Reply
from hotline.callflow.samples import RECEIPT
from hotline.callflow.state import State, Step

WISHES: Final = {"2": 74, "4": 8, "3": 5, "1": 9, "5": 2, "0": 2}
"""What callers came for, by the key of the main menu."""

_KEYS: Final = {
    Step.TARGET: {"1": 58, "2": 17, "3": 25},
    Step.CONFIRM: {"1": 93, "2": 7},
    Step.CONFIRM_SPOKEN: {"1": 95, "2": 5},
    Step.CORRECT: {"1": 45, "2": 35, "3": 18, "4": 2},
    Step.RESULT: {"1": 58, "2": 12, "3": 16, "4": 1, "#": 8, "*": 5},
    Step.FOR_WHOM: {"1": 80, "2": 11, "#": 9},
    Step.TEXT_OFFER: {"1": 62, "2": 9, "#": 29},
    Step.TEXT_CONFIRM: {"1": 93, "2": 7},
    Step.NEXT_STEPS: {"#": 78, "1": 14, "*": 8},
    Step.RECEIPT_TOLD: {"#": 60, "1": 28, "*": 12},
    Step.QUESTIONS: {"1": 30, "2": 25, "3": 25, "4": 10, "#": 10},
    Step.ANSWERS: {"1": 30, "2": 25, "3": 12, "4": 8, "5": 10, "#": 15},
    Step.REISSUE: {"1": 70, "#": 30},
    Step.PROTECTION: {"#": 70, "*": 30},
    Step.CLOSED: {"1": 25, "2": 35, "#": 40},
    Step.IN_LINE: {"1": 10},
    Step.CALL_BACK_OFFER: {"1": 62, "2": 8, "3": 20, "#": 10},
    Step.CALL_BACK_CONFIRM: {"1": 94, "2": 6},
}
"""What is pressed at a step, and how often. Elsewhere 1."""

_DATES: Final = ("19800301#", "3550301#", "19800230#", "198003", "123456789012")
_ROWS: Final = {
    **dict.fromkeys((Step.BIRTH_DATE, Step.RECEIPT_BIRTH_DATE), (_DATES, (74, 20, 3, 2, 1))),
    Step.POSTAL_CODE: ((KEYS[Step.POSTAL_CODE], "100000#"), (96, 4)),
    Step.HOUSE_NUMBER: ((KEYS[Step.HOUSE_NUMBER], "2*16*3#", "#", "2163"), (70, 15, 7, 8)),
    Step.RECEIPT_NUMBER: ((f"{RECEIPT}#", "12345678#"), (90, 10)),
    **dict.fromkeys((Step.TEXT_NUMBER, Step.CALL_BACK_NUMBER), (("09012345678#", "0312345678#"), (88, 12))),
}
"""The rows of digits that are keyed at a step, and how often."""

_LEAVES: Final = {
    Step.MAIN_MENU: 0.05,
    Step.LANGUAGE: 0.02,
    Step.TARGET: 0.025,
    Step.BIRTH_DATE: 0.045,
    Step.POSTAL_CODE: 0.04,
    Step.HOUSE_NUMBER: 0.03,
    Step.CONFIRM: 0.02,
    Step.WAITING: 0.009,
    Step.RESULT: 0.12,
    Step.FOR_WHOM: 0.06,
    Step.TEXT_OFFER: 0.05,
    Step.NEXT_STEPS: 0.3,
    Step.IN_LINE: 0.12,
    Step.RECEIPT_TOLD: 0.5,
    Step.CALL_BACK_OFFER: 0.2,
    Step.VOICE_MESSAGE: 0.1,
}
"""How likely a caller hangs up at a step, each time they come to it. Elsewhere 2 in a hundred."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Why somebody calls, and how well they get on."""

    language: str
    key: str
    clumsiness: float
    """How often they do something else than they are asked, from 0 to 1."""
    speaks: float
    """How often they say instead of pressing, from 0 to 1."""


def draw_wish(random: Random, language: str) -> Wish:
    """Somebody who speaks this language."""
    key = random.choices(tuple(WISHES), tuple(WISHES.values()))[0]
    return Wish(language, key, random.betavariate(1.2, 16), random.choice((0.0, 0.0, 0.0, 0.5)))


def leaves(random: Random, state: State) -> bool:
    """Whether the caller hangs up here."""
    return random.random() < _LEAVES.get(state.step, 0.02)


def act(random: Random, wish: Wish, state: State, reply: Reply) -> Event:
    """What the caller does after this reply, which listens."""
    chance = random.random()
    if chance < wish.clumsiness:
        return random.choices((Silence(), KeysPressed("8"), KeysPressed("*"), Spoken("words", 0.3)), (4, 2, 3, 2))[0]
    if chance > 0.985:
        return KeysPressed("0")
    if isinstance(reply.ending, Listen) and isinstance(reply.ending.to, Entry):
        rows, weights = _ROWS.get(state.step, (_DATES, (74, 20, 3, 2, 1)))
        return KeysPressed(random.choices(rows, weights)[0])
    key = _key(random, wish, state)
    if key is None:
        return Silence()
    is_heard = isinstance(reply.ending, Listen) and reply.ending.hears_speech and key not in "#*"
    return Spoken("words", 0.9, key) if is_heard and random.random() < wish.speaks else KeysPressed(key)


def _key(random: Random, wish: Wish, state: State) -> str | None:
    match state.step:
        case Step.MAIN_MENU:
            return "9" if state.language != wish.language else wish.key
        case Step.LANGUAGE:
            return _key_of(FIRST_SCREEN, wish.language) or "9"
        case Step.LANGUAGE_MORE:
            return _key_of(SECOND_SCREEN, wish.language) or "9"
        case Step.IN_LINE:
            return "1" if random.random() < 0.1 else None
        case step:
            keys = _KEYS.get(step, {"1": 1})
            return random.choices(tuple(keys), tuple(keys.values()))[0]


def _key_of(screen: dict[str, str], language: str) -> str | None:
    return next((key for key, code in screen.items() if code == language), None)
