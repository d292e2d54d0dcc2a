"""The calls room over a real database, with a render that tests can read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from hotline.callflow.events import Answer, Dialled, Event, KeysPressed, Silence, Spoken, Target
from hotline.callflow.line import Line
from hotline.callflow.state import Turn
from hotline.calls.by_text import Conversations, Message
from hotline.calls.endings import Endings
from hotline.calls.prints import Prints
from hotline.calls.turns import Calls
from hotline.privacy import Vault, new_key
from hotline.store import requests
from hotline.store.database import Engine, connect_to

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MOBILE = "+819012345678"
CALLED = "+81120950178"
TO_THE_QUESTION = ("2", "1", "19800301", "1000001", "216")
NEWEST_OPEN = "SELECT id FROM requests WHERE status = 'accepted' ORDER BY accepted_at DESC, turn DESC LIMIT 1"
SETUP = Line(operators=1, sends_texts=True)


def read_aloud(turn: Turn, number: int) -> str:
    said = " ".join(sentence.prompt for sentence in turn.reply.sentences)
    return f"{number}|{turn.state.step}|{said}"


@dataclass
class Room:
    """The room, and what it has written."""

    engine: Engine
    vault: Vault
    line: Line = SETUP

    def __post_init__(self) -> None:
        prints = Prints("a secret for fingerprints")
        self.calls = Calls(self.engine, self.vault, prints, read_aloud, self.line)
        self.endings = Endings(self.engine, self.vault, prints, self.line)
        self.conversations = Conversations(self.engine, prints, self.calls, self.endings, self.line)

    def rows(self, table: str, order: str = "1") -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}")).mappings()]

    def reasons(self, sid: str | None = None) -> list[str]:
        """Why a person must look: the open follow-ups, of one call or of all."""
        return [
            row["reason"]
            for row in self.rows("follow_ups", "id")
            if row["resolved_at"] is None and sid in (None, row["call_sid"])
        ]

    def answers_request(self, at: datetime = NOON, **answers: str) -> None:
        """The backend answers the newest request, by target."""
        told = {Target(target): Answer(answer) for target, answer in answers.items()}
        with self.engine.connect() as connection:
            newest = connection.execute(text(NEWEST_OPEN))
            found = newest.scalar_one()
            assert requests.finish(connection, found, backend_id="b1", answers=told, municipality="千代田区", now=at)

    def gives_up(self, at: datetime = NOON) -> None:
        """The newest request is left to an operator."""
        with self.engine.connect() as connection:
            newest = connection.execute(text(NEWEST_OPEN))
            assert requests.give_up(connection, newest.scalar_one(), now=at)


@dataclass
class Caller:
    """One telephone call."""

    room: Room
    number: str | None = MOBILE
    at: datetime = NOON
    language: str = "en"
    sid: str = field(default_factory=lambda: "CA" + uuid4().hex)
    turn: int = 0
    heard: str = ""

    def dials(self) -> str:
        """Call, or have the first webhook repeated."""
        answer = self.room.calls.answer(self.sid, CALLED, Dialled(self.language, self.number), self.at)
        assert answer is not None
        return self._hear(answer)

    def takes(self, event: Event, turn: int | None = None) -> str:
        return self._hear(self.room.calls.take(self.sid, self.turn if turn is None else turn, event, self.at))

    def presses(self, *keys: str) -> str:
        for key in keys:
            self.takes(KeysPressed(key))
        return self.heard

    def says(self, words: str, confidence: float | None = 0.9) -> str:
        return self.takes(Spoken(words, confidence))

    def waits(self, seconds: float = 1) -> str:
        self.at += timedelta(seconds=seconds)
        return self.takes(Silence())

    def hangs_up(self) -> bool:
        return self.room.endings.end(self.sid, "completed", self.at)

    def again(self, minutes: float = 1) -> "Caller":
        """The same telephone calls once more, so many minutes later."""
        other = Caller(self.room, self.number, self.at + timedelta(minutes=minutes), self.language)
        other.dials()
        return other

    @property
    def step(self) -> str:
        return self.heard.split("|")[1]

    @property
    def said(self) -> list[str]:
        return self.heard.split("|")[2].split()

    @property
    def row(self) -> dict[str, Any]:
        [row] = [row for row in self.room.rows("calls") if row["sid"] == self.sid]
        return row

    def _hear(self, answer: str) -> str:
        self.heard = answer
        self.turn = int(answer.split("|")[0])
        return answer


@dataclass
class Writer:
    """Somebody who writes text messages to the line."""

    room: Room
    number: str = MOBILE
    at: datetime = NOON
    language: str = "en"
    message_sid: str = ""
    read: str = ""
    takes_s: float = 2
    """Seconds before each message."""

    def writes(self, *bodies: str) -> str:
        for body in bodies:
            self.at += timedelta(seconds=self.takes_s)
            self.message_sid = "SM" + uuid4().hex
            self.delivers(body)
        return self.read

    def delivers(self, body: str) -> str:
        """The newest message, once more or for the first time."""
        message = Message(self.message_sid, self.number, CALLED, body)
        self.read = self.room.conversations.receive(message, self.language, self.at)
        return self.read

    def waits(self, seconds: float = 1) -> int:
        """Time passes, and the line sends what it has to; returns how many answers."""
        self.at += timedelta(seconds=seconds)
        return self.room.conversations.send_answers(self.at)

    @property
    def step(self) -> str:
        return self.read.split("|")[1]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Purpose and status of all that is promised."""
        return [(row["purpose"], row["status"]) for row in self.room.rows("texts", "created_at, purpose")]

    @property
    def sent(self) -> list[str]:
        """The bodies of the answers that are sent."""
        rows = self.room.rows("texts", "created_at, turn")
        return [str(self.room.vault.unseal(row["body_sealed"])) for row in rows if row["body_sealed"]]


@pytest.fixture
def vault() -> Vault:
    return Vault([new_key()])


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect_to(database_url, autocommit=True)
    yield engine
    engine.dispose()


@pytest.fixture
def open_room(engine: Engine, vault: Vault) -> Callable[..., Room]:
    """A room for a line that is set up in another way."""

    def open_(line: Line = SETUP, vault: Vault = vault) -> Room:
        return Room(engine, vault, line)

    return open_


@pytest.fixture
def room(open_room: Callable[..., Room]) -> Room:
    return open_room()


@pytest.fixture
def caller(room: Room) -> Caller:
    """A caller whom the line has greeted."""
    caller = Caller(room)
    caller.dials()
    return caller


@pytest.fixture
def writer(room: Room) -> Writer:
    return Writer(room)
