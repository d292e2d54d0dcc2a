"""The migrations of the schema: bringing a database up to date, and writing the next one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.pool import NullPool

from hotline.store.database import MIGRATIONS, connect_arguments, to_sqlalchemy
from hotline.store.oncall_tables import metadata

MIGRATION_LOCK: Final = 0x686F746C696E65
"""The advisory lock that whoever migrates holds: a number that nothing else in the database uses."""


def migrate(url: str) -> None:
    """Bring the schema to the newest version. Done again, or by several processes at once, it changes nothing."""
    with sole_migrator(url) as config:
        command.upgrade(config, "head")


def write_migration(url: str, message: str) -> Path:
    """Write a new migration: what the tables have beyond the database, which must be migrated. Returns its file."""
    with sole_migrator(url) as config:
        number = f"{len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1:04}"
        script = command.revision(config, message, autogenerate=True, rev_id=number)
    assert script is not None
    assert not isinstance(script, list)
    return Path(script.path)


@contextmanager
def sole_migrator(url: str) -> Iterator[Config]:
    """One transaction, one process at a time: the others wait, then find nothing left to do."""
    arguments = connect_arguments("hotline migrate", {})
    engine = create_engine(to_sqlalchemy(url), poolclass=NullPool, connect_args=arguments)
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        yield _config(connection)


def _config(connection: Connection) -> Config:
    # No alembic.ini: it would be one more file to ship, and all it could say is where the migrations are.
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config
