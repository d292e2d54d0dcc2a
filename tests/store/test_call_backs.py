from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import insert, text, update

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Target
from hotline.callflow.state import Outcome
from hotline.callflow.whisper import CalledBack
from hotline.store.call_backs import (
    CallBackStatus,
    News,
    begin_call_back,
    close_silent,
    find_under_way,
    list_call_backs,
    load_subject,
    lock_follow_up,
    move,
    note_not_placed,
    note_placed,
)
from hotline.store.console_tables import call_backs
from hotline.store.database import Engine
from hotline.store.follow_ups import resolve
from hotline.store.requests import finish
from hotline.store.sealed import reseal_all
from tests.store.call_back_rows import LINE, begin, begun, hire, leave, new_call_back, number_of, stands
from tests.store.kept import BOTH, NEW, OLD
from tests.store.rows import NOON, accept_request, start_call

SID = "CA" + "b" * 32
LATER = NOON + timedelta(seconds=10)
S = CallBackStatus


def moves(engine: Engine, call_back_id: int, *way: CallBackStatus, sid: str = SID, talked_s: int | None = None) -> bool:
    """Told these one after the other; whether the last of them changed anything."""
    with engine.begin() as connection:
        return [move(connection, call_back_id, News(sid, status, LATER, talked_s)) for status in way][-1]


def test_one_call_back_of_a_follow_up_is_under_way_at_a_time(engine: Engine) -> None:
    new = new_call_back(engine, hire(engine))
    first = begin(engine, new)
    assert first is not None
    assert begin(engine, new) is None
    moves(engine, first, S.COMPLETED)
    assert begin(engine, new) is not None
    with engine.connect() as connection:
        assert [one.status for one in list_call_backs(connection, new.call_sid)] == [S.COMPLETED, S.PLACING]


def test_of_operators_who_press_at_once_one_wins(engine: Engine) -> None:
    new = new_call_back(engine, hire(engine))
    together = Barrier(5)

    def press(_: int) -> int | None:
        with engine.begin() as connection:
            together.wait()
            return begin_call_back(connection, new)

    with ThreadPoolExecutor(5) as pool:
        won = [one for one in pool.map(press, range(5)) if one is not None]
    assert len(won) == 1


def test_another_follow_up_is_not_kept_waiting(engine: Engine) -> None:
    operator = hire(engine)
    assert begun(engine, operator) != begun(engine, operator)


def test_what_is_asked_for_is_the_number_left_and_the_number_that_was_dialled(engine: Engine) -> None:
    sid = start_call(engine, caller_sealed=b"who called")
    follow_up_id = leave(engine, sid, number="0312345678")
    with engine.begin() as connection:
        asked = lock_follow_up(connection, follow_up_id)
        assert asked is not None
        assert (asked.call_sid, asked.called, asked.caller_sealed) == (sid, LINE, b"who called")
        assert asked.call_back_sealed is not None
        assert "sealed" not in repr(asked)
        assert lock_follow_up(connection, follow_up_id + 1) is None
        resolve(connection, sid, [Reason.CALL_BACK], LATER)
        resolved = lock_follow_up(connection, follow_up_id)
        assert resolved is not None
        assert resolved.resolved_at == LATER


FORWARD = [S.RINGING_OPERATOR, S.ASKING_OPERATOR, S.CONNECTING, S.TALKING, S.COMPLETED]


def test_a_call_back_goes_its_way(engine: Engine) -> None:
    one = begun(engine)
    for status in FORWARD:
        assert stands(engine, one).ended_at is None
        assert moves(engine, one, status)
        assert stands(engine, one).status is status
    assert (stands(engine, one).ended_at, stands(engine, one).told_at) == (LATER, LATER)


@pytest.mark.parametrize("place", range(1, len(FORWARD)))
def test_what_is_told_late_changes_nothing(engine: Engine, place: int) -> None:
    one = begun(engine)
    moves(engine, one, FORWARD[place])
    assert not any(moves(engine, one, status) for status in FORWARD[: place + 1])
    assert stands(engine, one).status is FORWARD[place]


@pytest.mark.parametrize("end", [status for status in S if status.is_over])
def test_every_end_erases_the_number_and_nothing_goes_on_after_it(engine: Engine, end: CallBackStatus) -> None:
    one = begun(engine)
    assert number_of(engine, one) is not None
    moves(engine, one, end)
    assert (number_of(engine, one), stands(engine, one).ended_at) == (None, LATER)
    assert not any(moves(engine, one, status) for status in S if not status.is_over)


@pytest.mark.parametrize("guess", [S.NOT_TAKEN, S.GIVEN_UP])
@pytest.mark.parametrize("known", [S.COMPLETED, S.CALLER_BUSY, S.CALLER_DID_NOT_ANSWER, S.FAILED])
def test_an_end_that_was_guessed_is_corrected_by_who_knows(
    engine: Engine, guess: CallBackStatus, known: CallBackStatus
) -> None:
    one = begun(engine)
    moves(engine, one, guess)
    assert moves(engine, one, known)
    assert not moves(engine, one, guess)
    assert not moves(engine, one, *(other for other in S if other is not known))
    assert stands(engine, one).status is known


def test_how_long_was_talked_may_be_told_after_the_end_and_once(engine: Engine) -> None:
    one = begun(engine)
    moves(engine, one, S.TALKING, S.COMPLETED)
    assert moves(engine, one, S.COMPLETED, talked_s=61)
    assert not moves(engine, one, S.COMPLETED, talked_s=99)
    assert stands(engine, one).talked_s == 61


def test_another_call_of_twilio_moves_nothing(engine: Engine) -> None:
    one, other = begun(engine), "CA" + "c" * 32
    moves(engine, one, S.RINGING_OPERATOR)
    assert not moves(engine, one, S.ASKING_OPERATOR, sid=other)
    assert not moves(engine, one + 1, S.ASKING_OPERATOR)
    with engine.begin() as connection:
        assert find_under_way(connection, one, other) is None
        assert find_under_way(connection, one + 1, SID) is None
        found = find_under_way(connection, one, SID)
    assert found is not None
    assert (found.sid, found.status, found.from_number) == (SID, S.RINGING_OPERATOR, LINE)
    assert "sealed" not in repr(found)


def test_what_twilio_told_before_its_answer_came_stays(engine: Engine) -> None:
    one, two = begun(engine, hire(engine, "a")), begun(engine, hire(engine, "b"))
    for call_back_id, sid in ((one, SID), (two, "CA" + "c" * 32)):
        moves(engine, call_back_id, S.ASKING_OPERATOR, sid=sid)
    with engine.begin() as connection:
        note_placed(connection, one, SID, LATER)
        note_not_placed(connection, two, S.FAILED, LATER)
    assert (stands(engine, one).status, stands(engine, two).status) == (S.ASKING_OPERATOR, S.ASKING_OPERATOR)


def test_an_unknown_one_may_still_ring_and_a_failed_one_is_over(engine: Engine) -> None:
    operator = hire(engine)
    unknown, failed = begun(engine, operator), begun(engine, operator)
    with engine.begin() as connection:
        note_not_placed(connection, unknown, S.UNKNOWN, LATER)
        note_not_placed(connection, failed, S.FAILED, LATER)
    assert (stands(engine, unknown).ended_at, stands(engine, failed).ended_at) == (None, LATER)
    assert (number_of(engine, unknown) is None, number_of(engine, failed) is None) == (False, True)
    assert moves(engine, unknown, S.ASKING_OPERATOR)


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        (S.PLACING, True),
        (S.RINGING_OPERATOR, True),
        (S.ASKING_OPERATOR, True),
        (S.CONNECTING, False),
        (S.TALKING, False),
        (S.COMPLETED, False),
    ],
)
def test_one_that_was_not_heard_of_any_more_ends_as_unknown(engine: Engine, status: CallBackStatus, ends: bool) -> None:
    one = begun(engine)
    if status is not S.PLACING:
        moves(engine, one, status)

    def close(ringing: timedelta, talking: timedelta) -> int:
        with engine.begin() as connection:
            return close_silent(
                connection,
                ringing_before=LATER + ringing,
                talking_before=LATER + talking,
                at=LATER,
                follow_up_id=stands(engine, one).follow_up_id,
            )

    assert close(-timedelta(minutes=1), -timedelta(minutes=1)) == 0
    assert close(timedelta(seconds=1), -timedelta(minutes=1)) == ends
    assert stands(engine, one).status is (S.UNKNOWN if ends else status)
    if ends:
        assert number_of(engine, one) is None
        assert not moves(engine, one, S.CONNECTING)
        assert moves(engine, one, S.COMPLETED)
    else:
        assert close(-timedelta(minutes=1), timedelta(seconds=1)) == (not status.is_over)


def test_a_silent_one_of_another_follow_up_is_left(engine: Engine) -> None:
    operator = hire(engine)
    one, other = begun(engine, operator), begun(engine, operator)
    follow_up_id = stands(engine, other).follow_up_id
    with engine.begin() as connection:
        moments = {"ringing_before": LATER, "talking_before": LATER, "at": LATER}
        assert close_silent(connection, follow_up_id=follow_up_id, **moments) == 1
    assert stands(engine, one).status is S.PLACING


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (None, Outcome.ACCEPTED),
        (Answer.SUSPENDED, Outcome.STOPPED),
        (Answer.ALREADY_SUSPENDED, Outcome.STOPPED),
        (Answer.NOT_FOUND, Outcome.NOT_IDENTIFIED),
        (Answer.NOT_HELD, Outcome.NOT_HELD),
    ],
)
def test_what_is_told_of_a_call_is_how_its_request_stands_now(
    engine: Engine, answer: Answer | None, outcome: Outcome
) -> None:
    new = new_call_back(engine, hire(engine))
    one = begin(engine, new)
    assert one is not None
    with engine.begin() as connection:
        subject = load_subject(connection, one)
    assert subject == CalledBack("en", Reason.CALL_BACK, Outcome.NOTHING, None)
    request_id = accept_request(engine, new.call_sid)
    with engine.begin() as connection:
        if answer is not None:
            answers = {Target.CARD: answer}
            finish(connection, request_id, backend_id="B1", answers=answers, municipality=None, now=NOON)
        subject = load_subject(connection, one)
    assert subject.outcome is outcome
    assert subject.receipt_number is not None


def test_the_newest_request_of_a_call_counts(engine: Engine) -> None:
    new = new_call_back(engine, hire(engine))
    one = begin(engine, new)
    assert one is not None
    first = accept_request(engine, new.call_sid, turn=2)
    accept_request(engine, new.call_sid, turn=3, at=LATER)
    with engine.begin() as connection:
        finish(connection, first, backend_id="B1", answers={Target.CARD: Answer.NOT_FOUND}, municipality=None, now=NOON)
        assert load_subject(connection, one).outcome is Outcome.ACCEPTED


def test_every_status_fits_its_column_and_has_a_place_in_the_order(engine: Engine) -> None:
    assert max(map(len, S)) <= call_backs.c.status.type.length
    one = begun(engine)
    for status in S:
        with engine.begin() as connection:
            connection.execute(update(call_backs).values(status=status))
        assert stands(engine, one).status is status


def test_the_number_of_one_that_is_under_way_is_sealed_anew(engine: Engine) -> None:
    one = begun(engine, vault=OLD)
    reseal_all(engine, BOTH)
    sealed = number_of(engine, one)
    assert sealed is not None
    assert NEW.unseal(sealed) == "+819012345678"


def test_the_database_itself_refuses_a_second_one_under_way(engine: Engine) -> None:
    new = new_call_back(engine, hire(engine))
    row = {name: getattr(new, name) for name in type(replace(new)).__slots__} | {"status": "placing"}
    with engine.begin() as connection:
        connection.execute(insert(call_backs), row)
    with pytest.raises(Exception, match="uq_call_backs_under_way"), engine.begin() as connection:
        connection.execute(insert(call_backs), row)
    with engine.begin() as connection:
        connection.execute(text("UPDATE call_backs SET ended_at = now()"))
        connection.execute(insert(call_backs), row)
