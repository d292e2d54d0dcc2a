"""A migrated database to write to."""

from collections.abc import Iterator

import pytest

from hotline.local.embedded import Postgres
from hotline.store.database import Engine, connect_to
from tests.store.rows import delete_everything

SHARED = "store_tests"
FRESH = "store_tests_fresh"


@pytest.fixture(scope="session")
def shared_database_url(postgres_server: Postgres, migrated_template: str) -> str:
    """The URL of a database that these tests use one after the other: a new one for each takes too long."""
    postgres_server.create_database(SHARED, migrated_template)
    return postgres_server.url(SHARED)


@pytest.fixture
def database_url(shared_database_url: str) -> str:
    """The URL of a migrated, empty database. Its schema and settings are not to be changed."""
    delete_everything(shared_database_url)
    return shared_database_url


@pytest.fixture
def fresh_database_url(postgres_server: Postgres, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated, empty database of one test alone, which may do with it what it likes."""
    postgres_server.create_database(FRESH, migrated_template)
    yield postgres_server.url(FRESH)
    postgres_server.drop_database(FRESH)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database."""
    engine = connect_to(database_url)
    yield engine
    engine.dispose()
