from datetime import datetime, timedelta

from hotline.store.counting import count_accepted, count_persons
from hotline.store.database import Engine
from tests.store.rows import NOON, accept_request, start_call

LATER = NOON + timedelta(minutes=1)


def accepted(engine: Engine, caller: str | None, person: str | None = None, at: datetime = NOON, turn: int = 2) -> None:
    sid = start_call(engine, caller_print=caller)
    accept_request(engine, sid, at=at, turn=turn, person_print=person)


def counted(engine: Engine, since: datetime = NOON, **whose: str) -> int:
    with engine.connect() as connection:
        return count_accepted(connection, since, **whose)


def persons(engine: Engine, caller: str, since: datetime = NOON) -> int:
    with engine.connect() as connection:
        return count_persons(connection, caller, since)


def test_requests_are_counted_since_a_moment_in_all(engine: Engine) -> None:
    assert counted(engine) == 0
    for at in (NOON - timedelta(microseconds=1), NOON, LATER):
        accepted(engine, None, at=at)
    assert (counted(engine), counted(engine, LATER)) == (2, 1)


def test_a_caller_s_requests_are_counted_over_all_their_calls(engine: Engine) -> None:
    for caller in ("one", "one", "other", None):
        accepted(engine, caller)
    sid = start_call(engine, caller_print="one")
    for turn in (2, 5):
        accept_request(engine, sid, turn=turn)
    assert counted(engine, caller_print="one") == 4
    assert counted(engine, LATER, caller_print="one") == 0
    assert counted(engine, caller_print="nobody") == 0


def test_requests_for_a_person_are_counted_whoever_called(engine: Engine) -> None:
    for caller, person in (("one", "p"), ("other", "p"), (None, "p"), ("one", "q"), ("one", None)):
        accepted(engine, caller, person)
    assert counted(engine, person_print="p") == 3
    assert counted(engine, person_print="p", caller_print="one") == 1


def test_persons_are_counted_once_each_for_one_caller(engine: Engine) -> None:
    for caller, person in (("one", "p"), ("one", "p"), ("one", "q"), ("one", None), ("other", "r")):
        accepted(engine, caller, person)
    accepted(engine, "one", "long ago", NOON - timedelta(seconds=1))
    assert (persons(engine, "one"), persons(engine, "other"), persons(engine, "nobody")) == (2, 1, 0)
    assert persons(engine, "one", LATER) == 0
