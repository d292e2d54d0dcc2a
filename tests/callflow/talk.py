"""A call on the bare conversation: events in, what was said out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from hotline.callflow import flow
from hotline.callflow.effects import Effect
from hotline.callflow.events import (
    Answer,
    Dialled,
    Event,
    InLine,
    KeysPressed,
    LookedUp,
    MayText,
    Silence,
    Spoken,
    Target,
    TransferEnded,
    Waited,
)
from hotline.callflow.line import Line, Now
from hotline.callflow.replies import Ending, Menu, Value
from hotline.callflow.samples import OPEN
from hotline.callflow.state import Dropped, State, Step, Turn

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MOBILE = "+819012345678"
RECEIPT = "48213579"
ANOTHER_RECEIPT = "12345671"
SID = "CA" + "1" * 32


class Talk:
    """Remembers the newest turn and every effect of a conversation."""

    def __init__(
        self,
        *,
        caller: str | None = MOBILE,
        operators: int = 2,
        language: str = "en",
        by_text: bool = False,
        dropped: State | None = None,
        line: Line = OPEN.line,
        at: datetime = NOON,
    ) -> None:
        self.now = Now(at, replace(line, operators=operators))
        broken_off = None if dropped is None else Dropped(SID, dropped)
        self.turn: Turn = flow.answer(Dialled(language, caller, by_text), self.now, broken_off)
        self.effects: list[Effect] = []

    def hears(self, *events: Event) -> "Talk":
        """Something happens; what it promises is remembered."""
        for event in events:
            self.turn = flow.take(self.state, event, self.now)
            self.effects.extend(self.turn.effects)
        return self

    def presses(self, *keys: str) -> "Talk":
        """Keys, one turn each."""
        return self.hears(*map(KeysPressed, keys))

    def says(self, *means: str | None) -> "Talk":
        """Words that stand for these keys; None for words that are not understood."""
        return self.hears(*(Spoken("words", 0.9, one) for one in means))

    def silent(self, times: int = 1) -> "Talk":
        """Nothing, so many times."""
        return self.hears(*[Silence()] * times)

    def confirms(self, what: str = "1", birth_date: str = "19800301", house_number: str = "216") -> "Talk":
        """From the main menu to the question, and `1`."""
        return self.presses("2", what, birth_date, "1000001", house_number, "1")

    def learns(
        self, seconds: float = 1.0, given_up: bool = False, municipality: str | None = None, **answers: str
    ) -> "Talk":
        """How the request stands."""
        told = {Target(target): Answer(answer) for target, answer in answers.items()}
        return self.hears(Waited(RECEIPT, seconds, told, given_up, municipality=municipality))

    @property
    def state(self) -> State:
        """What the call knows now."""
        return self.turn.state

    @property
    def step(self) -> Step:
        """Where the call is now."""
        return self.state.step

    @property
    def ending(self) -> Ending:
        """How the newest reply ends."""
        return self.turn.reply.ending

    @property
    def said(self) -> list[str]:
        """The prompts of the newest reply, those of its options too."""
        return [sentence.prompt for sentence in self.turn.reply.said]

    @property
    def keys(self) -> dict[str, str | None]:
        """The keys of the menu that is open, each with its prompt."""
        to = getattr(self.ending, "to", None)
        assert isinstance(to, Menu), self.ending
        return {option.key: option.prompt for option in to.options}

    def value(self, prompt: str, name: str) -> Value:
        """What was filled into a prompt of the newest reply."""
        [sentence] = [sentence for sentence in self.turn.reply.said if sentence.prompt == prompt]
        return sentence.values[name]


_WAY: dict[Step, tuple[Step | None, Callable[[Talk], Talk]]] = {
    Step.MAIN_MENU: (None, lambda talk: talk),
    Step.LANGUAGE: (None, lambda talk: talk.presses("9")),
    Step.LANGUAGE_MORE: (Step.LANGUAGE, lambda talk: talk.presses("9")),
    Step.TARGET: (None, lambda talk: talk.presses("2")),
    Step.BIRTH_DATE: (Step.TARGET, lambda talk: talk.presses("1")),
    Step.POSTAL_CODE: (Step.BIRTH_DATE, lambda talk: talk.presses("19800301")),
    Step.HOUSE_NUMBER: (Step.POSTAL_CODE, lambda talk: talk.presses("1000001")),
    Step.CONFIRM: (Step.HOUSE_NUMBER, lambda talk: talk.presses("216")),
    Step.CONFIRM_SPOKEN: (Step.CONFIRM, lambda talk: talk.says("1")),
    Step.CORRECT: (Step.CONFIRM, lambda talk: talk.presses("2")),
    Step.WAITING: (Step.CONFIRM, lambda talk: talk.presses("1")),
    Step.RESULT: (Step.WAITING, lambda talk: talk.learns(card="suspended")),
    Step.FOR_WHOM: (Step.RESULT, lambda talk: talk.presses("1")),
    Step.TEXT_OFFER: (Step.FOR_WHOM, lambda talk: talk.presses("1")),
    Step.TEXT_NUMBER: (Step.TEXT_OFFER, lambda talk: talk.presses("2")),
    Step.TEXT_CONFIRM: (Step.TEXT_NUMBER, lambda talk: talk.presses("08012345678")),
    Step.TEXT_PROMISE: (Step.TEXT_CONFIRM, lambda talk: talk.presses("1")),
    Step.NEXT_STEPS: (Step.TEXT_OFFER, lambda talk: talk.presses("#")),
    Step.GOODBYE: (Step.NEXT_STEPS, lambda talk: talk.presses("#")),
    Step.RECEIPT_NUMBER: (None, lambda talk: talk.presses("4")),
    Step.RECEIPT_BIRTH_DATE: (Step.RECEIPT_NUMBER, lambda talk: talk.presses(ANOTHER_RECEIPT)),
    Step.RECEIPT_LOOKUP: (Step.RECEIPT_BIRTH_DATE, lambda talk: talk.presses("19800301")),
    Step.RECEIPT_TOLD: (Step.RECEIPT_LOOKUP, lambda talk: talk.hears(LookedUp(Waited(ANOTHER_RECEIPT, 1.0)))),
    Step.QUESTIONS: (None, lambda talk: talk.presses("1")),
    Step.ANSWERS: (Step.QUESTIONS, lambda talk: talk.presses("3")),
    Step.REISSUE: (None, lambda talk: talk.presses("3")),
    Step.PROTECTION: (None, lambda talk: talk.presses("5")),
    Step.OPERATOR: (None, lambda talk: talk.presses("0")),
    Step.IN_LINE: (Step.OPERATOR, lambda talk: talk.hears(InLine(5))),
    Step.RINGING: (Step.OPERATOR, lambda talk: talk.hears(InLine(0))),
    Step.CALL_BACK_OFFER: (Step.RINGING, lambda talk: talk.hears(TransferEnded(answered=False))),
    Step.CALL_BACK_NUMBER: (Step.CALL_BACK_OFFER, lambda talk: talk.presses("2")),
    Step.CALL_BACK_CONFIRM: (Step.CALL_BACK_NUMBER, lambda talk: talk.presses("0312345678")),
    Step.VOICE_MESSAGE: (Step.CALL_BACK_OFFER, lambda talk: talk.presses("3")),
}

REACHED = tuple(_WAY)
"""The steps that a call reaches at noon without having broken off before: all but CLOSED and TAKE_UP."""


def at(step: Step, talk: Talk | None = None) -> Talk:
    """A conversation that has come to the step by the way a caller comes there."""
    before, way = _WAY[step]
    return way(talk or Talk() if before is None else at(before, talk))


def texted(talk: Talk, *, may: bool = True) -> Talk:
    """The answer to whether a text message may be promised."""
    return talk.hears(MayText(may=may))
