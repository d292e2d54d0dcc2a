from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.carrier.client import Carrier
from hotline.store.audit import Entry, verify, write
from hotline.store.console_tables import audit
from hotline.store.database import Engine
from hotline.store.holds import hold, release
from hotline.store.keeping import STATE_KEPT_FOR, Kind
from hotline.store.messages import keep_message
from hotline.store.proving import prove
from hotline.suspensions.recordings import delete_old_messages
from hotline.suspensions.retention import ANCHORED_EVERY, PROVEN_EVERY, Anchor, Retention
from tests.carrier.twilio_here import ACCOUNT, KEY, SECRET, twilio_here
from tests.store.kept import KEEPING
from tests.store.rows import NOON, end_call, start_call

MINUTE = timedelta(minutes=1)
UP = NOON + KEEPING.recordings


def proofs(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(audit)).scalar_one()


def said(caplog: pytest.LogCaptureFixture, message: str) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.message == message]


def ended(engine: Engine, minutes: int) -> None:
    end_call(engine, start_call(engine), NOON + minutes * MINUTE)


def test_each_round_erases_and_one_an_hour_proves_it(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    retention = Retention(engine, KEEPING)
    began = NOON + STATE_KEPT_FOR
    for minutes in range(3):
        ended(engine, minutes)
        retention(began + minutes * MINUTE)
    assert proofs(engine) == 1
    retention(began + PROVEN_EVERY)
    assert proofs(engine) == 2
    erased = said(caplog, "erased what was kept for long enough")
    assert [line["erased"] for line in erased] == [{Kind.STATES: 1}, {Kind.STATES: 2}]
    assert not said(caplog, "what should be erased is still there")


def test_what_a_killed_dispatcher_erased_is_proven_by_the_next_one_at_once(engine: Engine) -> None:
    killed = Retention(engine, KEEPING)
    killed(NOON)
    ended(engine, 0)
    killed(NOON + STATE_KEPT_FOR)
    assert proofs(engine) == 0
    Retention(engine, KEEPING)(NOON + STATE_KEPT_FOR + MINUTE)
    assert proofs(engine) == 1


def test_what_is_due_and_still_there_is_an_error_in_the_log(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with engine.begin() as connection:
        keep_message(connection, call_sid=start_call(engine), recording_sid="RE1", seconds=1, now=NOON)
    Retention(engine, KEEPING)(UP - MINUTE)
    assert not caplog.records
    Retention(engine, KEEPING)(UP)
    (line,) = said(caplog, "what should be erased is still there")
    assert (line["levelname"], line["remaining"]) == ("ERROR", {Kind.RECORDINGS: 1})


def test_a_recording_of_a_held_call_stays_at_twilio_until_the_call_is_released(engine: Engine) -> None:
    with twilio_here() as twilio:
        carrier = Carrier(ACCOUNT, KEY, SECRET, twilio.url, timeout_s=0.5)
        sid, recording = start_call(engine), "RE" + "1" * 32
        twilio.recordings.add(recording)
        with engine.begin() as connection:
            keep_message(connection, call_sid=sid, recording_sid=recording, seconds=1, now=NOON)
            hold(connection, sid, NOON)
        assert delete_old_messages(engine, carrier, KEEPING.recordings, UP) == 0
        assert (twilio.recordings, twilio.heard) == ({recording}, [])
        with engine.begin() as connection:
            release(connection, sid)
        assert delete_old_messages(engine, carrier, KEEPING.recordings, UP) == 1
        assert twilio.recordings == set()
    assert prove(engine, KEEPING, UP).erased == {Kind.RECORDINGS: 1}


def test_a_hold_counts_also_for_the_recordings_that_were_just_found(engine: Engine) -> None:
    with twilio_here() as twilio:

        class Holding(Carrier):
            """While it deletes the first recording, somebody holds the call of the second."""

            def delete_recording(self, sid: str) -> None:
                super().delete_recording(sid)
                with engine.begin() as connection:
                    hold(connection, second, NOON)

        carrier = Holding(ACCOUNT, KEY, SECRET, twilio.url, timeout_s=0.5)
        first, second = start_call(engine), start_call(engine)
        for number, sid in enumerate((first, second)):
            with engine.begin() as connection:
                keep_message(connection, call_sid=sid, recording_sid=f"RE{number:032}", seconds=1, now=NOON)
            twilio.recordings.add(f"RE{number:032}")
        assert delete_old_messages(engine, carrier, KEEPING.recordings, UP) == 1
        assert twilio.recordings == {f"RE{1:032}"}


def test_the_newest_seal_of_the_audit_trail_is_logged_once_a_day(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    anchor = Anchor(engine)
    anchor(NOON)
    assert not said(caplog, "audit trail anchored")
    with engine.begin() as connection:
        write(connection, Entry(at=NOON, who="a@example.jp", action="x.y", subject="x"))
    for now in (NOON, NOON + MINUTE, NOON + ANCHORED_EVERY - MINUTE, NOON + ANCHORED_EVERY):
        anchor(now)
    lines = said(caplog, "audit trail anchored")
    assert [(line["rows"], line["head"]) for line in lines] == [(1, verify(engine).head)] * 2
