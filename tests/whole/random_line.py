"""The whole line for random callers: the real app, database, queue, backend and carrier, in a time of its own."""

import csv
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from flask import Flask
from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy import delete, text
from werkzeug.test import TestResponse

from hotline import clock
from hotline.app import build_chores, build_texts, build_vault, create_app
from hotline.callflow.effects import Facts
from hotline.cardstatus.client import CardStatus
from hotline.cardstatus.reference.houses import matches
from hotline.phone.carrier import PracticeCarrier
from hotline.phone.signature import SIGNATURE_HEADER, sign
from hotline.settings import Settings
from hotline.store.database import Engine, connect_to
from hotline.store.tables import metadata
from hotline.suspensions.dispatch import Dispatcher
from hotline.suspensions.job import Stopper
from hotline.suspensions.queue import StopQueue
from hotline.suspensions.worker import allow
from tests.cardstatus.running import Backend
from tests.waiting import eventually

PUBLIC_URL: Final = "http://127.0.0.1:1"
"""Nothing listens there: what the carrier tells by itself is lost, and the tests tell it in an order of their own."""

AUTH_TOKEN: Final = "the auth token of the tests"
BEGINS: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""A Tuesday at noon in Japan."""

JAPANESE_NUMBER: Final = "+81120950178"
ENGLISH_NUMBER: Final = "+811200178027"

_WAITING: Final = "rq:queue:suspensions"
_TABLES: Final = tuple(reversed(metadata.sorted_tables))
_EVERYTHING: Final = text(
    "SELECT "
    + ", ".join(
        f"(SELECT md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), '')) FROM {table.name} t) AS {table.name}"
        for table in _TABLES
    )
)


@dataclass(frozen=True)
class Somebody:
    """Somebody in the register of the backend."""

    name: str
    birth_date: str
    postal_code: str
    house_number: str
    municipality: str = "千代田区"
    card: str = "active"
    smartphone: str = "active"


PEOPLE: Final = (
    Somebody("花子", "1980-03-01", "1000001", "2-16-3 402"),
    Somebody("太郎", "1985-12-31", "1000002", "2-16-3"),
    Somebody("次郎", "1962-08-15", "1000003", "7-1"),
    Somebody("隣人", "1980-03-01", "1000001", "5-1-2"),
    Somebody("双子", "1991-01-01", "9990001", "1-2"),
    Somebody("双子", "1991-01-01", "9990001", "1-2"),
    Somebody("無番地", "1991-01-02", "9990001", ""),
    Somebody("無券", "1991-01-03", "9990001", "1-2", card="none", smartphone="none"),
    Somebody("停止済", "1991-01-04", "9990001", "1-2", card="suspended"),
)


def write_people(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(PEOPLE[0])))
        writer.writeheader()
        writer.writerows(asdict(person) for person in PEOPLE)
    return path


@dataclass
class RandomLine:
    """Everything that lives through all the scripts, and the time."""

    settings: Settings
    redis: Redis
    backend: Backend
    backend_engine: Engine
    asks: CardStatus
    carrier: PracticeCarrier
    now: datetime = BEGINS
    applied: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the backend's own listing says was stopped since the script began, by key."""
    _read_up_to: int = 0
    _texts_before: int = 0

    def __post_init__(self) -> None:
        self.app: Flask = create_app(self.settings)
        url = self.settings.database_url.get_secret_value()
        self.engine = connect_to(url, autocommit=True)
        self.vault = build_vault(self.settings)
        # As in the dispatcher: an engine with transactions.
        self._beside = connect_to(url)
        self.texts = build_texts(self.settings, self._beside)
        self._chores = build_chores(self.settings, self.engine)
        self._dispatcher = Dispatcher(self._beside, StopQueue(self.redis))
        self._pool = ThreadPoolExecutor(3)

    def begins(self) -> None:
        """A new script begins: nobody has called, and nothing is stopped."""
        self.now = BEGINS
        self.redis.flushdb()
        self.backend.misbehaves()
        with self.engine.begin() as connection:
            for table in _TABLES:
                connection.execute(delete(table))
        self._everybody_holds_everything()
        self.newly_applied()
        self.applied.clear()
        self._texts_before = len(self.carrier.messages)

    def closes(self) -> None:
        for engine in (self.engine, self._beside, self.backend_engine, self.app.extensions["hotline.engine"]):
            engine.dispose()
        self._pool.shutdown()

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # What Twilio does

    def post(self, path: str, form: Mapping[str, str]) -> TestResponse:
        """A webhook, signed. Writers have read before they answer."""
        self.passes(2 if path.startswith("/sms") else 1)
        return self._send(path, form)

    def cross(self, sid: str, *posts: tuple[str, Mapping[str, str]]) -> list[TestResponse]:
        """Webhooks that all found the call before one of them wrote to it; they write in the order in which they stand.

        Somebody holds the row of the call until each of them waits for it, or has its answer.
        """
        self.passes(1)
        under_way: list[Future[TestResponse]] = []
        with connect_to_hold(self.settings.database_url.get_secret_value(), sid):
            for path, form in posts:
                under_way.append(self._pool.submit(self._send, path, form))
                eventually(lambda: self._waiting() + sum(one.done() for one in under_way) == len(under_way))
        return [one.result() for one in under_way]

    def _send(self, path: str, form: Mapping[str, str]) -> TestResponse:
        signature = sign(PUBLIC_URL + path, form.items(), AUTH_TOKEN)
        client = self.app.test_client(use_cookies=False)
        return client.post(path, data=form, headers={SIGNATURE_HEADER: signature})

    def _waiting(self) -> int:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return int(self.rows(query)[0]["count"])

    # What the dispatcher and the workers do

    def works(self) -> None:
        """Everything that is due is done once."""
        self._dispatcher.dispatch_due(self.now)
        while taken := self.redis.lpop(_WAITING):
            stopper = Stopper(self._beside, self.vault, self.asks, lambda: self.now)
            job = allow(stopper.stop).fetch(taken.decode(), connection=self.redis, serializer=JSONSerializer)
            job.perform()
            job.delete(remove_from_queue=False)

    def sends_texts(self) -> None:
        assert self.texts is not None
        self.texts.send_due(self.now)

    def does_chores(self) -> None:
        for chore in self._chores:
            chore(self.now)

    # What is known

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query), values).mappings()]

    def everything(self) -> dict[str, str]:
        """A fingerprint of each table."""
        with self.engine.connect() as connection:
            return dict(connection.execute(_EVERYTHING).mappings().one())

    def newly_applied(self) -> None:
        """Read on in the backend's listing, in its own database, past its faults; no key may stand in it twice."""
        query = "SELECT number, key, answers FROM suspensions WHERE applied_at IS NOT NULL AND number > :read"
        with self.backend_engine.connect() as connection:
            rows = connection.execute(text(query + " ORDER BY number"), {"read": self._read_up_to}).mappings().all()
        for row in rows:
            assert row["key"] not in self.applied, "a request had two effects"
            self.applied[row["key"]] = dict(row)
            self._read_up_to = row["number"]

    def sent_texts(self) -> list[Any]:
        """What the carrier accepted since the script began."""
        return self.carrier.messages[self._texts_before :]

    def stopped(self) -> set[tuple[int, str]]:
        """Whose what is stopped that was not in the beginning: places in PEOPLE."""
        with self.backend_engine.connect() as connection:
            people = connection.execute(text("SELECT card, smartphone FROM people ORDER BY id")).mappings().all()
        return {
            (place, target)
            for place, (before, person) in enumerate(zip(PEOPLE, people, strict=True))
            for target in ("card", "smartphone")
            if person[target] != getattr(before, target)
        }

    def _everybody_holds_everything(self) -> None:
        again = text("UPDATE people SET card = :card, smartphone = :phone WHERE id = (SELECT min(id) FROM people) + :n")
        with self.backend_engine.begin() as connection:
            for place, person in enumerate(PEOPLE):
                connection.execute(again, {"card": person.card, "phone": person.smartphone, "n": place})


def identified(facts: Facts) -> list[int]:
    """The places in PEOPLE of everybody whom the facts fit."""
    return [
        place
        for place, person in enumerate(PEOPLE)
        if person.birth_date == str(facts.birth_date)
        and person.postal_code == facts.postal_code
        and matches(person.house_number, facts.house_number)
    ]


@contextmanager
def connect_to_hold(url: str, sid: str) -> Iterator[None]:
    """Somebody else holds the row of the call."""
    engine = connect_to(url, connections=1)
    with engine.connect() as connection:
        connection.execute(text("SELECT FROM calls WHERE sid = :sid FOR NO KEY UPDATE"), {"sid": sid})
        yield
        connection.rollback()
    engine.dispose()


def set_clock(line: RandomLine, replace: Callable[[object, str, object], None]) -> None:
    """From now on everything that asks what time it is gets the line's own."""
    replace(clock, "now", lambda: line.now)
