"""Part e: the same turn with a short log of calls and with a long one."""

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import chain
from statistics import mean, median
from typing import Final

import psycopg
from psycopg import sql

from bench.figures import AtMost, Figure, Say, percentile
from bench.load import Load, run_load
from bench.programs import web
from bench.site import Site
from hotline.store.database import plain_url

FEW: Final = 1_000
MANY: Final = 1_000_000
"""Calls in the log: a year in which a call comes every half minute."""

ROUNDS: Final = 6

LOAD: Final = Load("busy", callers=4, calls=200)
"""Few callers, so that a turn waits for the database and not for its turn. Every other call goes to the other log: so
whatever else the machine does meets both alike."""

_FILLED: Final = ("turns", "requests")

_CALLS: Final = """
INSERT INTO calls (sid, called, caller_sealed, language, status, outcome, step, turn,
                   started_at, turned_at, ended_at, erased_at)
SELECT 'CA' || md5(n::text), '+81120950178',
       CASE WHEN age < interval '30 days' THEN decode(repeat('5a', 100), 'hex') END,
       'ja', 'completed', 'stopped', 'goodbye', 12,
       now() - age - interval '3 minutes', now() - age, now() - age, now() - age + interval '15 minutes'
  FROM (SELECT n, interval '1 hour' + interval '365 days' * (1 - n / %(calls)s::float8) AS age
          FROM generate_series(1, %(calls)s) n) made_up
"""
"""All of them ended; what they knew is erased, and callers' numbers are kept for a month: as the line itself does."""

_TURNS: Final = """
INSERT INTO turns (call_sid, number, at, from_step, to_step, event, prompts)
SELECT 'CA' || md5(n::text), number, now() - interval '1 hour', 'birth_date', 'postal_code', 'KeysPressed',
       ARRAY['postal_code.ask', 'postal_code.example']
  FROM generate_series(1, %(calls)s) n, generate_series(1, 6) number
"""

_REQUESTS: Final = """
INSERT INTO requests (id, call_sid, turn, receipt_number, targets, status, answers, backend_id, attempts,
                      accepted_at, finished_at)
SELECT gen_random_uuid(), 'CA' || md5(n::text), 9, (10000000 + n)::text, ARRAY['card'], 'suspended',
       '{"card": "suspended"}', md5(n::text), 1, now() - interval '1 hour', now() - interval '1 hour'
  FROM generate_series(2, %(calls)s, 2) n
"""


def measure(site: Site, say: Say) -> list[Figure]:
    """How much longer a turn takes with the long log."""
    sizes = (FEW, MANY)
    urls = [_database(site, calls, say) for calls in sizes]
    with ExitStack() as stack:
        ports = [stack.enter_context(web(site, url)).port for url in urls]
        run_load(site, ports, LOAD)
        rounds = [_round(site, ports, number, say) for number in range(1, ROUNDS + 1)]
    few, many = (list(chain.from_iterable(times)) for times in zip(*rounds, strict=True))
    ratio = f"a turn with {MANY:,} calls in the log, times one with {FEW:,}"
    return [
        Figure("e", f"{ratio}: p50", median(many) / median(few), "", AtMost(1.2)),
        Figure("e", f"{ratio}: mean", mean(many) / mean(few), "", AtMost(1.2)),
        *(
            Figure("e", f"with {calls:,} calls, {name}", percentile(times, share), "ms")
            for calls, times in zip(sizes, (few, many), strict=True)
            for name, share in (("p50", 0.5), ("p99", 0.99))
        ),
    ]


def _round(site: Site, ports: Sequence[int], number: int, say: Say) -> list[list[float]]:
    times = run_load(site, ports, LOAD).milliseconds
    few, many = (median(side) for side in times)
    say(f"round {number} of {ROUNDS}, milliseconds a turn: {few:.1f} and {many:.1f}")
    return times


def _database(site: Site, calls: int, say: Say) -> str:
    say(f"filling a log with {calls:,} calls, {6 * calls:,} turns and {calls // 2:,} requests")
    url = site.new_database(f"log_{calls}")
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        # Rows that refer to each other as they should need not be checked one by one, nor be safe on disk already.
        for name, value in {"session_replication_role": "replica", "synchronous_commit": "off"}.items():
            connection.execute(sql.SQL("SET {} = {}").format(sql.Identifier(name), value))
        connection.execute("SET maintenance_work_mem = '256MB'")
        constraints = _drop_constraints(connection)
        for statement in (_CALLS, _TURNS, _REQUESTS):
            # The placeholder stands several times in one statement, of which the server would not know one type.
            psycopg.ClientCursor(connection).execute(statement, {"calls": calls})
        for table, name, definition in constraints:
            _alter(connection, table, "ADD", name, definition)
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")
    return url


def _drop_constraints(connection: psycopg.Connection) -> Sequence[tuple[str, str, str]]:
    """Building an index at the end takes a quarter of the time; returns what is to be built, in an order that works."""
    found = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('p', 'u') AND NOT EXISTS "
        "(SELECT FROM pg_constraint other WHERE other.confrelid = pg_constraint.conrelid) ORDER BY contype",
        [list(_FILLED)],
    ).fetchall()
    for table, name, _ in found:
        _alter(connection, table, "DROP", name, "")
    return found


def _alter(connection: psycopg.Connection, table: str, verb: str, name: str, definition: str) -> None:
    statement = "ALTER TABLE {} {} CONSTRAINT {} {}"
    connection.execute(
        sql.SQL(statement).format(sql.Identifier(table), sql.SQL(verb), sql.Identifier(name), sql.SQL(definition))
    )
