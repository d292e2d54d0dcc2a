import os
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from hotline.store.database import DATABASE_TROUBLE, Engine
from hotline.store.listening import Listener, listening
from hotline.store.requests import CHANNEL
from tests.store.rows import accept_request, promise, start_call

LONG_S = 30.0


class Bell:
    """Something else to wait for."""

    def __init__(self) -> None:
        self._readable, self._writable = os.pipe()

    def fileno(self) -> int:
        return self._readable

    def ring(self) -> None:
        os.write(self._writable, b".")

    def close(self) -> None:
        os.close(self._readable)
        os.close(self._writable)


@pytest.fixture
def bell() -> Iterator[Bell]:
    bell = Bell()
    yield bell
    bell.close()


@pytest.fixture
def listener(database_url: str) -> Iterator[Listener]:
    with listening(database_url, CHANNEL, "a listener") as listener:
        yield listener


def test_a_committed_request_is_heard(engine: Engine, listener: Listener, bell: Bell) -> None:
    accept_request(engine)
    assert listener.wait(LONG_S, bell)
    assert not listener.wait(0, bell)


def test_a_request_is_not_heard_before_its_commit(engine: Engine, listener: Listener, bell: Bell) -> None:
    sid = start_call(engine)
    with engine.connect() as connection:
        promise(connection, sid)
        assert not listener.wait(0.05, bell)
        connection.commit()
    assert listener.wait(LONG_S, bell)


def test_a_turn_that_fails_is_never_heard(engine: Engine, listener: Listener, bell: Bell) -> None:
    sid = start_call(engine)
    with engine.connect() as connection:
        promise(connection, sid)
        connection.rollback()
    assert not listener.wait(0.05, bell)


def test_something_else_ends_the_waiting(listener: Listener, bell: Bell) -> None:
    bell.ring()
    assert not listener.wait(LONG_S, bell)


def test_a_lost_connection_is_database_trouble(engine: Engine, listener: Listener, bell: Bell) -> None:
    with engine.connect() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'a listener'"
        connection.execute(text(cut))
    with pytest.raises(DATABASE_TROUBLE):  # noqa: PT012
        listener.wait(LONG_S, bell)
        listener.wait(LONG_S, bell)
