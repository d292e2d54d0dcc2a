import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from hotline.callflow.effects import Facts
from hotline.callflow.events import Target
from hotline.callflow.state import Outcome
from hotline.cardstatus.client import Answered, CardStatus
from hotline.privacy import Vault, new_key
from hotline.store import requests
from hotline.store.calls import write_outcome
from hotline.store.database import Engine, connect_to
from hotline.store.listings import list_follow_ups
from hotline.store.tables import calls
from hotline.store.tables import requests as table
from hotline.suspensions.job import Stopper
from hotline.suspensions.pace import GIVE_UP_AFTER
from tests.cardstatus.running import Backend
from tests.store.rows import NOON, VAULT, accept_request, end_call, row_of, start_call
from tests.suspensions.people import nobody, somebody

BOTH = (Target.CARD, Target.SMARTPHONE)


class Killed(BaseException):
    """What is raised where a process would be killed; nothing catches it."""


def accepted(engine: Engine, **how: Any) -> UUID:
    return accept_request(engine, **{"facts": somebody(), **how})


def status(engine: Engine, request_id: UUID) -> object:
    return row_of(engine, request_id)["status"]


def outcome_of(engine: Engine, sid: str) -> object:
    with engine.connect() as connection:
        return connection.execute(select(calls.c.outcome).where(calls.c.sid == sid)).scalar_one()


def follow_ups(engine: Engine) -> list[tuple[str, str]]:
    return [(one["call_sid"], one["reason"]) for one in list_follow_ups(engine)]


def test_what_was_promised_is_stopped_and_written_down(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    request_id = accepted(engine, targets=BOTH)
    stopper.stop(str(request_id), 1)
    row = row_of(engine, request_id)
    [applied] = backend.applied(request_id)
    assert (row["status"], row["backend_id"]) == ("suspended", applied["id"])
    assert row["answers"] == {"card": "suspended", "smartphone": "suspended"}
    assert (row["due_at"], row["finished_at"]) == (None, NOON)
    assert row["municipality"] == applied["municipality"] == "Chiyoda"


def test_only_what_was_asked_for_is_stopped(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    request_id = accepted(engine, targets=(Target.SMARTPHONE,))
    stopper.stop(str(request_id), 1)
    assert row_of(engine, request_id)["answers"] == {"smartphone": "suspended"}
    assert [one["targets"] for one in backend.applied(request_id)] == [["smartphone"]]


def test_a_job_that_comes_again_does_nothing(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    request_id = accepted(engine)
    stopper.stop(str(request_id), 1)
    before = row_of(engine, request_id)
    stopper.stop(str(request_id), 1)
    stopper.stop(str(request_id), 2)
    assert row_of(engine, request_id) == before
    assert len(backend.applied(request_id)) == 1


def test_a_second_request_for_the_same_person_is_answered_truthfully(engine: Engine, stopper: Stopper) -> None:
    facts = somebody()
    first, second = (accept_request(engine, facts=facts) for _ in range(2))
    for request_id in (first, second):
        stopper.stop(str(request_id), 1)
    assert [status(engine, one) for one in (first, second)] == ["suspended", "already_suspended"]


def test_workers_that_do_the_same_job_at_once_stop_once(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    request_ids = [accepted(engine) for _ in range(5)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda one: stopper.stop(str(one), 1), sorted(request_ids * 3)))
    for request_id in request_ids:
        assert status(engine, request_id) == "suspended"
        assert len(backend.applied(request_id)) == 1


class DiesWithTheAnswer(CardStatus):
    """A worker that is killed after the backend acted, before anything is written down."""

    def suspend(self, key: UUID, targets: tuple[Target, ...], facts: Facts) -> Answered:
        super().suspend(key, targets, facts)
        raise Killed


def dying_client(backend: Backend) -> CardStatus:
    with backend.client() as genuine:
        dying = DiesWithTheAnswer.__new__(DiesWithTheAnswer)
        dying.__dict__.update(genuine.__dict__)
    return dying


def test_a_worker_that_dies_after_the_backend_acted_is_followed_by_one_that_hears_the_same_answer(
    engine: Engine, stopper: Stopper, backend: Backend
) -> None:
    request_id = accepted(engine)
    with pytest.raises(Killed):
        Stopper(engine, VAULT, dying_client(backend), lambda: NOON).stop(str(request_id), 1)
    assert status(engine, request_id) == "accepted"
    stopper.stop(str(request_id), 2)
    assert status(engine, request_id) == "suspended"
    assert len(backend.applied(request_id)) == 1


def test_nothing_is_written_before_the_backend_has_answered(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    request_id = accepted(engine)
    before = row_of(engine, request_id)
    backend.misbehaves(error_share=1)
    stopper.stop(str(request_id), 1)
    assert row_of(engine, request_id) == before
    backend.misbehaves()
    assert backend.applied(request_id) == []


@pytest.mark.parametrize("faults", [{"drop_share": 1, "drop": "after"}, {"drop_share": 1, "drop": "before"}])
def test_a_lost_answer_is_asked_for_again(
    engine: Engine, stopper: Stopper, backend: Backend, faults: dict[str, object]
) -> None:
    request_id = accepted(engine)
    backend.misbehaves(**faults)
    stopper.stop(str(request_id), 1)
    assert status(engine, request_id) == "accepted"
    backend.misbehaves()
    stopper.stop(str(request_id), 2)
    assert status(engine, request_id) == "suspended"
    assert len(backend.applied(request_id)) == 1


def test_a_try_whose_place_another_has_taken_does_not_ask(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    request_id = accepted(engine)
    with engine.begin() as connection:
        connection.execute(table.update().where(table.c.id == request_id).values(attempts=2))
    stopper.stop(str(request_id), 1)
    assert status(engine, request_id) == "accepted"
    assert backend.applied(request_id) == []
    stopper.stop(str(request_id), 2)
    assert status(engine, request_id) == "suspended"


@pytest.fixture
def at(engine: Engine, client: CardStatus) -> Callable[[datetime], Stopper]:
    """A worker at some other time."""
    return lambda moment: Stopper(engine, VAULT, client, lambda: moment)


def test_a_worker_that_stood_still_for_hours_does_not_ask(
    engine: Engine, backend: Backend, at: Callable[[datetime], Stopper]
) -> None:
    request_id = accepted(engine)
    at(NOON + GIVE_UP_AFTER).stop(str(request_id), 1)
    assert status(engine, request_id) == "accepted"  # the dispatcher leaves it to an operator
    assert backend.applied(request_id) == []
    at(NOON + GIVE_UP_AFTER - timedelta(microseconds=1)).stop(str(request_id), 1)
    assert status(engine, request_id) == "suspended"


def test_a_request_that_was_given_up_is_not_asked_for(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    request_id = accepted(engine)
    with engine.begin() as connection:
        requests.give_up(connection, request_id, now=NOON)
    stopper.stop(str(request_id), 1)
    assert status(engine, request_id) == "needs_operator"
    assert backend.applied(request_id) == []


def test_what_the_backend_refuses_is_left_to_an_operator(engine: Engine, backend: Backend) -> None:
    sid = start_call(engine)
    request_id = accepted(engine, call_sid=sid)
    with CardStatus(backend.url, "a wrong token") as client:
        Stopper(engine, VAULT, client, lambda: NOON).stop(str(request_id), 1)
    assert status(engine, request_id) == "needs_operator"
    assert follow_ups(engine) == [(sid, "needs_operator")]


def test_facts_whose_key_is_lost_are_left_to_an_operator(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    sid = start_call(engine)
    request_id = accepted(engine, call_sid=sid, vault=Vault([new_key()]))
    stopper.stop(str(request_id), 1)
    assert status(engine, request_id) == "needs_operator"
    assert follow_ups(engine) == [(sid, "needs_operator")]
    assert backend.applied(request_id) == []


def test_a_caller_who_hung_up_before_nobody_was_found_is_looked_for(engine: Engine, stopper: Stopper) -> None:
    sid = start_call(engine)
    request_id = accepted(engine, call_sid=sid, facts=nobody())
    end_call(engine, sid)
    stopper.stop(str(request_id), 1)
    assert status(engine, request_id) == "not_found"
    assert follow_ups(engine) == [(sid, "not_identified")]


def test_a_caller_who_still_waits_is_asked_again_instead(engine: Engine, stopper: Stopper) -> None:
    request_id = accepted(engine, facts=nobody())
    stopper.stop(str(request_id), 1)
    assert status(engine, request_id) == "not_found"
    assert row_of(engine, request_id)["municipality"] is None
    assert follow_ups(engine) == []


def test_a_caller_whose_card_was_stopped_after_they_hung_up_is_not_looked_for(engine: Engine, stopper: Stopper) -> None:
    sid = start_call(engine)
    request_id = accepted(engine, call_sid=sid)
    end_call(engine, sid)
    stopper.stop(str(request_id), 1)
    assert status(engine, request_id) == "suspended"
    assert follow_ups(engine) == []


@pytest.mark.parametrize(
    ("whose", "before", "after"),
    [
        (somebody, Outcome.ACCEPTED, Outcome.STOPPED),
        (somebody, Outcome.NOT_IDENTIFIED, Outcome.STOPPED),
        (nobody, Outcome.ACCEPTED, Outcome.NOT_IDENTIFIED),
        (nobody, Outcome.CALL_BACK, Outcome.CALL_BACK),
        (nobody, Outcome.STOPPED, Outcome.STOPPED),
    ],
)
def test_the_log_says_what_came_of_a_call_after_it_had_ended(engine, stopper, whose, before, after):
    sid = start_call(engine)
    request_id = accepted(engine, call_sid=sid, facts=whose())
    with engine.begin() as connection:
        write_outcome(connection, sid, before)
    end_call(engine, sid)
    stopper.stop(str(request_id), 1)
    assert outcome_of(engine, sid) == after


def test_the_log_leaves_it_to_the_turns_what_comes_of_a_call_that_goes_on(engine: Engine, stopper: Stopper) -> None:
    sid = start_call(engine)
    before = outcome_of(engine, sid)
    stopper.stop(str(accepted(engine, call_sid=sid)), 1)
    assert outcome_of(engine, sid) == before


class Babbling(Vault):
    """Fails with what was keyed on its lips."""

    def unseal(self, sealed: bytes) -> Any:
        raise RuntimeError(f"cannot make sense of {super().unseal(sealed)}")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that was logged, with every field."""
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)


def test_an_unknown_error_leaves_the_request_due_and_tells_nothing_that_was_keyed(
    engine: Engine, client: CardStatus, logged: Callable[[], str]
) -> None:
    key = new_key()
    request_id = accepted(engine, vault=Vault([key]))
    Stopper(engine, Babbling([key]), client, now=lambda: NOON).stop(str(request_id), 1)
    assert status(engine, request_id) == "accepted"
    assert "RuntimeError" in logged()
    # The year alone stands by chance in a thread's number or in a moment now and then.
    assert not any(told in logged() for told in ("1980-03-01", "cannot make sense"))


@pytest.mark.parametrize("faults", [{}, {"error_share": 1}, {"drop_share": 1, "drop": "either"}])
def test_nothing_keyed_is_ever_logged(
    engine: Engine, stopper: Stopper, backend: Backend, logged: Callable[[], str], faults: dict[str, object]
) -> None:
    facts = somebody()
    request_id = accept_request(engine, facts=facts)
    backend.misbehaves(**faults)
    stopper.stop(str(request_id), 1)
    assert str(request_id) in logged()
    assert not any(keyed in logged() for keyed in ("1980-03-01", str(facts.postal_code), "2*16"))


def test_a_database_that_is_gone_leaves_the_job_to_a_later_try(client: CardStatus, logged: Callable[[], str]) -> None:
    nowhere = connect_to("postgresql://nobody@/nothing?host=/nonexistent")
    Stopper(nowhere, VAULT, client).stop(str(UUID(int=1)), 1)
    assert "OperationalError" in logged()
