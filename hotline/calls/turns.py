"""Takes the turns of calls: reads where a call is, asks the conversation, commits, answers."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from hotline.callflow import flow
from hotline.callflow.effects import OpenFollowUp, Reason
from hotline.callflow.events import Dialled, Event, Silence
from hotline.callflow.line import Line, Now
from hotline.callflow.replies import Listen, Menu, Reply
from hotline.callflow.state import Dropped, Outcome, State, Step, Turn
from hotline.calls.again import twice
from hotline.calls.looking import Looking
from hotline.calls.prints import Prints
from hotline.calls.promises import Place, Promises
from hotline.calls.saved import Saved, unseal
from hotline.privacy import Vault
from hotline.store import calls as stored_calls
from hotline.store.calls import Begun, SavedCall, TakenTurn
from hotline.store.database import Connection, Engine

log = logging.getLogger(__name__)

FIRST_TURN: Final = 1

LANGUAGE_KEPT_FOR: Final = timedelta(hours=24)
"""How long a caller who calls again is answered in the language of the last call."""

TAKEN_UP_WITHIN: Final = timedelta(minutes=15)
"""How long a call that broke off can be taken up again. Must not be longer than what it knew is kept."""

Render = Callable[[Turn, int], str]
"""A turn and its number -> the answer that the telephone network understands."""

Also = Callable[[Connection, Turn, int], None]
"""What else is written in a turn's own transaction."""


class UnknownCall(Exception):
    """No turn of this call was ever taken, or what it knew is erased."""


class Calls:
    """The calls of the line, over one database."""

    def __init__(self, engine: Engine, vault: Vault, secret: str, render: Render, line: Line) -> None:
        """The engine commits each statement by itself: a turn that promises nothing is one statement."""
        self._engine = engine
        self._transacting = engine.execution_options(isolation_level="READ COMMITTED")
        self._vault = vault
        self._prints = Prints(secret)
        self._render = render
        self._line = line
        self._looking = Looking(engine, vault, self._prints)
        self._promises = Promises(vault, self._prints)

    def answer(
        self, sid: str, called: str, event: Dialled, at: datetime, *, message_sid: str | None = None
    ) -> str | None:
        """Answer a call. Answering it again gives its newest answer and changes nothing.

        None when it is a conversation by text, and another one goes on between the two numbers.
        """
        return twice(lambda: self._answer(sid, called, event, at, message_sid))

    def take(self, sid: str, number: int, event: Event, at: datetime, *, message_sid: str | None = None) -> str:
        """Take the turn after turn `number`.

        A webhook that is repeated, late or ahead gets the newest answer and changes nothing. Raises UnknownCall
        for a call that was never answered. When the database cannot be reached at all, one of
        DATABASE_TROUBLE goes through: then nobody knows whether a promise was kept, and none may be spoken.
        """
        return twice(lambda: self._take(sid, number, event, at, message_sid))

    def go_on(self, sid: str, number: int, at: datetime, also: Also) -> bool:
        """Take the turn after turn `number` without a webhook, as for silence, and write `also` with it.

        False when the call is somewhere else by now, and nothing is changed.
        """
        saved, newest = self.find(sid)
        if newest.turn != number or newest.ended_at is not None:
            return False
        event = self._looking.event(sid, saved.state, Silence(), self._now(at))
        turn = flow.take(saved.state, event, self._now(at))
        return self._write(sid, saved, event, turn, number, at, also=also) is not None

    def apologise(self, sid: str, number: int, at: datetime) -> str:
        """Take the turn after a mistake of the line's own in turn `number`: sorry, and a person."""
        saved, _ = self.find(sid)
        turn = flow.apologise(saved.state, self._now(at))
        return self._write(sid, saved, None, turn, number, at) or self.find(sid)[0].answer

    def end(self, sid: str, status: str, at: datetime) -> bool:
        """Close a call as ended with this status; False when it had ended before, or was never answered."""
        return twice(lambda: self._end(sid, status, at))

    def _end(self, sid: str, status: str, at: datetime) -> bool:
        with self._transacting.begin() as connection:
            ended = stored_calls.end_call(connection, sid, status, at)
            if ended is None:
                return False
            if ended.sealed is not None:
                self._leave(connection, sid, unseal(self._vault, ended.sealed).state, at)
            return True

    def keep_message(self, sid: str, recording_sid: str, seconds: int, at: datetime) -> bool:
        """Keep a voice message that Twilio tells of by itself, because its caller hung up; False if it is kept already.

        Told twice, also in a turn, it is kept once.
        """
        return twice(lambda: self._keep_message(sid, recording_sid, seconds, at))

    def _keep_message(self, sid: str, recording_sid: str, seconds: int, at: datetime) -> bool:
        with self._transacting.begin() as connection:
            if stored_calls.find_call(connection, sid) is None:
                return False
            state = self.find(sid)[0].state
            kept = self._promises.keep_message(connection, sid, recording_sid, seconds, at)
            look = (OpenFollowUp(Reason.MESSAGE, state.caller),) if kept else ()
            self._promises.keep(connection, Place(sid, 0, state, at), look)
            return kept

    def find(self, sid: str) -> tuple[Saved, SavedCall]:
        """What a call knows, and where it stands; raises UnknownCall."""
        with self._engine.connect() as connection:
            newest = stored_calls.find_call(connection, sid)
        if newest is None or newest.sealed is None:
            raise UnknownCall(f"Call {self._prints.of_call(sid)} is not known, or what it knew is erased.")
        return unseal(self._vault, newest.sealed), newest

    def _now(self, at: datetime) -> Now:
        return Now(at, self._line)

    def _begun(self, called: str, event: Dialled) -> Begun:
        channel = "text" if event.by_text else "voice"
        if event.caller is None:
            return Begun(called, channel)
        return Begun(called, channel, self._vault.seal(event.caller), self._prints.of_number(event.caller))

    def _recognise(self, event: Dialled, at: datetime) -> tuple[Dialled, Dropped | None]:
        """The caller's last language, and the call that they may go on with."""
        if event.caller is None:
            return event, None
        caller = self._prints.of_number(event.caller)
        with self._engine.connect() as connection:
            last = stored_calls.find_last_call(connection, caller, at - LANGUAGE_KEPT_FOR)
        if last is None:
            return event, None
        if last.language in self._line.languages:
            event = replace(event, language=last.language)
        is_fresh = last.turned_at >= at - TAKEN_UP_WITHIN
        return event, self._looking.dropped(last) if is_fresh else None

    def _answer(self, sid: str, called: str, event: Dialled, at: datetime, message_sid: str | None) -> str | None:
        begun = time.perf_counter()
        event, dropped = self._recognise(event, at)
        turn = flow.answer(event, self._now(at), dropped)
        answer = self._render(turn, FIRST_TURN)
        taken = replace(self._taken(None, event, turn, FIRST_TURN, answer, at), message_sid=message_sid)
        started = self._start(sid, self._begun(called, event), taken)
        self._log(sid, turn.state, turn.state, "Dialled" if started else "repeated", FIRST_TURN, begun)
        if started:
            return answer
        with self._engine.connect() as connection:
            newest = stored_calls.find_call(connection, sid)
        return None if newest is None or newest.sealed is None else unseal(self._vault, newest.sealed).answer

    def _start(self, sid: str, begun: Begun, taken: TakenTurn) -> bool:
        with self._engine.connect() as connection:
            return stored_calls.start_call(connection, sid, begun, taken)

    def _take(self, sid: str, number: int, event: Event, at: datetime, message_sid: str | None) -> str:
        begun = time.perf_counter()
        saved, newest = self.find(sid)
        if newest.turn != number or newest.ended_at is not None:
            self._log(sid, saved.state, saved.state, "repeated", number, begun)
            return saved.answer
        event = self._looking.event(sid, saved.state, event, self._now(at))
        turn = flow.take(saved.state, event, self._now(at))
        answer = self._write(sid, saved, event, turn, number, at, message_sid=message_sid)
        self._log(sid, saved.state, turn.state, type(event).__name__, number, begun)
        return answer or self.find(sid)[0].answer

    def _write(
        self,
        sid: str,
        saved: Saved,
        event: Event | None,
        turn: Turn,
        number: int,
        at: datetime,
        *,
        message_sid: str | None = None,
        also: Also | None = None,
    ) -> str | None:
        """Write the turn and what it promises together; None for whoever lost the race."""
        answer = self._render(turn, number + 1)
        taken = replace(self._taken(saved.state, event, turn, number + 1, answer, at), message_sid=message_sid)
        if not turn.effects and also is None:
            with self._engine.connect() as connection:
                return answer if stored_calls.take_turn(connection, sid, taken, promises=False) else None
        with self._transacting.begin() as connection:
            if not stored_calls.take_turn(connection, sid, taken, promises=True):
                return None
            self._promises.keep(connection, Place(sid, taken.number, turn.state, at), turn.effects)
            if also is not None:
                also(connection, turn, taken.number)
        return answer

    def _leave(self, connection: Connection, sid: str, state: State, at: datetime) -> None:
        """What the end of a call leaves to a person, with what became of its request meanwhile."""
        waited = self._looking.waited(connection, state.accepted_in or sid, at)
        if state.outcome is Outcome.ACCEPTED and waited is not None:
            state = flow.take(replace(state, step=Step.WAITING), waited, self._now(at)).state
        stored_calls.write_outcome(connection, sid, state.outcome)
        self._promises.keep(connection, Place(sid, 0, state, at), flow.hang_up(state))

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
            in_line_since=turn.state.in_line_since,
        )

    def _log(self, sid: str, before: State, after: State, event: str, number: int, begun: float) -> None:
        log.info(
            "turn",
            extra={
                "call": self._prints.of_call(sid),
                "turn": number,
                "event": event,
                "from_step": before.step,
                "to_step": after.step,
                "ms": round((time.perf_counter() - begun) * 1000, 1),
            },
        )


def _prompts(reply: Reply) -> list[str]:
    said = [sentence.prompt for sentence in reply.sentences]
    match reply.ending:
        case Listen(Menu(options)):
            return said + [option.prompt for option in options if option.prompt is not None]
        case _:
            return said
