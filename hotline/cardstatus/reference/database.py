"""The backend's own database: opened, given its tables, filled with people once."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import astuple

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.people import MUNICIPALITY_LIMIT, Person
from hotline.cardstatus.reference.tables import metadata, origin, people, suspensions

LOCK_TIMEOUT_MS = 1000
"""How long a request waits for another one with its key or its person. Below the client's read timeout (2 s), so that
the client hears 409 and not silence."""

_CONNECTIONS = 8
_STARTING = 7305_0178
"""Two backends that start on one database take turns under this advisory lock."""


def open_database(url: str) -> Engine:
    """A pool of connections, not yet opened; raises CannotServe when the URL is not one of PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The error repeats the URL, and a password may be in it.
        raise CannotServe("The database URL cannot be read: write it like postgresql://user@host/database.") from None
    if parsed.get_backend_name() != "postgresql":
        raise CannotServe("The card-status backend keeps its people in PostgreSQL: give it a postgresql:// URL.")
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=_CONNECTIONS,
        max_overflow=_CONNECTIONS,
        pool_timeout=LOCK_TIMEOUT_MS / 1000,
        # After a restart of PostgreSQL the first requests would otherwise fail.
        pool_pre_ping=True,
        # What is keyed must not stand in the text of an exception.
        hide_parameters=True,
        connect_args={
            "connect_timeout": 2,
            "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c synchronous_commit=on -c timezone=UTC",
        },
    )


def prepare(engine: Engine, register: Sequence[Person]) -> bytes:
    """Make the tables and load the people, unless the same people were loaded before: what was stopped stays stopped.

    Returns the secret that keys the hashes of this database. Raises CannotServe when the database cannot be used.
    """
    try:
        with engine.begin() as connection:
            connection.execute(select(func.set_config("lock_timeout", "0", True)))
            connection.execute(select(func.pg_advisory_xact_lock(_STARTING)))
            metadata.create_all(connection)
            _add_municipalities(connection, register)
            secret = _secret(connection)
            _load(connection, register)
            return secret
    except SQLAlchemyError as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        raise CannotServe(
            f"The database of the card-status backend cannot be used ({cause}): check that it runs, and its URL."
        ) from None


def _add_municipalities(connection: Connection, register: Sequence[Person]) -> None:
    """Bring a database up to date that was made before municipalities were kept.

    Its people are not loaded anew: whose card was stopped must stay stopped. The three facts find their rows; people
    who share all of them are never identified, so it does not matter which name theirs get.
    """
    if "municipality" in {column["name"] for column in inspect(connection).get_columns(people.name)}:
        return
    for table in (people, suspensions):
        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN municipality varchar({MUNICIPALITY_LIMIT})"))
    facts = ("birth_date", "postal_code", "house_number")
    named = update(people).values(municipality=bindparam("name"))
    for fact in facts:
        named = named.where(people.c[fact] == bindparam(f"its_{fact}"))
    connection.execute(
        named,
        [
            {"name": person.municipality or None, **{f"its_{fact}": getattr(person, fact) for fact in facts}}
            for person in register
        ],
    )


def _secret(connection: Connection) -> bytes:
    connection.execute(
        insert_or_leave(origin).values(only_row=True, secret=secrets.token_bytes(32)).on_conflict_do_nothing()
    )
    secret: bytes = connection.execute(select(origin.c.secret)).scalar_one()
    return secret


def _load(connection: Connection, register: Sequence[Person]) -> None:
    digest = hashlib.sha256(repr([astuple(person) for person in register]).encode()).hexdigest()
    if connection.execute(select(origin.c.people)).scalar_one() == digest:
        return
    connection.execute(delete(people))
    connection.execute(insert(people), [_row(person) for person in register])
    connection.execute(update(origin).values(people=digest))


def _row(person: Person) -> dict[str, object]:
    row = {column.name: getattr(person, column.name) for column in people.columns if column.name != "id"}
    return {**row, "municipality": person.municipality or None}
