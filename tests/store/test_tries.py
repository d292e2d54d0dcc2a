from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from hotline.callflow.events import Answer, Target
from hotline.store import tries
from hotline.store.database import Engine
from hotline.store.requests import finish
from hotline.store.tries import Try
from tests.store.rows import LONG_AGO, NOON, accept_request, row_of, start_call

SOON = NOON + timedelta(seconds=15)
STOPPED = {Target.CARD: Answer.SUSPENDED}


def claim_new(engine: Engine) -> list[Try]:
    with engine.begin() as connection:
        return list(tries.claim_new(connection, accepted_after=LONG_AGO, due_again=SOON, now=NOON))


def state(engine: Engine, request_id: UUID) -> tuple[object, object]:
    row = row_of(engine, request_id)
    return row["attempts"], row["due_at"]


def test_a_claim_counts_the_try_and_says_when_it_is_due_again(engine: Engine) -> None:
    request_id = accept_request(engine)
    assert claim_new(engine) == [Try(request_id, 1)]
    assert state(engine, request_id) == (1, SOON)
    assert claim_new(engine) == []


def test_while_one_dispatcher_claims_another_gets_nothing_and_does_not_wait(engine: Engine) -> None:
    request_id = accept_request(engine)
    with engine.begin() as connection:
        claimed = tries.claim_new(connection, accepted_after=LONG_AGO, due_again=SOON, now=NOON)
        assert claimed == [Try(request_id, 1)]
        assert claim_new(engine) == []


def test_a_claim_that_is_not_committed_was_never_made(engine: Engine) -> None:
    request_id = accept_request(engine)
    with engine.connect() as connection:
        tries.claim_new(connection, accepted_after=LONG_AGO, due_again=SOON, now=NOON)
        connection.rollback()
    assert claim_new(engine) == [Try(request_id, 1)]


def test_many_dispatchers_at_once_claim_each_request_once(engine: Engine) -> None:
    sid = start_call(engine)
    accepted = {accept_request(engine, sid, turn=turn) for turn in range(2, 202)}

    def dispatcher(_: int) -> list[Try]:
        claimed: list[Try] = []
        while batch := claim_new(engine):
            claimed += batch
        return claimed

    with ThreadPoolExecutor(4) as pool:
        claimed = [one for mine in pool.map(dispatcher, range(4)) for one in mine]
    assert len(claimed) == 200
    assert set(claimed) == {Try(one, 1) for one in accepted}


def test_the_longest_due_goes_first_and_at_most_a_batch(engine: Engine) -> None:
    sid = start_call(engine)
    younger = [accept_request(engine, sid, turn=turn) for turn in range(tries.BATCH)]
    oldest = accept_request(engine, at=NOON - timedelta(seconds=1))
    claimed = {one.request_id for one in claim_new(engine)}
    assert len(claimed) == tries.BATCH
    assert oldest in claimed
    assert {one.request_id for one in claim_new(engine)} == set(younger) - claimed


def test_what_is_not_due_yet_or_too_old_is_not_claimed(engine: Engine) -> None:
    accept_request(engine, at=NOON + timedelta(seconds=1))
    accept_request(engine, at=LONG_AGO)
    assert claim_new(engine) == []


def test_a_request_that_is_slowed_down_is_claimed_when_its_time_has_come(engine: Engine) -> None:
    request_id = accept_request(engine, due_at=SOON)
    assert state(engine, request_id) == (0, SOON)
    with engine.begin() as connection:
        just_before = SOON - timedelta(microseconds=1)
        assert tries.claim_new(connection, accepted_after=LONG_AGO, due_again=SOON, now=just_before) == []
        claimed = tries.claim_new(connection, accepted_after=LONG_AGO, due_again=SOON, now=SOON)
        assert claimed == [Try(request_id, 1)]


def test_a_request_whose_try_was_lost_is_due_again(engine: Engine) -> None:
    request_id = accept_request(engine)
    claim_new(engine)
    with engine.begin() as connection:
        just_before = SOON - timedelta(microseconds=1)
        assert tries.find_due_again(connection, accepted_after=LONG_AGO, now=just_before) == []
        assert tries.find_due_again(connection, accepted_after=LONG_AGO, now=SOON) == [Try(request_id, 1)]


def test_only_one_dispatcher_wins_the_next_try(engine: Engine) -> None:
    request_id = accept_request(engine)
    claim_new(engine)
    later = SOON + timedelta(seconds=30)
    with engine.begin() as connection:
        win = tries.claim_again(connection, [request_id], last=1, due_again=later, now=SOON)
        lose = tries.claim_again(connection, [request_id], last=1, due_again=later, now=SOON)
    assert (win, lose) == ([Try(request_id, 2)], [])
    with engine.begin() as connection:
        # The loser's look was so long ago that the next try is due by now: it must not take it for its own.
        assert tries.claim_again(connection, [request_id], last=1, due_again=later, now=later) == []
        assert tries.postpone(connection, [request_id], last=1, due_again=later, now=later) == 0
    assert state(engine, request_id) == (2, later)


def test_a_try_that_still_waits_is_only_moved(engine: Engine) -> None:
    request_id = accept_request(engine)
    claim_new(engine)
    later = SOON + timedelta(seconds=15)
    with engine.begin() as connection:
        assert tries.postpone(connection, [request_id], last=1, due_again=later, now=SOON) == 1
    assert state(engine, request_id) == (1, later)


def test_a_try_that_could_not_be_handed_over_does_not_count(engine: Engine) -> None:
    request_id = accept_request(engine)
    claimed = claim_new(engine)
    soon = NOON + timedelta(seconds=1)
    with engine.begin() as connection:
        tries.take_back(connection, claimed, due_again=soon)
    assert state(engine, request_id) == (0, soon)


def test_taking_back_touches_nothing_that_went_on_meanwhile(engine: Engine) -> None:
    sid = start_call(engine)
    claimed_anew, finished = (accept_request(engine, sid, turn=turn) for turn in (2, 3))
    claimed = claim_new(engine)
    with engine.begin() as connection:
        tries.claim_again(connection, [claimed_anew], last=1, due_again=SOON, now=SOON)
        finish(connection, finished, backend_id="B1", answers=STOPPED, municipality=None, now=NOON)
    before = [row_of(engine, one) for one in (claimed_anew, finished)]
    with engine.begin() as connection:
        tries.take_back(connection, claimed, due_again=NOON)
    assert [row_of(engine, one) for one in (claimed_anew, finished)] == before


def test_nothing_finished_is_ever_due(engine: Engine) -> None:
    request_id = accept_request(engine)
    with engine.begin() as connection:
        finish(connection, request_id, backend_id="B1", answers=STOPPED, municipality=None, now=NOON)
        much_later = NOON + timedelta(hours=1)
        assert tries.claim_new(connection, accepted_after=LONG_AGO, due_again=SOON, now=much_later) == []
        assert tries.find_due_again(connection, accepted_after=LONG_AGO, now=much_later) == []
