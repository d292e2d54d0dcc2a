"""Databases of the hotline for tests."""

from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from hotline.store.tables import metadata

_TABLES: Final = [SQL("DELETE FROM {}").format(Identifier(table.name)) for table in metadata.sorted_tables]
_EMPTIED: Final = SQL("; ").join(
    [
        # The audit trail refuses to be emptied; only a superuser's triggers can be off. Those of foreign keys are, too.
        SQL("BEGIN; SET LOCAL session_replication_role = replica"),
        *_TABLES,
        SQL("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"),
        SQL("COMMIT"),
    ]
)


def delete_everything(url: str) -> None:
    """Make a database as it was when its migrations had run; its schema must not have been changed."""
    asked = make_url(url)
    conninfo = make_conninfo(host=str(asked.query["host"]), user=asked.username, dbname=asked.database)
    with psycopg.connect(conninfo, autocommit=True, options="-c lock_timeout=10s") as connection:
        connection.execute(_EMPTIED)
