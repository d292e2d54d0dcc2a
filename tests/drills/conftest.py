"""A line of its own for the drills, with a PostgreSQL and a Valkey that keep what they are told, killed or not."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hotline.local.embedded import Postgres, Valkey
from hotline.store.migrating import migrate
from tests.conftest import unused_port
from tests.drills.line import PROGRAMS, DrillLine
from tests.drills.people import registered
from tests.drills.servers import Server
from tests.whole.conftest import register
from tests.whole.running import running_line

BACKEND_DATABASE = "drills_backend"


@pytest.fixture(scope="session")
def drill_line(
    postgres_server: Postgres, short_directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DrillLine]:
    """The backend's database is in the server of all tests: that one is never killed."""
    directory = tmp_path_factory.mktemp("drills")
    at = {name: short_directory / f"drills-{name}" for name in ("postgres", "valkey")}
    postgres = Postgres(at["postgres"], durable=True)
    valkey = Valkey(at["valkey"], unused_port(), durable=True)
    servers = {"postgres": Server(postgres, at["postgres"]), "valkey": Server(valkey, at["valkey"])}
    with ExitStack() as everything:
        for server in servers.values():
            server.launch()
            everything.callback(lambda server=server: server.is_up and server.kill())
            server.awaits()
        postgres.create_database("hotline")
        migrate(postgres.url("hotline"))
        postgres_server.create_database(BACKEND_DATABASE)
        everything.callback(postgres_server.drop_database, BACKEND_DATABASE)
        running = everything.enter_context(
            running_line(
                directory,
                database_url=postgres.url("hotline"),
                backend_database_url=postgres_server.url(BACKEND_DATABASE),
                redis_url=valkey.url(),
                parts=PROGRAMS,
                cardstatus_people=str(register(directory / "people.csv", registered())),
            )
        )
        yield DrillLine(running, servers)
        for name in list(running.children):
            running.kill(name)


@pytest.fixture
def line(drill_line: DrillLine) -> Iterator[DrillLine]:
    """The line; after each drill it is mended, and then every promise must be found kept."""
    drill_line.begins()
    yield drill_line
    drill_line.mend()
    drill_line.settles()
