from datetime import datetime, timedelta

from hotline.store.counting import count_accepted, count_persons
from hotline.store.database import Engine
from hotline.store.requests import give_up
from tests.store.rows import NOON, accept_request, start_call

LATER = NOON + timedelta(minutes=1)


def accepted_of(engine: Engine, since: datetime, **whose: str) -> int:
    with engine.connect() as connection:
        return count_accepted(connection, since, **whose)


def persons_of(engine: Engine, caller: str, since: datetime) -> int:
    with engine.connect() as connection:
        return count_persons(connection, caller, since)


def test_requests_are_counted_since_a_moment(engine: Engine) -> None:
    for at in (NOON - timedelta(microseconds=1), NOON, LATER):
        accept_request(engine, at=at)
    request_id = accept_request(engine, at=LATER)
    with engine.begin() as connection:
        give_up(connection, request_id, now=LATER)
    assert accepted_of(engine, NOON) == 3


def test_requests_are_counted_for_a_caller_over_all_their_calls(engine: Engine) -> None:
    calls = [start_call(engine, caller_print=caller) for caller in ("one", "one", "other", None)]
    for sid in calls:
        accept_request(engine, sid, turn=2, at=NOON, person_print="a person")
        accept_request(engine, sid, turn=3, at=LATER, person_print="another")
    assert accepted_of(engine, NOON) == 8
    assert accepted_of(engine, NOON, caller_print="one") == 4
    assert accepted_of(engine, LATER, caller_print="one") == 2
    assert accepted_of(engine, NOON, caller_print="one", person_print="another") == 2
    assert accepted_of(engine, NOON, caller_print="nobody") == 0


def test_requests_are_counted_for_a_person_whoever_calls(engine: Engine) -> None:
    for person in ("a person", "a person", "another", None):
        accept_request(engine, person_print=person)
    assert accepted_of(engine, NOON, person_print="a person") == 2
    assert accepted_of(engine, LATER, person_print="a person") == 0


def test_a_person_is_counted_once_for_a_caller(engine: Engine) -> None:
    calls = [start_call(engine, caller_print="one") for _ in range(2)]
    for turn, person in enumerate(("a person", "another", None)):
        for sid in calls:
            accept_request(engine, sid, turn=turn, person_print=person)
    accept_request(engine, calls[0], turn=9, at=LATER, person_print="a third")
    accept_request(engine, start_call(engine, caller_print="other"), person_print="a fourth")
    assert persons_of(engine, "one", NOON) == 3
    assert persons_of(engine, "one", LATER) == 1
    assert persons_of(engine, "nobody", NOON) == 0
