"""Writing a migration: what the tables have beyond the migrations that there are."""

import tempfile
from pathlib import Path

from hotline.local.embedded import Postgres, running
from hotline.store.migrating import migrate, write_migration


def write(message: str) -> Path:
    """Write a migration against a database made for the purpose; returns its file."""
    with tempfile.TemporaryDirectory(prefix="hotline-", ignore_cleanup_errors=True) as directory:
        server = Postgres(Path(directory) / "postgres", durable=False)
        with running(server):
            server.create_database("hotline")
            migrate(server.url("hotline"))
            return write_migration(server.url("hotline"), message)
