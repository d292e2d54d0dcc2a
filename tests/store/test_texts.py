from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Loss, Target
from hotline.store import texts
from hotline.store.database import Engine
from hotline.store.follow_ups import resolve
from hotline.store.listings import list_follow_ups
from hotline.store.requests import Status, finish, give_up, note_loss
from hotline.store.texts import DueText, Purpose, TextStatus
from hotline.store.told import find_told_request
from tests.store.rows import NOON, VAULT, accept_request, row_of, start_call
from tests.store.text_rows import MOBILE, all_texts, follow_ups, promise_text, the_text

MOMENT = timedelta(microseconds=1)
LATER = NOON + timedelta(minutes=1)
SID = "SM" + "1" * 32


def claim(engine: Engine, now: datetime = NOON, limit: int = 1) -> list[DueText]:
    with engine.begin() as connection:
        return list(texts.claim_due(connection, now, limit))


def claimed(engine: Engine, request_id: UUID | None = None) -> UUID:
    """A text in a sender's hands; returns its id."""
    sid = start_call(engine) if request_id is None else str(row_of(engine, request_id)["call_sid"])
    promise_text(engine, sid, request_id=request_id)
    (one,) = claim(engine)
    return one.id


def about_a_request(engine: Engine) -> UUID:
    return claimed(engine, accept_request(engine))


def status(engine: Engine) -> str:
    return str(the_text(engine)["status"])


def sent(engine: Engine, text_id: UUID, message_sid: str = SID, segments: int = 2) -> None:
    with engine.begin() as connection:
        texts.note_sent(connection, text_id, message_sid=message_sid, segments=segments, at=LATER)


def told(engine: Engine, word: str, code: int | None = None, sid: str = SID, text_id: UUID | None = None) -> bool:
    with engine.begin() as connection:
        return texts.note_status(connection, sid, word, code, LATER, text_id)


def done(engine: Engine, request_id: UUID) -> None:
    with engine.begin() as connection:
        answers = {Target.CARD: Answer.SUSPENDED}
        finish(connection, request_id, backend_id="B1", answers=answers, municipality="千代田区", now=LATER)


# Promising


def test_a_promised_text_is_claimed_with_everything_its_sender_needs(engine: Engine) -> None:
    request_id = accept_request(engine)
    sid = str(row_of(engine, request_id)["call_sid"])
    assert promise_text(engine, sid, turn=4, purpose=Purpose.DONE, request_id=request_id, body="it is stopped")
    (one,) = claim(engine)
    assert (one.call_sid, one.turn, one.purpose, one.request_id, one.language, one.attempts) == (
        *(sid, 4, Purpose.DONE, request_id),
        *("ja", 1),
    )
    assert one.to_sealed is not None
    assert one.body_sealed is not None
    assert (VAULT.unseal(one.to_sealed), VAULT.unseal(one.body_sealed)) == (MOBILE, "it is stopped")
    assert "sealed" not in repr(one)


def test_a_request_is_told_about_once_in_each_way(engine: Engine) -> None:
    request_id = accept_request(engine)
    sid = str(row_of(engine, request_id)["call_sid"])
    assert promise_text(engine, sid, turn=3, purpose=Purpose.STEPS, request_id=request_id)
    assert not promise_text(engine, sid, turn=5, purpose=Purpose.STEPS, request_id=request_id)
    assert promise_text(engine, sid, turn=5, purpose=Purpose.DONE, request_id=request_id)
    assert [one["turn"] for one in all_texts(engine)] == [3, 5]


def test_a_turn_that_comes_twice_promises_once(engine: Engine) -> None:
    sid = start_call(engine)
    assert promise_text(engine, sid, turn=3, purpose=Purpose.TURN, body="first")
    assert not promise_text(engine, sid, turn=3, purpose=Purpose.TURN, body="second")
    assert VAULT.unseal(the_text(engine)["body_sealed"]) == "first"


def test_a_promise_that_is_not_committed_was_never_made(engine: Engine) -> None:
    sid = start_call(engine)
    with engine.connect() as connection:
        arguments: dict[str, Any] = {"request_id": None, "to_sealed": b"", "to_print": "", "body_sealed": None}
        given = {"turn": 2, "purpose": Purpose.STEPS, "language": "en", "due_at": NOON, "now": NOON}
        assert texts.promise_text(connection, call_sid=sid, **arguments, **given)
        connection.rollback()
    assert all_texts(engine) == []


# Waiting for a request


def wake(engine: Engine) -> int:
    with engine.begin() as connection:
        return texts.wake_waiting(connection, LATER)


def waiting_for(engine: Engine) -> UUID:
    request_id = accept_request(engine)
    promise_text(engine, str(row_of(engine, request_id)["call_sid"]), request_id=request_id, due_at=None)
    return request_id


def test_a_text_waits_as_long_as_its_request_is_open(engine: Engine) -> None:
    waiting_for(engine)
    assert wake(engine) == 0
    assert claim(engine, LATER) == []
    assert status(engine) == "waiting"


def test_a_text_is_due_once_its_request_is_finished(engine: Engine) -> None:
    done(engine, waiting_for(engine))
    waiting_for(engine)
    assert wake(engine) == 1
    assert wake(engine) == 0
    assert len(claim(engine, LATER, limit=9)) == 1


def test_a_text_is_due_once_its_request_is_left_to_an_operator(engine: Engine) -> None:
    request_id = waiting_for(engine)
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
    assert wake(engine) == 1


# Claiming


def test_nobody_claims_a_text_twice(engine: Engine) -> None:
    promise_text(engine)
    assert len(claim(engine)) == 1
    assert claim(engine, NOON + timedelta(days=1)) == []


def test_a_text_is_not_claimed_before_its_time(engine: Engine) -> None:
    promise_text(engine)
    assert claim(engine, NOON - MOMENT) == []


def test_the_longest_due_is_claimed_first(engine: Engine) -> None:
    for minutes in (2, 1, 3):
        promise_text(engine, due_at=NOON + timedelta(minutes=minutes), at=NOON + timedelta(minutes=minutes))
    seen = [claim(engine, NOON + timedelta(hours=1))[0].id for _ in range(3)]
    assert seen == [one["id"] for one in all_texts(engine)]


def test_while_one_sender_claims_another_gets_nothing_and_does_not_wait(engine: Engine) -> None:
    promise_text(engine)
    with engine.begin() as connection:
        assert len(texts.claim_due(connection, NOON)) == 1
        assert claim(engine) == []


def test_many_senders_at_once_claim_each_text_once(engine: Engine) -> None:
    sid = start_call(engine)
    for turn in range(2, 102):
        promise_text(engine, sid, turn=turn)

    def sender(_: int) -> list[UUID]:
        mine: list[UUID] = []
        while batch := claim(engine):
            mine += [one.id for one in batch]
        return mine

    with ThreadPoolExecutor(4) as pool:
        seen = [one for mine in pool.map(sender, range(4)) for one in mine]
    assert len(seen) == 100
    assert set(seen) == {one["id"] for one in all_texts(engine)}


def test_a_claim_waits_for_the_disk_whatever_its_connection_does(engine: Engine) -> None:
    promise_text(engine)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        texts.claim_due(connection, NOON)
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"


# What became of it


def test_a_text_that_twilio_took_is_sent(engine: Engine) -> None:
    sent(engine, claimed(engine))
    row = the_text(engine)
    assert (row["status"], row["message_sid"], row["segments"], row["due_at"]) == ("sent", SID, 2, None)
    assert row["told_at"] == LATER


def test_a_text_that_was_not_taken_is_due_again_later(engine: Engine) -> None:
    text_id = claimed(engine)
    with engine.begin() as connection:
        assert texts.put_off(connection, text_id, due_at=LATER)
    assert claim(engine, LATER - MOMENT) == []
    assert [one.attempts for one in claim(engine, LATER)] == [2]


def test_a_failed_text_about_a_request_is_followed_up_once(engine: Engine) -> None:
    text_id = about_a_request(engine)
    with engine.begin() as connection:
        assert texts.note_failed(connection, text_id, error_code=21211, at=LATER)
        assert not texts.note_failed(connection, text_id, error_code=30003, at=LATER)
    row = the_text(engine)
    assert (row["status"], row["error_code"], row["due_at"]) == ("failed", 21211, None)
    assert [reason for reason, receipt in follow_ups(engine) if receipt] == ["text_not_delivered"]


def test_an_unsure_text_about_a_request_is_followed_up(engine: Engine) -> None:
    text_id = about_a_request(engine)
    with engine.begin() as connection:
        assert texts.note_unsure(connection, text_id, at=LATER)
    assert (status(engine), [reason for reason, _ in follow_ups(engine)]) == ("unsure", ["text_not_delivered"])
    assert claim(engine, NOON + timedelta(days=1)) == []


def test_a_refused_text_is_not_followed_up(engine: Engine) -> None:
    text_id = about_a_request(engine)
    with engine.begin() as connection:
        assert texts.note_refused(connection, text_id, at=LATER)
    assert (status(engine), follow_ups(engine)) == ("refused", [])


def test_a_result_that_does_not_reach_its_writer_is_followed_up(engine: Engine) -> None:
    promise_text(engine, purpose=Purpose.TURN, body="it is stopped")
    [one] = claim(engine, NOON)
    with engine.begin() as connection:
        texts.note_failed(connection, one.id, error_code=30003, at=LATER)
    assert (status(engine), follow_ups(engine)) == ("failed", [("text_not_delivered", None)])


def test_what_is_no_longer_being_sent_is_left_alone(engine: Engine) -> None:
    text_id = about_a_request(engine)
    sent(engine, text_id)
    before = the_text(engine)
    with engine.begin() as connection:
        assert not texts.note_refused(connection, text_id, at=LATER)
        assert not texts.note_failed(connection, text_id, error_code=1, at=LATER)
        assert not texts.note_unsure(connection, text_id, at=LATER)
        assert not texts.put_off(connection, text_id, due_at=LATER)
    assert (the_text(engine), follow_ups(engine)) == (before, [])


def test_a_text_whose_sender_died_is_unsure_and_never_due_again(engine: Engine) -> None:
    text_id = about_a_request(engine)
    with engine.begin() as connection:
        assert texts.fail_stuck(connection, before=NOON, now=LATER) == []
        assert texts.fail_stuck(connection, before=NOON + MOMENT, now=LATER) == [text_id]
        assert texts.fail_stuck(connection, before=NOON + MOMENT, now=LATER) == []
    assert (status(engine), [reason for reason, _ in follow_ups(engine)]) == ("unsure", ["text_not_delivered"])
    assert claim(engine, NOON + timedelta(days=1)) == []


def test_a_sender_that_only_stood_still_may_still_say_what_it_learnt(engine: Engine) -> None:
    text_id = claimed(engine)
    with engine.begin() as connection:
        texts.fail_stuck(connection, before=LATER, now=LATER)
    sent(engine, text_id)
    assert (status(engine), the_text(engine)["message_sid"]) == ("sent", SID)


# What Twilio tells later


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        (["queued", "sending", "sent", "delivered"], "delivered"),
        (["delivered", "sent", "queued"], "delivered"),
        (["sent", "undelivered", "delivered"], "undelivered"),
        (["failed", "sent"], "failed"),
        (["accepted"], "sent"),
        (["delivered", "read"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["nonsense", ""], "sent"),
    ],
)
def test_a_status_only_moves_forward(engine: Engine, words: list[str], ends: str) -> None:
    sent(engine, claimed(engine))
    for word in words:
        told(engine, word)
    assert status(engine) == ends


def test_a_callback_that_changes_nothing_says_so(engine: Engine) -> None:
    sent(engine, claimed(engine))
    assert told(engine, "delivered")
    assert not told(engine, "delivered")
    assert not told(engine, "delivered", sid="SM" + "9" * 32)
    assert not told(engine, "nonsense")


@pytest.mark.parametrize("word", ["undelivered", "failed"])
def test_a_text_that_did_not_arrive_is_followed_up_with_twilios_code(engine: Engine, word: str) -> None:
    sent(engine, about_a_request(engine))
    assert told(engine, word, 30003)
    row = the_text(engine)
    assert (row["status"], row["error_code"]) == (word, 30003)
    assert [reason for reason, receipt in follow_ups(engine) if receipt] == ["text_not_delivered"]


def test_a_text_that_arrived_is_not_followed_up(engine: Engine) -> None:
    sent(engine, about_a_request(engine))
    told(engine, "delivered")
    assert follow_ups(engine) == []


def test_a_callback_with_the_texts_id_ends_the_doubt(engine: Engine) -> None:
    text_id = claimed(engine)
    with engine.begin() as connection:
        texts.note_unsure(connection, text_id, at=LATER)
    assert told(engine, "sent", text_id=text_id)
    assert (status(engine), the_text(engine)["message_sid"]) == ("sent", SID)
    assert told(engine, "delivered")
    assert status(engine) == "delivered"


def test_a_callback_that_overtakes_the_answer_is_not_forgotten(engine: Engine) -> None:
    text_id = claimed(engine)
    assert told(engine, "delivered", text_id=text_id)
    sent(engine, text_id)
    row = the_text(engine)
    assert (row["status"], row["message_sid"], row["segments"]) == ("delivered", SID, 2)


def test_a_text_that_twilio_tells_of_is_not_sent_again_even_if_it_said_it_had_not_taken_it(engine: Engine) -> None:
    text_id = claimed(engine)
    with engine.begin() as connection:
        texts.put_off(connection, text_id, due_at=LATER)
    assert told(engine, "sent", text_id=text_id)
    assert claim(engine, LATER) == []


def test_an_id_of_another_text_does_not_move_one_whose_sid_is_known(engine: Engine) -> None:
    text_id = claimed(engine)
    sent(engine, text_id)
    assert not told(engine, "failed", sid="SM" + "9" * 32, text_id=text_id)
    assert not told(engine, "failed", text_id=uuid4())
    assert status(engine) == "sent"


def test_callbacks_at_the_same_time_open_one_follow_up(engine: Engine) -> None:
    sent(engine, about_a_request(engine))
    with ThreadPoolExecutor(4) as pool:
        changed = list(pool.map(lambda _: told(engine, "undelivered", 30005), range(8)))
    assert (changed.count(True), len(follow_ups(engine))) == (1, 1)


# Limits


def count(engine: Engine, since: datetime = NOON, **which: str) -> int:
    with engine.connect() as connection:
        return texts.count_texts(connection, since, **which)


def test_texts_are_counted_in_all_by_number_and_by_caller(engine: Engine) -> None:
    sid = start_call(engine, caller_print="one caller")
    for turn, number in enumerate(("one", "other", "other"), start=2):
        promise_text(engine, sid, turn=turn, to_print=number)
    promise_text(engine, start_call(engine, caller_print="other caller"), to_print="one")
    promise_text(engine, to_print="one", at=NOON - MOMENT)
    assert count(engine) == 4
    assert (count(engine, to_print="one"), count(engine, to_print="other")) == (2, 2)
    assert (count(engine, caller_print="one caller"), count(engine, caller_print="other caller")) == (3, 1)
    assert count(engine, caller_print="one caller", to_print="one") == 1
    assert count(engine, caller_print="nobody") == 0


@pytest.mark.parametrize("status", [one for one in TextStatus])
def test_everything_but_a_refused_text_counts(engine: Engine, status: TextStatus) -> None:
    promise_text(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE texts SET status = :status"), {"status": status.value})
    assert count(engine) == (0 if status is TextStatus.REFUSED else 1)


def test_the_line_s_part_of_a_conversation_by_text_is_none_that_somebody_asked_for(engine: Engine) -> None:
    sid = start_call(engine, caller_print="a writer")
    for turn, purpose in enumerate(Purpose, start=2):
        promise_text(engine, sid, turn=turn, purpose=purpose, to_print="the writer")
    assert (count(engine), count(engine, to_print="the writer"), count(engine, caller_print="a writer")) == (2, 2, 2)


# What may be told


def test_a_text_may_tell_how_a_request_stands_and_nothing_of_its_person(engine: Engine) -> None:
    request_id = accept_request(engine, targets=(Target.CARD, Target.SMARTPHONE))
    sid = str(row_of(engine, request_id)["call_sid"])
    with engine.begin() as connection:
        note_loss(connection, call_sid=sid, loss=Loss.STOLEN, for_another=True)
    done(engine, request_id)
    with engine.connect() as connection:
        told = find_told_request(connection, request_id)
        assert find_told_request(connection, uuid4()) is None
    assert told is not None
    assert told.receipt_number == row_of(engine, request_id)["receipt_number"]
    assert (told.status, told.answers) == (Status.SUSPENDED, {Target.CARD: Answer.SUSPENDED})
    assert (told.targets, told.loss, told.for_another) == ((Target.CARD, Target.SMARTPHONE), Loss.STOLEN, True)
    assert (told.municipality, told.accepted_at, told.finished_at) == ("千代田区", NOON, LATER)
    assert "千代田区" not in repr(told)


def test_two_texts_of_one_call_that_are_stuck_at_once_open_one_follow_up(engine: Engine) -> None:
    sid = start_call(engine)
    for turn in (3, 4):
        promise_text(engine, sid, turn=turn)
    claim(engine, limit=2)
    with engine.begin() as connection:
        assert len(texts.fail_stuck(connection, before=LATER, now=LATER)) == 2
    assert follow_ups(engine) == [("text_not_delivered", None)]


def test_a_second_text_that_does_not_arrive_opens_what_was_resolved_after_the_first(engine: Engine) -> None:
    sid = start_call(engine)
    for turn in (3, 4):
        promise_text(engine, sid, turn=turn)
    first, second = claim(engine, limit=2)
    for one in (first, second):
        with engine.begin() as connection:
            resolve(connection, sid, [Reason.TEXT_NOT_DELIVERED], NOON)
            texts.note_failed(connection, one.id, error_code=30003, at=LATER)
    (follow_up,) = list_follow_ups(engine)
    assert (follow_up["reason"], follow_up["resolved_at"]) == ("text_not_delivered", None)
