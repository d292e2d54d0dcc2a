"""Text messages: the routes, what is never answered, and what became of those that the line sends."""

import logging
from uuid import uuid4

import pytest
from sqlalchemy import text

from hotline import clock
from hotline.callflow import flow
from hotline.calls import by_text, limits
from hotline.phone.messaging import read_messages
from tests.voice.conftest import SENDS_TEXTS, Twilio

SENT = "SM" + "5" * 32


def step(twilio: Twilio) -> str:
    return str(twilio.rows("calls", "started_at")[-1]["step"])


def test_a_conversation_in_japanese_from_the_first_message_to_the_promise(twilio, monkeypatch):
    [greeting] = twilio.writes("助けて")
    assert "2" in greeting
    for body in ("２", "1", "19800301", "100-0001", "2-16-3"):
        twilio.writes(body)
    assert step(twilio) == "confirm"
    read_it = clock.now() + by_text.UNREAD_FOR
    monkeypatch.setattr(clock, "now", lambda: read_it)
    [answer] = twilio.writes("1")
    assert (step(twilio), len(twilio.rows("requests"))) == ("waiting", 1)
    assert answer.count("\n") == 1


def test_the_number_written_to_decides_on_the_language(dial):
    twilio = dial(number_languages="+81120950178=en")
    assert "card" in twilio.writes("hello")[0]


def test_words_are_understood(dial):
    twilio = dial(number_languages="+81120950178=en")
    twilio.writes("hello")
    twilio.writes("I lost my card")
    assert step(twilio) == "target"


def test_a_message_delivered_twice_gets_the_same_answer(twilio):
    twilio.writes("hello")
    sid = "SM" + uuid4().hex
    first = twilio.writes("2", MessageSid=sid)
    assert twilio.writes("2", MessageSid=sid) == first
    assert len(twilio.rows("turns")) == 2


@pytest.mark.parametrize("body", ["", "😀"])
def test_a_picture_and_what_cannot_be_read_are_asked_for_again(dial, body):
    twilio = dial(number_languages="+81120950178=en")
    twilio.writes("hello")
    [answer] = twilio.writes(body, NumMedia="1", MediaUrl0="https://pictures.example/1")
    assert answer.startswith("Please write one of the numbers")


@pytest.mark.parametrize("writer", ["BANK", "20180", "+266696687", "anonymous", ""])
def test_whoever_cannot_be_answered_is_not_answered(twilio, writer):
    assert twilio.writes("hello", From=writer) == []
    assert twilio.rows("calls") == []


def test_a_writer_who_wrote_to_the_end_begins_anew(twilio):
    twilio.writes("hello")
    twilio.writes("0")
    assert (step(twilio), twilio.rows("calls")[0]["status"]) == ("goodbye", "completed")
    twilio.writes("hello")
    assert (step(twilio), len(twilio.rows("calls"))) == ("main_menu", 2)


def test_a_mistake_in_a_step_gives_an_apology_and_a_person(dial, monkeypatch, caplog):
    twilio = dial(number_languages="+81120950178=en")
    twilio.writes("hello")

    def fails(*_: object) -> object:
        raise RuntimeError("wrote 19800301")

    monkeypatch.setattr(flow, "take", fails)
    with caplog.at_level(logging.INFO):
        [answer] = twilio.writes("19800301")
    assert "Something went wrong on our side" in answer
    assert "A person will write to you" in answer
    assert {row["reason"] for row in twilio.rows("follow_ups")} == {"error", "write_back"}
    assert "19800301" not in "".join(str(record.__dict__) for record in caplog.records)


def test_without_a_database_the_writer_is_asked_to_write_again(dial, free_port, caplog):
    twilio = dial(
        database_url=f"postgresql://postgres@127.0.0.1:{free_port}/nowhere", number_languages="+81120950178=en"
    )
    with caplog.at_level(logging.INFO):
        [answer] = twilio.writes("my card is gone")
    assert "Please write again in a few minutes" in answer
    logged = "".join(str(record.__dict__) for record in caplog.records)
    assert "9012345678" not in logged
    assert "my card is gone" not in logged


def test_neither_words_nor_numbers_of_writers_are_logged(twilio, caplog):
    with caplog.at_level(logging.DEBUG):
        for body in ("hello", "2", "1", "19730514", "5300047", "98765", "my secret words"):
            twilio.writes(body)
    logged = "".join(str(record.__dict__) for record in caplog.records if not record.name.startswith("werkzeug"))
    for private in ("9012345678", "19730514", "5300047", "98765", "my secret words"):
        assert private not in logged


@pytest.mark.parametrize("sid", ["", "SM1", "CA" + "0" * 32])
@pytest.mark.parametrize("path", ["/sms/incoming", "/sms/status"])
def test_an_impossible_message_sid_is_refused(twilio, path, sid):
    answer = twilio.signs(path, {"MessageSid": sid, "From": twilio.number, "MessageStatus": "sent"})
    assert (answer.status_code, answer.data) == (400, b"")


@pytest.mark.parametrize("path", ["/sms/incoming", "/sms/status"])
def test_whoever_cannot_sign_gets_403_and_an_empty_body(twilio, path):
    answer = twilio.client.post(path, data={"MessageSid": SENT, "From": twilio.number, "Body": "hello"})
    assert (answer.status_code, answer.data) == (403, b"")
    assert twilio.rows("calls") == []


@pytest.mark.parametrize("missing", list(SENDS_TEXTS))
def test_a_line_that_cannot_send_takes_no_messages(dial, missing):
    twilio = dial(**{missing: ""})
    assert twilio.texts(Body="hello").status_code == 404


def test_a_body_that_is_too_large_is_refused(twilio):
    assert twilio.texts(Body="x" * 100_000).status_code == 413


@pytest.fixture
def text_id(twilio) -> str:
    """The id of a text that is in its sender's hands."""
    twilio.writes("hello")
    [call] = twilio.rows("calls")
    insert = (
        "INSERT INTO texts (id, call_sid, turn, purpose, language, to_print, status, created_at)"
        " VALUES (:id, :sid, 9, 'turn', 'en', 'p', 'sending', now())"
    )
    id_ = str(uuid4())
    with twilio.client.application.extensions["hotline.engine"].connect() as connection:
        connection.execute(text(insert), {"id": id_, "sid": call["sid"]})
    return id_


def tells(twilio: Twilio, status: str, query: str, **form: str) -> None:
    answer = twilio.signs(f"/sms/status{query}", {"MessageSid": SENT, "MessageStatus": status, **form})
    assert (answer.status_code, answer.data) == (204, b"")


def test_what_becomes_of_a_text_is_written_in_whatever_order_it_is_told(twilio, text_id):
    for status in ("delivered", "sent", "queued", "delivered"):
        tells(twilio, status, f"?text={text_id}")
    [row] = twilio.rows("texts")
    assert (row["status"], row["message_sid"], row["error_code"]) == ("delivered", SENT, None)


def test_a_text_that_was_not_delivered_keeps_twilio_s_reason(twilio, text_id):
    tells(twilio, "undelivered", f"?text={text_id}", ErrorCode="30003")
    [row] = twilio.rows("texts")
    assert (row["status"], row["error_code"]) == ("undelivered", 30003)


@pytest.mark.parametrize("query", ["", "?text=", "?text=none", "?text=858d1f27-0d51-4fb8-9369-430ec200335c"])
@pytest.mark.parametrize("status", ["delivered", "nonsense" * 9, ""])
def test_a_callback_for_an_unknown_text_is_answered_politely(twilio, text_id, query, status):
    tells(twilio, status, query, ErrorCode="x")
    assert twilio.rows("texts")[0]["status"] == "sending"


def test_every_answer_is_a_document_that_twilio_reads(twilio):
    answer = twilio.texts(Body="hello")
    assert answer.content_type == "text/xml; charset=utf-8"
    assert len(read_messages(answer.data, answer.content_type)) == 1


def test_machines_that_answer_each_other_come_to_an_end(twilio, monkeypatch, caplog):
    monkeypatch.setattr(limits, "MESSAGES_OF_A_WRITER", 3)
    assert [bool(twilio.writes("I am on holiday.")) for _ in range(5)] == [True, True, True, False, False]
    assert {record.message for record in caplog.records if record.levelname == "ERROR"} == {
        "a text message gets no answer"
    }
