from datetime import timedelta

from sqlalchemy import select

from hotline.callflow.effects import Reason
from hotline.store.database import Engine
from hotline.store.follow_ups import open_follow_up, resolve
from hotline.store.tables import follow_ups
from tests.store.rows import NOON, accept_request, start_call

LATER = NOON + timedelta(minutes=1)


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
