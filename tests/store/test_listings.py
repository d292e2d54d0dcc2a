import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Target
from hotline.store import listings
from hotline.store.database import Engine
from hotline.store.follow_ups import open_follow_up
from hotline.store.listings import list_calls, list_follow_ups, list_requests
from hotline.store.requests import finish, give_up
from tests.store.rows import NOON, accept_request, end_call, row_of, start_call


def test_a_call_is_listed_as_scripts_know_it(engine: Engine) -> None:
    sid = start_call(engine, language="ja", outcome="stopped", step="goodbye", turn=9)
    end_call(engine, sid, NOON + timedelta(minutes=2))
    assert list(list_calls(engine)) == [
        {
            "sid": sid,
            "language": "ja",
            "status": "completed",
            "outcome": "stopped",
            "last_step": "goodbye",
            "turns": 9,
            "started_at": "2026-11-23T03:00:00Z",
            "ended_at": "2026-11-23T03:02:00Z",
        }
    ]


def test_a_request_is_listed_as_scripts_know_it(engine: Engine) -> None:
    sid = start_call(engine)
    request_id = accept_request(engine, sid, targets=(Target.CARD, Target.SMARTPHONE))
    answers = {Target.CARD: Answer.SUSPENDED, Target.SMARTPHONE: Answer.NOT_HELD}
    with engine.begin() as connection:
        moment = NOON + timedelta(milliseconds=20)
        finish(connection, request_id, backend_id="B1", answers=answers, municipality=None, now=moment)
    assert list(list_requests(engine)) == [
        {
            "receipt_number": row_of(engine, request_id)["receipt_number"],
            "status": "suspended",
            "targets": ["card", "smartphone"],
            "answers": {"card": "suspended", "smartphone": "not_held"},
            "call_sid": sid,
            "accepted_at": "2026-11-23T03:00:00Z",
            "sent_again_at": None,
            "finished_at": "2026-11-23T03:00:00.020000Z",
            "attempts": 0,
        }
    ]


def test_a_follow_up_is_listed_with_the_receipt_number_and_without_the_number_to_call(engine: Engine) -> None:
    sid = start_call(engine)
    request_id = accept_request(engine, sid)
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=sid, reason=Reason.CALL_BACK, now=NOON, call_back_sealed=b"sealed")
        give_up(connection, request_id, now=NOON)
    call_back, needs_operator = list_follow_ups(engine)
    shared = {"call_sid": sid, "opened_at": "2026-11-23T03:00:00Z", "resolved_at": None}
    number = row_of(engine, request_id)["receipt_number"]
    assert call_back == {"id": call_back["id"], **shared, "reason": "call_back", "receipt_number": None}
    assert needs_operator == {
        "id": needs_operator["id"],
        **shared,
        "reason": "needs_operator",
        "receipt_number": number,
    }


def test_one_can_be_asked_for(engine: Engine) -> None:
    wanted, _ = start_call(engine), start_call(engine)
    number = str(row_of(engine, accept_request(engine, wanted))["receipt_number"])
    accept_request(engine)
    assert [call["sid"] for call in list_calls(engine, wanted)] == [wanted]
    assert [request["call_sid"] for request in list_requests(engine, number)] == [wanted]
    assert list(list_calls(engine, "CA0")) == list(list_requests(engine, "00000000")) == []


def test_pages_miss_nothing_and_repeat_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "PAGE", 2)
    # Several at one moment, so that the moment alone does not say where a page ended.
    started = [NOON, NOON, NOON, NOON, NOON + timedelta(seconds=1), NOON + timedelta(seconds=2)]
    sids = [start_call(engine, f"CA{number}", at) for number, at in enumerate(started)]
    for sid in sids:
        accept_request(engine, sid)
        with engine.begin() as connection:
            open_follow_up(connection, call_sid=sid, reason=Reason.ERROR, now=NOON)
    assert [call["sid"] for call in list_calls(engine)] == sids
    assert sorted(request["call_sid"] for request in list_requests(engine)) == sids
    assert [follow_up["call_sid"] for follow_up in list_follow_ups(engine)] == sids


def test_a_listing_that_is_left_open_holds_nothing_back(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "PAGE", 1)
    for _ in range(3):
        start_call(engine)
    left_open = list_calls(engine)
    next(left_open)
    with engine.connect() as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
        assert connection.execute(text(others)).scalar_one() == 1
    assert len(list(left_open)) == 2


@pytest.mark.parametrize(
    ("table", "order"), [("calls", "started_at, sid"), ("requests", "accepted_at, receipt_number")]
)
def test_a_page_far_down_a_long_list_is_found_by_an_index(engine: Engine, table: str, order: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(MANY_CALLS))
        connection.execute(text(MANY_REQUESTS))
        connection.execute(text("ANALYZE"))
        where = f"({order}) > ('2026-11-23T03:50:00Z', '5000') ORDER BY {order} LIMIT 10"
        lines = connection.execute(text(f"EXPLAIN SELECT * FROM {table} WHERE {where}")).scalars().all()
    assert "Index Scan" in "\n".join(lines)
    assert "Seq Scan" not in "\n".join(lines)


MANY_CALLS = """
    INSERT INTO calls (sid, called, language, status, outcome, step, turn, started_at, turned_at)
    SELECT i::text, '', '', '', '', '', 1, timestamptz '2026-11-23T03:00:00Z' + i * interval '1 s', now()
    FROM generate_series(1, 4000) i
"""
MANY_REQUESTS = """
    INSERT INTO requests (id, call_sid, turn, receipt_number, targets, status, accepted_at)
    SELECT gen_random_uuid(), sid, 1, sid, '{}', 'suspended', started_at FROM calls
"""


def test_what_is_listed_can_be_written_as_json(engine: Engine) -> None:
    accept_request(engine)
    for listed in (list_calls(engine), list_requests(engine)):
        assert all(json.loads(json.dumps(row)) == row for row in listed)
