"""Real servers for the tests: one PostgreSQL and one Valkey for each process that runs tests."""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import hypothesis
import pytest
import redis

from hotline.local.embedded import Postgres, Valkey, running
from hotline.local.ports import free_port as unused_port
from hotline.store.migrating import migrate
from tests.databases import SharedDatabase

TEMPLATE = "hotline_template"
BROWSER_LEFT_OUT = "no Chromium can be started here"
"""Why a test of the practice phone's page, or of the operators', was left out."""

TOGETHER = ("shared_line", "drill_line", "real_line")
"""Fixtures that start a whole line: the tests that share one stay together in one process, so that it is started once.
"""

# Nothing is timed in the tests, neither here nor by a library.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in TOGETHER:
            if name in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(name))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that the page was not tested. Here, and not beside its tests: only this file is known to the process
    that writes the summary.
    """
    left_out = [one for one in terminalreporter.getreports("skipped") if BROWSER_LEFT_OUT in str(one.longrepr)]
    if left_out:
        terminalreporter.section(
            "THE PRACTICE PHONE AND THE CONSOLE WERE NOT TESTED IN A BROWSER", "!", red=True, bold=True
        )
        terminalreporter.line(f"{len(left_out)} tests were left out, because {BROWSER_LEFT_OUT}.", red=True)
        terminalreporter.line(
            "Install Chromium, or let `make browser` try to fetch one; then run them again.", red=True
        )


@pytest.fixture(scope="session")
def short_directory() -> Iterator[Path]:
    """A directory whose path is short enough for Unix sockets, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="hotline-", dir="/tmp"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def postgres_server(short_directory: Path) -> Iterator[Postgres]:
    """A running PostgreSQL."""
    server = Postgres(short_directory / "postgres", durable=False)
    with running(server):
        yield server


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Postgres) -> str:
    """The name of a database that is migrated and never written to."""
    postgres_server.create_database(TEMPLATE)
    migrate(postgres_server.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def shared_database(postgres_server: Postgres, migrated_template: str) -> Iterator[SharedDatabase]:
    """A migrated database for all tests of this process."""
    postgres_server.create_database("shared", migrated_template)
    database = SharedDatabase(postgres_server.url("shared"))
    yield database
    database.close()


@pytest.fixture
def database_url(shared_database: SharedDatabase) -> str:
    """The URL of a migrated, empty hotline database. Its schema and settings are not to be changed."""
    shared_database.empty()
    return shared_database.url


@pytest.fixture
def own_database_url(postgres_server: Postgres, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated, empty database of one test alone, which may do with it what it likes."""
    yield from _database(postgres_server, migrated_template)


@pytest.fixture
def empty_database_url(postgres_server: Postgres) -> Iterator[str]:
    """The URL of a new database without tables."""
    yield from _database(postgres_server, "template1")


def _database(server: Postgres, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    server.create_database(name, template)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(scope="session")
def valkey_server(short_directory: Path) -> Iterator[Valkey]:
    """A running Valkey."""
    server = Valkey(short_directory / "valkey", unused_port(), durable=False)
    with running(server):
        yield server


@pytest.fixture
def valkey_url(valkey_server: Valkey) -> str:
    """The URL of an empty Valkey."""
    with redis.Redis.from_url(valkey_server.url()) as client:
        client.flushall()
    return valkey_server.url()


@pytest.fixture
def free_port() -> int:
    """A port of loopback on which nothing listens."""
    return unused_port()
