"""A database from before municipalities were kept, and what becomes of its names afterwards."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from hotline.cardstatus.reference.made_up import DEMO
from tests.cardstatus.running import Backend, new_key, wanted

HANAKO, TARO = DEMO[0], DEMO[1]
LINES = (
    "見本 花子,1980-03-01,1000001,2-16-3 402,千代田区,active,active",
    "見本 太郎,1975-11-20,1000001,5-8,,active,active",
)

MakesBackends = Callable[..., Backend]
CSV = Callable[..., Path]


def forget_municipalities(backend: Backend) -> None:
    """Give the database the tables it had before."""
    with psycopg.connect(backend.database_url.replace("+psycopg", "")) as connection:
        connection.execute("ALTER TABLE people DROP COLUMN municipality")
        connection.execute("ALTER TABLE suspensions DROP COLUMN municipality")


@pytest.fixture
def aged(own_backend: MakesBackends, csv_file: CSV) -> Backend:
    """A stopped backend with an older database, in which one card is stopped already."""
    backend = own_backend(csv_file(*LINES)).start()
    backend.post(wanted(HANAKO, "card"))
    backend.stop()
    forget_municipalities(backend)
    return backend


def test_an_older_database_learns_the_municipalities_and_what_was_stopped_stays_stopped(aged: Backend) -> None:
    aged.start()
    said = aged.post(wanted(HANAKO)).json()
    assert said["answers"] == {"card": "already_suspended", "smartphone": "suspended"}
    assert said["municipality"] == "千代田区"
    assert aged.post(wanted(TARO)).json()["municipality"] is None


def test_an_older_answer_is_given_again_without_a_municipality(own_backend: MakesBackends, csv_file: CSV) -> None:
    key, backend = new_key(), own_backend(csv_file(*LINES)).start()
    first = backend.post(wanted(HANAKO), key).json()
    backend.stop()
    forget_municipalities(backend)
    backend.start()
    assert backend.post(wanted(HANAKO), key).json() == {**first, "municipality": None}


def test_an_older_database_takes_other_people_too(aged: Backend, csv_file: CSV) -> None:
    aged.people = csv_file(LINES[0].replace("千代田区", "港区"))
    aged.start()
    said = aged.post(wanted(HANAKO, "card")).json()
    assert (said["answers"], said["municipality"]) == ({"card": "suspended"}, "港区")


def test_a_repeated_request_gets_the_municipality_that_was_given_first(
    own_backend: MakesBackends, csv_file: CSV
) -> None:
    key, backend = new_key(), own_backend(csv_file(*LINES)).start()
    first = backend.post(wanted(HANAKO), key).json()
    assert first["municipality"] == "千代田区"
    backend.stop()
    backend.people = csv_file(LINES[0].replace("千代田区", "港区"))
    backend.start()
    assert backend.post(wanted(HANAKO), key).json() == first
    assert backend.ask("GET", f"/v1/suspensions/{first['id']}").json() == first
    assert backend.applied(key) == [first]
    assert backend.post(wanted(HANAKO)).json()["municipality"] == "港区"
