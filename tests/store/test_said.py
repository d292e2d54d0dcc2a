from datetime import timedelta
from uuid import UUID

import pytest

from hotline.callflow.events import Answer, Target
from hotline.store import tries
from hotline.store.database import Engine
from hotline.store.requests import finish
from hotline.store.said import MOST_CHARACTERS, SeenTry, list_tries, note_try
from tests.store.rows import LONG_AGO, NOON, accept_request

LATER = NOON + timedelta(seconds=15)
MOMENT = timedelta(milliseconds=40)


def claims_new(engine: Engine) -> list[tries.Try]:
    with engine.begin() as connection:
        return list(tries.claim_new(connection, accepted_after=LONG_AGO, due_again=LATER, now=NOON))


def notes(engine: Engine, request_id: UUID, said: str, number: int = 1) -> None:
    with engine.begin() as connection:
        note_try(connection, request_id, number, said, NOON + MOMENT)


def tries_of(engine: Engine, request_id: UUID) -> list[SeenTry]:
    with engine.connect() as connection:
        return list_tries(connection, request_id)


def test_each_claim_is_written_down_as_handed_over(engine: Engine) -> None:
    first, second = accept_request(engine), accept_request(engine)
    claims_new(engine)
    with engine.begin() as connection:
        tries.claim_again(connection, [first], last=1, due_again=LATER, now=LATER)
    assert tries_of(engine, first) == [SeenTry(1, NOON, None, None), SeenTry(2, LATER, None, None)]
    assert tries_of(engine, second) == [SeenTry(1, NOON, None, None)]


def test_what_a_try_came_to_is_written_to_it(engine: Engine) -> None:
    request_id = accept_request(engine)
    claims_new(engine)
    notes(engine, request_id, "status 503")
    assert tries_of(engine, request_id) == [SeenTry(1, NOON, NOON + MOMENT, "status 503")]


@pytest.mark.parametrize("number", [1, 0])
def test_an_answer_is_written_together_with_what_the_try_came_to(engine: Engine, number: int) -> None:
    request_id = accept_request(engine)
    claims_new(engine)
    with engine.begin() as connection:
        said = {Target.CARD: Answer.SUSPENDED}
        assert finish(
            connection, request_id, backend_id="B1", answers=said, municipality=None, now=LATER, attempt=number
        )
        again = {Target.CARD: Answer.NOT_HELD}
        assert not finish(
            connection, request_id, backend_id="B1", answers=again, municipality=None, now=LATER, attempt=1
        )
    answered = (LATER, "suspended") if number else (None, None)
    assert tries_of(engine, request_id) == [SeenTry(1, NOON, *answered)]


def test_a_try_that_was_not_handed_over_is_not_written_down(engine: Engine) -> None:
    request_id = accept_request(engine)
    claimed = claims_new(engine)
    with engine.begin() as connection:
        tries.take_back(connection, claimed, due_again=NOON)
    assert tries_of(engine, request_id) == []
    claims_new(engine)
    assert tries_of(engine, request_id) == [SeenTry(1, NOON, None, None)]


def test_what_a_worker_learnt_of_a_try_that_was_taken_back_stays_until_its_number_comes_again(engine: Engine) -> None:
    request_id = accept_request(engine)
    claimed = claims_new(engine)
    notes(engine, request_id, "status 503")
    with engine.begin() as connection:
        tries.take_back(connection, claimed, due_again=NOON)
    assert tries_of(engine, request_id) == [SeenTry(1, NOON, NOON + MOMENT, "status 503")]
    claims_new(engine)
    assert tries_of(engine, request_id) == [SeenTry(1, NOON, None, None)]


def test_a_try_that_nobody_wrote_down_was_made_all_the_same(engine: Engine) -> None:
    request_id = accept_request(engine)
    notes(engine, request_id, "ReadTimeout")
    assert tries_of(engine, request_id) == [SeenTry(1, NOON + MOMENT, NOON + MOMENT, "ReadTimeout")]


def test_what_is_too_long_is_cut(engine: Engine) -> None:
    request_id = accept_request(engine)
    notes(engine, request_id, "x" * 100)
    assert tries_of(engine, request_id)[0].said == "x" * MOST_CHARACTERS
