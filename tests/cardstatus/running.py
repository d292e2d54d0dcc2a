"""A reference backend in a process of its own, and how tests talk to it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import requests

from hotline.callflow.effects import Facts
from hotline.cardstatus.client import CardStatus
from hotline.cardstatus.reference.people import Person
from tests.waiting import eventually

TOKEN = "a token for tests"
DEADLINE_S = 20.0

_PROGRAM = """
import json, sys
from pathlib import Path
from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.serve import serve
from hotline.logs import start_logging

start_logging()
told = json.loads(sys.argv[1])
try:
    serve(**{**told, "people": told["people"] and Path(told["people"])})
except CannotServe as error:
    sys.exit(str(error))
"""


@dataclass
class Backend:
    """One reference backend on one database. It can be started again after it was stopped or killed."""

    database_url: str
    port: int
    log_file: Path
    people: Path | None = None
    faults: bool = True
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def launch(self) -> "subprocess.Popen[bytes]":
        told = {
            "host": "127.0.0.1",
            "port": self.port,
            "database_url": self.database_url,
            "token": TOKEN,
            "people": str(self.people) if self.people else None,
            "faults": self.faults,
        }
        with self.log_file.open("ab") as log:
            command = [sys.executable, "-c", _PROGRAM, json.dumps(told)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        return self.process

    def start(self) -> "Backend":
        process = self.launch()
        eventually(lambda: self.is_healthy() or process.poll() is not None, "a healthy backend")
        assert process.poll() is None, self.log_file.read_text()
        return self

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(with_signal)
        return self.process.wait(DEADLINE_S)

    def kill(self) -> None:
        """End every process of it in the middle of whatever it does."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(DEADLINE_S)

    def is_healthy(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {TOKEN}", **how.pop("headers", {})}
        return requests.request(method, self.url + path, headers=headers, timeout=10, **how)

    def post(self, body: object, key: object = None) -> requests.Response:
        return self.ask("POST", "/v1/suspensions", json=body, headers={"Idempotency-Key": str(key or uuid4())})

    def misbehaves(self, **faults: object) -> None:
        assert self.ask("PUT", "/faults", json=faults).ok

    def applied(self, key: object) -> list[dict[str, Any]]:
        """What was really applied under a key."""
        return [one for one in self.all_applied() if one["key"] == str(key)]

    def all_applied(self) -> Iterator[dict[str, Any]]:
        page = self.ask("GET", "/v1/suspensions").json()
        while page["suspensions"]:
            yield from page["suspensions"]
            page = self.ask("GET", "/v1/suspensions", params={"after": page["next"]}).json()

    def client(self) -> CardStatus:
        return CardStatus(self.url, TOKEN)

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection]:
        """A transaction of somebody else on the backend's database, rolled back at the end."""
        with psycopg.connect(self.database_url.replace("+psycopg", "")) as connection:
            yield connection
            connection.rollback()

    def sends(self, request: bytes) -> str:
        """What comes back for bytes that no client library would send like this. `TOKEN` becomes the token."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request.replace(b"TOKEN", TOKEN.encode()))
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")

    def so_many_wait_for_a_lock(self) -> int:
        query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with self.database() as connection:
            return len(connection.execute(query).fetchall())


def keyed(person: Person) -> str | None:
    """The house number as its owner would key it."""
    return person.house_number.split(" ")[0].replace("-", "*") or None


def facts(person: Person) -> Facts:
    return Facts(person.birth_date, person.postal_code, keyed(person))


def wanted(person: Person, *targets: str) -> dict[str, object]:
    """The body that stops the targets of a person, both when none is given."""
    body: dict[str, object] = {
        "targets": list(targets or ("card", "smartphone")),
        "birth_date": person.birth_date.isoformat(),
        "postal_code": person.postal_code,
    }
    return {**body, "house_number": keyed(person)} if keyed(person) else body


def new_key() -> UUID:
    return uuid4()
