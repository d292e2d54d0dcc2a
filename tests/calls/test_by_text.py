"""The conversation by text: one message, one turn, one answer; and what is sent later."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.callflow import flow
from hotline.callflow.line import Line
from hotline.calls import limits
from hotline.calls.by_text import Flood, Message, TooManyMessages
from hotline.calls.lost import LOST_BY_TEXT_AFTER, close_lost_calls
from hotline.privacy import Vault, new_key
from hotline.store.texts import wake_waiting
from tests.calls.conftest import CALLED, MOBILE, NOON, Caller, Writer

TO_THE_PROMISE = ("hello", "2", "1", "19800301", "100-0001", "2-16-3", "1")
ABROAD, LANDLINE = "+12025550123", "+81312345678"


@pytest.fixture
def waiting(writer) -> Writer:
    """Somebody who waits for the result of their request."""
    writer.writes(*TO_THE_PROMISE)
    assert writer.step == "waiting"
    return writer


def conversations(room) -> list[tuple[str, str, str | None]]:
    return [(row["channel"], row["step"], row["status"]) for row in room.rows("calls", "started_at")]


def test_the_first_message_begins_a_conversation_whatever_it_says(room, writer):
    for writer.number, body in (("+819011110001", "2"), ("+819011110002", "")):
        writer.writes(body)
        assert writer.step == "main_menu"
        assert "text.how" in writer.read
    assert {channel for channel, _, _ in conversations(room)} == {"text"}


def test_each_message_is_a_turn_and_is_named_in_the_log_of_turns(room, writer):
    sids = []
    for body in ("hello", "2", "1"):
        writer.writes(body)
        sids.append(writer.message_sid)
    assert writer.step == "birth_date"
    assert [row["message_sid"] for row in room.rows("turns", "number")] == sids
    assert len(room.rows("calls")) == 1


def test_a_card_is_stopped_in_writing(room, waiting):
    room.answers_request(card="suspended")
    assert waiting.waits() == 1
    assert waiting.texts == [("turn", "due")]
    [body] = waiting.sent
    receipt = room.rows("requests")[0]["receipt_number"]
    assert f"{receipt[:4]}-{receipt[4:]}" in body
    waiting.writes("2", "1", "#")
    assert waiting.step == "goodbye"
    assert conversations(room) == [("text", "goodbye", "completed")]
    assert room.rows("requests")[0]["loss"] == "stolen"


def test_words_and_full_width_figures_are_understood(room):
    writer = Writer(room, language="ja")
    writer.writes("こんにちは", "２")
    assert writer.step == "target"
    writer.writes("カード", "１９８００３０１", "１００−０００１")
    assert writer.step == "house_number"


@pytest.mark.parametrize("body", ["", "   ", "😀", "I do not know what to do", "x" * 1000])
def test_what_cannot_be_read_is_asked_for_again_and_the_third_time_leads_to_a_person(room, writer, body):
    writer.writes("hello", "2", body)
    assert (writer.step, "text.unreadable" in writer.read) == ("target", True)
    writer.writes(body, body)
    assert writer.step == "goodbye"
    assert room.reasons() == ["write_back"]


def test_a_message_that_comes_twice_gets_the_same_answer_and_is_taken_once(room, writer):
    writer.writes("hello", "2")
    first = writer.writes("1")
    assert writer.delivers("1") == first
    assert len(room.rows("turns")) == 3


def test_a_first_message_that_comes_twice_begins_one_conversation(room, writer):
    first = writer.writes("hello")
    assert writer.delivers("hello") == first
    assert len(room.rows("calls")) == 1


def test_a_last_message_that_comes_twice_begins_no_other_conversation(room, writer):
    last = writer.writes("hello", "0")
    assert writer.step == "goodbye"
    assert writer.delivers("0") == last
    assert len(room.rows("calls")) == 1


def at_once(room, *messages: Message) -> list[str]:
    """Deliver the messages at the same moment."""
    together = threading.Barrier(len(messages))

    def deliver(message: Message) -> str:
        together.wait()
        return room.conversations.receive(message, "en", NOON)

    with ThreadPoolExecutor(len(messages)) as webhooks:
        return list(webhooks.map(deliver, messages))


def message(number: int, body: str) -> Message:
    return Message(f"SM{number:032x}", MOBILE, CALLED, body)


@pytest.mark.parametrize("round_", range(3))
def test_messages_that_cross_are_all_taken_in_some_order(room, writer, round_):
    writer.writes("hello")
    answers = at_once(room, *(message(number, "*") for number in range(4)))
    assert sorted(int(answer.split("|")[0]) for answer in answers) == [2, 3, 4, 5]
    assert len(room.rows("turns")) == 5


@pytest.mark.parametrize("round_", range(3))
def test_first_messages_that_cross_begin_one_conversation_and_are_all_taken(room, round_):
    answers = at_once(room, *(message(number, "*") for number in range(3)))
    assert sorted(int(answer.split("|")[0]) for answer in answers) == [1, 2, 3]
    assert len(room.rows("calls")) == 1


@pytest.mark.parametrize("begun", [False, True])
def test_one_message_that_is_delivered_by_many_webhooks_at_once_is_taken_once(room, writer, begun):
    if begun:
        writer.writes("hello")
    before = len(room.rows("turns"))
    answers = at_once(room, *[message(1, "2")] * 4)
    assert len(set(answers)) == 1
    assert len(room.rows("turns")) == before + 1


def test_two_writers_and_two_numbers_of_the_line_do_not_mix(room, writer):
    writer.writes("hello", "2")
    other = Writer(room, "+819011112222")
    other.writes("hello")
    elsewhere = room.conversations.receive(Message("SM" + "9" * 32, MOBILE, "+81120017827", "1"), "en", NOON)
    assert (other.step, elsewhere.split("|")[1]) == ("main_menu", "main_menu")
    assert len(room.rows("calls")) == 3


def test_after_the_end_the_next_message_begins_anew(room, writer):
    writer.writes("hello", "0")
    assert conversations(room) == [("text", "goodbye", "completed")]
    writer.at += timedelta(minutes=1)
    writer.writes("2")
    assert writer.step == "main_menu"
    assert len(conversations(room)) == 2


def test_after_half_an_hour_of_silence_the_next_message_begins_anew(room, writer):
    writer.takes_s = 0
    writer.writes("hello", "2")
    assert close_lost_calls(room.engine, room.endings, NOON + LOST_BY_TEXT_AFTER) == 0
    assert close_lost_calls(room.engine, room.endings, NOON + LOST_BY_TEXT_AFTER + timedelta(seconds=1)) == 1
    writer.at += LOST_BY_TEXT_AFTER + timedelta(seconds=2)
    writer.writes("1")
    assert writer.step == "main_menu"
    assert room.reasons() == ["not_confirmed"]


def test_a_receipt_is_looked_up_within_the_answer(room, waiting):
    room.answers_request(card="suspended")
    receipt = room.rows("requests")[0]["receipt_number"]
    other = Writer(room, "+819011112222")
    other.writes("hello", "4", receipt, "19800301")
    assert (other.step, "receipt.card.suspended" in other.read) == ("receipt_told", True)
    assert other.delivers("19800301") == other.read


def test_a_person_writes_back(room, writer, vault):
    writer.writes("hello", "operator")
    assert "text.person" in writer.read
    [follow_up] = room.rows("follow_ups")
    assert (follow_up["reason"], vault.unseal(follow_up["call_back_sealed"])) == ("write_back", MOBILE)


def test_a_writer_who_waits_is_told_nothing_until_there_is_something_to_tell(room, waiting):
    turn = room.rows("calls")[0]["turn"]
    assert [waiting.waits(20), waiting.waits(20), waiting.waits(19)] == [0, 0, 0]
    assert (room.rows("calls")[0]["turn"], waiting.texts) == (turn, [])


def test_after_a_minute_the_truth_is_told_once_and_later_the_result(room, waiting):
    assert [waiting.waits(60), waiting.waits(1), waiting.waits(600)] == [1, 0, 0]
    [not_yet] = waiting.sent
    assert "not carried out yet" in not_yet
    assert "another message" in not_yet
    room.answers_request(card="suspended", at=waiting.at)
    assert [waiting.waits(), waiting.waits()] == [1, 0]
    assert waiting.texts == [("turn", "due"), ("turn", "due")]
    assert "is stopped" in waiting.sent[1]
    waiting.writes("1")
    assert waiting.step == "for_whom"


def test_whoever_was_not_found_corrects_a_fact_in_writing(room, waiting):
    room.answers_request(card="not_found")
    assert waiting.waits() == 1
    waiting.writes("1", "19850301", "1")
    assert waiting.step == "waiting"
    room.answers_request(card="suspended", at=waiting.at)
    assert waiting.waits() == 1
    assert room.rows("calls")[0]["outcome"] == "stopped"


def test_a_request_that_the_line_gives_up_ends_the_conversation_with_a_person(room, waiting):
    room.gives_up()
    assert waiting.waits() == 1
    assert conversations(room) == [("text", "goodbye", "completed")]
    assert room.reasons() == ["needs_operator", "write_back"]
    assert [waiting.waits(), waiting.texts] == [0, [("turn", "due")]]


def test_a_message_while_waiting_looks_for_the_answer(room, waiting):
    waiting.writes("is it done?")
    assert waiting.step == "waiting"
    waiting.writes("*")
    assert "waiting.still" not in waiting.read
    room.answers_request(card="suspended")
    waiting.writes("and now?")
    assert (waiting.step, "result.card.suspended" in waiting.read) == ("result", True)
    assert [waiting.waits(), waiting.texts] == [0, []]


@pytest.mark.parametrize("body", ["0", "operator"])
def test_who_asks_for_a_person_while_waiting_still_learns_the_result(room, waiting, body):
    waiting.writes(body)
    assert conversations(room) == [("text", "goodbye", "completed")]
    assert room.reasons() == ["write_back"]
    assert waiting.texts == [("done", "waiting")]
    room.answers_request(card="suspended")
    with room.engine.begin() as connection:
        assert wake_waiting(connection, waiting.at) == 1
    [promised] = room.rows("texts")
    assert promised["request_id"] == room.rows("requests")[0]["id"]


@pytest.mark.parametrize("number", [ABROAD, LANDLINE])
def test_who_can_get_no_text_later_is_left_to_a_person(room, number):
    writer = Writer(room, number)
    writer.writes(*TO_THE_PROMISE)
    room.endings.end(room.rows("calls")[0]["sid"], "lost", NOON)
    assert (writer.texts, room.reasons()) == ([], ["write_back"])


def test_a_conversation_that_is_lost_while_waiting_still_promises_the_result(room, waiting):
    assert waiting.waits(60) == 1
    close_lost_calls(room.engine, room.endings, waiting.at + timedelta(minutes=31))
    assert sorted(waiting.texts) == [("done", "waiting"), ("turn", "due")]


def test_a_result_that_was_told_is_not_promised_again_at_the_end(room, waiting):
    room.answers_request(card="suspended")
    waiting.waits()
    close_lost_calls(room.engine, room.endings, waiting.at + timedelta(minutes=31))
    assert waiting.texts == [("turn", "due")]


def test_several_processes_send_one_answer(room, waiting):
    room.answers_request(card="suspended")
    together = threading.Barrier(4)

    def look(_: int) -> int:
        together.wait()
        return room.conversations.send_answers(NOON)

    with ThreadPoolExecutor(4) as processes:
        assert sum(processes.map(look, range(4))) == 1
    assert waiting.texts == [("turn", "due")]


def test_callers_on_the_telephone_are_sent_no_answers(room, caller):
    caller.presses("2", "1", "19800301", "1000001", "216", "1")
    room.answers_request(card="suspended")
    assert room.conversations.send_answers(NOON + timedelta(minutes=5)) == 0


def test_a_conversation_that_cannot_be_read_is_left_to_a_person_and_holds_up_nobody(open_room, room, waiting, caplog):
    other_room = open_room(vault=Vault([new_key()]))
    other = Writer(other_room, "+819011112222", at=NOON + timedelta(seconds=1))
    other.writes(*TO_THE_PROMISE)
    for _ in range(2):
        room.answers_request(card="suspended", at=other.at)
    with caplog.at_level(logging.ERROR):
        assert other.waits() == 1
    assert conversations(room)[0] == ("text", "waiting", "failed")
    assert room.reasons() == ["error"]
    assert other.waits() == 0
    assert [record.message for record in caplog.records] == ["a conversation cannot go on"]


def test_who_writes_on_in_a_conversation_that_cannot_be_read_begins_anew(open_room, writer):
    writer.writes("hello", "2")
    writer.room = open_room(vault=Vault([new_key()]))
    writer.at += timedelta(seconds=1)
    writer.writes("1")
    assert writer.step == "main_menu"
    assert [status for _, _, status in conversations(writer.room)] == ["failed", "in-progress"]
    assert writer.room.reasons() == ["error"]


def test_a_mistake_in_a_step_leads_to_an_apology_and_a_person(room, writer, monkeypatch):
    writer.writes("hello", "2")

    def fails(*_: object) -> object:
        raise RuntimeError("no")

    monkeypatch.setattr(flow, "take", fails)
    with pytest.raises(RuntimeError):
        writer.writes("1")
    answer = room.conversations.apologise(Message(writer.message_sid, MOBILE, CALLED, "1"), NOON)
    assert answer is not None
    assert "common.error text.person" in answer
    assert sorted(room.reasons()) == ["error", "write_back"]
    assert writer.delivers("1") == answer


def test_there_is_no_apology_outside_of_a_conversation(room):
    assert room.conversations.apologise(message(1, "hello"), NOON) is None


def test_a_lost_connection_costs_the_writer_nothing(room, writer, engine):
    writer.writes("hello")
    with engine.connect() as other:
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
        )
    writer.writes("2")
    assert writer.step == "target"


def test_the_language_is_changed_and_kept_in_writing(room, writer):
    writer.writes("hello", "9", "3")
    assert room.rows("calls")[0]["language"] == "zh"
    caller = Caller(room, at=NOON + timedelta(minutes=1))
    caller.dials()
    assert caller.row["language"] == "zh"


def test_nothing_written_is_logged_or_can_be_read_in_the_database(room, caplog):
    writer = Writer(room, "+819087654321")
    with caplog.at_level(logging.DEBUG):
        writer.writes("hello", "2", "1", "19730514", "530-0047", "98765", "1", "my secret words")
        room.answers_request(card="suspended")
        writer.waits()
    kept = "".join(
        str(row) for table in ("calls", "turns", "texts") for row in room.rows(f"(SELECT t::text FROM {table} t) x")
    )
    logged = "".join(str(record.__dict__) for record in caplog.records)
    for private in ("19730514", "5300047", "98765", "9087654321", "my secret words"):
        assert private not in logged
        assert private not in kept
        assert private.encode().hex() not in kept


def test_twelve_digits_are_refused_and_forgotten(room, writer, vault):
    writer.writes("hello", "2", "1", "1234 5678 9012")
    assert (writer.step, "common.twelve_digits" in writer.read) == ("birth_date", True)
    assert "123456789012" not in str(vault.unseal(room.rows("calls")[0]["sealed"]))


@pytest.mark.parametrize(
    "body", ["9182 7364 5546", "my number is ９１８２-７３６４-５５４６, please", "2 918273645546"]
)
def test_twelve_digits_in_the_very_first_message_are_refused_and_forgotten(room, writer, vault, body):
    writer.writes(body)
    assert (writer.step, "common.twelve_digits" in writer.read) == ("main_menu", True)
    assert "5546" not in str(vault.unseal(room.rows("calls")[0]["sealed"]))


def test_twelve_digits_from_a_writer_who_waits_are_refused_too(waiting):
    waiting.writes("my number: 9182 7364 5546")
    assert (waiting.step, waiting.read.endswith("|common.twelve_digits")) == ("waiting", True)
    waiting.writes("9182-7364-5546")
    assert waiting.read.endswith("|common.twelve_digits")


@pytest.mark.parametrize("way", [(), ("2",), ("2", "1"), TO_THE_PROMISE[1:-1]])
def test_twelve_digits_in_a_sentence_are_refused_and_told_why(writer, way):
    writer.writes("hello", *way)
    step = writer.step
    writer.writes("stop my card, my number is 9182-7364-5546")
    assert (writer.step, "common.twelve_digits" in writer.read) == (step, True)


def test_a_line_that_sends_no_texts_still_answers(open_room):
    writer = Writer(open_room(Line()))
    writer.writes("hello", "2")
    assert writer.step == "target"


def test_a_message_of_one_writer_shows_nothing_of_another_s_conversation(room, writer):
    """Should Twilio ever give two messages one name."""
    writer.writes("hello", *TO_THE_PROMISE[1:-1])
    other = Writer(room, "+819011112222", message_sid=writer.message_sid)
    with pytest.raises(TooManyMessages):
        other.delivers("hello")
    assert other.read == ""


def test_a_machine_that_answers_every_answer_is_left_without_one_for_a_while(room, writer, monkeypatch):
    monkeypatch.setattr(limits, "MESSAGES_OF_A_WRITER", 4)
    last = writer.writes("I am driving", "I am driving", "0", "I am driving")
    with pytest.raises(Flood):
        writer.writes("I am driving")
    assert Writer(room, "+819011112222").writes("hello")
    assert len(room.rows("turns")) == 5
    writer.at += timedelta(hours=1, seconds=1)
    assert writer.writes("2") != last


def test_a_message_that_comes_again_is_answered_however_many_there_were(writer, monkeypatch):
    monkeypatch.setattr(limits, "MESSAGES_OF_A_WRITER", 2)
    last = writer.writes("hello", "2")
    assert writer.delivers("2") == last


def test_a_yes_that_crosses_the_read_back_stops_nothing_and_the_writer_is_asked_again(room, writer):
    writer.writes(*TO_THE_PROMISE[:-2], "1")
    read_back = writer.read
    writer.takes_s = 1.9
    writer.writes("1")
    assert (writer.step, room.rows("requests")) == ("confirm", [])
    assert read_back.split("|")[2] == writer.read.split("|")[2]
    writer.takes_s = 2
    writer.writes("1")
    assert (writer.step, len(room.rows("requests"))) == ("waiting", 1)


@pytest.mark.parametrize(("message", "step"), [("2", "correct"), ("9", "language"), ("0", "goodbye")])
def test_whatever_stops_nothing_is_taken_at_once(writer, message, step):
    writer.writes(*TO_THE_PROMISE[:-1])
    writer.takes_s = 0
    writer.writes(message)
    assert writer.step == step
