"""Figures that people look at as pictures: counted once an hour or a day is over, and live for the running one.

They are counts and lengths of time without any person in them, and stay when the calls are forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from hotline.store.console_tables import figures
from hotline.store.tables import calls

HOUR: Final = timedelta(hours=1)
"""What is counted at a time. Japan is whole hours from UTC, so that an hour begins there when it does here."""

SETTLED_AFTER: Final = timedelta(days=2)
"""After so long an hour is counted a second time: by then every request is finished, and every call has ended."""

MOST_LIVE: Final = timedelta(days=2)
"""How much at the end of a range is counted while somebody looks, if nobody has counted it before."""

FIGURES_LOCK: Final = 0x666967757265
"""The advisory lock that whoever counts holds: a number that nothing else in the database uses."""


class Figure(StrEnum):
    """What is counted."""

    CALLS = "calls"
    """By hour of their beginning and outcome."""
    LANGUAGES = "languages"
    """Calls, by hour and language."""
    FUNNEL = "funnel"
    """Calls, by hour and each step of a suspension that they reached, or went beyond."""
    REPEATS = "repeats"
    """Calls, by hour: `calls` from a known number, and `again` those that came within a day of the last."""
    SECONDS = "seconds"
    """Until a stop was done, by day of its acceptance: see SECONDS."""
    COUNTED = "counted"
    """That an hour was counted: how many times."""


FUNNEL: Final = ("target", "birth_date", "postal_code", "house_number", "confirm", "accepted", "stopped")
"""The steps of a suspension in order."""

SECONDS: Final = ("accepted_p50", "accepted_p95", "call_p50", "call_p95", "stops")
"""Median and 95th percentile from the acceptance and from the beginning of the call; and of how many stops."""

_OF_HOURS: Final = (Figure.CALLS, Figure.LANGUAGES, Figure.FUNNEL)


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to before another, both on the hour."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """One figure, summed up for a place on an axis."""

    name: str
    at: str
    """The hour of the day for calls, `00` to `23`; the day for repeats and seconds, `2026-11-23`; else nothing."""
    key: str
    value: float


def try_lock(connection: Connection) -> bool:
    """Whether nobody else counts; then nobody does until this transaction is over."""
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(FIGURES_LOCK))).scalar_one())


def lock(connection: Connection) -> None:
    """Wait until nobody else counts; then nobody does until this transaction is over."""
    connection.execute(select(func.pg_advisory_xact_lock(FIGURES_LOCK)))


def find_counted_until(connection: Connection) -> datetime | None:
    """Up to which moment every hour was counted; None when none ever was."""
    newest = select(func.max(figures.c.at)).where(figures.c.name == Figure.COUNTED)
    at: datetime | None = connection.execute(newest).scalar_one()
    return None if at is None else at + HOUR


def find_first_hour(connection: Connection) -> datetime | None:
    """The hour in which the first call began that is not forgotten; None without any."""
    first: datetime | None = connection.execute(select(func.min(calls.c.started_at))).scalar_one()
    return None if first is None else first.replace(minute=0, second=0, microsecond=0)


def find_unsettled(connection: Connection, now: datetime) -> Span | None:
    """The hours of the last days that were counted once, and are settled by now; None when there are none."""
    once = select(func.min(figures.c.at), func.max(figures.c.at)).where(
        figures.c.name == Figure.COUNTED,
        figures.c.value == 1,
        figures.c.at > now - 4 * SETTLED_AFTER,
        figures.c.at <= now - SETTLED_AFTER - HOUR,
    )
    first, last = connection.execute(once).one()
    return None if first is None else Span(first, last + HOUR)


def count_hours(connection: Connection, span: Span, now: datetime, *, repeats: bool = True) -> None:
    """Count every hour of the span, anew if it was counted before. Without `repeats` those stay as they are.

    Without fingerprints nobody can count who called again.
    """
    names = [*_OF_HOURS, Figure.COUNTED, *([Figure.REPEATS] if repeats else [])]
    gone = figures.delete().where(figures.c.name.in_(names), figures.c.at >= span.begin, figures.c.at < span.end)
    connection.execute(gone)
    given = {"begin": span.begin, "end": span.end, "times": 2 if span.end + SETTLED_AFTER <= now else 1}
    connection.execute(text(f"{_INSERT} {_HOURS}"), given)
    if repeats:
        connection.execute(text(f"{_INSERT} {_REPEATS}"), given)
    connection.execute(text(f"{_INSERT} {_COUNTED}"), given)


def count_days(connection: Connection, span: Span) -> None:
    """Count the lengths of time of every day of the span, anew if it was done. Both ends are Japan's midnight."""
    gone = figures.delete().where(figures.c.name == Figure.SECONDS, figures.c.at >= span.begin, figures.c.at < span.end)
    connection.execute(gone)
    connection.execute(text(f"{_INSERT} {_DAYS}"), {"begin": span.begin, "end": span.end})


def add_repeats(connection: Connection, at: datetime, numbers: int, again: int) -> None:
    """Add repeats that were counted elsewhere, for an hour whose fingerprints are erased or were never kept."""
    counted = (("calls", numbers), ("again", again))
    rows = [{"name": Figure.REPEATS, "at": at, "key": key, "value": value} for key, value in counted if value]
    if rows:
        added = insert(figures)
        more = {"value": figures.c.value + added.excluded.value}
        connection.execute(added.on_conflict_do_update(constraint=figures.primary_key, set_=more), rows)


def read_hours(connection: Connection, span: Span) -> tuple[Sequence[Counted], Span | None]:
    """Everything that is counted by hour, summed up; and what of the span nobody has counted, if there is any."""
    counted_until, live = _live(connection, span)
    given = {"begin": span.begin, "end": span.end, "live": live, "names": [*_OF_HOURS, Figure.REPEATS]}
    rows = connection.execute(_READ_HOURS, given)
    missing = Span(max(counted_until, span.begin), live) if counted_until < live else None
    return [Counted(*row) for row in rows], missing


def read_days(connection: Connection, span: Span) -> Sequence[Counted]:
    """The lengths of time by day. Both ends of the span are Japan's midnight."""
    live = _live(connection, span)[1]
    rows = connection.execute(_READ_DAYS, {"begin": span.begin, "end": span.end, "live": live})
    return [Counted(Figure.SECONDS, *row) for row in rows]


def _live(connection: Connection, span: Span) -> tuple[datetime, datetime]:
    """Up to when it was counted, and from when on it is counted while somebody looks."""
    counted_until = find_counted_until(connection) or find_first_hour(connection) or span.end
    return counted_until, min(max(span.begin, span.end - MOST_LIVE, counted_until), span.end)


_INSERT: Final = "INSERT INTO figures (name, at, key, value)"
_STEPS: Final = ", ".join(f"('{step}', {rank})" for rank, step in enumerate(FUNNEL, 1))
_ACCEPTED: Final = FUNNEL.index("accepted") + 1
_RANKS: Final = " ".join(f"WHEN '{step}' THEN {rank}" for rank, step in enumerate(FUNNEL[: _ACCEPTED - 1], 1))
_CONFIRM: Final = FUNNEL.index("confirm") + 1

# A call counts at every step up to the furthest: whoever takes up an earlier call comes in somewhere in the middle.
_HOURS: Final = f"""
    WITH begun AS MATERIALIZED (
        SELECT sid, date_trunc('hour', started_at) AS hour, outcome, language
        FROM calls WHERE started_at >= :begin AND started_at < :end
    ),
    steps (step, rank) AS (VALUES {_STEPS}),
    furthest AS MATERIALIZED (
        SELECT hour, greatest(
            (SELECT max(CASE to_step {_RANKS} WHEN 'confirm_spoken' THEN {_CONFIRM} END)
             FROM turns WHERE call_sid = sid),
            (SELECT max({_ACCEPTED} + (status IN ('suspended', 'already_suspended'))::integer)
             FROM requests WHERE call_sid = sid)
        ) AS rank
        FROM begun
    )
    SELECT 'calls', hour, outcome, count(*)::double precision FROM begun GROUP BY hour, outcome
    UNION ALL
    SELECT 'languages', hour, language, count(*) FROM begun GROUP BY hour, language
    UNION ALL
    SELECT 'funnel', hour, step, count(*) FROM furthest JOIN steps ON furthest.rank >= steps.rank GROUP BY hour, step
"""
_REPEATS: Final = """
    SELECT 'repeats', hour, key, count(*)::double precision FROM (
        SELECT date_trunc('hour', started_at) AS hour, EXISTS (
            SELECT FROM calls AS earlier WHERE earlier.caller_print = calls.caller_print
            AND earlier.started_at < calls.started_at AND earlier.started_at >= calls.started_at - interval '24 hours'
        ) AS came_again
        FROM calls WHERE started_at >= :begin AND started_at < :end AND caller_print IS NOT NULL
    ) AS known JOIN (VALUES ('calls', false), ('again', true)) AS keys (key, needs) ON came_again OR NOT needs
    GROUP BY hour, key
"""
_COUNTED: Final = """
    SELECT 'counted', hour, '', :times
    FROM generate_series(CAST(:begin AS timestamptz), CAST(:end AS timestamptz) - interval '1 hour', '1 hour') AS hour
"""
# What an operator sent again was not stopped by the line alone.
_DAYS: Final = """
    SELECT 'seconds', day, key, value FROM (
        SELECT date_trunc('day', accepted_at, 'Asia/Tokyo') AS day, count(*)::double precision AS stops,
               percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - accepted_at))
                   AS accepted,
               percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))
                   AS call
        FROM requests JOIN calls ON sid = call_sid
        WHERE accepted_at >= :begin AND accepted_at < :end AND requests.status = 'suspended' AND sent_again_at IS NULL
        GROUP BY day
    ) AS stopped CROSS JOIN LATERAL (VALUES
        ('accepted_p50', accepted[1]), ('accepted_p95', accepted[2]),
        ('call_p50', call[1]), ('call_p95', call[2]), ('stops', stops)
    ) AS keys (key, value)
"""
_JAPAN: Final = "AT TIME ZONE 'Asia/Tokyo'"
_READ_HOURS: Final = text(f"""
    SELECT name, CASE name WHEN 'calls' THEN to_char(at {_JAPAN}, 'HH24')
                           WHEN 'repeats' THEN to_char(at {_JAPAN}, 'YYYY-MM-DD') ELSE '' END AS place, key, sum(value)
    FROM (
        SELECT name, at, key, value FROM figures
        WHERE name = ANY(:names) AND at >= :begin AND at < :live
        UNION ALL ({_HOURS.replace(":begin", ":live")})
        UNION ALL ({_REPEATS.replace(":begin", ":live")})
    ) AS counted (name, at, key, value)
    GROUP BY name, place, key
""")
_READ_DAYS: Final = text(f"""
    SELECT to_char(at {_JAPAN}, 'YYYY-MM-DD'), key, value FROM (
        SELECT at, key, value FROM figures WHERE name = 'seconds' AND at >= :begin
            AND at < :end AND at < date_trunc('day', CAST(:live AS timestamptz), 'Asia/Tokyo')
        UNION ALL
        SELECT day, key, value FROM (
            {_DAYS.replace(":begin", "date_trunc('day', CAST(:live AS timestamptz), 'Asia/Tokyo')")}
        ) AS today (name, day, key, value)
    ) AS counted (at, key, value)
    ORDER BY at
""")
