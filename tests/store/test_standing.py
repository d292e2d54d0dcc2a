from datetime import timedelta

from sqlalchemy import Engine, update

from hotline.callflow.effects import Reason
from hotline.store import standing
from hotline.store.follow_ups import open_follow_up
from hotline.store.requests import give_up
from hotline.store.standing import PROMISED_WITHIN, Promises
from hotline.store.tables import requests
from tests.store.rows import NOON, accept_request, end_call, row_of, start_call

SECOND = timedelta(seconds=1)


def promises(engine: Engine, now=NOON) -> Promises:
    with engine.connect() as connection:
        return standing.look_at_promises(connection, now)


def answered(engine: Engine, request_id, after: timedelta, status: str = "suspended") -> None:
    values = {"status": status, "due_at": None, "finished_at": NOON + after}
    with engine.begin() as connection:
        connection.execute(update(requests).where(requests.c.id == request_id).values(values))


def test_on_a_quiet_line_nothing_waits(engine):
    assert promises(engine) == Promises(0, 0, None, None, 0, 0, {}, 0, 0, 0, None)


def test_what_is_open_is_counted_with_the_oldest_and_what_is_overdue(engine):
    old = accept_request(engine, at=NOON - PROMISED_WITHIN - SECOND, due_at=NOON + SECOND)
    accept_request(engine, at=NOON - SECOND, due_at=NOON - SECOND)
    done = accept_request(engine, at=NOON - PROMISED_WITHIN * 5)
    answered(engine, done, SECOND)
    found = promises(engine)
    assert (found.open, found.late) == (2, 1)
    assert found.oldest == NOON - PROMISED_WITHIN - SECOND
    assert found.overdue_since == NOON - SECOND
    with engine.connect() as connection:
        (late,) = standing.find_late(connection, NOON)
    assert (late.id, late.said, late.attempts) == (old, None, 0)
    assert late.receipt_number == row_of(engine, old)["receipt_number"]


def test_who_is_on_the_line_is_counted_by_language(engine):
    for language in ("ja", "ja", "ne"):
        start_call(engine, language=language)
    end_call(engine, start_call(engine))
    start_call(engine, language="ko", in_line_since=NOON)
    found = promises(engine)
    assert found.calls == {"ja": 2, "ne": 1, "ko": 1}
    assert found.in_line == 1


def test_what_was_given_up_waits_for_an_operator_until_its_follow_up_is_resolved(engine):
    request_id = accept_request(engine)
    with engine.begin() as connection:
        assert give_up(connection, request_id, now=NOON, key=request_id)
        sid = row_of(engine, request_id)["call_sid"]
    with engine.begin() as connection:
        open_follow_up(connection, call_sid=sid, reason=Reason.CALL_BACK, now=NOON, request_id=None)
    assert promises(engine).needs_operator == 1
    assert promises(engine).follow_ups == 2


def test_what_was_kept_is_told_of_those_old_enough_to_tell(engine):
    for seconds in (1, 2, 3):
        answered(engine, accept_request(engine), timedelta(seconds=seconds))
    answered(engine, accept_request(engine), timedelta(seconds=61))
    answered(engine, accept_request(engine), SECOND, status="needs_operator")
    accept_request(engine)
    with engine.connect() as connection:
        soon = standing.count_kept(connection, NOON, NOON + SECOND)
        later = standing.count_kept(connection, NOON, NOON + PROMISED_WITHIN + SECOND)
    assert (soon.accepted, soon.in_time, soon.answered) == (5, 3, 4)
    assert later.accepted == 6
    assert soon.seconds_p50 == 2.5
    assert soon.seconds_p95 > 50


def test_a_process_breathes_until_it_ends_or_is_long_gone(engine):
    def breathes(name: str, at) -> None:
        with engine.begin() as connection:
            standing.breathe(connection, name, "dispatcher", at)

    breathes("one", NOON)
    breathes("one", NOON + SECOND)
    breathes("other", NOON + SECOND)
    with engine.begin() as connection:
        one, other = standing.find_breaths(connection)
        assert (one.name, one.started_at, one.at) == ("one", NOON, NOON + SECOND)
        standing.stop_breathing(connection, "one")
        assert standing.find_breaths(connection) == [other]
    breathes("last", NOON + standing.BREATH_KEPT + SECOND * 2)
    with engine.connect() as connection:
        assert [one.name for one in standing.find_breaths(connection)] == ["last"]
