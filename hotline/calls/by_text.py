"""The conversation by text message: one message in, one turn, one answer. Nobody holds; later answers are sent."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from hotline import metrics
from hotline.callflow import flow
from hotline.callflow.events import Dialled, Event, KeysPressed, Silence, Spoken
from hotline.callflow.line import Line, Now
from hotline.callflow.my_number import may_be_my_number
from hotline.callflow.replies import Ending, HangUp, Hold, Listen, Menu
from hotline.callflow.state import State, Step
from hotline.callflow.steps.result import HOLD_LIMIT_S
from hotline.calls import limits
from hotline.calls.again import twice
from hotline.calls.endings import Endings
from hotline.calls.known import Known
from hotline.calls.prints import Prints
from hotline.calls.turns import Calls
from hotline.privacy import CannotUnseal
from hotline.speech.hearing import read_text
from hotline.store import conversations
from hotline.store.database import DATABASE_TROUBLE, Engine

log = logging.getLogger(__name__)

MOST_TRIES: Final = 10
"""How often a message is tried whose writer sends others at the same moment: each time one of them was taken."""

MOST_LOOKS: Final = 3
"""Turns after that of a message, in which the line only looks something up."""


UNREAD_FOR: Final = timedelta(seconds=2)
"""How long nobody can have read what the line wrote: a text takes about as long to arrive."""


class TooManyMessages(Exception):
    """So many messages of one writer came at the same moment that this one found no turn."""


class Flood(Exception):
    """So many messages came from one number within an hour that a machine must write them."""


@dataclass(frozen=True, slots=True)
class Message:
    """A text message that came in."""

    sid: str
    writer: str = field(repr=False)
    """The writer's number in E.164."""
    called: str
    body: str = field(repr=False)


class Conversations:
    """The conversations by text of the line."""

    def __init__(self, engine: Engine, prints: Prints, calls: Calls, endings: Endings, line: Line) -> None:
        self._engine = engine
        self._prints = prints
        self._calls = calls
        self._endings = endings
        self._line = line

    def receive(self, message: Message, language: str, at: datetime) -> str:
        """The answer to a message; to one that comes again, the newest answer of its conversation.

        The first message of a conversation begins it, whatever it says. `language` is that of the number that was
        written to. Raises TooManyMessages, or Flood.
        """
        for _ in range(MOST_TRIES):
            answer = twice(lambda: self._receive(message, language, at))
            if answer is not None:
                return answer
        raise TooManyMessages("Messages crossed too often: ask the writer to write again.")

    def apologise(self, message: Message, at: datetime) -> str | None:
        """Sorry, and a person, when the line made a mistake with this message; None outside of a conversation."""
        with self._engine.connect() as connection:
            sid = conversations.find_open_text(connection, self._prints.of_number(message.writer), message.called)
        if sid is None:
            return None
        self._calls.apologise(sid, self._calls.find(sid).turn, at, message_sid=message.sid)
        return self._settle(self._calls.find(sid), at).answer

    def send_answers(self, at: datetime) -> int:
        """Send what the writers wait for whose requests are answered, or take long; returns to how many."""
        told_after = timedelta(seconds=HOLD_LIMIT_S)
        with self._engine.connect() as connection:
            answered = conversations.find_answered(connection, Step.WAITING, at, told_after)
        return sum(self._go_on(sid, turn, at) for sid, turn in answered)

    def _receive(self, message: Message, language: str, at: datetime) -> str | None:
        """None when another message of the writer was quicker."""
        writer = self._prints.of_number(message.writer)
        with self._engine.connect() as connection:
            answering = conversations.find_answering(connection, message.sid, writer)
            sid = answering or conversations.find_open_text(connection, writer, message.called)
            written = conversations.count_messages(connection, writer, at - limits.AN_HOUR)
        if answering is not None:
            return self._calls.find(answering).answer
        if written >= limits.MESSAGES_OF_A_WRITER:
            metrics.LIMITS_HIT.labels("messages").inc()
            raise Flood("A number wrote more messages in an hour than people do: it gets no answer for a while.")
        if sid is None:
            event = Dialled(language, message.writer, by_text=True, twelve_digits=_holds_twelve(message, language))
            return self._calls.answer(f"TX{uuid4().hex}", message.called, event, at, message_sid=message.sid)
        try:
            taken = self._calls.take_message(sid, lambda known: self._read(message.body, known, at), at, message.sid)
        except CannotUnseal:
            # The writer begins anew, and a person learns of what cannot be read.
            self._endings.abandon(sid, at)
            return None
        return None if taken is None else self._settle(taken, at).answer

    def _read(self, body: str, known: Known, at: datetime) -> Event:
        """While the writer waits, only what works everywhere counts.

        A yes that crossed the read-back answers something else, a house number that was sent twice for example: it
        stops nothing, and the writer is asked once more.
        """
        state, ending = known.state, self._ending(known.state, at)
        keys = read_text(body, state.language, ending if isinstance(ending, Listen) else Listen(Menu(())))
        if state.step is Step.CONFIRM and keys == "1" and at < known.turned_at + UNREAD_FOR:
            return KeysPressed("*")
        return Spoken() if keys is None else KeysPressed(keys)

    def _settle(self, known: Known, at: datetime) -> Known:
        """Take the turns that only look something up, and end the conversation if its talk is over."""
        for _ in range(MOST_LOOKS):
            if self._ending(known.state, at) != Hold(0):
                break
            known = self._calls.take_message(known.sid, lambda _: Silence(), at) or self._calls.find(known.sid)
        if isinstance(self._ending(known.state, at), HangUp):
            self._endings.end(known.sid, "completed", at)
        return known

    def _ending(self, state: State, at: datetime) -> Ending:
        return flow.asked(state, Now(at, self._line)).ending

    def _go_on(self, sid: str, turn: int, at: datetime) -> bool:
        try:
            known = self._calls.go_on(sid, turn, at)
            if known is not None:
                self._settle(known, at)
            return known is not None
        except DATABASE_TROUBLE:
            raise
        except Exception as error:
            # One conversation must not keep the others waiting. Without the error's text, which may quote the writer.
            log.error("a conversation cannot go on", extra={"call": self._prints.of_call(sid), "kind": _kind(error)})
            self._endings.abandon(sid, at)
            return False


def _holds_twelve(message: Message, language: str) -> bool:
    keys = read_text(message.body, language, Listen(Menu(())))
    return keys is not None and may_be_my_number(keys)


def _kind(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return type(error).__name__ if trace is None else f"{type(error).__name__} in {trace.tb_frame.f_code.co_qualname}"
