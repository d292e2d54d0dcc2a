"""One whole call, from the greeting to the stopped card, as somebody takes it who has the three facts at hand.

What `hotline prompts listen` plays, and what the seconds to a stopped card are worked out from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hotline.callflow import flow
from hotline.callflow.events import Answer, Dialled, Event, KeysPressed, Target, Waited
from hotline.callflow.languages import FIRST_SCREEN, SECOND_SCREEN
from hotline.callflow.replies import Listen, Reply
from hotline.callflow.samples import MOBILE, OPEN, RECEIPT
from hotline.callflow.state import Step

KEYS: Final = {
    Step.MAIN_MENU: "2",
    Step.TARGET: "1",
    Step.BIRTH_DATE: "19800301#",
    Step.POSTAL_CODE: "1000001#",
    Step.HOUSE_NUMBER: "2163#",
    Step.CONFIRM: "1",
}
"""What the caller presses at each step."""

_STOPPED: Final = Waited(RECEIPT, 1.0, {Target.CARD: Answer.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Heard:
    """What a caller hears, and the keys that they press then."""

    language: str
    reply: Reply
    keys: str = ""
    """Empty where nothing is asked: after the key that stops, and at the end."""


def stopped_card(language: str, dialled: str | None = None) -> Iterator[Heard]:
    """Every reply of the call in order; the last one tells that the card is stopped.

    `dialled` is the language in which the number answers, if it is another one: then the call goes through the
    language menu first.
    """
    turn = flow.answer(Dialled(dialled or language, MOBILE), OPEN)
    for keys in _to_the_language(language) if dialled not in (None, language) else ():
        yield Heard(turn.state.language, turn.reply, keys)
        turn = flow.take(turn.state, KeysPressed(keys), OPEN)
    while turn.state.step is not Step.RESULT:
        keys = KEYS[turn.state.step] if isinstance(turn.reply.ending, Listen) else ""
        yield Heard(turn.state.language, turn.reply, keys)
        event: Event = KeysPressed(keys) if keys else _STOPPED
        turn = flow.take(turn.state, event, OPEN)
    yield Heard(turn.state.language, turn.reply)


def _to_the_language(language: str) -> tuple[str, ...]:
    first = {code: key for key, code in FIRST_SCREEN.items()}
    if language in first:
        return ("9", first[language])
    return ("9", "9", {code: key for key, code in SECOND_SCREEN.items()}[language])
