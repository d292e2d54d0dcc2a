"""Writes a made-up history in bulk: COPY, and turns multiplied within the database. Never used by the line itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from hotline.store.console_tables import staff
from hotline.store.tables import requests

Row = tuple[Any, ...]

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "calls": (
        *("sid", "channel", "called", "caller_sealed", "caller_print", "caller_end_print", "language", "status"),
        *("outcome", "step", "turn", "started_at", "turned_at", "ended_at", "ended_step", "erased_at"),
        "caller_erased_at",
    ),
    "requests": (
        *("id", "call_sid", "turn", "receipt_number", "targets", "facts_sealed", "status", "answers", "backend_id"),
        *("municipality", "person_print", "loss", "for_another", "attempts", "accepted_at", "finished_at"),
        "facts_erased_at",
    ),
    "tries": ("request_id", "number", "handed_over_at", "answered_at", "said"),
    "texts": (
        *("id", "call_sid", "turn", "request_id", "purpose", "language", "to_sealed", "to_print", "body_sealed"),
        *("status", "message_sid", "segments", "error_code", "created_at", "attempts", "told_at"),
    ),
    "follow_ups": (
        *("call_sid", "request_id", "reason", "call_back_sealed", "opened_at", "version", "taken_by", "taken_at"),
        *("resolved_at", "resolved_by", "resolution"),
    ),
    "messages": ("call_sid", "recording_sid", "seconds", "recorded_at", "deleted_at"),
    "notes": ("call_sid", "staff_id", "at", "body_sealed"),
    "wrong_receipts": ("call_sid", "receipt_print", "at"),
}
"""The tables that are filled, in the order of their foreign keys, and the columns that are given."""

_COURSES: Final = """
    CREATE TEMPORARY TABLE seeded_turns (
        course integer, number integer, after_ms integer, from_step varchar, to_step varchar, event varchar,
        prompts varchar[], language varchar, answers_message boolean
    );
    CREATE TEMPORARY TABLE seeded_calls (sid varchar, course integer, started_at timestamptz);
    CREATE INDEX ON seeded_turns (course);
"""
_TURNS: Final = """
    INSERT INTO turns (call_sid, number, at, from_step, to_step, event, prompts, language, message_sid)
    SELECT sid, number, started_at + make_interval(secs => after_ms / 1000.0), from_step, to_step, event, prompts,
           language, CASE WHEN answers_message THEN 'SM' || md5(sid || number) END
    FROM seeded_calls JOIN seeded_turns USING (course)
    ORDER BY sid, number
"""
_ANALYZED: Final = ("calls", "turns", "requests", "tries", "follow_ups", "texts", "messages", "notes")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some calls with everything that belongs to them, for one transaction."""

    rows: Mapping[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    """By table, in the order of COLUMNS."""
    new_turns: list[Row] = field(default_factory=list)
    """The turns of courses that were not in a batch before: course, number, after_ms and what else a turn has."""
    begun: list[tuple[str, int, datetime]] = field(default_factory=list)
    """SID, course and beginning of each call."""


class Seeding:
    """A connection of its own, which is used by one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._pooled = engine.raw_connection()
        connection = self._pooled.driver_connection
        assert isinstance(connection, psycopg.Connection)
        self._connection = connection
        connection.execute("SET temp_buffers = '64MB'; SET work_mem = '256MB'")
        self._trust()
        connection.execute(_COURSES)
        connection.commit()

    def _trust(self) -> None:
        """The rows fit each other as they are made; PostgreSQL believes it of those only who may tell it so."""
        try:
            with self._connection.transaction():
                self._connection.execute("SET session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:
            pass

    def write(self, batch: Batch) -> None:
        """Write the batch, all of it or nothing."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            _copy(cursor, "seeded_turns", (), batch.new_turns)
            cursor.execute("TRUNCATE seeded_calls")
            _copy(cursor, "seeded_calls", (), batch.begun)
            if batch.new_turns:
                cursor.execute("ANALYZE seeded_turns")
            for table, columns in COLUMNS.items():
                _copy(cursor, table, columns, batch.rows[table])
                if table == "calls":
                    cursor.execute(_TURNS)

    def analyze(self) -> None:
        """Let the planner know what there is now."""
        for table in _ANALYZED:
            self._connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
        self._connection.commit()

    def close(self) -> None:
        """Give the connection back to nobody: its settings are its own."""
        self._pooled.invalidate()


def make_staff(connection: Connection, people: Iterable[Mapping[str, object]]) -> Sequence[int]:
    """Accounts nobody can sign in with, made unless they are there; returns the ids in the order of their addresses."""
    given = list(people)
    connection.execute(insert(staff).on_conflict_do_nothing(index_elements=[staff.c.email]), given)
    emails = [one["email"] for one in given]
    return (
        connection.execute(select(staff.c.id).where(staff.c.email.in_(emails)).order_by(staff.c.email)).scalars().all()
    )


def taken_receipts(connection: Connection) -> set[str]:
    """Every receipt number that was given out."""
    return set(connection.execute(select(requests.c.receipt_number)).scalars())


def _copy(cursor: "psycopg.Cursor[Any]", table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    if not rows:
        return
    listed = sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Identifier, columns))) if columns else sql.SQL("")
    with cursor.copy(sql.SQL("COPY {} {} FROM STDIN").format(sql.Identifier(table), listed)) as copy:
        for row in rows:
            copy.write_row(row)
