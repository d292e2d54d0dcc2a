"""Writes a made-up history into the line's database, and counts its figures."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg.errors import UniqueViolation

from hotline.calls.figures import count, midnight_before
from hotline.calls.prints import Prints
from hotline.local.given import CannotLook
from hotline.local.plan import can_practise
from hotline.local.seeding.desks import made_up_staff
from hotline.local.seeding.history import Asked, Found, History
from hotline.privacy import Vault
from hotline.settings import Settings
from hotline.store import figures
from hotline.store.database import Engine
from hotline.store.figures import HOUR, Span
from hotline.store.keeping import STATE_KEPT_FOR, keeping_of
from hotline.store.seeding import Batch, Seeding, make_staff, taken_receipts

A_DAY: Final = timedelta(days=1)

Tell = Callable[[int], None]
"""Told how many more are done."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for on the command line."""

    calls: int
    days: int
    seed: int


def must_be_practice(settings: Settings) -> None:
    """Raises CannotLook where a made-up history would lie among the calls of real people."""
    if not can_practise(settings.cardstatus_url):
        raise CannotLook(
            "No history is made up here: CARDSTATUS_URL leads to another machine, so the calls in this database may "
            "be those of real people. It is for a line that `hotline run` started, or one with a backend of its own."
        )


def asked_of(wanted: Wanted, now: datetime) -> Asked:
    """The same with its moments: it ends when everything that its calls knew is erased."""
    until = (now - STATE_KEPT_FOR).replace(microsecond=0)
    since = (until - wanted.days * A_DAY).replace(minute=0, second=0)
    return Asked(wanted.calls, since, until, wanted.seed)


def seed(engine: Engine, settings: Settings, asked: Asked, tell: Tell) -> History:
    """Write the calls, batch by batch; `tell` hears of each batch that is in. Returns what it knows of them.

    The engine is one whose statements may take long. Interrupted, whole batches stay. Raises CannotLook when the same
    history is in the database already.
    """
    vault = Vault(key.get_secret_value() for key in settings.hotline_encryption_keys)
    prints = Prints(settings.hotline_secret_key.get_secret_value())
    with engine.begin() as connection:
        staff = make_staff(connection, made_up_staff(asked.since))
        found = Found(staff, taken_receipts(connection), keeping_of(settings))
    history = History(asked, vault, prints, found)
    with closing(Seeding(engine)) as seeding:
        try:
            _write_all(seeding, history.batches(), tell)
        except UniqueViolation:
            raise CannotLook("This very history is in the database already: give another --seed.") from None
        finally:
            seeding.analyze()
    return history


def count_figures(engine: Engine, history: History, asked: Asked, now: datetime, tell: Tell) -> None:
    """Count every hour that is over, day by day; `tell` hears of each day."""
    end = asked.until.replace(minute=0, second=0)
    begin = asked.since
    kept_since = now - history.keeping.facts + A_DAY
    while begin < end:
        span = Span(begin, min(midnight_before(begin) + A_DAY, end))
        with engine.begin() as connection:
            figures.lock(connection)
            count(connection, span, now, repeats=span.begin > kept_since)
            for number in range((span.end - span.begin) // HOUR if span.begin <= kept_since else 0):
                hour = span.begin + number * HOUR
                repeats = history.repeats_in(hour)
                figures.add_repeats(connection, hour, repeats.calls, repeats.again)
        tell(1)
        begin = span.end


def _write_all(seeding: Seeding, batches: Iterator[Batch], tell: Tell) -> None:
    """One batch is written while the next one is made."""
    writing: Future[None] | None = None
    with ThreadPoolExecutor(1) as writer:
        being_written = 0
        for batch in batches:
            if writing is not None:
                writing.result()
                tell(being_written)
            writing, being_written = writer.submit(seeding.write, batch), len(batch.begun)
        if writing is not None:
            writing.result()
            tell(being_written)
