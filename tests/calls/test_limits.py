"""Beyond what is usual the line slows down and marks; nobody is ever turned away."""

import logging
from datetime import timedelta

import pytest

from hotline.calls import limits
from tests.calls.conftest import NOON, Caller


def reports(room, birth_date="19800301", number="+819012345678", at=NOON, house_number="216") -> Caller:
    """A whole call up to the promise."""
    caller = Caller(room, number, at)
    caller.dials()
    caller.presses("2", "1", birth_date, "1000001", house_number, "1")
    assert caller.step == "waiting"
    return caller


def delays(room) -> list[timedelta]:
    return [row["due_at"] - row["accepted_at"] for row in room.rows("requests", "accepted_at, due_at")]


@pytest.fixture
def few(monkeypatch):
    """A line that expects few requests."""
    monkeypatch.setattr(limits, "REQUESTS_IN_ALL", 2)


def test_usual_requests_are_due_at_once_and_marked_with_nothing(room):
    for number in range(limits.REQUESTS_OF_A_CALLER):
        reports(room, f"198003{number + 1:02}")
    assert delays(room) == [timedelta(0)] * limits.REQUESTS_OF_A_CALLER
    assert room.reasons() == []


def test_many_requests_of_one_caller_are_slowed_and_marked_and_accepted(room):
    for number in range(limits.REQUESTS_OF_A_CALLER):
        reports(room, f"198003{number + 1:02}")
    last = reports(room, "19800320", at=NOON + timedelta(hours=1))
    assert delays(room)[-1] == limits.SLOWED_BY
    assert "many_requests" in room.reasons(last.sid)
    assert "limits.takes_longer" in last.waits()


def test_many_requests_for_one_person_are_slowed_whoever_calls(room):
    for number in range(limits.REQUESTS_FOR_A_PERSON):
        reports(room, number=f"+81901111{number:04}", house_number=str(number + 1))
    last = reports(room, number=None)
    assert delays(room)[-1] == limits.SLOWED_BY
    assert room.reasons(last.sid) == ["many_requests"]


def test_a_day_later_nothing_is_slowed(room):
    for number in range(limits.REQUESTS_OF_A_CALLER):
        reports(room, f"198003{number + 1:02}")
    reports(room, "19800320", at=NOON + timedelta(hours=24, seconds=1))
    assert delays(room)[-1] == timedelta(0)


def test_callers_without_a_number_are_not_counted_as_one(room):
    for number in range(limits.REQUESTS_OF_A_CALLER + 2):
        reports(room, f"198003{number + 1:02}", number=None)
    assert set(delays(room)) == {timedelta(0)}
    assert room.reasons() == []


def test_a_flood_without_a_number_is_slowed_and_marked_and_others_are_not(room, monkeypatch, caplog):
    monkeypatch.setattr(limits, "REQUESTS_WITHOUT_NUMBER", 2)
    for number in range(2):
        reports(room, f"198003{number + 1:02}", number=None)
    last = reports(room, "19800311", number=None, at=NOON + timedelta(minutes=1))
    reports(room, "19800312", at=NOON + timedelta(minutes=2))
    reports(room, "19800313", number=None, at=NOON + timedelta(minutes=62))
    nothing = timedelta(0)
    assert delays(room) == [nothing, nothing, limits.SLOWED_BY, nothing, nothing]
    assert room.reasons() == room.reasons(last.sid) == ["many_requests"]


def test_many_persons_of_one_caller_are_marked_and_told_to_on_call(room, caplog):
    with caplog.at_level(logging.ERROR):
        for number in range(limits.PERSONS_OF_A_CALLER):
            reports(room, f"198003{number + 1:02}")
        assert caplog.records == []
        last = reports(room, "19800320")
    assert "many_persons" in room.reasons(last.sid)
    [told] = caplog.records
    assert told.message == "one caller has cards of many persons stopped"
    assert told.persons == limits.PERSONS_OF_A_CALLER + 1
    assert "9012345678" not in str(told.__dict__)


def test_one_person_corrected_again_and_again_is_one_person(room):
    for _ in range(limits.PERSONS_OF_A_CALLER + 2):
        reports(room)
    assert "many_persons" not in room.reasons()


def test_more_in_an_hour_than_ever_slow_everybody_down_and_wake_on_call(room, few, caplog):
    with caplog.at_level(logging.ERROR):
        reports(room, "19800301", "+819011110001")
        reports(room, "19800302", "+819011110002")
        assert caplog.records == []
        reports(room, "19800303", "+819011110003")
    assert delays(room) == [timedelta(0), timedelta(0), limits.SLOWED_BY]
    assert room.reasons() == []
    assert [record.limit for record in caplog.records] == [2]
    reports(room, "19800304", "+819011110004", at=NOON + timedelta(hours=1, seconds=1))
    assert delays(room)[-1] == timedelta(0)


def test_a_slowed_request_is_told_as_usual_once_a_worker_had_it(room):
    for _ in range(limits.REQUESTS_FOR_A_PERSON):
        reports(room)
    last = reports(room, at=NOON + timedelta(minutes=1))
    last.waits()
    room.answers_request(card="suspended", at=last.at)
    assert "result.card.suspended" in last.waits()
