"""Writes down what a made-up call says and promises, as the line itself would."""

from dataclasses import replace
from random import Random
from typing import Final

from hotline.callflow import flow
from hotline.callflow.effects import (
    AcceptRequest,
    Effect,
    KeepMessage,
    NoteLoss,
    NoteWrongBirthDate,
    NoteWrongReceipt,
    OpenFollowUp,
    PromiseText,
    Reason,
    TakeUp,
)
from hotline.callflow.events import Dialled, Event, KeysPressed, Silence, Spoken, Waited
from hotline.callflow.samples import OPEN, RECEIPT
from hotline.callflow.state import Outcome, State, Step, Turn
from hotline.calls.promises import purpose_of
from hotline.local.seeding.answering import answer
from hotline.local.seeding.courses import (
    Course,
    CourseFollowUp,
    CourseMessage,
    CourseRequest,
    CourseText,
    CourseTurn,
    Kind,
)
from hotline.speech.messages import write_reply
from hotline.store.requests import Status
from hotline.store.texts import Purpose

_MUNICIPALITY: Final = "千代田区"
_UNIDENTIFIED: Final = (Status.NOT_FOUND, Status.AMBIGUOUS)
_KEYED: Final = (Dialled, KeysPressed, Spoken, Silence)
"""What a writer does; everything else the line finds out by itself."""


class Promised:
    """The log of one course, as far as it goes."""

    def __init__(self, random: Random, kind: Kind) -> None:
        self._random = random
        self._kind = kind
        self.turns: list[CourseTurn] = []
        self._requests: list[CourseRequest] = []
        self._follow_ups: dict[Reason, CourseFollowUp] = {}
        self._texts: list[CourseText] = []
        self._messages: list[CourseMessage] = []
        self._wrong_receipts: list[int] = []

    def note(self, at_ms: int, before: Turn, event: Event | None, turn: Turn) -> None:
        """One turn, and what it promises; no event stands for a mistake of the line's own."""
        answers = self._kind.by_text and isinstance(event, _KEYED)
        prompts = tuple(sentence.prompt for sentence in turn.reply.said)
        name = "error" if event is None else type(event).__name__
        where = (before.state.step, turn.state.step)
        taken = CourseTurn(at_ms, *where, name, prompts, turn.state.language, answers)
        self.turns.append(taken)
        for effect in turn.effects:
            self._keep(at_ms, turn.state, effect)
        if self._kind.by_text and not answers and prompts:
            body = "\n".join(write_reply(turn.reply, turn.state.language))
            self._texts.append(CourseText(at_ms, len(self.turns), Purpose.TURN, body=body))

    def waited(self, at_ms: int) -> Waited:
        """How the newest request stands at that moment."""
        request = self._requests[-1]
        waited = Waited(RECEIPT, (at_ms - request.accepted_ms) / 1000)
        if at_ms < request.finished_ms:
            return waited
        if request.status is Status.NEEDS_OPERATOR:
            return replace(waited, given_up=True)
        return replace(waited, answers=request.answers, municipality=_MUNICIPALITY)

    def ended(self, state: State, called_in: str, at_ms: int) -> Course:
        """The whole course of a call that ends in this state."""
        left = self._left(state, at_ms)
        for effect in flow.hang_up(left):
            self._keep(at_ms, left, effect)
        is_lost = self._kind.by_text and state.step is not Step.GOODBYE
        return Course(
            kind=self._kind,
            language=state.language,
            called_in=called_in,
            turns=tuple(self.turns),
            requests=tuple(self._requests),
            follow_ups=tuple(self._follow_ups.values()),
            texts=tuple(self._texts),
            messages=tuple(self._messages),
            wrong_receipts_ms=tuple(self._wrong_receipts),
            outcome=left.outcome,
            status="lost" if is_lost else "completed",
            ended_ms=at_ms,
        )

    def _left(self, state: State, at_ms: int) -> State:
        """The state with what became of the request meanwhile; what comes later is left to a person or a text."""
        if state.outcome is not Outcome.ACCEPTED:
            return state
        waited = self.waited(at_ms)
        newest = self._requests[-1]
        if self._kind.by_text and not waited.given_up:
            self._texts.append(CourseText(at_ms, 0, Purpose.DONE, len(self._requests) - 1))
        if newest.finished_ms > at_ms and newest.status in _UNIDENTIFIED:
            self._leave(newest.finished_ms, Reason.NOT_IDENTIFIED, request=len(self._requests) - 1)
        return flow.take(replace(state, step=Step.WAITING), waited, OPEN).state

    def _keep(self, at_ms: int, state: State, effect: Effect) -> None:
        match effect:
            case AcceptRequest():
                self._accept(at_ms, effect)
            case NoteLoss(loss, for_another):
                self._requests = [
                    replace(
                        request,
                        loss=loss if loss is not None else request.loss,
                        for_another=for_another if for_another is not None else request.for_another,
                    )
                    for request in self._requests
                ]
            case OpenFollowUp(reason, number):
                self._leave(at_ms, reason, has_number=number is not None)
            case PromiseText():
                self._text(at_ms, state)
            case KeepMessage(_, seconds):
                self._messages.append(CourseMessage(at_ms, seconds))
            case NoteWrongReceipt():
                self._wrong_receipts.append(at_ms)
            case NoteWrongBirthDate() | TakeUp():
                # Of calls that take up another one; none is made here.
                pass

    def _accept(self, at_ms: int, effect: AcceptRequest) -> None:
        found = answer(self._random, self._kind.backend, effect.targets, second_time=bool(self._requests))
        tries = tuple(
            replace(one, handed_over_ms=at_ms + one.handed_over_ms, answered_ms=at_ms + one.answered_ms)
            for one in found.tries
        )
        request = CourseRequest(
            accepted_ms=at_ms,
            turn=len(self.turns),
            targets=effect.targets,
            has_house_number=effect.facts.house_number is not None,
            status=found.status,
            answers=found.answers,
            tries=tries,
            finished_ms=at_ms + found.after_ms,
        )
        self._requests.append(request)
        if request.status is Status.NEEDS_OPERATOR:
            self._leave(request.finished_ms, Reason.NEEDS_OPERATOR, request=len(self._requests) - 1)

    def _text(self, at_ms: int, state: State) -> None:
        purpose = purpose_of(state)
        about = len(self._requests) - 1 if self._requests else None
        if about is None or all((one.request, one.purpose) != (about, purpose) for one in self._texts):
            self._texts.append(CourseText(at_ms, len(self.turns), purpose, about))

    def _leave(self, at_ms: int, reason: Reason, *, has_number: bool = False, request: int | None = None) -> None:
        self._follow_ups.setdefault(reason, CourseFollowUp(at_ms, reason, has_number, request))
