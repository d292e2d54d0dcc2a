"""The calls room over a real database, with a render that tests can read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from hotline.callflow.events import Dialled, Event, KeysPressed, Silence
from hotline.callflow.state import Turn
from hotline.calls.turns import Calls
from hotline.privacy import Vault
from hotline.store.database import Engine, connect_to

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def read_aloud(turn: Turn, number: int) -> str:
    said = " ".join(sentence.prompt for sentence in turn.reply.sentences)
    return f"{number}|{turn.state.step}|{said}"


@dataclass
class Line:
    """One caller on the calls room."""

    calls: Calls
    engine: Engine
    sid: str = field(default_factory=lambda: "CA" + uuid4().hex)
    turn: int = 0
    at: datetime = NOON
    heard: str = ""

    def dials(self, caller: str | None = "+819012345678", *, operators_are_set: bool = False) -> str:
        dialled = Dialled("en", caller, operators_are_set)
        return self._hear(self.calls.answer(self.sid, "+81120950178", dialled, self.at))

    def takes(self, event: Event, turn: int | None = None) -> str:
        return self._hear(self.calls.take(self.sid, self.turn if turn is None else turn, event, self.at))

    def presses(self, *keys: str) -> str:
        for key in keys:
            self.takes(KeysPressed(key))
        return self.heard

    def waits(self, seconds: float = 1) -> str:
        self.at += timedelta(seconds=seconds)
        return self.takes(Silence())

    def rows(self, table: str) -> list[dict[str, object]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]

    def _hear(self, answer: str) -> str:
        self.heard = answer
        self.turn = int(answer.split("|")[0])
        return answer


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect_to(database_url, autocommit=True)
    yield engine
    engine.dispose()


@pytest.fixture
def line(engine: Engine, vault: Vault) -> Line:
    return Line(Calls(engine, vault, "a secret for fingerprints", read_aloud), engine)
