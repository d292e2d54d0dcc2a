"""One reference backend for most tests, and one of its own for each test that stops or breaks it."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from hotline.cardstatus.reference.made_up import DEMO, made_up_people
from hotline.cardstatus.reference.people import Held, Person
from hotline.local.embedded import Postgres
from tests.cardstatus.running import Backend
from tests.conftest import unused_port


@pytest.fixture(scope="session")
def shared_backend(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend with the made-up people, for all tests of this process."""
    postgres_server.create_database("cardstatus")
    log_file = tmp_path_factory.mktemp("cardstatus") / "log"
    backend = Backend(postgres_server.url("cardstatus"), unused_port(), log_file).start()
    yield backend
    backend.kill()
    postgres_server.drop_database("cardstatus")


@pytest.fixture
def backend(shared_backend: Backend) -> Iterator[Backend]:
    """The shared backend, well-behaved again after the test."""
    yield shared_backend
    shared_backend.misbehaves()


@pytest.fixture
def own_backend(empty_database_url: str, tmp_path: Path) -> Iterator[Callable[..., Backend]]:
    """Makes backends on a database of this test alone; they are not started yet."""
    made: list[Backend] = []

    def make(people: Path | None = None, *, faults: bool = True, port: int | None = None) -> Backend:
        made.append(Backend(empty_database_url, port or unused_port(), tmp_path / "log", people, faults))
        return made[-1]

    yield make
    for backend in made:
        backend.kill()


@pytest.fixture(scope="session")
def _strangers() -> Iterator[Person]:
    return (
        person
        for person in made_up_people()[len(DEMO) :]
        if person.card is person.smartphone is Held.ACTIVE and "-" in person.house_number
    )


@pytest.fixture
def person(_strangers: Iterator[Person]) -> Person:
    """Somebody whom no other test has met, with an active card, an active smartphone and a house number."""
    return next(_strangers)


@pytest.fixture
def other_person(_strangers: Iterator[Person]) -> Person:
    """Somebody else of that kind."""
    return next(_strangers)


_files = count()


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file with people: the header, then these lines."""

    def write(*lines: str) -> Path:
        path = tmp_path / f"people_{next(_files)}.csv"
        header = "name,birth_date,postal_code,house_number,municipality,card,smartphone"
        path.write_text("\n".join((header, *lines)) + "\n", "utf-8")
        return path

    return write
