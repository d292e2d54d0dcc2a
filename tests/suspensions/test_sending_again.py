"""Requests that an operator sends again, with the real dispatcher, job and backend."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from redis import Redis
from sqlalchemy import event, select

from hotline.callflow.effects import Facts, Reason
from hotline.callflow.events import Target
from hotline.calls.prints import Prints
from hotline.cardstatus.client import Answered, CardStatus
from hotline.cardstatus.errors import Permanent
from hotline.privacy import CannotUnseal, Vault, new_key
from hotline.store import requests
from hotline.store.database import Connection, Engine, connect_to
from hotline.store.follow_ups import resolve
from hotline.store.listings import list_follow_ups
from hotline.store.said import list_tries
from hotline.store.sending_again import NotSent
from hotline.store.tables import follow_ups
from hotline.store.tables import requests as table
from hotline.suspensions.dispatch import Dispatcher
from hotline.suspensions.job import UNREADABLE, Stopper
from hotline.suspensions.pace import GIVE_UP_AFTER, pause_after
from hotline.suspensions.sending_again import Erased, NotSentAgain, Order, SendAgain
from tests.cardstatus.running import Backend
from tests.store.rows import NOON, VAULT, accept_request, end_call, row_of, start_call
from tests.store.text_rows import promise_text
from tests.suspensions.people import nobody, somebody

LATER = NOON + timedelta(hours=1)
PRINTS = Prints("a secret")


class Killed(BaseException):
    """What is raised where a process would be killed; nothing catches it."""


def nothing(_: Connection) -> None:
    """Nothing else is written."""


@pytest.fixture
def again(engine: Engine) -> SendAgain:
    """What an operator's page sends with."""
    return SendAgain(engine, VAULT, PRINTS.of_person)


@pytest.fixture
def not_found(engine: Engine, stopper: Stopper, dispatcher: Dispatcher) -> UUID:
    """A request of a caller who mistyped and has hung up."""
    sid = start_call(engine)
    request_id = accept_request(engine, sid, facts=nobody())
    end_call(engine, sid)
    dispatcher.dispatch_due(NOON)
    stopper.stop(str(request_id), 1)
    assert status(engine, request_id) == "not_found"
    return request_id


def status(engine: Engine, request_id: UUID) -> object:
    return row_of(engine, request_id)["status"]


def key(engine: Engine, request_id: UUID) -> UUID:
    return UUID(str(row_of(engine, request_id)["idempotency_key"] or request_id))


def said(engine: Engine, request_id: UUID) -> list[str | None]:
    with engine.connect() as connection:
        return [one.said for one in list_tries(connection, request_id)]


def open_reasons(engine: Engine) -> list[str]:
    return [one["reason"] for one in list_follow_ups(engine) if one["resolved_at"] is None]


def resolves(engine: Engine, request_id: UUID, reason: Reason) -> None:
    with engine.begin() as connection:
        assert resolve(connection, str(row_of(engine, request_id)["call_sid"]), [reason], NOON) == 1


def stops_later(engine: Engine, client: CardStatus, request_id: UUID, attempt: int) -> None:
    Stopper(engine, VAULT, client, lambda: LATER).stop(str(request_id), attempt)


def test_corrected_facts_stop_the_card_once_under_the_number_that_the_caller_was_told(
    engine: Engine,
    redis: Redis,
    dispatcher: Dispatcher,
    client: CardStatus,
    backend: Backend,
    again: SendAgain,
    not_found: UUID,
) -> None:
    number, facts = row_of(engine, not_found)["receipt_number"], somebody()
    redis.flushall()
    again.send(Order(not_found, not_found, facts), LATER, nothing)
    dispatcher.dispatch_due(LATER)
    assert redis.lrange("rq:queue:suspensions", 0, -1) == [f"{not_found}-2".encode()]
    stops_later(engine, client, not_found, 2)
    row = row_of(engine, not_found)
    assert (row["status"], row["receipt_number"], row["finished_at"]) == ("suspended", number, LATER)
    assert row["person_print"] == PRINTS.of_person(facts)
    assert backend.applied(not_found) == []
    assert len(backend.applied(key(engine, not_found))) == 1
    assert said(engine, not_found) == ["not_found", "suspended"]
    stops_later(engine, client, not_found, 2)
    assert len(backend.applied(key(engine, not_found))) == 1


def test_the_same_facts_are_asked_for_again_once_the_backend_is_well(
    engine: Engine, client: CardStatus, backend: Backend, again: SendAgain
) -> None:
    request_id = accept_request(engine, facts=somebody())
    with CardStatus(backend.url, "a wrong token") as refused:
        Stopper(engine, VAULT, refused, lambda: NOON).stop(str(request_id), 1)
    assert said(engine, request_id) == ["status 401"]
    again.send(Order(request_id, request_id), LATER, nothing)
    stops_later(engine, client, request_id, 2)
    assert status(engine, request_id) == "suspended"


def test_a_backend_that_is_away_is_asked_again_after_fifteen_seconds_and_not_after_the_longest_pause(
    engine: Engine, redis: Redis, dispatcher: Dispatcher, backend: Backend, again: SendAgain
) -> None:
    request_id = accept_request(engine, facts=somebody())
    now = NOON
    for _ in range(7):
        dispatcher.dispatch_due(now)
        redis.flushall()
        now += timedelta(minutes=5)
    with engine.begin() as connection:
        requests.give_up(connection, request_id, now=now)
    again.send(Order(request_id, request_id), now, nothing)
    for number in (8, 9):
        dispatcher.dispatch_due(now)
        assert redis.lpop("rq:queue:suspensions") == f"{request_id}-{number}".encode()
        now += pause_after(number - 7)
    assert row_of(engine, request_id)["due_at"] == now


def test_who_is_not_found_again_is_left_to_an_operator_again(
    engine: Engine, client: CardStatus, again: SendAgain, not_found: UUID
) -> None:
    assert open_reasons(engine) == ["not_identified"]
    resolves(engine, not_found, Reason.NOT_IDENTIFIED)
    again.send(Order(not_found, not_found), LATER, nothing)
    stops_later(engine, client, not_found, 2)
    assert status(engine, not_found) == "not_found"
    assert open_reasons(engine) == ["not_identified"]


def test_an_operator_learns_of_it_also_while_the_caller_is_on_the_line(
    engine: Engine, stopper: Stopper, client: CardStatus, again: SendAgain
) -> None:
    request_id = accept_request(engine, facts=nobody())
    stopper.stop(str(request_id), 1)
    assert open_reasons(engine) == []
    again.send(Order(request_id, request_id), LATER, nothing)
    stops_later(engine, client, request_id, 2)
    assert open_reasons(engine) == ["not_identified"]


def test_what_ends_well_opens_nothing_that_was_resolved(
    engine: Engine, client: CardStatus, again: SendAgain, not_found: UUID
) -> None:
    resolves(engine, not_found, Reason.NOT_IDENTIFIED)
    again.send(Order(not_found, not_found, somebody()), LATER, nothing)
    stops_later(engine, client, not_found, 2)
    assert open_reasons(engine) == []


def test_what_is_given_up_again_is_left_to_an_operator_again(
    engine: Engine, dispatcher: Dispatcher, again: SendAgain, not_found: UUID
) -> None:
    again.send(Order(not_found, not_found), LATER, nothing)
    dispatcher.dispatch_due(NOON + GIVE_UP_AFTER)
    assert status(engine, not_found) == "accepted"
    dispatcher.dispatch_due(LATER + GIVE_UP_AFTER + pause_after(1))
    assert status(engine, not_found) == "needs_operator"
    assert "needs_operator" in open_reasons(engine)


class SentAgainMeanwhile(CardStatus):
    """A worker that stands still with the answer, until an operator has sent the request again."""

    def __init__(self, client: CardStatus, meanwhile: Callable[[], None]) -> None:
        self._client, self._meanwhile = client, meanwhile

    def suspend(self, key: UUID, targets: tuple[Target, ...], facts: Facts) -> Answered:
        answered = self._client.suspend(key, targets, facts)
        self._meanwhile()
        return answered


def test_a_late_answer_to_the_old_facts_is_not_taken_for_one_to_the_new_and_an_operator_learns_of_it(
    engine: Engine, client: CardStatus, backend: Backend, again: SendAgain
) -> None:
    old, new = somebody(), somebody()
    request_id = accept_request(engine, facts=old)

    def an_operator_corrects() -> None:
        with engine.begin() as connection:
            requests.give_up(connection, request_id, now=NOON)
        resolves(engine, request_id, Reason.NEEDS_OPERATOR)
        again.send(Order(request_id, request_id, new), NOON, nothing)

    late = SentAgainMeanwhile(client, an_operator_corrects)
    Stopper(engine, VAULT, late, lambda: NOON).stop(str(request_id), 1)
    row = row_of(engine, request_id)
    assert (row["status"], row["answers"], row["finished_at"]) == ("accepted", {}, None)
    assert len(backend.applied(request_id)) == 1
    assert said(engine, request_id) == ["suspended"]
    assert open_reasons(engine) == ["needs_operator"]
    stops_later(engine, client, request_id, 2)
    assert (status(engine, request_id), said(engine, request_id)) == ("suspended", ["suspended", "suspended"])


class Refuses(CardStatus):
    """A backend that refuses, after what it was made for has happened."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    def suspend(self, key: UUID, targets: tuple[Target, ...], facts: Facts) -> Answered:
        self._meanwhile()
        raise Permanent(key, "status 400")


def test_a_late_refusal_does_not_give_up_what_was_sent_again(
    engine: Engine, again: SendAgain, client: CardStatus
) -> None:
    request_id = accept_request(engine, facts=somebody())

    def an_operator_sends_it() -> None:
        with engine.begin() as connection:
            requests.give_up(connection, request_id, now=NOON)
        again.send(Order(request_id, request_id), NOON, nothing)

    Stopper(engine, VAULT, Refuses(an_operator_sends_it), lambda: NOON).stop(str(request_id), 1)
    assert status(engine, request_id) == "accepted"
    assert said(engine, request_id) == ["status 400"]


def test_a_job_from_before_it_was_sent_again_asks_nothing(
    engine: Engine, stopper: Stopper, backend: Backend, again: SendAgain, not_found: UUID
) -> None:
    again.send(Order(not_found, not_found, somebody()), NOON, nothing)
    stopper.stop(str(not_found), 1)
    assert status(engine, not_found) == "accepted"
    assert backend.applied(key(engine, not_found)) == []


class DiesWithTheAnswer(CardStatus):
    """A worker that is killed after the backend acted, before anything is written down."""

    def __init__(self, client: CardStatus) -> None:
        self._client = client

    def suspend(self, key: UUID, targets: tuple[Target, ...], facts: Facts) -> Answered:
        self._client.suspend(key, targets, facts)
        raise Killed


def test_a_worker_that_dies_with_the_new_answer_is_followed_by_one_that_hears_it_again(
    engine: Engine, client: CardStatus, backend: Backend, dispatcher: Dispatcher, again: SendAgain, not_found: UUID
) -> None:
    again.send(Order(not_found, not_found, somebody()), LATER, nothing)
    dispatcher.dispatch_due(LATER)
    with pytest.raises(Killed):
        Stopper(engine, VAULT, DiesWithTheAnswer(client), lambda: LATER).stop(str(not_found), 2)
    assert status(engine, not_found) == "accepted"
    stops_later(engine, client, not_found, 3)
    assert status(engine, not_found) == "suspended"
    assert len(backend.applied(key(engine, not_found))) == 1
    assert said(engine, not_found) == ["not_found", None, "suspended"]


def test_of_two_operators_at_once_one_sends_and_the_other_is_told(
    engine: Engine, again: SendAgain, not_found: UUID
) -> None:
    first, second = somebody(), somebody()

    def sends(facts: Facts) -> Facts | NotSent:
        try:
            again.send(Order(not_found, not_found, facts), LATER, nothing)
        except NotSentAgain as error:
            return error.why
        return facts

    with ThreadPoolExecutor(2) as pool:
        came_to = list(pool.map(sends, (first, second)))
    assert NotSent.CHANGED in came_to
    (winner,) = (one for one in came_to if isinstance(one, Facts))
    assert again.find_facts(not_found, nothing) == winner


def test_when_the_trail_cannot_be_written_nothing_is_sent_and_nothing_is_shown(
    engine: Engine, again: SendAgain, not_found: UUID
) -> None:
    def fails(_: Connection) -> None:
        raise Killed

    promise_text(engine, str(row_of(engine, not_found)["call_sid"]), request_id=not_found)
    before = row_of(engine, not_found)
    with pytest.raises(Killed):
        again.send(Order(not_found, not_found, Facts(somebody().birth_date, "1000001")), LATER, fails)
    with pytest.raises(Killed):
        again.find_facts(not_found, fails)
    assert row_of(engine, not_found) == before
    assert open_reasons(engine) == ["not_identified"]


@pytest.mark.parametrize("autocommit", [True, False])
def test_the_trail_is_written_in_the_same_transaction(database_url: str, not_found: UUID, autocommit: bool) -> None:
    engine = connect_to(database_url, autocommit=autocommit)
    again = SendAgain(engine, VAULT, PRINTS.of_person)
    seen: list[object] = []

    def looks(connection: Connection) -> None:
        inside = connection.execute(select(table.c.status).where(table.c.id == not_found)).scalar_one()
        seen.extend((inside, status(engine, not_found)))

    again.send(Order(not_found, not_found), LATER, looks)
    assert seen == ["accepted", "not_found"]
    engine.dispose()


def test_corrected_facts_without_a_house_number_are_marked_for_a_look(
    engine: Engine, again: SendAgain, not_found: UUID
) -> None:
    facts = somebody()
    again.send(Order(not_found, not_found, Facts(facts.birth_date, facts.postal_code)), LATER, nothing)
    assert "no_house_number" in open_reasons(engine)
    with engine.connect() as connection:
        marked = select(follow_ups.c.request_id).where(follow_ups.c.reason == "no_house_number")
        assert connection.execute(marked).scalar_one() == not_found


def test_what_was_keyed_is_found_as_it_stands_now(engine: Engine, again: SendAgain, not_found: UUID) -> None:
    assert again.find_facts(not_found, nothing) == nobody()
    facts = somebody()
    again.send(Order(not_found, not_found, facts), LATER, nothing)
    assert again.find_facts(not_found, nothing) == facts
    with engine.begin() as connection:
        connection.execute(table.update().values(facts_sealed=None, facts_erased_at=LATER))
    assert again.find_facts(not_found, nothing) == Erased(LATER)
    assert again.find_facts(uuid4(), nothing) is None
    with engine.begin() as connection:
        connection.execute(table.update().values(facts_sealed=Vault([new_key()]).seal("x")))
    with pytest.raises(CannotUnseal):
        again.find_facts(not_found, nothing)


def test_where_a_request_stands_is_found_before_it_is_sent(again: SendAgain, not_found: UUID) -> None:
    standing = again.find(not_found)
    assert standing is not None
    assert (standing.key, standing.may_not(standing.key, has_facts=False)) == (not_found, None)
    assert "facts_sealed" not in repr(standing)
    assert again.find(uuid4()) is None


# What tries came to


def test_why_a_try_failed_is_written_down(engine: Engine, stopper: Stopper, backend: Backend) -> None:
    request_id = accept_request(engine, facts=somebody())
    backend.misbehaves(error_share=1)
    stopper.stop(str(request_id), 1)
    backend.misbehaves(drop_share=1, drop="after")
    stopper.stop(str(request_id), 2)
    backend.misbehaves()
    stopper.stop(str(request_id), 3)
    first, second, third = said(engine, request_id)
    assert (first, third) == ("status 503", "suspended")
    assert second is not None
    assert second.endswith("Error")


def test_facts_that_cannot_be_read_are_said_to_be_so(engine: Engine, stopper: Stopper) -> None:
    request_id = accept_request(engine, vault=Vault([new_key()]))
    stopper.stop(str(request_id), 1)
    assert said(engine, request_id) == [UNREADABLE]


class Babbling(Vault):
    """Fails with what was keyed on its lips."""

    def unseal(self, sealed: bytes) -> Any:
        raise RuntimeError(f"cannot make sense of {super().unseal(sealed)}")


def test_a_mistake_of_the_lines_own_is_named_and_quotes_nothing(engine: Engine, client: CardStatus) -> None:
    key = new_key()
    request_id = accept_request(engine, vault=Vault([key]))
    Stopper(engine, Babbling([key]), client, lambda: NOON).stop(str(request_id), 1)
    assert said(engine, request_id) == ["RuntimeError"]


def impatiently(connection: "psycopg.Connection[Any]", _: object) -> None:
    """Wait for no lock, so that the test does not either."""
    connection.execute("SET lock_timeout = 50")
    connection.commit()


def test_a_request_is_none_the_worse_when_it_cannot_be_written_why_a_try_failed(
    engine: Engine, stopper: Stopper, backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    request_id = accept_request(engine, facts=somebody())
    backend.misbehaves(error_share=1)
    event.listen(engine, "connect", impatiently)
    engine.dispose()
    with engine.connect() as holder:
        holder.exec_driver_sql("LOCK TABLE tries IN SHARE MODE")
        stopper.stop(str(request_id), 1)
        holder.rollback()
    assert "what a try came to is not written down" in caplog.text
    assert said(engine, request_id) == []
    backend.misbehaves()
    stopper.stop(str(request_id), 2)
    assert (status(engine, request_id), said(engine, request_id)) == ("suspended", ["suspended"])


def test_what_the_backend_refuses_again_is_left_to_an_operator_again(
    engine: Engine, backend: Backend, again: SendAgain, not_found: UUID
) -> None:
    again.send(Order(not_found, not_found), LATER, nothing)
    with CardStatus(backend.url, "a wrong token") as refused:
        Stopper(engine, VAULT, refused, lambda: LATER).stop(str(not_found), 2)
    assert (status(engine, not_found), said(engine, not_found)) == ("needs_operator", ["not_found", "status 401"])
    assert open_reasons(engine) == ["not_identified", "needs_operator"]
