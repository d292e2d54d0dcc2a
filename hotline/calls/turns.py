"""Takes the turns of calls: reads where a call is, asks the conversation, commits, answers."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from hotline import metrics
from hotline.callflow import flow
from hotline.callflow.events import Dialled, Event, Silence
from hotline.callflow.line import Line, Now
from hotline.callflow.replies import Hold
from hotline.callflow.state import State, Turn
from hotline.calls.again import twice
from hotline.calls.known import Known, StillThere, UnknownCall, find_known
from hotline.calls.looking import Looking
from hotline.calls.prints import Prints
from hotline.calls.promises import Place, Promises
from hotline.calls.saved import Saved
from hotline.privacy import Vault
from hotline.store import calls as stored_calls
from hotline.store.calls import Begun, TakenTurn
from hotline.store.database import Engine

log = logging.getLogger(__name__)

FIRST_TURN: Final = 1

Render = Callable[[Turn, int], str]
"""A turn and its number -> the answer that the telephone network understands."""


@dataclass(frozen=True, slots=True)
class _Taking:
    """A turn that is being taken: the one after what is known."""

    known: Known
    at: datetime
    begun: float
    message_sid: str | None = None
    """The text message that it answers."""
    is_sent: bool = False
    """Whether what is said is sent, because nobody's webhook waits for it."""


class Calls:
    """The calls of the line, over one database."""

    def __init__(self, engine: Engine, vault: Vault, prints: Prints, render: Render, line: Line) -> None:
        """The engine commits each statement by itself: a turn that promises nothing is one statement."""
        self._engine = engine
        self._transacting = engine.execution_options(isolation_level="READ COMMITTED")
        self._vault = vault
        self._prints = prints
        self._render = render
        self._line = line
        self._looking = Looking(engine, vault, prints)
        self._promises = Promises(vault, prints)

    def answer(
        self, sid: str, called: str, event: Dialled, at: datetime, *, message_sid: str | None = None
    ) -> str | None:
        """Answer a call. Answering it again gives its newest answer and changes nothing.

        None when it is a conversation by text, and another one goes on between the two numbers; or when the call is
        known, and what it knew is erased.
        """
        return twice(lambda: self._answer(sid, called, event, at, message_sid))

    def take(self, sid: str, number: int, event: Event, at: datetime) -> str:
        """Take the turn after turn `number`.

        A webhook that is repeated, late or ahead gets the newest answer and changes nothing. Raises UnknownCall
        for a call that was never answered, and StillThere for one that the line itself ended: nothing can be promised
        in it any more, and its newest answer would come back for ever. When the database cannot be reached at all,
        one of DATABASE_TROUBLE goes through: then nobody knows whether a promise was kept, and none may be spoken.
        """
        return twice(lambda: self._take(sid, number, event, at))

    def take_message(
        self, sid: str, read: Callable[[Known], Event], at: datetime, message_sid: str | None = None
    ) -> Known | None:
        """Take the turn after the newest one, with what `read` makes of a text message at that place.

        None when another message was quicker, or the conversation is over; nothing is changed then.
        """
        begun = time.perf_counter()
        known = self.find(sid)
        if known.has_ended:
            return None
        return self._turn(_Taking(known, at, begun, message_sid), read(known))

    def go_on(self, sid: str, number: int, at: datetime) -> Known | None:
        """Take the turn after turn `number` without a webhook, as for silence, and send what it says.

        None when there is nothing to say yet, or the call is somewhere else by now; nothing is changed then.
        """
        begun = time.perf_counter()
        known = self.find(sid)
        if known.turn != number or known.has_ended:
            return None
        return self._turn(_Taking(known, at, begun, is_sent=True), Silence())

    def apologise(self, sid: str, number: int, at: datetime, *, message_sid: str | None = None) -> str:
        """Take the turn after a mistake of the line's own in turn `number`: sorry, and a person."""
        known = self.find(sid)
        if known.turn == number and not known.has_ended:
            turn = flow.apologise(known.state, self._now(at))
            known = self._write(_Taking(known, at, 0, message_sid), None, turn) or self.find(sid)
        return known.answer

    def find(self, sid: str) -> Known:
        """Where a call stands, and what it knows; raises UnknownCall, or CannotUnseal when its key is gone."""
        return find_known(self._engine, self._vault, self._prints, sid)

    def _answer(self, sid: str, called: str, event: Dialled, at: datetime, message_sid: str | None) -> str | None:
        begun = time.perf_counter()
        event, dropped = self._looking.recognise(event, self._now(at))
        turn = flow.answer(event, self._now(at), dropped)
        answer = self._render(turn, FIRST_TURN)
        taken = replace(self._taken(None, event, turn, FIRST_TURN, answer, at), message_sid=message_sid)
        with self._engine.connect() as connection:
            started = stored_calls.start_call(connection, sid, self._begun(called, event), taken)
        self._log(sid, turn.state, turn.state, "Dialled" if started else "repeated", FIRST_TURN, begun)
        return answer if started else self._newest_answer(sid)

    def _newest_answer(self, sid: str) -> str | None:
        try:
            return self.find(sid).answer
        except UnknownCall:
            return None

    def _begun(self, called: str, event: Dialled) -> Begun:
        channel = "text" if event.by_text else "voice"
        if event.caller is None:
            return Begun(called, channel)
        return Begun(
            called,
            channel,
            self._vault.seal(event.caller),
            self._prints.of_number(event.caller),
            self._prints.of_last_digits(event.caller),
        )

    def _take(self, sid: str, number: int, event: Event, at: datetime) -> str:
        begun = time.perf_counter()
        known = self.find(sid)
        if known.turn != number or known.has_ended:
            self._log(sid, known.state, known.state, "repeated", number, begun)
            return self._repeated(known)
        taken = self._turn(_Taking(known, at, begun), event)
        return self._repeated(self.find(sid)) if taken is None else taken.answer

    def _repeated(self, known: Known) -> str:
        if known.was_ended_by_line:
            raise StillThere(f"Call {self._prints.of_call(known.sid)} is over for the line, and its caller is there.")
        return known.answer

    def _turn(self, taking: _Taking, event: Event) -> Known | None:
        """None for whoever lost the race, or has nothing to send."""
        known, now = taking.known, self._now(taking.at)
        event = self._looking.event(known.sid, known.state, event, now)
        turn = flow.take(known.state, event, now)
        if taking.is_sent and isinstance(turn.reply.ending, Hold) and not turn.reply.sentences:
            return None
        taken = self._write(taking, event, turn)
        self._log(known.sid, known.state, turn.state, type(event).__name__, known.turn, taking.begun)
        return taken

    def _write(self, taking: _Taking, event: Event | None, turn: Turn) -> Known | None:
        """Write the turn and what it promises together; None for whoever lost the race."""
        known, number = taking.known, taking.known.turn + 1
        answer = self._render(turn, number)
        taken = self._taken(known.state, event, turn, number, answer, taking.at)
        taken = replace(taken, message_sid=taking.message_sid)
        now_known = Known(known.sid, number, turn.state, answer, taking.at)
        if not turn.effects and not taking.is_sent:
            with self._engine.connect() as connection:
                is_mine = stored_calls.take_turn(connection, known.sid, taken, promises=False)
            return now_known if is_mine else None
        with self._transacting.begin() as connection:
            if not stored_calls.take_turn(connection, known.sid, taken, promises=True):
                return None
            place = Place(known.sid, number, turn.state, taking.at)
            self._promises.keep(connection, place, turn.effects)
            if taking.is_sent:
                self._promises.write(connection, place, turn.reply)
        return now_known

    def _now(self, at: datetime) -> Now:
        return Now(at, self._line)

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
            prompts=[sentence.prompt for sentence in turn.reply.said],
            sealed=Saved(turn.state, answer).seal(self._vault),
            in_line_since=turn.state.in_line_since,
        )

    def _log(self, sid: str, before: State, after: State, event: str, number: int, begun: float) -> None:
        seconds = time.perf_counter() - begun
        metrics.TURN_SECONDS.observe(seconds)
        if after.misses > before.misses:
            metrics.MISSES.labels(before.step).inc()
        log.info(
            "turn",
            extra={
                "call": self._prints.of_call(sid),
                "turn": number,
                "event": event,
                "from_step": before.step,
                "to_step": after.step,
                "ms": round(seconds * 1000, 1),
            },
        )
