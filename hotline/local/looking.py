"""Looking into the line's database from a terminal: where it is, and what to say when it is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from hotline.local.given import CannotLook, local_settings
from hotline.settings import SettingsFault
from hotline.store.database import DATABASE_TROUBLE, NOT_MIGRATED, Engine, connect_to, connect_unhurried, is_migrated


def database_url() -> str:
    """DATABASE_URL as given, or of the newest local run; raises SettingsFault."""
    url = local_settings().get("DATABASE_URL")
    if not url:
        raise SettingsFault("DATABASE_URL is missing: set it, or start the line here with `hotline run`.")
    if not url.startswith(("postgresql://", "postgresql+psycopg://")):
        raise SettingsFault("DATABASE_URL is wrong: write it like postgresql://user@host/database.")
    return url


@contextmanager
def database(*, unhurried: bool = False) -> Iterator[Engine]:
    """An engine on a database that has its tables; raises CannotLook, or SettingsFault.

    `unhurried` waits for a statement for as long as it takes.
    """
    with reached():
        connect = connect_unhurried if unhurried else partial(connect_to, connections=1)
        engine = connect(database_url(), application="hotline")
        try:
            if not is_migrated(engine):
                raise CannotLook(NOT_MIGRATED)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def reached() -> Iterator[None]:
    """Within, a database that does not answer raises CannotLook."""
    try:
        yield
    except DATABASE_TROUBLE as error:
        raise CannotLook(
            "The database does not answer: see that PostgreSQL runs and that DATABASE_URL points to it."
        ) from error
