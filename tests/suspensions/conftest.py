"""A database, a queue and a real backend for the life of requests."""

from collections.abc import Iterator

import pytest
from redis import Redis

from hotline.cardstatus.client import CardStatus
from hotline.local.embedded import Postgres
from hotline.store.database import Engine, connect_to
from hotline.suspensions.dispatch import Dispatcher
from hotline.suspensions.job import Stopper
from hotline.suspensions.queue import StopQueue, connect_dispatcher
from tests.cardstatus.running import Backend
from tests.conftest import unused_port
from tests.store.rows import NOON, VAULT
from tests.suspensions.people import write_register


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database."""
    engine = connect_to(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def running_backend(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend that knows everybody in `people`."""
    directory = tmp_path_factory.mktemp("backend")
    register = write_register(directory / "people.csv")
    postgres_server.create_database("suspensions_backend")
    url = postgres_server.url("suspensions_backend")
    backend = Backend(url, unused_port(), directory / "log", register).start()
    yield backend
    backend.kill()


@pytest.fixture
def backend(running_backend: Backend) -> Iterator[Backend]:
    """The backend, well-behaved again after the test."""
    yield running_backend
    running_backend.misbehaves()


@pytest.fixture
def client(backend: Backend) -> Iterator[CardStatus]:
    """What a worker asks the backend with."""
    with backend.client() as client:
        yield client


@pytest.fixture
def redis(valkey_url: str) -> Iterator[Redis]:
    """A dispatcher's client of an empty Valkey."""
    client = connect_dispatcher(valkey_url)
    yield client
    client.close()


@pytest.fixture
def queue(redis: Redis) -> StopQueue:
    """An empty queue."""
    return StopQueue(redis)


@pytest.fixture
def dispatcher(engine: Engine, queue: StopQueue) -> Dispatcher:
    """A dispatcher that looks when it is told to."""
    return Dispatcher(engine, queue)


@pytest.fixture
def stopper(engine: Engine, client: CardStatus) -> Stopper:
    """What a worker runs, at noon."""
    return Stopper(engine, VAULT, client, lambda: NOON)
