"""A PostgreSQL that is reached and says nothing."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from hotline.store.database import (
    CONNECT_TIMEOUT_S,
    DATABASE_TROUBLE,
    STATEMENT_TIMEOUT_S,
    Engine,
    connect_to,
    plain_url,
)
from hotline.store.patience import ANSWER_LIMIT_S, MOMENT_S, Patience
from tests.waiting import eventually

A_BUSY_MACHINE_S = 2.0


@pytest.fixture
def silent_url(short_directory: Path) -> Iterator[str]:
    """Where connections are taken and nothing is ever said."""
    path = short_directory / ".s.PGSQL.5432"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        yield f"postgresql://nobody@/nothing?host={short_directory}"
    path.unlink()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def ask(engine: Engine, query: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def gives_up_after_s(engine: Engine) -> float:
    began = time.monotonic()
    with pytest.raises(DATABASE_TROUBLE):
        ask(engine, "SELECT 1")
    return time.monotonic() - began


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_connection_whose_other_end_is_frozen_is_trouble_within_the_limit_and_replaced(database_url, autocommit):
    engine = connect_to(database_url, autocommit=autocommit)
    with frozen(ask(engine, "SELECT pg_backend_pid()")):
        assert ANSWER_LIMIT_S <= gives_up_after_s(engine) < ANSWER_LIMIT_S + A_BUSY_MACHINE_S
        assert ask(engine, "SELECT 1") == 1
    engine.dispose()


def test_nobody_waits_long_for_what_is_known_to_be_silent(silent_url):
    engine = connect_to(silent_url)
    assert gives_up_after_s(engine) >= CONNECT_TIMEOUT_S
    with ThreadPoolExecutor(4) as threads:
        assert max(threads.map(gives_up_after_s, [engine] * 4)) < MOMENT_S + A_BUSY_MACHINE_S < CONNECT_TIMEOUT_S
    engine.dispose()


def test_what_speaks_again_is_used_again(silent_url, database_url):
    """The silent one makes way for one that answers, at the same address."""
    patience = Patience()
    with pytest.raises(psycopg.errors.ConnectionTimeout):
        patience.connect(plain_url(silent_url), connect_timeout=2)
    eventually(lambda: _connects(patience, plain_url(database_url)), "a connection is opened")


def test_one_silent_connection_keeps_nobody_from_those_that_answer(database_url):
    engine = connect_to(database_url)
    with frozen(ask(engine, "SELECT pg_backend_pid()")):
        gives_up_after_s(engine)
        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(ask, [engine] * 4, ["SELECT 1"] * 4)) == [1] * 4
    engine.dispose()


def test_a_refused_connection_is_no_silence(tmp_path):
    engine = connect_to(f"postgresql://nobody@/nothing?host={tmp_path}")
    for _ in range(3):
        assert gives_up_after_s(engine) < MOMENT_S
    engine.dispose()


def test_postgres_ends_a_statement_before_its_connection_is_given_up(database_url):
    assert STATEMENT_TIMEOUT_S < ANSWER_LIMIT_S
    engine = connect_to(database_url)
    with engine.connect() as connection:
        with pytest.raises(DATABASE_TROUBLE, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(60)"))
        connection.rollback()
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_a_transaction_that_stood_still_for_too_long_is_trouble_like_any_other(database_url):
    """As in a process that was frozen meanwhile."""
    engine, other = connect_to(database_url), connect_to(database_url)
    with engine.connect() as connection:
        connection.execute(text("SET idle_in_transaction_session_timeout = '1ms'"))
        number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        left = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {number}"
        eventually(lambda: ask(other, left) == 0, "PostgreSQL has ended it")
        with pytest.raises(DATABASE_TROUBLE):
            connection.execute(text("SELECT 1"))
    assert ask(engine, "SELECT 1") == 1
    engine.dispose()
    other.dispose()


def _connects(patience: Patience, url: str) -> bool:
    try:
        patience.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
