from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import event, text

from hotline.callflow.events import Answer, Target
from hotline.store import requests, tries
from hotline.store.database import Connection, Engine, plain_url
from hotline.store.open_requests import find_open
from hotline.store.requests import CHANNEL, Status, find_by_receipt, finish, give_up, give_up_old
from hotline.store.sending_again import Corrected, NotSent, Standing, find_standing, send_again
from hotline.store.tables import requests as table
from hotline.store.tries import Try
from tests.store.rows import LONG_AGO, NOON, VAULT, accept_request, row_of

LATER = NOON + timedelta(hours=1)
MUCH_LATER = NOON + timedelta(hours=20)
SECONDS_15 = timedelta(seconds=15)
NOBODY = {Target.CARD: Answer.NOT_FOUND}
STOPPED = {Target.CARD: Answer.SUSPENDED}
CORRECTED = Corrected(VAULT.seal("corrected"), "the right person")


def finished(engine: Engine, answer: Answer = Answer.NOT_FOUND, **how: object) -> UUID:
    """A request that was handed over twice and has its answer."""
    request_id = accept_request(engine, **how)  # type: ignore[arg-type]
    with engine.begin() as connection:
        tries.claim_new(connection, accepted_after=LONG_AGO, due_again=NOON, now=NOON)
        tries.claim_again(connection, [request_id], last=1, due_again=NOON, now=NOON)
        answers = {Target.CARD: answer}
        finish(connection, request_id, backend_id="B1", answers=answers, municipality="千代田区", now=NOON)
    return request_id


def standing(engine: Engine, request_id: UUID) -> Standing:
    with engine.connect() as connection:
        found = find_standing(connection, request_id)
    assert found is not None
    return found


def sends(
    engine: Engine,
    request_id: UUID,
    key: UUID | None = None,
    corrected: Corrected | None = CORRECTED,
    now: datetime = LATER,
) -> Standing | NotSent:
    with engine.begin() as connection:
        return send_again(connection, request_id, key=key or request_id, corrected=corrected, now=now)


@pytest.mark.parametrize("answer", [Answer.NOT_FOUND, Answer.AMBIGUOUS])
def test_a_request_whose_person_was_not_identified_is_open_again_under_its_receipt_number(
    engine: Engine, answer: Answer
) -> None:
    request_id = finished(engine, answer)
    before = row_of(engine, request_id)
    assert isinstance(sends(engine, request_id), Standing)
    row = row_of(engine, request_id)
    assert (row["status"], row["answers"], row["backend_id"], row["municipality"]) == ("accepted", {}, None, None)
    assert (row["due_at"], row["finished_at"], row["sent_again_at"]) == (LATER, None, LATER)
    assert (row["facts_sealed"], row["person_print"]) == (CORRECTED.facts_sealed, "the right person")
    assert row["idempotency_key"] not in (None, request_id)
    for kept in ("id", "receipt_number", "call_sid", "turn", "targets", "accepted_at", "attempts", "loss"):
        assert row[kept] == before[kept]


def test_what_was_left_to_an_operator_may_be_sent_with_the_same_facts(engine: Engine) -> None:
    request_id = accept_request(engine, person_print="somebody")
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
    before = row_of(engine, request_id)
    sends(engine, request_id, corrected=None)
    row = row_of(engine, request_id)
    assert (row["status"], row["facts_sealed"], row["person_print"]) == ("accepted", before["facts_sealed"], "somebody")


@pytest.mark.parametrize("answer", [Answer.SUSPENDED, Answer.ALREADY_SUSPENDED, Answer.NOT_HELD])
def test_where_the_person_was_identified_nothing_is_sent_again(engine: Engine, answer: Answer) -> None:
    request_id = finished(engine, answer)
    before = row_of(engine, request_id)
    assert sends(engine, request_id) is NotSent.IDENTIFIED
    assert row_of(engine, request_id) == before


def test_what_is_under_way_is_not_sent_again(engine: Engine) -> None:
    request_id = accept_request(engine)
    assert sends(engine, request_id) is NotSent.UNDER_WAY


def test_a_request_that_nobody_made_is_not_sent(engine: Engine) -> None:
    assert sends(engine, uuid4()) is NotSent.UNKNOWN


def test_erased_facts_must_be_entered_anew(engine: Engine) -> None:
    request_id = finished(engine)
    with engine.begin() as connection:
        connection.execute(table.update().values(facts_sealed=None, facts_erased_at=NOON))
    assert sends(engine, request_id, corrected=None) is NotSent.ERASED
    assert row_of(engine, request_id)["status"] == "not_found"
    assert isinstance(sends(engine, request_id), Standing)
    assert row_of(engine, request_id)["facts_erased_at"] is None


def test_of_two_operators_who_send_it_at_once_one_does(engine: Engine) -> None:
    request_id = finished(engine)
    with ThreadPoolExecutor(2) as pool:
        came_to = list(pool.map(lambda _: sends(engine, request_id), range(2)))
    assert sorted(type(one) is Standing for one in came_to) == [False, True]
    assert NotSent.CHANGED in came_to


def test_a_page_from_before_somebody_sent_it_sends_nothing_though_it_looks_the_same(engine: Engine) -> None:
    request_id = finished(engine)
    sends(engine, request_id)
    second = standing(engine, request_id).key
    with engine.begin() as connection:
        assert finish(connection, request_id, backend_id="B2", answers=NOBODY, municipality=None, now=LATER, key=second)
    assert sends(engine, request_id) is NotSent.CHANGED
    assert isinstance(sends(engine, request_id, second), Standing)
    assert standing(engine, request_id).key not in (request_id, second)


def test_a_late_answer_to_the_earlier_key_does_not_count(engine: Engine) -> None:
    request_id = finished(engine)
    sends(engine, request_id)
    before = row_of(engine, request_id)
    with engine.begin() as connection:
        late = finish(connection, request_id, backend_id="B1", answers=STOPPED, municipality=None, now=LATER, attempt=2)
        assert not late
        assert not give_up(connection, request_id, now=LATER)
        assert not give_up(connection, request_id, now=LATER, key=uuid4())
    assert row_of(engine, request_id) == before
    key = standing(engine, request_id).key
    with engine.begin() as connection:
        assert finish(connection, request_id, backend_id="B2", answers=STOPPED, municipality=None, now=LATER, key=key)


def test_the_worker_gets_the_new_key_and_the_moment_from_which_it_counts(engine: Engine) -> None:
    request_id = finished(engine)
    with engine.connect() as connection:
        assert find_open(connection, request_id) is None
    sends(engine, request_id, now=MUCH_LATER)
    with engine.connect() as connection:
        request = find_open(connection, request_id)
    assert request is not None
    assert (request.key, request.is_sent_again) == (row_of(engine, request_id)["idempotency_key"], True)
    assert (request.sent_at, request.attempts, request.attempts_before) == (MUCH_LATER, 2, 2)


def test_it_is_due_at_once_and_its_tries_go_on_counting_while_its_pauses_begin_anew(engine: Engine) -> None:
    request_id = finished(engine)
    sends(engine, request_id, now=MUCH_LATER)
    limit = MUCH_LATER - timedelta(hours=12)
    with engine.begin() as connection:
        assert tries.find_due_again(connection, accepted_after=limit, now=MUCH_LATER) == []
        claimed = tries.claim_new(connection, accepted_after=limit, due_again=MUCH_LATER + SECONDS_15, now=MUCH_LATER)
        assert claimed == [Try(request_id, 3, 2)]
        due = tries.find_due_again(connection, accepted_after=limit, now=MUCH_LATER + SECONDS_15)
        assert due == [Try(request_id, 3, 2)]


def test_a_dispatcher_that_still_holds_a_try_from_before_changes_nothing(engine: Engine) -> None:
    request_id = finished(engine)
    sends(engine, request_id)
    before = row_of(engine, request_id)
    with engine.begin() as connection:
        tries.take_back(connection, [Try(request_id, 2)], due_again=MUCH_LATER)
        assert tries.claim_again(connection, [request_id], last=2, due_again=MUCH_LATER, now=LATER) == []
        assert tries.postpone(connection, [request_id], last=2, due_again=MUCH_LATER, now=LATER) == 0
    assert row_of(engine, request_id) == before


def test_it_is_given_up_half_a_day_after_it_was_sent_again_and_not_before(engine: Engine) -> None:
    request_id = finished(engine)
    sends(engine, request_id, now=MUCH_LATER)
    with engine.begin() as connection:
        before = MUCH_LATER - timedelta(microseconds=1)
        assert give_up_old(connection, accepted_before=before, now=MUCH_LATER) == []
        assert give_up_old(connection, accepted_before=MUCH_LATER, now=MUCH_LATER) == [request_id]


@pytest.fixture
def listener(database_url: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(plain_url(database_url), autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        yield connection


def test_dispatchers_are_woken_once_it_is_committed(
    engine: Engine, listener: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    request_id = finished(engine)
    list(listener.notifies(timeout=0))
    with engine.begin() as connection:
        send_again(connection, request_id, key=request_id, corrected=None, now=LATER)
        assert list(listener.notifies(timeout=0)) == []
    assert [one.channel for one in listener.notifies(timeout=5, stop_after=1)] == [CHANNEL]


def test_who_asks_by_receipt_number_is_told_that_it_goes_on_and_must_know_the_corrected_facts(engine: Engine) -> None:
    request_id = finished(engine)
    number = str(row_of(engine, request_id)["receipt_number"])
    sends(engine, request_id)
    with engine.connect() as connection:
        found = find_by_receipt(connection, number)
    assert found is not None
    assert (found.progress.status, dict(found.progress.answers), found.finished_at) == (Status.ACCEPTED, {}, None)
    assert found.facts_sealed == CORRECTED.facts_sealed
    assert not found.progress.slowed


def test_a_request_that_was_never_handed_over_is_not_taken_for_one_that_is_slowed_down(engine: Engine) -> None:
    request_id = accept_request(engine)
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
    sends(engine, request_id)
    with engine.connect() as connection:
        found = requests.find_newest(connection, str(row_of(engine, request_id)["call_sid"]))
    assert found is not None
    assert not found.slowed


def plan(connection: Connection, asks: Callable[[Connection], object]) -> str:
    """How PostgreSQL goes about what is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    asks(connection)
    event.remove(connection, "before_cursor_execute", note)
    ((statement, parameters),) = asked
    return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())


@pytest.mark.parametrize(
    "asks",
    [
        partial(tries.claim_new, accepted_after=LONG_AGO, due_again=LATER, now=NOON),
        partial(tries.find_due_again, accepted_after=LONG_AGO, now=NOON),
        partial(give_up_old, accepted_before=LONG_AGO, now=NOON),
    ],
)
def test_what_is_due_is_found_by_its_index(engine: Engine, asks: Callable[[Connection], object]) -> None:
    accept_request(engine)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        assert "ix_requests_due" in plan(connection, asks)
