"""The connection to PostgreSQL, and whether its schema is that of this code."""

import urllib.parse
from functools import cache
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import URL, Connection, Engine, Select, column, create_engine, event, func, make_url, select, table
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from hotline.store.patience import Patience

__all__ = [
    "DATABASE_TROUBLE",
    "NOT_MIGRATED",
    "Connection",
    "Engine",
    "connect_to",
    "connect_unhurried",
    "is_migrated",
]

DATABASE_TROUBLE: Final = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError)
"""What PostgreSQL raises when it cannot be reached, is restarted, or takes too long: the same may work again later."""

NOT_MIGRATED: Final = "The database lacks tables of this version: run `hotline migrate`."
"""What to tell whoever starts something on a database for which `is_migrated` is false."""

CONNECT_TIMEOUT_S: Final = 3
"""Seconds for a new connection. A caller waits for it, and the telephone network gives a turn 15 s."""

STATEMENT_TIMEOUT_S: Final = 4
"""Seconds for one statement, waiting for locks included. Must stay below `patience.ANSWER_LIMIT_S`."""

FROZEN_AFTER_S: Final = 10
"""Seconds after which PostgreSQL ends a transaction that stands still, so that its rows are free for others."""

MIGRATIONS: Final = Path(__file__).with_name("migrations")
"""Where the migrations are."""

_VERSION: Final[Select[str]] = select(column("version_num")).select_from(table("alembic_version"))
_POOL_TIMEOUT_S: Final = 3
_DRIVER: Final = "postgresql+psycopg"


def connect_to(
    url: str,
    *,
    application: str = "hotline",
    connections: int = 5,
    checked: bool = False,
    wait_for_disk: bool = True,
    autocommit: bool = False,
    plans_anew: bool = False,
) -> Engine:
    """An engine for `postgresql://` or `postgresql+psycopg://`, through TCP or a Unix socket; connects when first used.

    `connections` are kept open, and as many more are opened in a rush. `checked` asks each connection whether it
    still lives before it is used, for one round trip. Without `wait_for_disk` a crash of PostgreSQL may lose the
    last commits: only for work that is then done again. With `autocommit` each statement is a transaction of its own,
    and who needs a longer one says so; it spares a round trip, and telling the connection so at every use.
    `plans_anew` has each statement planned for the very values that it comes with: a search for what is rare needs
    another index than one for what is common, and one plan for both may read the whole log.
    """
    options = {
        "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
        "idle_in_transaction_session_timeout": f"{FROZEN_AFTER_S}s",
        "synchronous_commit": "on" if wait_for_disk else "off",
        "plan_cache_mode": "force_custom_plan" if plans_anew else "auto",
    }
    engine = create_engine(
        to_sqlalchemy(url),
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=_POOL_TIMEOUT_S,
        pool_use_lifo=True,
        pool_pre_ping=checked,
        isolation_level="AUTOCOMMIT" if autocommit else None,
        skip_autocommit_rollback=autocommit,
        hide_parameters=True,
        connect_args=connect_arguments(application, options),
    )
    patience = Patience()
    event.listen(engine, "do_connect", lambda _dialect, _record, told, options: patience.connect(*told, **options))
    return engine


def connect_unhurried(url: str, application: str) -> Engine:
    """An engine whose statements may take as long as they take: for work by hand that nobody on the line waits for.

    A crash of PostgreSQL may lose the last commits.
    """
    arguments = connect_arguments(application, {"synchronous_commit": "off"})
    return create_engine(to_sqlalchemy(url), poolclass=NullPool, hide_parameters=True, connect_args=arguments)


def connect_arguments(application: str, options: dict[str, str]) -> dict[str, Any]:
    """What psycopg is told for each connection: times out, notices a dead peer within seconds, speaks UTC."""
    return {
        "application_name": application,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "options": " ".join(f"-c {name}={value}" for name, value in {"timezone": "UTC", **options}.items()),
    }


def plain_url(url: str) -> str:
    """The same URL as psycopg itself understands it."""
    written = to_sqlalchemy(url).set(drivername="postgresql").render_as_string(hide_password=False)
    head, mark, query = written.partition("?")
    # SQLAlchemy writes a space there as +, which libpq takes for a plus.
    return head + mark + query.replace("+", "%20")


def is_migrated(engine: Engine) -> bool:
    """Whether the schema has what this code was written for.

    A later version has it too, because a migration takes nothing away that the version before uses: while a new version
    is brought out, the old one goes on.
    """
    with engine.connect() as connection:
        # Read as it stands: Alembic takes a fifth of a second to load, in each process at its start.
        if connection.execute(select(func.to_regclass("alembic_version"))).scalar() is None:
            return False
        return any(version >= _newest() for version in connection.execute(_VERSION).scalars())


@cache
def _newest() -> str:
    """The number that a migration's file begins with is its revision."""
    return max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))


def to_sqlalchemy(url: str) -> URL:
    """The URL as SQLAlchemy takes it; raises ValueError when it is none of PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError("DATABASE_URL must start with postgresql://, because the hotline runs on PostgreSQL only.")
    if parsed.host and parsed.host.startswith("%2F"):
        # libpq's own way to write a Unix socket's directory; SQLAlchemy knows only ?host=.
        directory = urllib.parse.unquote(parsed.host)
        parsed = parsed.set(host=None).update_query_dict({"host": directory})
    return parsed.set(drivername=_DRIVER)
