"""A call on the bare conversation: events in, what was said out."""

from collections.abc import Callable
from datetime import UTC, datetime

from hotline.callflow import flow
from hotline.callflow.effects import Effect
from hotline.callflow.events import Answer, Dialled, Event, KeysPressed, Silence, Target, Waited
from hotline.callflow.replies import Ending, Listen, Menu
from hotline.callflow.state import State, Step, Turn

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
RECEIPT = "48213579"


class Talk:
    """Remembers the newest turn and every effect of a conversation."""

    def __init__(self, *, caller: str | None = "+819012345678", operators: bool = True, language: str = "en") -> None:
        self.turn: Turn = flow.answer(Dialled(language, caller, operators))
        self.effects: list[Effect] = []

    def hears(self, event: Event) -> "Talk":
        self.turn = flow.take(self.state, event, NOON)
        self.effects.extend(self.turn.effects)
        return self

    def presses(self, *keys: str) -> "Talk":
        for key in keys:
            self.hears(KeysPressed(key))
        return self

    def silent(self, times: int = 1) -> "Talk":
        for _ in range(times):
            self.hears(Silence())
        return self

    def confirms(self, what: str = "1", birth_date: str = "19800301", house_number: str = "216") -> "Talk":
        """From the main menu to the question, and `1`."""
        return self.presses("2", what, birth_date, "1000001", house_number, "1")

    def learns(self, seconds: float = 1.0, given_up: bool = False, **answers: str) -> "Talk":
        told = {Target(target): Answer(answer) for target, answer in answers.items()}
        return self.hears(Waited(RECEIPT, seconds, told, given_up))

    @property
    def state(self) -> State:
        return self.turn.state

    @property
    def step(self) -> Step:
        return self.state.step

    @property
    def ending(self) -> Ending:
        return self.turn.reply.ending

    @property
    def said(self) -> list[str]:
        """The prompts of the newest reply, those of its options too."""
        prompts = [sentence.prompt for sentence in self.turn.reply.sentences]
        if isinstance(self.ending, Listen) and isinstance(self.ending.to, Menu):
            prompts += [option.prompt for option in self.ending.to.options if option.prompt]
        return prompts


_WAY: dict[Step, tuple[Step | None, Callable[[Talk], Talk]]] = {
    Step.MAIN_MENU: (None, lambda talk: talk),
    Step.LANGUAGE: (None, lambda talk: talk.presses("9")),
    Step.TARGET: (None, lambda talk: talk.presses("2")),
    Step.BIRTH_DATE: (Step.TARGET, lambda talk: talk.presses("1")),
    Step.POSTAL_CODE: (Step.BIRTH_DATE, lambda talk: talk.presses("19800301")),
    Step.HOUSE_NUMBER: (Step.POSTAL_CODE, lambda talk: talk.presses("1000001")),
    Step.CONFIRM: (Step.HOUSE_NUMBER, lambda talk: talk.presses("216")),
    Step.CORRECT: (Step.CONFIRM, lambda talk: talk.presses("2")),
    Step.WAITING: (Step.CONFIRM, lambda talk: talk.presses("1")),
    Step.RESULT: (Step.WAITING, lambda talk: talk.learns(card="suspended")),
    Step.FOR_WHOM: (Step.RESULT, lambda talk: talk.presses("1")),
    Step.NEXT_STEPS: (Step.FOR_WHOM, lambda talk: talk.presses("1")),
    Step.GOODBYE: (Step.NEXT_STEPS, lambda talk: talk.presses("#")),
    Step.OPERATOR: (None, lambda talk: talk.presses("0")),
    Step.CALL_BACK_OFFER: (Step.OPERATOR, lambda talk: talk.silent()),
    Step.CALL_BACK_NUMBER: (Step.CALL_BACK_OFFER, lambda talk: talk.presses("2")),
    Step.CALL_BACK_CONFIRM: (Step.CALL_BACK_NUMBER, lambda talk: talk.presses("0312345678")),
}


def at(step: Step, talk: Talk | None = None) -> Talk:
    """A conversation that has come to the step by the way a caller comes there."""
    before, way = _WAY[step]
    return way(talk or Talk() if before is None else at(before, talk))
