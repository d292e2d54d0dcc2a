from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.carrier.client import Carrier
from hotline.store import messages
from hotline.store.database import Engine
from hotline.store.messages import keep_message
from hotline.store.tables import messages as table
from hotline.suspensions.recordings import delete_old_messages
from tests.carrier.twilio_here import ACCOUNT, KEY, SECRET, Cut, Fault, Silent, TwilioHere, refusal, twilio_here
from tests.store.rows import NOON, start_call

MOMENT = timedelta(microseconds=1)
KEPT_FOR = timedelta(days=30)
UP = NOON + KEPT_FOR


@pytest.fixture
def twilio() -> Iterator[TwilioHere]:
    """Where the recordings are."""
    with twilio_here() as twilio:
        yield twilio


@pytest.fixture
def carrier(twilio: TwilioHere) -> Carrier:
    """What asks `twilio`."""
    return Carrier(ACCOUNT, KEY, SECRET, twilio.url, timeout_s=0.5)


def recorded(engine: Engine, twilio: TwilioHere, number: int) -> str:
    sid = f"RE{number:032}"
    call_sid = start_call(engine)
    with engine.begin() as connection:
        keep_message(connection, call_sid=call_sid, recording_sid=sid, seconds=20, now=NOON)
    twilio.recordings.add(sid)
    return sid


def kept(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        query = select(table.c.recording_sid).where(table.c.deleted_at.is_(None)).order_by(table.c.id)
        return list(connection.execute(query).scalars())


def test_a_recording_is_deleted_when_its_time_is_up_and_not_before(
    engine: Engine, twilio: TwilioHere, carrier: Carrier
) -> None:
    sid = recorded(engine, twilio, 1)
    assert delete_old_messages(engine, carrier, KEPT_FOR, UP - MOMENT) == 0
    assert (twilio.recordings, kept(engine)) == ({sid}, [sid])
    assert delete_old_messages(engine, carrier, KEPT_FOR, UP) == 1
    assert (twilio.recordings, kept(engine)) == (set(), [])
    assert delete_old_messages(engine, carrier, KEPT_FOR, UP) == 0
    assert len(twilio.heard) == 1


def test_a_recording_that_somebody_else_deleted_is_done_with(
    engine: Engine, twilio: TwilioHere, carrier: Carrier
) -> None:
    recorded(engine, twilio, 1)
    twilio.recordings.clear()
    assert delete_old_messages(engine, carrier, KEPT_FOR, UP) == 1
    assert kept(engine) == []


@pytest.mark.parametrize("fault", [Silent(), Cut(), refusal(500, 20500), refusal(429, 20429)], ids=repr)
def test_while_twilio_is_away_recordings_stay_for_the_next_time(
    engine: Engine, twilio: TwilioHere, carrier: Carrier, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = recorded(engine, twilio, 1), recorded(engine, twilio, 2)
    twilio.faults.append(fault)
    assert delete_old_messages(engine, carrier, KEPT_FOR, UP) == 0
    assert (kept(engine), len(twilio.heard)) == ([first, second], 1)
    assert "recordings stay until Twilio answers" in caplog.messages
    assert delete_old_messages(engine, carrier, KEPT_FOR, UP) == 2
    assert twilio.recordings == set()


def test_a_recording_that_twilio_refuses_to_delete_holds_up_no_other_and_is_said(
    engine: Engine, twilio: TwilioHere, carrier: Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    refused = recorded(engine, twilio, 1)
    recorded(engine, twilio, 2)
    twilio.faults.append(refusal(400, 20001))
    assert delete_old_messages(engine, carrier, KEPT_FOR, UP) == 1
    assert kept(engine) == [refused]
    (line,) = [vars(one) for one in caplog.records if one.message == "Twilio refuses to delete recordings"]
    assert (line["recordings"], line["cause"]) == (1, "status 400, code 20001")


def test_many_recordings_are_deleted_page_by_page(
    engine: Engine, twilio: TwilioHere, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "BATCH", 2)
    for number in range(5):
        recorded(engine, twilio, number)
    assert delete_old_messages(engine, carrier, KEPT_FOR, UP) == 5
    assert (twilio.recordings, kept(engine)) == (set(), [])
