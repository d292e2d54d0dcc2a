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


class SharedDatabase:
    """A database that tests use one after the other, because a new one for each takes too long."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._ruler: psycopg.Connection | None = None

    def empty(self) -> None:
        """Make it as it was when its migrations had run; its schema must not have been changed."""
        try:
            self._connected().execute(_EMPTIED)
        except psycopg.OperationalError:
            # A test ended every connection, this one too.
            self.close()
            self._connected().execute(_EMPTIED)

    def close(self) -> None:
        """Leave it."""
        if self._ruler:
            self._ruler.close()
            self._ruler = None

    def _connected(self) -> psycopg.Connection:
        # It stays: a new connection has to learn all tables first, and that takes longer than emptying them.
        if self._ruler is None:
            asked = make_url(self.url)
            conninfo = make_conninfo(host=str(asked.query["host"]), user=asked.username, dbname=asked.database)
            self._ruler = psycopg.connect(conninfo, autocommit=True, options="-c lock_timeout=10s")
        return self._ruler
