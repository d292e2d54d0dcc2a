import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import text

from hotline import clock
from hotline.callflow.events import Answer, Target
from hotline.carrier.client import Carrier
from hotline.privacy import Vault, new_key
from hotline.store.database import DATABASE_TROUBLE, Engine, connect_to
from hotline.store.requests import Status, finish, give_up
from hotline.store.sending_again import find_standing, send_again
from hotline.store.tables import texts as table
from hotline.store.texts import DueText, Purpose, note_status
from hotline.store.told import ToldRequest
from hotline.suspensions.chores import ChoreFailed
from hotline.suspensions.texts import ENDS_WITHIN_S, JITTER, PAUSES, STUCK_AFTER, Sending, Texts, pause_after
from tests.carrier.twilio_here import ACCOUNT, KEY, SECRET, Cut, Fault, Says, Silent, TwilioHere, refusal, twilio_here
from tests.conftest import unused_port
from tests.store.rows import NOON, VAULT, accept_request, row_of, start_call
from tests.store.text_rows import MOBILE, all_texts, follow_ups, promise_text, the_text
from tests.waiting import eventually

SENDER = "+815012345678"
CALLBACK = "https://line.example/sms/status"
DAYS = timedelta(days=1)
LOST = "text_not_delivered"


def compose(due: DueText, request: ToldRequest | None) -> str:
    status = "nothing" if request is None else request.status.value
    return f"{due.purpose.value} in {due.language}: {status}"


@pytest.fixture
def twilio() -> Iterator[TwilioHere]:
    """What is asked in Twilio's place."""
    with twilio_here() as twilio:
        yield twilio


def sending_through(engine: Engine, url: str, vault: Vault = VAULT, timeout_s: float = 0.5) -> Texts:
    carrier = Carrier(ACCOUNT, KEY, SECRET, url, timeout_s)
    return Texts(engine, vault, carrier, SENDER, CALLBACK, compose)


@pytest.fixture
def texts(engine: Engine, twilio: TwilioHere) -> Texts:
    """What sends, and is soon tired of silence."""
    return sending_through(engine, twilio.url)


def promised_about_a_request(engine: Engine, purpose: Purpose = Purpose.STEPS, due_at: datetime | None = NOON) -> UUID:
    """The id of the request."""
    request_id = accept_request(engine)
    sid = str(row_of(engine, request_id)["call_sid"])
    promise_text(engine, sid, request_id=request_id, purpose=purpose, due_at=due_at)
    return request_id


def status(engine: Engine) -> str:
    return str(the_text(engine)["status"])


def reasons(engine: Engine) -> list[str]:
    return [reason for reason, _ in follow_ups(engine)]


def test_what_is_due_is_sent_once(engine: Engine, twilio: TwilioHere, texts: Texts) -> None:
    promised_about_a_request(engine)
    assert texts.send_due(NOON) == 1
    assert texts.send_due(NOON + DAYS) == 0
    (sent,) = twilio.texts
    assert (sent["To"], sent["From"], sent["Body"]) == (MOBILE, SENDER, "steps in ja: accepted")
    row = the_text(engine)
    assert (row["status"], row["segments"], row["attempts"]) == ("sent", 1, 1)
    assert str(row["message_sid"]).startswith("SM")


def test_what_was_said_is_kept_sealed(engine: Engine, texts: Texts) -> None:
    promised_about_a_request(engine)
    texts.send_due(NOON)
    assert VAULT.unseal(the_text(engine)["body_sealed"]) == "steps in ja: accepted"


def test_what_was_worded_when_it_was_promised_is_sent_as_it_is(
    engine: Engine, twilio: TwilioHere, texts: Texts
) -> None:
    promise_text(engine, purpose=Purpose.TURN, body="1 を おして ください")
    texts.send_due(NOON)
    assert twilio.texts[0]["Body"] == "1 を おして ください"


def test_the_callback_names_the_text_and_nobody(engine: Engine, twilio: TwilioHere, texts: Texts) -> None:
    promise_text(engine)
    texts.send_due(NOON)
    callback = urlsplit(twilio.texts[0]["StatusCallback"])
    assert callback._replace(query="").geturl() == CALLBACK
    assert parse_qs(callback.query) == {"text": [str(the_text(engine)["id"])]}


def test_a_text_that_waits_is_sent_once_its_request_is_finished(
    engine: Engine, twilio: TwilioHere, texts: Texts
) -> None:
    request_id = promised_about_a_request(engine, Purpose.DONE, due_at=None)
    assert texts.send_due(NOON) == 0
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
    assert texts.send_due(NOON) == 1
    assert twilio.texts[0]["Body"] == f"done in ja: {Status.NEEDS_OPERATOR.value}"


@pytest.mark.parametrize("number", ["+815012345678", "+81312345678", "+81120950178", "+12025550123", ""])
def test_no_number_but_a_japanese_mobile_is_written_to(
    engine: Engine, twilio: TwilioHere, texts: Texts, number: str
) -> None:
    promise_text(engine, number=number)
    texts.send_due(NOON)
    assert (status(engine), twilio.heard) == ("refused", [])


def test_an_answer_goes_to_whoever_wrote_wherever_they_are(engine: Engine, twilio: TwilioHere, texts: Texts) -> None:
    promise_text(engine, number="+12025550123", purpose=Purpose.TURN, body="an answer")
    texts.send_due(NOON)
    assert [sent["To"] for sent in twilio.texts] == ["+12025550123"]


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_number_that_is_erased_by_now_is_not_written_to(
    engine: Engine, twilio: TwilioHere, texts: Texts, purpose: Purpose
) -> None:
    promise_text(engine, purpose=purpose, body="words")
    with engine.begin() as connection:
        connection.execute(text("UPDATE texts SET to_sealed = NULL"))
    texts.send_due(NOON)
    assert (status(engine), twilio.heard) == ("refused", [])


# Twilio does not take it


def test_what_twilio_did_not_take_is_sent_later_and_says_the_same(
    engine: Engine, twilio: TwilioHere, texts: Texts
) -> None:
    request_id = promised_about_a_request(engine)
    twilio.faults += [refusal(429, 20429), refusal(503, 20503)]
    texts.send_due(NOON)
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
    now = NOON
    for pause in PAUSES[:2]:
        assert texts.send_due(now + pause * (1 - JITTER) - timedelta(microseconds=1)) == 0
        now += pause * (1 + JITTER)
        assert texts.send_due(now) == 1
    assert [sent["Body"] for sent in twilio.texts] == ["steps in ja: accepted"] * 3
    assert (status(engine), the_text(engine)["attempts"]) == ("sent", 3)


def test_a_carrier_that_cannot_be_reached_is_tried_again(engine: Engine, twilio: TwilioHere, texts: Texts) -> None:
    promise_text(engine)
    sending_through(engine, f"http://127.0.0.1:{unused_port()}").send_due(NOON)
    assert status(engine) == "due"
    texts.send_due(NOON + DAYS)
    assert (status(engine), len(twilio.texts)) == ("sent", 1)


def test_after_about_an_hour_it_has_failed_and_a_person_is_told(
    engine: Engine, twilio: TwilioHere, texts: Texts, caplog: pytest.LogCaptureFixture
) -> None:
    promised_about_a_request(engine)
    now, first = NOON, NOON
    twilio.faults += [refusal(503, 20503)] * 20
    while status(engine) in ("due", "sending"):
        texts.send_due(now)
        row = the_text(engine)
        now = row["due_at"] or now
    assert timedelta(minutes=45) < now - first < timedelta(minutes=75)
    assert (status(engine), reasons(engine)) == ("failed", [LOST])
    assert len(twilio.texts) == len(PAUSES) + 1
    assert "a text is left to an operator" in caplog.messages


def test_pauses_grow_and_differ() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert len({pause_after(1) for _ in range(20)}) > 1
    assert PAUSES[-1] * (1 - JITTER) <= pause_after(99) <= PAUSES[-1] * (1 + JITTER)


def test_what_twilio_refuses_has_failed_with_its_code_and_a_person_is_told(
    engine: Engine, twilio: TwilioHere, texts: Texts
) -> None:
    promised_about_a_request(engine)
    twilio.faults.append(refusal(400, 21610))
    texts.send_due(NOON)
    assert (status(engine), the_text(engine)["error_code"], reasons(engine)) == ("failed", 21610, [LOST])
    assert texts.send_due(NOON + DAYS) == 0


@pytest.mark.parametrize("fault", [Silent(), Cut(), refusal(500, 20500), Says(201, b"<html>")], ids=repr)
def test_what_may_have_been_taken_is_never_sent_again(
    engine: Engine, twilio: TwilioHere, texts: Texts, fault: Fault
) -> None:
    promised_about_a_request(engine)
    twilio.faults.append(fault)
    texts.send_due(NOON)
    for hours in range(3):
        assert texts.send_due(NOON + timedelta(hours=hours)) == 0
    assert (status(engine), reasons(engine), len(twilio.texts)) == ("unsure", [LOST], 1)


def test_one_text_that_goes_wrong_holds_up_no_other(engine: Engine, twilio: TwilioHere, texts: Texts) -> None:
    sid = start_call(engine)
    for turn in range(2, 6):
        promise_text(engine, sid, turn=turn)
    twilio.faults += [refusal(400, 21211), refusal(503, 20503), Cut()]
    assert texts.send_due(NOON) == 4
    assert [one["status"] for one in all_texts(engine)] == ["failed", "due", "unsure", "sent"]


def test_a_text_that_no_key_unseals_is_left_to_a_person(engine: Engine, twilio: TwilioHere) -> None:
    promised_about_a_request(engine)
    sending_through(engine, twilio.url, Vault([new_key()])).send_due(NOON)
    assert (status(engine), reasons(engine), twilio.heard) == ("failed", [LOST], [])


def test_a_text_that_cannot_be_worded_is_left_to_a_person_and_ends_nothing(
    engine: Engine, twilio: TwilioHere, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(due: DueText, request: ToldRequest | None) -> str:
        raise KeyError(f"no word for {MOBILE}")

    promised_about_a_request(engine)
    promise_text(engine, body="another")
    carrier = Carrier(ACCOUNT, KEY, SECRET, twilio.url)
    Texts(engine, VAULT, carrier, SENDER, CALLBACK, stumble).send_due(NOON)
    assert sorted(one["status"] for one in all_texts(engine)) == ["sent", "unsure"]
    assert reasons(engine) == [LOST]
    assert MOBILE not in str([vars(record) for record in caplog.records])


def test_no_number_and_no_word_of_a_text_is_in_the_log(
    engine: Engine, twilio: TwilioHere, texts: Texts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sid = start_call(engine)
    answers = [refusal(400, 21211, f"{MOBILE} kuruma"), refusal(503, 20503, f"{MOBILE} kuruma"), Cut()]
    for turn, fault in enumerate(answers, start=2):
        promise_text(engine, sid, turn=turn, body="kuruma 4829")
        twilio.faults.append(fault)
    promise_text(engine, sid, turn=9, body="kuruma 4829")
    texts.send_due(NOON)
    written = str([(record.getMessage(), vars(record)) for record in caplog.records])
    assert "a text was sent" in written
    assert MOBILE.removeprefix("+") not in written
    assert "kuruma" not in written


# Senders that die


class KilledHere(BaseException):
    """The sender ends here."""


class DyingCarrier(Carrier):
    """Its process is killed while Twilio is asked: before or after that has reached Twilio."""

    def __init__(self, url: str, *, asks: bool) -> None:
        super().__init__(ACCOUNT, KEY, SECRET, url)
        self._asks = asks

    def send_text(self, *arguments: str, **named: str) -> None:  # type: ignore[override]
        if self._asks:
            super().send_text(*arguments, **named)
        raise KilledHere


@pytest.mark.parametrize("asks", [True, False], ids=["after Twilio took it", "before Twilio was asked"])
def test_a_sender_killed_in_the_middle_leaves_a_text_that_nobody_sends_again(
    engine: Engine, twilio: TwilioHere, texts: Texts, asks: bool
) -> None:
    promised_about_a_request(engine)
    dying = Texts(engine, VAULT, DyingCarrier(twilio.url, asks=asks), SENDER, CALLBACK, compose)
    with pytest.raises(KilledHere):
        dying.send_due(NOON)
    assert status(engine) == "sending"
    assert texts.send_due(NOON + STUCK_AFTER) == 0
    assert status(engine) == "sending"
    assert texts.send_due(NOON + STUCK_AFTER + timedelta(microseconds=1)) == 0
    assert texts.send_due(NOON + DAYS) == 0
    assert (status(engine), reasons(engine), len(twilio.texts)) == ("unsure", [LOST], int(asks))


def test_twilios_callback_ends_the_doubt_about_a_text_whose_sender_was_killed(
    engine: Engine, twilio: TwilioHere
) -> None:
    promised_about_a_request(engine)
    dying = Texts(engine, VAULT, DyingCarrier(twilio.url, asks=True), SENDER, CALLBACK, compose)
    with pytest.raises(KilledHere):
        dying.send_due(NOON)
    dying.look_after(NOON + DAYS)
    text_id = UUID(parse_qs(urlsplit(twilio.texts[0]["StatusCallback"]).query)["text"][0])
    with engine.begin() as connection:
        assert note_status(connection, "SM" + "1" * 32, "delivered", None, NOON, text_id)
    assert status(engine) == "delivered"


def test_many_senders_at_once_send_each_text_once(engine: Engine, twilio: TwilioHere) -> None:
    sid = start_call(engine)
    for turn in range(2, 62):
        promise_text(engine, sid, turn=turn, body=str(turn))
    senders = [sending_through(engine, twilio.url, timeout_s=20.0) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        tried = list(pool.map(lambda sender: sender.send_due(NOON), senders))
    assert sum(tried) == 60
    assert sorted(int(one["Body"]) for one in twilio.texts) == list(range(2, 62))
    assert {one["status"] for one in all_texts(engine)} == {"sent"}


def test_no_connection_to_the_database_is_held_while_twilio_is_asked(engine: Engine, twilio: TwilioHere) -> None:
    promise_text(engine)
    twilio.faults.append(Silent())
    thread = threading.Thread(target=sending_through(engine, twilio.url, timeout_s=1.0).send_due, args=(NOON,))
    thread.start()
    assert twilio.asked.wait(20)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    thread.join()


# The thread


def test_the_thread_sends_what_becomes_due(engine: Engine, twilio: TwilioHere, texts: Texts) -> None:
    with Sending(texts, every_s=0.01) as sending:
        promise_text(engine, due_at=clock.now())
        eventually(lambda: status(engine) == "sent", "a text that was sent")
        sending.check()
    assert len(twilio.texts) == 1


def test_asked_to_end_it_finishes_the_text_in_hand_and_takes_no_other(engine: Engine, twilio: TwilioHere) -> None:
    sid = start_call(engine)
    for turn in (2, 3):
        promise_text(engine, sid, turn=turn)
    twilio.faults.append(Silent())
    with Sending(sending_through(engine, twilio.url, timeout_s=0.5), every_s=0.01):
        assert twilio.asked.wait(20)
    assert sorted(one["status"] for one in all_texts(engine)) == ["due", "unsure"]


def test_a_twilio_that_takes_for_ever_does_not_keep_the_process_from_ending(
    engine: Engine, twilio: TwilioHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.suspensions.texts.ENDS_WITHIN_S", 0.1)
    promise_text(engine)
    twilio.faults.append(Silent())
    sending = Sending(sending_through(engine, twilio.url, timeout_s=3.0), every_s=0.01)
    with sending:
        assert twilio.asked.wait(20)
        asked_to_end = time.monotonic()
    assert time.monotonic() - asked_to_end < 2.0
    twilio.over.set()
    sending._thread.join(20)
    assert ENDS_WITHIN_S > 0.1


def test_a_database_that_is_gone_is_waited_for(twilio: TwilioHere, caplog: pytest.LogCaptureFixture) -> None:
    nowhere = sending_through(connect_to("postgresql://nobody@/nothing?host=/nonexistent"), twilio.url)
    with pytest.raises(DATABASE_TROUBLE):
        nowhere.send_due(NOON)
    with Sending(nowhere, every_s=0.01) as sending:
        eventually(lambda: caplog.messages.count("texts found no database and wait") > 1, "a second look")
        sending.check()


def test_a_thread_that_ended_is_not_passed_over_in_silence(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, texts: Texts
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda arguments: None)
    monkeypatch.setattr(Texts, "look_after", lambda self, now: now.microsecond / 0)
    with Sending(texts, every_s=0.01) as sending:
        sending._thread.join(20)
        with pytest.raises(ChoreFailed, match="start the dispatcher again"):
            sending.check()


def stopped(engine: Engine, request_id: UUID) -> None:
    with engine.begin() as connection:
        standing = find_standing(connection, request_id)
        assert standing is not None
        said = {Target.CARD: Answer.SUSPENDED}
        finish(connection, request_id, backend_id="B", answers=said, municipality=None, now=NOON, key=standing.key)


def test_whoever_was_told_the_first_answer_is_told_the_second_as_well(
    engine: Engine, twilio: TwilioHere, texts: Texts
) -> None:
    request_id = promised_about_a_request(engine, Purpose.DONE, due_at=None)
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
    texts.send_due(NOON)
    with engine.begin() as connection:
        send_again(connection, request_id, key=request_id, corrected=None, now=NOON)
    assert texts.send_due(NOON) == 0
    stopped(engine, request_id)
    texts.send_due(NOON)
    assert [sent["Body"] for sent in twilio.texts] == ["done in ja: needs_operator", "done in ja: suspended"]
    assert {sent["To"] for sent in twilio.texts} == {MOBILE}


class SentAgainMeanwhile(Texts):
    """Sends; and when it has claimed a text, an operator sends its request again."""

    def _send(self, text: DueText, now: datetime) -> None:
        if text.attempts == 1 and text.request_id is not None:
            with self._engine.begin() as connection:
                send_again(connection, text.request_id, key=text.request_id, corrected=None, now=now)
        super()._send(text, now)


@pytest.mark.parametrize("worded", [None, "done in ja: needs_operator"])
def test_a_text_in_hand_never_tells_what_is_not_true_any_more(
    engine: Engine, twilio: TwilioHere, worded: str | None
) -> None:
    request_id = promised_about_a_request(engine, Purpose.DONE, due_at=None)
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
        body = None if worded is None else VAULT.seal(worded)
        connection.execute(table.update().values(body_sealed=body))
    carrier = Carrier(ACCOUNT, KEY, SECRET, twilio.url, 0.5)
    sending = SentAgainMeanwhile(engine, VAULT, carrier, SENDER, CALLBACK, compose)
    sending.send_due(NOON)
    assert twilio.texts == []
    stopped(engine, request_id)
    sending_through(engine, twilio.url).send_due(NOON)
    assert [sent["Body"] for sent in twilio.texts] == ["done in ja: suspended"]
    assert sorted(str(row["status"]) for row in all_texts(engine)) == ["refused", "sent"]
    assert reasons(engine) == ["needs_operator"]


def test_a_text_that_was_put_off_is_not_sent_after_the_one_that_took_its_place(
    engine: Engine, twilio: TwilioHere, texts: Texts
) -> None:
    request_id = promised_about_a_request(engine, Purpose.DONE, due_at=None)
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
    with engine.begin() as connection:
        connection.execute(table.update().values(status="sending", body_sealed=VAULT.seal("old"), told_at=NOON))
        send_again(connection, request_id, key=request_id, corrected=None, now=NOON)
        connection.execute(table.update().where(table.c.telling == 0).values(status="due", due_at=NOON))
    stopped(engine, request_id)
    texts.send_due(NOON)
    assert [sent["Body"] for sent in twilio.texts] == ["done in ja: suspended"]


def test_a_text_that_was_woken_as_its_request_was_sent_again_waits_for_the_new_answer(
    engine: Engine, twilio: TwilioHere, texts: Texts
) -> None:
    request_id = promised_about_a_request(engine, Purpose.DONE, due_at=None)
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
        send_again(connection, request_id, key=request_id, corrected=None, now=NOON)
        connection.execute(table.update().values(status="due", due_at=NOON))
    texts.send_due(NOON)
    assert (status(engine), twilio.texts) == ("waiting", [])
    stopped(engine, request_id)
    texts.send_due(NOON)
    assert [sent["Body"] for sent in twilio.texts] == ["done in ja: suspended"]
