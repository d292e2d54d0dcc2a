"""By when a follow-up should be done."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.callflow.effects import Reason
from hotline.calls.due import DUE_WITHIN, Age, age, due_at

OPENED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def test_every_reason_has_its_time():
    assert set(DUE_WITHIN) == set(Reason)


def test_what_nothing_but_a_person_stops_is_the_most_urgent():
    longest = max(DUE_WITHIN[one] for one in (Reason.NOT_CONFIRMED, Reason.NOT_IDENTIFIED, Reason.NEEDS_OPERATOR))
    assert all(longest <= within for within in DUE_WITHIN.values())


@pytest.mark.parametrize(
    ("after", "expected"),
    [(timedelta(0), Age.FRESH), (timedelta(minutes=8), Age.AGEING), (timedelta(minutes=15), Age.OVERDUE)],
)
def test_it_ages(after, expected):
    assert age("not_identified", OPENED, OPENED + after) is expected


def test_a_reason_of_another_version_waits_a_day():
    assert due_at("never_heard_of", OPENED) == OPENED + timedelta(days=1)
