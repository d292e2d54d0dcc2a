from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Loss, Target
from hotline.store import requests as stored
from hotline.store.database import Engine
from hotline.store.follow_ups import open_follow_up
from hotline.store.open_requests import find_open
from hotline.store.requests import (
    FoundReceipt,
    Progress,
    Status,
    find_by_receipt,
    find_newest,
    finish,
    give_up,
    status_of,
)
from hotline.store.tables import follow_ups, requests
from tests.store.rows import NOON, accept_request, end_call, promise, row_of, start_call

LATER = NOON + timedelta(seconds=2)
STOPPED = {Target.CARD: Answer.SUSPENDED}


def newest(engine: Engine, sid: str) -> Progress | None:
    with engine.connect() as connection:
        return find_newest(connection, sid)


def finishes(engine: Engine, request_id: UUID, answers: dict[Target, Answer] = STOPPED) -> bool:
    with engine.begin() as connection:
        return finish(connection, request_id, backend_id="B1", answers=answers, municipality="千代田区", now=LATER)


def gives_up(engine: Engine, request_id: UUID) -> bool:
    with engine.begin() as connection:
        return give_up(connection, request_id, now=LATER)


def opened(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(follow_ups)).mappings()]


def test_an_accepted_request_is_open_and_due_at_once(engine: Engine) -> None:
    sid = start_call(engine)
    request_id = accept_request(engine, sid, targets=(Target.CARD, Target.SMARTPHONE))
    with engine.connect() as connection:
        request = find_open(connection, request_id)
    assert request is not None
    assert (request.call_sid, request.targets, request.attempts) == (sid, (Target.CARD, Target.SMARTPHONE), 0)
    row = row_of(engine, request_id)
    assert (row["status"], row["accepted_at"], row["due_at"], row["turn"]) == ("accepted", NOON, NOON, 2)


def test_a_turn_that_fails_leaves_no_promise(engine: Engine) -> None:
    sid = start_call(engine)
    with engine.connect() as connection:
        promise(connection, sid)
        connection.rollback()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(requests)).scalar_one() == 0


def test_a_turn_cannot_promise_twice(engine: Engine) -> None:
    sid = start_call(engine)
    accept_request(engine, sid)
    with pytest.raises(IntegrityError):
        accept_request(engine, sid)


def test_a_call_without_a_request_has_no_progress(engine: Engine) -> None:
    assert newest(engine, start_call(engine)) is None


def test_the_caller_hears_of_the_newest_request(engine: Engine) -> None:
    sid = start_call(engine)
    first = accept_request(engine, sid, turn=2)
    finishes(engine, first, {Target.CARD: Answer.NOT_FOUND})
    progress = newest(engine, sid)
    assert progress is not None
    assert (progress.status, dict(progress.answers)) == (Status.NOT_FOUND, {Target.CARD: Answer.NOT_FOUND})
    assert progress.municipality == "千代田区"

    second = accept_request(engine, sid, turn=10, at=LATER)
    progress = newest(engine, sid)
    assert progress == Progress(str(row_of(engine, second)["receipt_number"]), Status.ACCEPTED, {}, LATER, None)


def test_an_answer_is_written_once(engine: Engine) -> None:
    request_id = accept_request(engine)
    assert finishes(engine, request_id)
    before = row_of(engine, request_id)
    assert not finishes(engine, request_id, {Target.CARD: Answer.ALREADY_SUSPENDED})
    assert not gives_up(engine, request_id)
    assert row_of(engine, request_id) == before
    expected = {"status": "suspended", "answers": {"card": "suspended"}, "backend_id": "B1", "due_at": None}
    assert before == {**before, **expected, "finished_at": LATER, "municipality": "千代田区"}
    with engine.connect() as connection:
        assert find_open(connection, request_id) is None


def found(engine: Engine, number: object) -> FoundReceipt | None:
    with engine.connect() as connection:
        return find_by_receipt(connection, str(number))


def test_a_request_is_found_by_its_receipt_number_as_long_as_it_is_open(engine: Engine) -> None:
    sid = start_call(engine)
    request_id = accept_request(engine, sid, targets=(Target.CARD, Target.SMARTPHONE))
    accept_request(engine)
    row = row_of(engine, request_id)
    number = str(row["receipt_number"])
    receipt = found(engine, number)
    assert receipt is not None
    assert (receipt.call_sid, receipt.targets) == (sid, (Target.CARD, Target.SMARTPHONE))
    assert receipt.progress == Progress(number, Status.ACCEPTED, {}, NOON, None)
    assert (receipt.finished_at, receipt.loss) == (None, None)
    assert receipt.facts_sealed == row["facts_sealed"]
    assert repr(row["facts_sealed"]) not in repr(receipt)


def test_a_finished_request_is_found_with_what_was_done_and_when(engine: Engine) -> None:
    request_id = accept_request(engine)
    finishes(engine, request_id)
    row = row_of(engine, request_id)
    with engine.begin() as connection:
        stored.note_loss(connection, call_sid=str(row["call_sid"]), loss=Loss.STOLEN, for_another=None)
        connection.execute(requests.update().values(facts_sealed=None))
    receipt = found(engine, row["receipt_number"])
    assert receipt is not None
    assert receipt.progress == Progress(str(row["receipt_number"]), Status.SUSPENDED, STOPPED, NOON, "千代田区")
    assert (receipt.finished_at, receipt.loss, receipt.facts_sealed) == (LATER, Loss.STOLEN, None)


def test_a_receipt_number_that_was_not_given_out_finds_nothing(engine: Engine) -> None:
    accept_request(engine)
    assert found(engine, "00000000") is None


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (["suspended"], Status.SUSPENDED),
        (["already_suspended"], Status.ALREADY_SUSPENDED),
        (["not_held"], Status.NOT_HELD),
        (["not_found", "not_found"], Status.NOT_FOUND),
        (["ambiguous", "ambiguous"], Status.AMBIGUOUS),
        (["not_held", "suspended"], Status.SUSPENDED),
        (["already_suspended", "suspended"], Status.SUSPENDED),
        (["not_held", "already_suspended"], Status.ALREADY_SUSPENDED),
        (["not_held", "not_held"], Status.NOT_HELD),
    ],
)
def test_the_status_says_the_most_that_happened_to_any_target(said: list[str], status: Status) -> None:
    assert status_of(dict(zip(Target, map(Answer, said), strict=False))) is status


def test_a_request_that_is_given_up_is_left_to_an_operator(engine: Engine) -> None:
    sid = start_call(engine)
    request_id = accept_request(engine, sid)
    assert gives_up(engine, request_id)
    assert not gives_up(engine, request_id)
    assert not finishes(engine, request_id)
    assert row_of(engine, request_id)["status"] == "needs_operator"
    [follow_up] = opened(engine)
    expected = {"call_sid": sid, "request_id": request_id, "reason": "needs_operator", "opened_at": LATER}
    assert follow_up == {**follow_up, **expected, "resolved_at": None}


def test_two_requests_of_one_call_open_one_follow_up(engine: Engine) -> None:
    sid = start_call(engine)
    ids = [accept_request(engine, sid, turn=turn) for turn in (2, 9)]
    assert all(gives_up(engine, one) for one in ids)
    assert [row_of(engine, one)["status"] for one in ids] == ["needs_operator"] * 2
    assert len(opened(engine)) == 1


def test_two_requests_of_one_call_that_are_given_up_at_once_open_one_follow_up(engine: Engine) -> None:
    sid = start_call(engine)
    ids = {accept_request(engine, sid, turn=turn) for turn in (2, 9)}
    with engine.begin() as connection:
        assert set(stored.give_up_old(connection, accepted_before=NOON, now=NOON)) == ids
    assert len(opened(engine)) == 1


def test_only_what_is_old_and_due_is_given_up(engine: Engine) -> None:
    old = accept_request(engine, at=NOON - timedelta(hours=13))
    young = accept_request(engine, at=NOON - timedelta(hours=11))
    in_hand = accept_request(engine, at=NOON - timedelta(hours=13))
    with engine.begin() as connection:
        connection.execute(requests.update().where(requests.c.id == in_hand).values(due_at=LATER))
        limit = NOON - timedelta(hours=12)
        assert stored.give_up_old(connection, accepted_before=limit, now=NOON) == [old]
    assert [row_of(engine, one)["status"] for one in (young, in_hand)] == ["accepted"] * 2


def test_one_reason_opens_one_follow_up_a_call(engine: Engine) -> None:
    sid = start_call(engine)
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=sid, reason=Reason.CALL_BACK, now=NOON, call_back_sealed=b"one")
        open_follow_up(connection, call_sid=sid, reason=Reason.CALL_BACK, now=LATER, call_back_sealed=b"two")
        open_follow_up(connection, call_sid=sid, reason=Reason.FOR_ANOTHER, now=LATER)
    found = [(row["reason"], row["call_back_sealed"], row["opened_at"]) for row in opened(engine)]
    assert found == [("call_back", b"one", NOON), ("for_another", None, LATER)]


def test_what_is_noted_after_the_stop_leaves_the_rest_as_it_is(engine: Engine) -> None:
    sid = start_call(engine)
    request_id, other = accept_request(engine, sid), accept_request(engine)
    with engine.begin() as connection:
        stored.note_loss(connection, call_sid=sid, loss=Loss.STOLEN, for_another=None)
        stored.note_loss(connection, call_sid=sid, loss=None, for_another=False)
        stored.note_loss(connection, call_sid=sid, loss=None, for_another=None)
    row = row_of(engine, request_id)
    assert (row["loss"], row["for_another"]) == ("stolen", False)
    assert row_of(engine, other)["loss"] is None


def test_whether_the_caller_has_hung_up_is_known_and_cannot_change_meanwhile(engine: Engine) -> None:
    on_the_line, gone = start_call(engine), start_call(engine)
    end_call(engine, gone)
    with engine.begin() as connection:
        assert not stored.lock_call(connection, on_the_line)
        assert stored.lock_call(connection, gone)
        with engine.begin() as other:
            free = "SELECT sid FROM calls FOR NO KEY UPDATE SKIP LOCKED"
            assert other.exec_driver_sql(free).scalars().all() == []
