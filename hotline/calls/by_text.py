"""The conversation by text message: one message in, one turn, one answer. Nobody holds; later answers are sent."""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from hotline.callflow import flow
from hotline.callflow.events import Dialled, Event, KeysPressed, Spoken
from hotline.callflow.line import Line, Now
from hotline.callflow.replies import HangUp, Hold, Listen
from hotline.callflow.state import State, Step, Turn
from hotline.callflow.steps.result import HOLD_LIMIT_S
from hotline.calls.again import twice
from hotline.calls.prints import Prints
from hotline.calls.turns import Calls, UnknownCall
from hotline.privacy import CannotUnseal, Vault
from hotline.speech.hearing import read_text
from hotline.speech.messages import write_reply
from hotline.store import conversations, texts
from hotline.store.database import Connection, Engine
from hotline.store.texts import Purpose

log = logging.getLogger(__name__)

MOST_TURNS: Final = 4
"""Turns that one message may take: its own, and those that only look something up. Or tries, when messages cross."""


class Conversations:
    """The conversations by text of the line."""

    def __init__(self, engine: Engine, vault: Vault, secret: str, calls: Calls, line: Line) -> None:
        self._engine = engine
        self._vault = vault
        self._prints = Prints(secret)
        self._calls = calls
        self._line = line

    def receive(self, message_sid: str, writer: str, called: str, body: str, language: str, at: datetime) -> str:
        """The answer to a message; to one that comes again, the newest answer of its conversation.

        The first message of a conversation begins it, whatever it says. `language` is that of the number that was
        written to. Raises UnknownCall when two first messages cross so that neither finds the other's conversation.
        """
        return twice(lambda: self._receive(message_sid, writer, called, body, language, at))

    def _receive(self, message_sid: str, writer: str, called: str, body: str, language: str, at: datetime) -> str:
        with self._engine.connect() as connection:
            repeated = conversations.find_answering(connection, message_sid)
        if repeated is not None:
            return self._calls.find(repeated)[0].answer
        for _ in range(MOST_TURNS):
            answer = self._begin_or_go_on(message_sid, writer, called, body, language, at)
            if answer is not None:
                return answer
        raise UnknownCall("Messages crossed too often: the writer is asked to write again.")

    def send_answers(self, at: datetime) -> int:
        """Send what the conversations were promised that wait for a request, and go on; returns how many went on."""
        before = at - timedelta(seconds=HOLD_LIMIT_S)
        with self._engine.connect() as connection:
            answered = conversations.find_answered(connection, Step.WAITING, before)
        return sum(self._go_on(sid, turn, at) for sid, turn in answered)

    def _go_on(self, sid: str, turn: int, at: datetime) -> bool:
        try:
            return self._calls.go_on(sid, turn, at, self._answering(sid, at))
        except (UnknownCall, CannotUnseal) as error:
            log.error("a conversation cannot go on and is ended", extra={"cause": str(error)})
            return False

    def _begin_or_go_on(
        self, message_sid: str, writer: str, called: str, body: str, language: str, at: datetime
    ) -> str | None:
        with self._engine.connect() as connection:
            sid = conversations.find_open_text(connection, self._prints.of_number(writer), called)
        if sid is None:
            event = Dialled(language, writer, by_text=True)
            return self._calls.answer(f"TX{uuid4().hex}", called, event, at, message_sid=message_sid)
        saved, newest = self._calls.find(sid)
        event_now = self._read(saved.state, body, at)
        answer = self._calls.take(sid, newest.turn, event_now, at, message_sid=message_sid)
        with self._engine.connect() as connection:
            is_mine = conversations.find_answering(connection, message_sid) == sid
        return self._look_up_and_close(sid, answer, at) if is_mine else None

    def _read(self, state: State, body: str, at: datetime) -> Event:
        ending = flow.asked(state, Now(at, self._line)).ending
        if not isinstance(ending, Listen):
            return Spoken()
        keys = read_text(body, state.language, ending)
        return Spoken() if keys is None else KeysPressed(keys)

    def _look_up_and_close(self, sid: str, answer: str, at: datetime) -> str:
        """Take the turns that only look something up, and end the conversation if its talk is over."""
        for _ in range(MOST_TURNS):
            saved, newest = self._calls.find(sid)
            ending = flow.asked(saved.state, Now(at, self._line)).ending
            if isinstance(ending, HangUp):
                self._calls.end(sid, "completed", at)
                return saved.answer
            if not (isinstance(ending, Hold) and ending.seconds == 0):
                return saved.answer
            answer = self._calls.take(sid, newest.turn, Spoken(), at)
        return answer

    def _answering(self, sid: str, at: datetime) -> "_Answering":
        return _Answering(self._vault, self._prints, sid, at)


class _Answering:
    """Writes the answer of a turn as texts to be sent, in the turn's own transaction."""

    def __init__(self, vault: Vault, prints: Prints, sid: str, at: datetime) -> None:
        self._vault = vault
        self._prints = prints
        self._sid = sid
        self._at = at

    def __call__(self, connection: Connection, turn: Turn, number: int) -> None:
        if isinstance(turn.reply.ending, Hold) or turn.state.caller is None:
            return
        body = "\n".join(write_reply(turn.reply, turn.state.language))
        texts.promise_text(
            connection,
            call_sid=self._sid,
            turn=number,
            purpose=Purpose.TURN,
            request_id=None,
            language=turn.state.language,
            to_sealed=self._vault.seal(turn.state.caller),
            to_print=self._prints.of_number(turn.state.caller),
            body_sealed=self._vault.seal(body),
            due_at=self._at,
            now=self._at,
        )
