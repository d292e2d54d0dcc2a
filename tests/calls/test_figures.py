"""When figures are counted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from hotline.calls.figures import MARGIN, count_what_is_over
from hotline.store import figures
from hotline.store.console_tables import figures as table
from hotline.store.database import connect_to
from hotline.store.figures import HOUR, Span
from hotline.store.tables import calls
from tests.store.rows import start_call

NINE = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
KEPT = timedelta(days=30)


@pytest.fixture
def engine(database_url):
    engine = connect_to(database_url, autocommit=True)
    yield engine
    engine.dispose()


def outcomes(engine) -> dict[str, float]:
    query = select(table.c.key, table.c.value).where(table.c.name == "calls")
    with engine.connect() as connection:
        return {row.key: row.value for row in connection.execute(query)}


def test_an_hour_is_counted_once_it_is_over_and_most_of_its_calls_too(engine):
    start_call(engine, at=NINE, outcome="stopped")
    assert count_what_is_over(engine, KEPT, NINE + HOUR + MARGIN - timedelta(seconds=1)) == 0
    assert count_what_is_over(engine, KEPT, NINE + HOUR + MARGIN) == 1
    assert count_what_is_over(engine, KEPT, NINE + HOUR + MARGIN) == 0
    assert outcomes(engine) == {"stopped": 1}


def test_without_any_call_nothing_is_counted(engine):
    assert count_what_is_over(engine, KEPT, NINE) == 0


def test_after_a_pause_of_days_everything_is_caught_up_with(engine):
    start_call(engine, at=NINE, outcome="stopped")
    count_what_is_over(engine, KEPT, NINE + 2 * HOUR)
    start_call(engine, at=NINE + 30 * HOUR, outcome="nothing")
    assert count_what_is_over(engine, KEPT, NINE + 40 * HOUR) == 38
    assert outcomes(engine) == {"stopped": 1, "nothing": 1}


def test_what_became_of_a_call_later_counts_two_days_after(engine):
    sid = start_call(engine, at=NINE, outcome="accepted")
    count_what_is_over(engine, KEPT, NINE + 2 * HOUR)
    with engine.begin() as connection:
        connection.execute(update(calls).where(calls.c.sid == sid).values(outcome="stopped"))
    count_what_is_over(engine, KEPT, NINE + 47 * HOUR)
    assert outcomes(engine) == {"accepted": 1}
    count_what_is_over(engine, KEPT, NINE + 51 * HOUR)
    assert outcomes(engine) == {"stopped": 1}
    assert count_what_is_over(engine, KEPT, NINE + 51 * HOUR) == 0


def test_lengths_of_time_are_counted_with_the_last_hour_of_a_day(engine):
    start_call(engine, at=NINE)
    midnight = NINE.replace(hour=15)
    day = Span(midnight - timedelta(days=1), midnight)
    count_what_is_over(engine, KEPT, midnight + MARGIN)
    with engine.connect() as connection:
        assert figures.find_counted_until(connection) == midnight
        assert figures.read_days(connection, day) == []


def test_whoever_counts_already_is_left_alone(engine):
    start_call(engine, at=NINE)
    with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        assert figures.try_lock(connection)
        assert count_what_is_over(engine, KEPT, NINE + 2 * HOUR) == 0
    assert count_what_is_over(engine, KEPT, NINE + 2 * HOUR) == 1
