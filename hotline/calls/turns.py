"""Takes the turns of calls: reads where a call is, asks the conversation, commits, answers."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from hotline.callflow import flow
from hotline.callflow.effects import AcceptRequest, Effect, NoteLoss, OpenFollowUp
from hotline.callflow.events import Dialled, Event, Waited
from hotline.callflow.replies import Listen, Menu, Reply
from hotline.callflow.state import Outcome, State, Step, Turn
from hotline.calls.saved import Saved, unseal
from hotline.privacy import Vault, fingerprint
from hotline.store import calls as stored_calls
from hotline.store import follow_ups, requests
from hotline.store.calls import SavedCall, TakenTurn
from hotline.store.database import DATABASE_TROUBLE, Connection, Engine
from hotline.store.facts import seal_facts
from hotline.store.requests import Progress, Status

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_TURN: Final = 1

Render = Callable[[Turn, int], str]
"""A turn and its number -> the answer that the telephone network understands."""


class UnknownCall(Exception):
    """No turn of this call was ever taken, or what it knew is erased."""


class Calls:
    """The calls of the line, over one database."""

    def __init__(self, engine: Engine, vault: Vault, secret: str, render: Render) -> None:
        """The engine commits each statement by itself: a turn that promises nothing is one statement."""
        self._engine = engine
        self._transacting = engine.execution_options(isolation_level="READ COMMITTED")
        self._vault = vault
        self._secret = secret
        self._render = render

    def answer(self, sid: str, called: str, event: Dialled, at: datetime) -> str:
        """Answer a call. Answering it again gives its newest answer and changes nothing."""
        begun = time.perf_counter()
        turn = flow.answer(event)
        answer = self._render(turn, FIRST_TURN)
        taken = self._taken(None, event, turn, FIRST_TURN, answer, at)
        caller_sealed = None if event.caller is None else self._vault.seal(event.caller)
        started = self._twice(lambda: self._start(sid, called, caller_sealed, taken))
        kind = "Dialled" if started else "repeated"
        self._log(sid, turn.state, turn.state, kind, FIRST_TURN, begun)
        return answer if started else self._find(sid)[0].answer

    def take(self, sid: str, number: int, event: Event, at: datetime) -> str:
        """Take the turn after turn `number`.

        A webhook that is repeated, late or ahead gets the newest answer and changes nothing. Raises UnknownCall
        for a call that was never answered. When the database cannot be reached at all, one of
        DATABASE_TROUBLE goes through: then nobody knows whether a promise was kept, and none may be spoken.
        """
        return self._twice(lambda: self._take(sid, number, event, at))

    def apologise(self, sid: str, number: int, at: datetime) -> str:
        """Take the turn after a mistake of the line's own in turn `number`: sorry, and a person."""
        saved, _ = self._find(sid)
        turn = flow.apologise(saved.state)
        return self._commit(sid, saved, None, turn, number, at)

    def end(self, sid: str, status: str, at: datetime) -> bool:
        """Close a call as ended with this status; False when it had ended before, or was never answered."""
        with self._transacting.begin() as connection:
            ended = stored_calls.end_call(connection, sid, status, at)
            if ended is None:
                return False
            if ended.sealed is not None:
                self._leave(connection, sid, unseal(self._vault, ended.sealed).state, at)
            return True

    def _start(self, sid: str, called: str, caller_sealed: bytes | None, taken: TakenTurn) -> bool:
        with self._engine.connect() as connection:
            return stored_calls.start_call(connection, sid, called, caller_sealed, taken)

    def _take(self, sid: str, number: int, event: Event, at: datetime) -> str:
        begun = time.perf_counter()
        saved, newest = self._find(sid)
        if newest.turn != number or newest.ended_at is not None:
            self._log(sid, saved.state, saved.state, "repeated", number, begun)
            return saved.answer
        if saved.state.step is Step.WAITING:
            event = self._progress(sid, at)
        turn = flow.take(saved.state, event, at)
        answer = self._commit(sid, saved, event, turn, number, at)
        self._log(sid, saved.state, turn.state, type(event).__name__, number, begun)
        return answer

    def _commit(self, sid: str, saved: Saved, event: Event | None, turn: Turn, number: int, at: datetime) -> str:
        """Write the turn and what it promises together; whoever lost the race gets the winner's answer."""
        answer = self._render(turn, number + 1)
        taken = self._taken(saved.state, event, turn, number + 1, answer, at)
        if turn.effects:
            with self._transacting.begin() as connection:
                written = stored_calls.take_turn(connection, sid, taken, promises=True)
                if written:
                    self._keep(connection, sid, taken.number, turn.effects, at)
        else:
            with self._engine.connect() as connection:
                written = stored_calls.take_turn(connection, sid, taken, promises=False)
        return answer if written else self._find(sid)[0].answer

    def _keep(self, connection: Connection, sid: str, number: int, effects: Iterable[Effect], at: datetime) -> None:
        for effect in effects:
            match effect:
                case AcceptRequest(targets, facts):
                    sealed = seal_facts(self._vault, facts)
                    requests.accept(connection, call_sid=sid, turn=number, targets=targets, facts_sealed=sealed, now=at)
                case NoteLoss(loss, for_another):
                    requests.note_loss(connection, call_sid=sid, loss=loss, for_another=for_another)
                case OpenFollowUp(reason, number_to_call):
                    sealed_number = None if number_to_call is None else self._vault.seal(number_to_call)
                    follow_ups.open_follow_up(
                        connection, call_sid=sid, reason=reason, now=at, call_back_sealed=sealed_number
                    )

    def _leave(self, connection: Connection, sid: str, state: State, at: datetime) -> None:
        """What the end of a call leaves to a person, with what became of its request meanwhile."""
        if state.outcome is Outcome.ACCEPTED and (progress := requests.find_newest(connection, sid)):
            state = flow.take(replace(state, step=Step.WAITING), _waited(progress, at), at).state
        stored_calls.write_outcome(connection, sid, state.outcome)
        self._keep(connection, sid, 0, flow.hang_up(state), at)

    def _progress(self, sid: str, at: datetime) -> Waited:
        with self._engine.connect() as connection:
            progress = requests.find_newest(connection, sid)
        assert progress is not None, "a call waits only for a request that was committed with its turn"
        return _waited(progress, at)

    def _find(self, sid: str) -> tuple[Saved, SavedCall]:
        with self._engine.connect() as connection:
            newest = stored_calls.find_call(connection, sid)
        if newest is None or newest.sealed is None:
            raise UnknownCall(f"Call {fingerprint(self._secret, sid)} is not known, or what it knew is erased.")
        return unseal(self._vault, newest.sealed), newest

    def _twice(self, work: Callable[[], T]) -> T:
        """Once more on a fresh connection when the first was lost.

        Safe, because every write asks for the turn before it: if the lost commit did arrive, the second try
        finds it and gives its answer.
        """
        try:
            return work()
        except DATABASE_TROUBLE:
            log.warning("lost the database in a turn, trying once more")
            return work()

    def _taken(
        self, before: State | None, event: Event | None, turn: Turn, number: int, answer: str, at: datetime
    ) -> TakenTurn:
        return TakenTurn(
            number=number,
            at=at,
            language=turn.state.language,
            outcome=turn.state.outcome,
            from_step=turn.state.step if before is None else before.step,
            to_step=turn.state.step,
            event="error" if event is None else type(event).__name__,
            prompts=_prompts(turn.reply),
            sealed=Saved(turn.state, answer).seal(self._vault),
        )

    def _log(self, sid: str, before: State, after: State, event: str, number: int, begun: float) -> None:
        log.info(
            "turn",
            extra={
                "call": fingerprint(self._secret, sid),
                "turn": number,
                "event": event,
                "from_step": before.step,
                "to_step": after.step,
                "ms": round((time.perf_counter() - begun) * 1000, 1),
            },
        )


def _waited(progress: Progress, at: datetime) -> Waited:
    return Waited(
        progress.receipt_number,
        (at - progress.accepted_at).total_seconds(),
        dict(progress.answers),
        given_up=progress.status is Status.NEEDS_OPERATOR,
    )


def _prompts(reply: Reply) -> list[str]:
    said = [sentence.prompt for sentence in reply.sentences]
    match reply.ending:
        case Listen(Menu(options)):
            return said + [option.prompt for option in options if option.prompt is not None]
        case _:
            return said
