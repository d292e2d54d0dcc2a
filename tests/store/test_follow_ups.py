from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from hotline.callflow.effects import Reason
from hotline.store.database import Engine
from hotline.store.follow_ups import open_again, open_follow_up, resolve
from hotline.store.requests import give_up
from hotline.store.tables import follow_ups
from tests.store.rows import NOON, accept_request, start_call

LATER = NOON + timedelta(minutes=1)
LATEST = NOON + timedelta(minutes=2)


def opens(engine: Engine, sid: str, reason: Reason, **others: object) -> bool:
    with engine.begin() as connection:
        return open_follow_up(connection, call_sid=sid, reason=reason, now=NOON, **others)  # type: ignore[arg-type]


def resolves(engine: Engine, sid: str, *reasons: Reason) -> int:
    with engine.begin() as connection:
        return resolve(connection, sid, reasons, LATER)


def all_of(engine: Engine) -> list[tuple[str, str, object]]:
    with engine.connect() as connection:
        found = select(follow_ups.c.call_sid, follow_ups.c.reason, follow_ups.c.resolved_at).order_by(follow_ups.c.id)
        return [tuple(row) for row in connection.execute(found)]


def test_one_reason_opens_one_follow_up_a_call_and_the_first_stays(engine: Engine) -> None:
    sid, other = start_call(engine), start_call(engine)
    assert opens(engine, sid, Reason.CALL_BACK, call_back_sealed=b"first")
    assert not opens(engine, sid, Reason.CALL_BACK, call_back_sealed=b"second")
    opens(engine, sid, Reason.ERROR)
    opens(engine, other, Reason.CALL_BACK)
    assert all_of(engine) == [(sid, "call_back", None), (sid, "error", None), (other, "call_back", None)]
    with engine.connect() as connection:
        sealed = connection.execute(select(follow_ups.c.call_back_sealed).order_by(follow_ups.c.id)).scalars().first()
    assert sealed == b"first"


def test_a_follow_up_may_be_about_a_request(engine: Engine) -> None:
    sid = start_call(engine)
    request_id = accept_request(engine, sid)
    opens(engine, sid, Reason.NEEDS_OPERATOR, request_id=request_id)
    with engine.connect() as connection:
        assert connection.execute(select(follow_ups.c.request_id)).scalar_one() == request_id


def test_only_the_given_reasons_of_the_given_call_are_resolved_and_only_once(engine: Engine) -> None:
    sid, other = start_call(engine), start_call(engine)
    for reason in (Reason.NOT_CONFIRMED, Reason.CALL_BACK):
        opens(engine, sid, reason)
    opens(engine, other, Reason.NOT_CONFIRMED)
    assert resolves(engine, sid, Reason.NOT_CONFIRMED, Reason.NOT_IDENTIFIED) == 1
    assert resolves(engine, sid, Reason.NOT_CONFIRMED, Reason.NOT_IDENTIFIED) == 0
    assert all_of(engine) == [(sid, "not_confirmed", LATER), (sid, "call_back", None), (other, "not_confirmed", None)]


def test_what_was_resolved_is_not_opened_again(engine: Engine) -> None:
    sid = start_call(engine)
    opens(engine, sid, Reason.NOT_CONFIRMED)
    resolves(engine, sid, Reason.NOT_CONFIRMED)
    opens(engine, sid, Reason.NOT_CONFIRMED)
    assert all_of(engine) == [(sid, "not_confirmed", LATER)]


def opens_again(engine: Engine, sid: str, request_id: UUID) -> bool:
    with engine.begin() as connection:
        return open_again(connection, call_sid=sid, reason=Reason.NOT_IDENTIFIED, now=LATEST, request_id=request_id)


def test_what_is_new_opens_what_was_resolved_again_for_anybody_to_take(engine: Engine) -> None:
    sid = start_call(engine)
    request_id = accept_request(engine, sid)
    opens(engine, sid, Reason.NOT_IDENTIFIED, call_back_sealed=b"number")
    opens(engine, sid, Reason.CALL_BACK)
    resolves(engine, sid, Reason.NOT_IDENTIFIED, Reason.CALL_BACK)
    with engine.begin() as connection:
        connection.execute(follow_ups.update().values(resolution="told", taken_at=NOON, version=3))
    assert opens_again(engine, sid, request_id)
    assert all_of(engine) == [(sid, "not_identified", None), (sid, "call_back", LATER)]
    with engine.connect() as connection:
        row = connection.execute(select(follow_ups).where(follow_ups.c.reason == "not_identified")).one()
    assert (row.opened_at, row.request_id, row.version) == (LATEST, request_id, 4)
    assert (row.taken_by, row.taken_at, row.resolution, row.call_back_sealed) == (None, None, None, b"number")


def test_what_is_still_open_stays_as_it_is(engine: Engine) -> None:
    sid = start_call(engine)
    request_id = accept_request(engine, sid)
    assert opens_again(engine, sid, request_id)
    with engine.begin() as connection:
        connection.execute(follow_ups.update().values(opened_at=NOON, taken_at=NOON))
    assert not opens_again(engine, sid, request_id)
    with engine.connect() as connection:
        row = connection.execute(select(follow_ups)).one()
    assert (row.opened_at, row.taken_at, row.version) == (NOON, NOON, 0)


def test_a_request_that_is_given_up_opens_what_was_resolved_for_another_one(engine: Engine) -> None:
    sid = start_call(engine)
    first, second = accept_request(engine, sid, turn=2), accept_request(engine, sid, turn=9)
    with engine.begin() as connection:
        give_up(connection, first, now=NOON)
    resolves(engine, sid, Reason.NEEDS_OPERATOR)
    with engine.begin() as connection:
        give_up(connection, second, now=LATEST)
    assert all_of(engine) == [(sid, "needs_operator", None)]
