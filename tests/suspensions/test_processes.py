from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import text

from hotline import clock
from hotline.local.embedded import Postgres, Valkey, running
from hotline.privacy import Vault, new_key
from hotline.store.database import Engine, connect_to
from hotline.store.migrating import migrate
from hotline.suspensions.worker import HEARTBEAT_S
from tests.cardstatus.running import TOKEN, Backend
from tests.conftest import unused_port
from tests.store.rows import accept_request, row_of
from tests.suspensions.people import somebody
from tests.suspensions.processes import Program
from tests.waiting import eventually

KEY = new_key()
VAULT = Vault([KEY])


def environment(database_url: str, redis_url: str, backend_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "CARDSTATUS_URL": backend_url,
        "CARDSTATUS_TOKEN": TOKEN,
        "HOTLINE_ENCRYPTION_KEYS": KEY,
        "HOTLINE_SECRET_KEY": "not needed here, but asked for",
        "HOTLINE_PUBLIC_URL": "https://line.example",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "not needed here either",
    }


Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a program, and leaves none behind."""
    started: list[Program] = []

    def start(name: str, told: dict[str, str]) -> Program:
        log_file = tmp_path / f"{name}-{len(started)}.log"
        started.append(Program(name, told, log_file).start())
        return started[-1]

    yield start
    for program in started:
        program.kill()


@pytest.fixture
def told(database_url: str, valkey_url: str, backend: Backend) -> dict[str, str]:
    """What the programs of a test are told."""
    return environment(database_url, valkey_url, backend.url)


def promised(engine: Engine) -> UUID:
    return accept_request(engine, facts=somebody(), vault=VAULT, at=clock.now())


def stopped(engine: Engine, request_id: UUID) -> None:
    eventually(lambda: row_of(engine, request_id)["status"] == "suspended", "a stopped card")


def make_due(engine: Engine) -> None:
    """Let the pause before the next try be over."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE requests SET due_at = now() WHERE status = 'accepted'"))


def test_a_dispatcher_and_a_worker_stop_a_card_and_end_when_they_are_asked(
    engine: Engine, start: Start, told: dict[str, str], backend: Backend
) -> None:
    before = promised(engine)
    dispatcher, worker = start("dispatch", told), start("worker", told)
    stopped(engine, before)
    after = promised(engine)
    stopped(engine, after)
    for request_id in (before, after):
        assert len(backend.applied(request_id)) == 1
        assert row_of(engine, request_id)["attempts"] == 1
    for program in (dispatcher, worker):
        code, seconds = program.ends()
        assert code == 0
        assert seconds < HEARTBEAT_S, "it did not wait for the end of a pause"


def test_a_worker_killed_in_the_middle_of_a_job_is_followed_by_another(
    engine: Engine, start: Start, told: dict[str, str], backend: Backend
) -> None:
    start("dispatch", told)
    worker = start("worker", told)
    backend.misbehaves(latency_ms=1500)
    request_id = promised(engine)
    eventually(lambda: backend_is_asked(told), "a job under way")
    worker.kill()
    backend.misbehaves()
    start("worker", told)
    make_due(engine)
    stopped(engine, request_id)
    assert len(backend.applied(request_id)) == 1


def backend_is_asked(told: dict[str, str]) -> bool:
    with Redis.from_url(told["REDIS_URL"]) as redis:
        return bool(redis.zcard("rq:wip:suspensions"))


def test_a_killed_dispatcher_is_followed_by_another(
    engine: Engine, start: Start, told: dict[str, str], backend: Backend
) -> None:
    first = start("dispatch", told)
    waiting = promised(engine)
    eventually(lambda: row_of(engine, waiting)["attempts"] == 1, "a first try")
    first.kill()
    later = promised(engine)
    start("dispatch", told)
    start("worker", told)
    for request_id in (waiting, later):
        stopped(engine, request_id)
        assert len(backend.applied(request_id)) == 1


def test_redis_may_come_late_be_killed_and_emptied_without_anybody_starting_anything_again(
    short_directory: Path, database_url: str, engine: Engine, start: Start, backend: Backend
) -> None:
    server = Valkey(short_directory / "mortal-valkey", unused_port(), durable=False)
    told = environment(database_url, server.url(), backend.url)
    gone, back = "Redis is gone; trying until it is back", "Redis is back"
    dispatcher, worker = start("dispatch", told), start("worker", told)
    requests = [promised(engine)]
    for program in (dispatcher, worker):
        eventually(lambda program=program: program.logged(gone), f"the {program.name} program's word about Redis")
    with running(server) as valkey:
        stopped(engine, requests[0])
        valkey.kill()
        valkey.wait()
        requests.append(promised(engine))
        eventually(lambda: dispatcher.logged(gone) == 2, "the dispatcher's second word about Redis")
    with running(server):
        stopped(engine, requests[1])
        assert (dispatcher.logged(gone), dispatcher.logged(back)) == (2, 2)
        assert worker.process.poll() is None
    assert [program.ends()[0] for program in (dispatcher, worker)] == [0, 0], "without Redis they end as well"
    for request_id in requests:
        assert len(backend.applied(request_id)) == 1


@pytest.fixture
def mortal_postgres(short_directory: Path) -> Iterator[tuple[Postgres, ExitStack]]:
    """A PostgreSQL of this test alone, running; closing the stack stops it."""
    server = Postgres(short_directory / "mortal-postgres", durable=False)
    with ExitStack() as stack:
        stack.enter_context(running(server))
        server.create_database("hotline")
        migrate(server.url("hotline"))
        yield server, stack


def test_postgresql_may_be_stopped_without_anybody_starting_anything_again(
    mortal_postgres: tuple[Postgres, ExitStack], valkey_url: str, start: Start, backend: Backend
) -> None:
    server, stack = mortal_postgres
    url = server.url("hotline")
    told = environment(url, valkey_url, backend.url)
    gone, back = "PostgreSQL is gone; trying until it is back", "PostgreSQL is back"
    dispatcher, worker = start("dispatch", told), start("worker", told)
    engine = connect_to(url, checked=True)
    stopped(engine, promised(engine))
    stack.close()
    eventually(lambda: dispatcher.logged(gone), "the dispatcher's word about PostgreSQL")
    with running(server):
        eventually(lambda: dispatcher.logged(back), "the dispatcher's word about PostgreSQL")
        listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        with engine.connect() as connection:
            assert connection.execute(text(listening)).scalar_one() == 1
        request_id = promised(engine)
        stopped(engine, request_id)
        assert len(backend.applied(request_id)) == 1
        assert (dispatcher.logged(gone), dispatcher.logged(back)) == (1, 1)
        assert worker.process.poll() is None
        engine.dispose()
        for program in (dispatcher, worker):
            program.kill()
