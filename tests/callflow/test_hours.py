"""When a part of the line is open."""

from datetime import datetime, time

import pytest

from hotline.callflow.hours import Hours, Opening, Part, Week, YearlyBreak
from hotline.calls.opening import load_hours
from hotline.clock import JAPAN

WEEK = Week(Opening(time(9, 30), time(20)), Opening(time(9, 30), time(17, 30)))
HOURS = Hours({Part.QUESTIONS: WEEK}, load_hours().holidays, YearlyBreak((12, 29), (1, 3)))


def here(told: str) -> datetime:
    """A moment in Japan."""
    return datetime.fromisoformat(told).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-24 09:29:59.999", False),
        ("2026-11-24 09:30:00", True),
        ("2026-11-24 19:59:59.999", True),
        ("2026-11-24 20:00:00", False),
        # Labour Thanksgiving Day, a Monday, and Saturday.
        ("2026-11-23 17:29:59", True),
        ("2026-11-23 17:30:00", False),
        ("2026-11-28 18:00:00", False),
        ("2026-12-28 12:00:00", True),
        ("2026-12-29 12:00:00", False),
        ("2027-01-01 12:00:00", False),
        ("2027-01-03 12:00:00", False),
        ("2027-01-04 09:30:00", True),
    ],
)
def test_the_edges_of_days_holidays_and_the_new_year(moment, is_open):
    assert HOURS.is_open(Part.QUESTIONS, here(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-24 00:00:00", "2026-11-24 09:30"),
        ("2026-11-24 09:29:59", "2026-11-24 09:30"),
        ("2026-11-24 20:00:00", "2026-11-25 09:30"),
        ("2026-12-28 20:00:00", "2027-01-04 09:30"),
        ("2026-12-31 23:59:59", "2027-01-04 09:30"),
        ("2027-01-03 23:59:59", "2027-01-04 09:30"),
    ],
)
def test_it_opens_next_on_a_day_on_which_somebody_works(moment, opens):
    assert HOURS.opens_next(Part.QUESTIONS, here(moment)) == here(opens)


def test_a_part_without_hours_never_closes():
    for moment in ("2026-11-24 03:00", "2027-01-01 12:00"):
        assert HOURS.is_open(Part.REISSUE, here(moment))
        assert HOURS.opens_next(Part.REISSUE, here(moment)) == here(moment)


def test_the_moment_is_judged_in_japan_wherever_it_was_taken():
    assert HOURS.is_open(Part.QUESTIONS, datetime.fromisoformat("2026-11-24T00:30:00+00:00"))
    assert not HOURS.is_open(Part.QUESTIONS, datetime.fromisoformat("2026-11-24T11:00:00+00:00"))


def test_a_break_within_a_year_spans_no_other_months():
    summer = YearlyBreak((8, 13), (8, 15))
    assert here("2026-08-15 12:00").date() in summer
    assert here("2026-08-16 12:00").date() not in summer
    assert here("2026-12-30 12:00").date() not in summer
    assert "2026-08-15" not in summer
