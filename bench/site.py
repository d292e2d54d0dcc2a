"""Where measurements take place: real servers that write to disk, and settings for all that is started on them."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from redis import Redis

from hotline.local.child import CannotStart
from hotline.local.embedded import Postgres, Valkey, running
from hotline.local.ports import free_port
from hotline.privacy import new_key
from hotline.store.migrating import migrate

RESULTS: Final = Path(__file__).with_name("results")
"""On the disk that a local run uses: in a directory that lives in memory a commit would cost nothing."""

PUBLIC_URL: Final = "https://line.example"


@dataclass(frozen=True, slots=True)
class Site:
    """One PostgreSQL and one Valkey, as `make run` sets them up."""

    home: Path
    postgres: Postgres
    postgres_pid: int
    valkey: Valkey
    valkey_pid: int
    token: str = field(repr=False)
    """Twilio's auth token."""
    environment: Mapping[str, str] = field(repr=False)
    calls: int = 1_000_000
    """In the log that the operators' console is measured with."""
    history: Path | None = None
    """The directory that keeps this log for the next run; None where it goes with the rest."""

    def new_database(self, name: str, *, migrated: bool = True) -> str:
        """The URL of a new database, with the line's tables if wanted."""
        self.postgres.drop_database(name)
        self.postgres.create_database(name)
        url = self.postgres.url(name)
        if migrated:
            migrate(url)
        return url

    def empty_valkey(self) -> None:
        """Forget the jobs of an earlier measurement: they name requests in another database."""
        with Redis.from_url(self.valkey.url()) as client:
            client.flushall()


@contextmanager
def open_site(calls: int, history: Path | None) -> Iterator[Site]:
    """Start the servers in a directory that is gone afterwards; raises CannotStart, also when another bench runs.

    For the last two see `Site`.
    """
    with _sole_bench():
        home = RESULTS / "site"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        postgres, valkey = Postgres(home / "postgres"), Valkey(home / "valkey", free_port())
        try:
            with running(postgres) as first, running(valkey) as second:
                token = secrets.token_hex(16)
                environment = _environment(home, valkey, token)
                yield Site(home, postgres, first.pid, valkey, second.pid, token, environment, calls, history)
        finally:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _sole_bench() -> Iterator[None]:
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart("Another bench runs here, and both would measure each other: let it end first.") from None
        yield


def _environment(home: Path, valkey: Valkey, token: str) -> dict[str, str]:
    settings = {
        "HOTLINE_HOME": str(home),
        "HOTLINE_PUBLIC_URL": PUBLIC_URL,
        "HOTLINE_ENCRYPTION_KEYS": new_key(),
        "HOTLINE_SECRET_KEY": secrets.token_urlsafe(32),
        "REDIS_URL": valkey.url(),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": token,
        "TWILIO_AUTH_TOKEN_NEXT": "",
        "CARDSTATUS_TOKEN": secrets.token_urlsafe(32),
        # Nothing listens there: only where a backend is measured is there one.
        "CARDSTATUS_URL": "http://127.0.0.1:9",
        "OPERATOR_NUMBERS": "+81312345678",
    }
    return {**os.environ, **settings}
