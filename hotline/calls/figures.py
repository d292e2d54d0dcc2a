"""Counts the figures of every hour and day that is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hotline.clock import in_japan
from hotline.store import figures
from hotline.store.database import Connection, Engine
from hotline.store.figures import HOUR, Span

MARGIN: Final = timedelta(minutes=15)
"""How long after its end an hour is counted: nearly every call that began in it has ended by then."""

A_STEP: Final = 6 * HOUR
"""What one transaction counts: some ten thousand calls on the busiest day, within the limit of a statement."""


@dataclass(frozen=True, slots=True)
class _Due:
    span: Span
    is_again: bool


def count_what_is_over(engine: Engine, prints_kept_for: timedelta, now: datetime) -> int:
    """Count what is over and was not counted yet, and once more what has settled since; returns how many hours.

    Several processes may do it at once: one counts, the others find nothing to do. Of hours whose callers'
    fingerprints are not kept any more it is not counted who called again.
    """
    transacting = engine.execution_options(isolation_level="READ COMMITTED")
    counted = 0
    while True:
        with transacting.begin() as connection:
            due = _due(connection, now) if figures.try_lock(connection) else None
            if due is None:
                return counted
            # Who called again does not change any more once an hour is over.
            has_prints = not due.is_again and due.span.begin > now - prints_kept_for
            count(connection, due.span, now, repeats=has_prints)
        counted += (due.span.end - due.span.begin) // HOUR


def count(connection: Connection, span: Span, now: datetime, *, repeats: bool = True) -> None:
    """Count every hour of a span, and every day of Japan that ends in it."""
    figures.count_hours(connection, span, now, repeats=repeats)
    midnight = midnight_before(span.end)
    while midnight > span.begin:
        figures.count_days(connection, Span(midnight - timedelta(days=1), midnight))
        midnight -= timedelta(days=1)


def midnight_before(moment: datetime) -> datetime:
    """The newest midnight in Japan that is not after this moment."""
    return in_japan(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def _due(connection: Connection, now: datetime) -> _Due | None:
    """What is to be counted next, a step of it."""
    begin = figures.find_counted_until(connection) or figures.find_first_hour(connection)
    last_end = (now - MARGIN).replace(minute=0, second=0, microsecond=0)
    if begin is not None and begin < last_end:
        return _Due(Span(begin, min(last_end, begin + A_STEP)), is_again=False)
    unsettled = figures.find_unsettled(connection, now)
    if unsettled is None:
        return None
    return _Due(Span(unsettled.begin, min(unsettled.end, unsettled.begin + A_STEP)), is_again=True)
