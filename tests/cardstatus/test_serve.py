"""The backend as a program: starting, refusing to start, stopping, and a database that fails."""

import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import requests

from hotline.cardstatus.reference.database import open_database, prepare
from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.made_up import DEMO
from hotline.cardstatus.reference.serve import serve
from hotline.local.embedded import Postgres
from tests.cardstatus.running import DEADLINE_S, Backend, wanted
from tests.waiting import eventually

MakesBackends = Callable[..., Backend]


def test_it_answers_for_the_demo_people_from_the_first_moment(own_backend: MakesBackends) -> None:
    backend = own_backend().start()
    answers = [backend.post(wanted(person)).json() for person in DEMO]
    assert [(one["result"], *one["answers"].values()) for one in answers] == [
        ("identified", "suspended", "suspended"),
        ("identified", "already_suspended", "suspended"),
        ("identified", "suspended", "not_held"),
        ("identified", "suspended", "suspended"),
        ("identified", "not_held", "suspended"),
        ("ambiguous",),
        ("ambiguous",),
    ]


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_soon_also_when_requests_wait_and_connections_are_kept(
    own_backend: MakesBackends, ends: signal.Signals
) -> None:
    backend = own_backend().start()
    with ThreadPoolExecutor() as pool, requests.Session() as kept:
        kept.get(f"{backend.url}/healthz", timeout=5)
        backend.misbehaves(latency_ms=60_000)
        waiting = pool.submit(backend.post, wanted(DEMO[0]))
        eventually(lambda: backend.ask("GET", "/faults").ok and waiting.running(), "one that waits")
        started = time.monotonic()
        assert backend.stop(ends) == 0
        assert time.monotonic() - started < 3
        assert isinstance(waiting.exception(DEADLINE_S), requests.ConnectionError)
    assert backend.log_file.read_text() == ""


def test_a_killed_backend_leaves_its_port_free_at_once(own_backend: MakesBackends) -> None:
    backend = own_backend().start()
    with requests.Session() as kept:
        kept.get(f"{backend.url}/healthz", timeout=5)
        backend.stop(signal.SIGKILL)
        assert not backend.is_healthy()
        backend.start()


def test_a_port_in_use_is_named(own_backend: MakesBackends) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        backend = own_backend(port=port)
        assert backend.launch().wait(DEADLINE_S) == 1
    said = backend.log_file.read_text()
    assert f"cannot use port {port} on 127.0.0.1 (Address already in use): stop the program" in said
    assert "Traceback" not in said


def test_a_wrong_file_of_people_stops_the_start_and_loads_nothing(
    own_backend: MakesBackends, csv_file: Callable[..., Path]
) -> None:
    good = "見本 花子,1980-03-01,1000001,2-16-3 402,千代田区,active,active"
    backend = own_backend(csv_file(good, good.replace("1980-03-01", "7305-55-55")))
    assert backend.launch().wait(DEADLINE_S) == 1
    assert "Line 3: birth_date is not a day that exists" in backend.log_file.read_text()
    with backend.database() as connection:
        assert connection.execute("SELECT to_regclass('people')").fetchone() == (None,)


def test_without_a_token_it_does_not_start() -> None:
    with pytest.raises(CannotServe, match="CARDSTATUS_TOKEN is empty"):
        serve("127.0.0.1", 1, "postgresql://localhost/x", "", None, False)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:///people.db", "keeps its people in PostgreSQL"),
        ("postgres-on-that-machine secret", "The database URL cannot be read"),
    ],
)
def test_a_database_that_is_no_postgresql_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(CannotServe, match=sentence) as refused:
        open_database(url)
    assert "secret" not in str(refused.value)


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    engine = open_database(f"postgresql://somebody:secret@/nothing?host={tmp_path}")
    with pytest.raises(CannotServe, match=r"cannot be used \(OperationalError\): check that it runs") as refused:
        prepare(engine, DEMO)
    assert "secret" not in str(refused.value)


def test_two_that_start_on_one_database_load_the_people_once(empty_database_url: str) -> None:
    engines = [open_database(empty_database_url) for _ in range(4)]
    with ThreadPoolExecutor() as pool:
        secrets = set(pool.map(lambda engine: prepare(engine, DEMO), engines))
    for engine in engines:
        engine.dispose()
    assert len(secrets) == 1
    with psycopg.connect(empty_database_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM people").fetchone() == (len(DEMO),)


def test_connections_that_the_database_closed_are_replaced_unnoticed(own_backend: MakesBackends) -> None:
    backend = own_backend().start()
    assert backend.post(wanted(DEMO[0])).ok
    with backend.database() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert backend.post(wanted(DEMO[0])).ok


def test_a_database_that_is_gone_means_again_and_nothing_is_lost(
    own_backend: MakesBackends, postgres_server: Postgres
) -> None:
    backend = own_backend().start()
    name = psycopg.conninfo.conninfo_to_dict(backend.database_url.replace("+psycopg", ""))["dbname"]
    with psycopg.connect(postgres_server.url("postgres").replace("+psycopg", ""), autocommit=True) as ruler:
        ruler.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        ruler.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        refused = backend.post(wanted(DEMO[0]), "k")
        healthy = backend.is_healthy()
        ruler.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert (refused.status_code, refused.headers["Content-Type"]) == (503, "application/problem+json")
    assert not healthy
    assert backend.post(wanted(DEMO[0]), "k").status_code == 201


def test_a_mistake_of_the_database_is_answered_with_a_problem(own_backend: MakesBackends) -> None:
    backend = own_backend().start()
    with backend.database() as connection:
        connection.execute("ALTER TABLE people RENAME COLUMN card TO cards")
        connection.commit()
    response = backend.post(wanted(DEMO[0]))
    assert (response.status_code, response.headers["Content-Type"]) == (500, "application/problem+json")


def test_a_question_reads_only_people_with_its_two_facts(backend: Backend) -> None:
    with backend.database() as connection:
        query = "EXPLAIN SELECT * FROM people WHERE birth_date = '1980-03-01' AND postal_code = '1000001' FOR UPDATE"
        plan = "\n".join(line for (line,) in connection.execute(query))
    assert "ix_people_birth_date_postal_code" in plan
    assert "Seq Scan" not in plan
