"""Logs of made-up calls over months, as `hotline practice seed` writes them; kept for the next run if one says so."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from bench.figures import Say
from bench.site import Site
from hotline.local.child import CannotStart
from hotline.local.embedded import Postgres, running
from hotline.store.database import plain_url
from hotline.store.migrating import migrate

CALLS_A_DAY: Final = 11_111
"""A million in 90 days. A longer log reaches further back: what happens in an hour stays the same."""

_HOTLINE: Final = str(Path(sys.executable).with_name("hotline"))
_SEALED_WITH: Final = ("HOTLINE_ENCRYPTION_KEYS", "HOTLINE_SECRET_KEY")
_AUDITED: Final = """
INSERT INTO audit (at, staff_id, who, address, action, subject, call_sid)
SELECT started_at + interval '10 minutes', 1 + n % 9, 'staff-' || n % 9 || '@hotline.example', '192.0.2.1',
       (ARRAY['call.looked_at', 'call.looked_at', 'calls.searched', 'facts.revealed', 'follow_up.taken'])[1 + n % 5],
       'call ' || sid, sid
  FROM (SELECT sid, started_at, row_number() OVER (ORDER BY started_at) AS n FROM calls) numbered
 WHERE n % 10 = 0
 ORDER BY started_at
"""
"""Of every tenth call somebody looked at something."""


@contextmanager
def open_history(site: Site) -> Iterator[Site]:
    """A site whose PostgreSQL has the logs, and whose programs can read what is sealed in them."""
    home = site.history or site.home / "history"
    home.mkdir(parents=True, exist_ok=True)
    postgres = Postgres(home / "postgres")
    with running(postgres) as server:
        environment = {**site.environment, **_keys(site, home / "keys.json")}
        yield replace(site, postgres=postgres, postgres_pid=server.pid, environment=environment)


def fill(site: Site, calls: int, say: Say) -> str:
    """The URL of a log with so many calls, filled unless it is there; `site` is one that `open_history` gave."""
    name = f"history_{calls}"
    url = site.postgres.url(name)
    if _is_filled(site, name):
        say(f"taking up the log with {calls:,} calls that was kept")
        migrate(url)
        # The last day over again, so that there are calls in the last hour.
        _seed(site, url, min(calls, CALLS_A_DAY), 1)
        return url
    days = max(1, round(calls / CALLS_A_DAY))
    say(f"filling a log with {calls:,} calls in {days} days")
    site.postgres.drop_database(name)
    site.postgres.create_database(name)
    migrate(url)
    say(_seed(site, url, calls, days))
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        connection.execute(_AUDITED)
        # As autovacuum does within minutes.
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS 'filled'").format(sql.Identifier(name)))
    return url


def _seed(site: Site, database_url: str, calls: int, days: int) -> str:
    """What the program says at the end."""
    command = (_HOTLINE, "practice", "seed", f"--calls={calls}", f"--days={days}")
    environment = {**site.environment, "DATABASE_URL": database_url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"`hotline practice seed` did not fill the log: {done.stderr.strip()}")
    return done.stdout.strip().splitlines()[-1]


def _is_filled(site: Site, name: str) -> bool:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(plain_url(site.postgres.url("postgres"))) as connection:
        return connection.execute(query, [name]).fetchone() == ("filled",)


def _keys(site: Site, kept: Path) -> dict[str, str]:
    """Those that the calls were sealed with when the logs were filled."""
    if not kept.exists():
        kept.write_text(json.dumps({name: site.environment[name] for name in _SEALED_WITH}), "utf-8")
        kept.chmod(0o600)
    known: dict[str, str] = json.loads(kept.read_text("utf-8"))
    return known
