"""A line that a whole session of tests calls, each test for people of its own."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from shlex import quote

import pytest

from hotline.local.embedded import Postgres, Valkey
from hotline.phone.caller import Caller
from hotline.phone.texter import Texter
from tests.whole.running import RunningLine, running_line


@dataclass(frozen=True)
class Person:
    """Somebody in the register of the tests."""

    name: str
    birth_date: str
    postal_code: str
    house_number: str
    municipality: str = "千代田区"
    card: str = "active"
    smartphone: str = "active"

    @property
    def keyed_birth_date(self) -> str:
        return self.birth_date.replace("-", "")


ALWAYS_OPEN = Path(__file__).with_name("always_open.py")

CROWD = 200
_NUMBERS = count(1)


def crowd() -> list[Person]:
    """People whom three facts tell apart, each with card and smartphone active."""
    return [
        Person(f"甲{n}", f"1970-{n % 12 + 1:02}-{n % 28 + 1:02}", f"{2000000 + n}", "2-16-3 402") for n in range(CROWD)
    ]


def anybody() -> Person:
    """Another one of the crowd each time."""
    return crowd()[next(_NUMBERS)]


def register(path: Path, people: list[Person]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(people[0])))
        writer.writeheader()
        writer.writerows(asdict(person) for person in people)
    return path


SPECIAL = [
    # One for each transcript that stops something.
    Person("花子", "1980-03-01", "1000001", "2-16-3 402"),
    Person("太郎", "1985-12-31", "1000002", "2-16-3 402"),
    *(Person(f"七月{day}", f"1990-07-{day:02}", "1000003", "2-16-3") for day in range(4, 10)),
    Person("双子", "1991-01-01", "9990001", "1-2"),
    Person("双子", "1991-01-01", "9990001", "1-2"),
    Person("無番地", "1991-01-02", "9990001", ""),
    Person("無券", "1991-01-03", "9990001", "1-2", card="none", smartphone="none"),
    Person("停止済", "1991-01-04", "9990001", "1-2", card="suspended"),
    *(Person(f"六月{day}", f"1975-06-{day:02}", "1000005", "2-16-3") for day in range(1, 31)),
    # For the transcripts of each language: two calls and a conversation by text.
    *(Person(f"五月{day}", f"1975-05-{day:02}", "1000004", "2-16-3 402") for day in range(1, 32)),
    *(Person(f"四月{day}", f"1975-04-{day:02}", "1000004", "2-16-3 402") for day in range(1, 31)),
]
"""People of whom tests and transcripts know something."""


@contextmanager
def line_of_the_tests(directory: Path, server: Postgres, template: str, valkey: Valkey) -> Iterator[RunningLine]:
    """The whole line, with everybody of the tests in its register; `template` is a migrated database."""
    for name, made_from in (("whole_line", template), ("whole_backend", "template1")):
        server.create_database(name, made_from)
    with running_line(
        directory,
        database_url=server.url("whole_line"),
        backend_database_url=server.url("whole_backend"),
        # A database of its own: other tests empty theirs.
        redis_url=f"{valkey.url()}/5",
        cardstatus_people=str(register(directory / "people.csv", crowd() + SPECIAL)),
        operator_numbers="+81312345678",
        gunicorn_cmd_args=f"--config={quote(str(ALWAYS_OPEN))}",
    ) as line:
        yield line
    for name in ("whole_line", "whole_backend"):
        server.drop_database(name)


@pytest.fixture(scope="session")
def shared_line(
    postgres_server: Postgres, migrated_template: str, valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningLine]:
    directory = tmp_path_factory.mktemp("line")
    with line_of_the_tests(directory, postgres_server, migrated_template, valkey_server) as line:
        yield line


@pytest.fixture
def line(shared_line: RunningLine) -> Iterator[RunningLine]:
    yield shared_line
    shared_line.hang_up_everybody()


@pytest.fixture
def somebody() -> Person:
    """A person whom no other test calls for."""
    return anybody()


@pytest.fixture
def caller(line: RunningLine) -> Caller:
    return line.caller(holds_really=True)


@pytest.fixture
def texter(line: RunningLine) -> Texter:
    return line.texter()
