"""A caller who calls again: their language, and the place where the last call broke off."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.callflow.events import KeysPressed, Spoken
from hotline.callflow.line import Line
from hotline.privacy import Vault, new_key
from tests.calls.conftest import NOON, TO_THE_QUESTION, Caller, Writer

BIRTH_DATE = "19800301"


def is_offered(caller: Caller) -> bool:
    """Whether the place of the call before is offered; 7 is a wrong key otherwise."""
    caller.presses("7")
    return caller.step == "take_up"


@pytest.fixture
def dropped(caller) -> Caller:
    """A call that broke off at the question whether to stop the card."""
    caller.presses(*TO_THE_QUESTION)
    caller.hangs_up()
    return caller


@pytest.fixture
def dropped_while_waiting(caller) -> Caller:
    caller.presses(*TO_THE_QUESTION, "1")
    caller.hangs_up()
    return caller


def test_the_last_language_is_kept_for_a_day(caller):
    caller.presses("9", "3")
    caller.hangs_up()
    assert caller.again(minutes=23 * 60 + 59).row["language"] == "zh"


def test_a_day_later_the_number_that_is_dialled_decides_again(caller):
    caller.presses("9", "3")
    assert caller.again(minutes=24 * 60 + 1).row["language"] == "en"


def test_the_newest_call_decides_on_the_language(caller):
    caller.presses("9", "3")
    second = caller.again()
    second.presses("9", "4")
    assert second.again().row["language"] == "ko"


def test_somebody_else_and_a_withheld_number_get_the_language_of_the_number(room, caller):
    caller.presses("9", "3")
    for number in ("+819011112222", None):
        other = Caller(room, number, NOON + timedelta(minutes=1))
        other.dials()
        assert other.row["language"] == "en"


def test_two_withheld_numbers_are_not_the_same_caller(room):
    first = Caller(room, None)
    first.dials()
    first.presses("9", "3", *TO_THE_QUESTION)
    first.hangs_up()
    second = first.again()
    assert second.row["language"] == "en"
    assert not is_offered(second)


def test_a_language_that_was_switched_off_is_offered_to_nobody_and_calls_in_it_go_on(open_room, caller):
    caller.presses("9", "3")
    caller.room = open_room(Line(languages=("ja", "en"), operators=1))
    caller.presses("2")
    assert (caller.step, caller.row["language"]) == ("target", "zh")
    again = caller.again()
    assert again.row["language"] == "en"
    again.presses("9", "3")
    assert (again.step, again.row["language"]) == ("language", "en")


def test_a_call_that_broke_off_is_offered_its_place_for_fifteen_minutes(room, dropped):
    assert room.reasons() == ["not_confirmed"]
    assert not is_offered(dropped.again(minutes=15.1))


def test_nothing_is_asked_twice_once_the_birth_date_fits(room, dropped):
    again = dropped.again(minutes=14.9)
    again.presses("7", BIRTH_DATE)
    assert (again.step, again.said[0]) == ("confirm", "take_up.goes_on")
    again.presses("1")
    assert again.step == "waiting"
    [request] = room.rows("requests")
    assert request["call_sid"] == again.sid


def test_a_wrong_birth_date_takes_nothing_up(room, dropped):
    again = dropped.again()
    again.presses("7", "19850101", "19860101")
    assert again.step == "main_menu"
    assert not is_offered(again)
    assert room.reasons(dropped.sid) == ["not_confirmed"]


def test_birth_dates_are_not_tried_out_in_one_call_after_the_other(room, dropped):
    again = dropped
    for wrong in ("19850101", "19860101", "19870101", "19880101"):
        again = again.again(minutes=0.5)
        again.presses("7", wrong)
        assert again.step == "take_up"
        again.hangs_up()
    assert not is_offered(again.again(minutes=0.5))


@pytest.mark.parametrize("means", [KeysPressed(BIRTH_DATE), Spoken("one nine eight zero zero three zero one", 0.9)])
def test_birth_dates_are_not_tried_out_in_many_calls_at_once(dropped, means):
    calls = [dropped.again() for _ in range(5)]
    for call in calls:
        call.presses("7")
    for call in calls[:2]:
        call.presses("19850101", "19860101")
    calls[2].takes(means)
    assert (calls[2].step, calls[2].said[:2]) == ("main_menu", ["take_up.no_match", "take_up.begin_anew"])
    calls[3].presses("#")
    assert calls[3].step == "main_menu"
    calls[4].presses("9")
    assert calls[4].step == "language"


def test_trying_out_birth_dates_is_marked_in_the_calls_that_did_it_last(room, dropped, caplog):
    calls = [dropped.again() for _ in range(3)]
    for call in calls:
        call.presses("7")
    calls[0].presses("19850101", "19860101")
    assert room.reasons() == ["not_confirmed"]
    calls[1].presses("19850101", "19860101")
    assert room.reasons(calls[1].sid) == ["many_tries"]
    calls[2].presses("19870101")
    assert room.reasons(calls[2].sid) == ["many_tries"]
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_a_wrong_birth_date_is_kept_only_as_a_fingerprint_of_the_call_it_was_tried_at(room, dropped):
    again = dropped.again()
    again.presses("7", "19850101")
    [tried] = room.rows("wrong_receipts")
    assert tried["call_sid"] == again.sid
    assert dropped.sid not in tried["receipt_print"]


def test_taking_up_ends_the_old_call_and_does_what_it_had_left_to_a_person(room, caller):
    caller.presses(*TO_THE_QUESTION)
    again = caller.again()
    again.presses("7", BIRTH_DATE)
    assert caller.row["status"] == "taken-up"
    assert not caller.hangs_up()
    assert room.reasons() == []


def test_the_follow_up_of_a_call_that_had_ended_is_resolved(room, dropped):
    again = dropped.again()
    again.presses("7", BIRTH_DATE)
    assert dropped.row["status"] == "completed"
    assert room.reasons() == []
    again.hangs_up()
    assert room.reasons() == ["not_confirmed"]


def test_whoever_waits_in_the_new_call_hears_of_the_old_call_s_request(room, dropped_while_waiting):
    again = dropped_while_waiting.again(minutes=0.2)
    again.presses("7", BIRTH_DATE)
    assert again.step == "waiting"
    room.answers_request(card="suspended")
    assert "result.card.suspended" in again.waits()
    again.presses("2", "1")
    [request] = room.rows("requests")
    assert (request["call_sid"], request["loss"], request["for_another"]) == (
        dropped_while_waiting.sid,
        "stolen",
        False,
    )


def test_a_text_promised_in_the_new_call_is_about_the_old_call_s_request(room, dropped_while_waiting):
    again = dropped_while_waiting.again(minutes=0.2)
    again.presses("7", BIRTH_DATE)
    room.answers_request(card="suspended")
    again.waits()
    again.presses("1", "1", "1")
    again.waits(0)
    [promised] = room.rows("texts")
    assert (promised["call_sid"], promised["request_id"]) == (again.sid, room.rows("requests")[0]["id"])


@pytest.mark.parametrize("is_done", [True, False])
def test_of_two_calls_that_take_up_the_same_one_only_the_first_is_promised_a_text(room, dropped_while_waiting, is_done):
    calls = [dropped_while_waiting.again(minutes=0.2), dropped_while_waiting.again(minutes=0.2)]
    for call in calls:
        call.presses("7", BIRTH_DATE)
    if is_done:
        room.answers_request(card="suspended")
    for call in calls:
        call.waits(1 if is_done else 61)
        call.presses("1", "1", "1")
        call.waits(0)
    promised = "text_offer.promised" if is_done else "text_offer.promised_when_done"
    assert [call.said[0] for call in calls] == [promised, "text_offer.limit"]
    assert len(room.rows("texts")) == 1


def test_hanging_up_the_new_call_is_logged_with_what_became_of_the_old_call_s_request(room, dropped_while_waiting):
    again = dropped_while_waiting.again(minutes=0.2)
    again.presses("7", BIRTH_DATE)
    room.answers_request(card="not_found")
    again.hangs_up()
    assert again.row["outcome"] == "not_identified"
    assert room.reasons(again.sid) == ["not_identified"]


def test_a_new_request_in_the_new_call_is_waited_for_itself(room, dropped_while_waiting):
    again = dropped_while_waiting.again(minutes=0.2)
    again.presses("7", BIRTH_DATE)
    room.answers_request(card="not_found")
    again.waits()
    again.presses("2", "5300047", "1")
    assert [row["call_sid"] for row in room.rows("requests", "accepted_at")] == [dropped_while_waiting.sid, again.sid]
    assert again.step == "waiting"
    assert "|waiting|" in again.waits()
    room.answers_request(card="suspended", at=again.at)
    assert "result.card.suspended" in again.waits()


def test_a_call_can_be_taken_up_twice_in_a_row(room, dropped_while_waiting):
    second = dropped_while_waiting.again(minutes=0.1)
    second.presses("7", BIRTH_DATE)
    second.hangs_up()
    third = second.again(minutes=0.1)
    third.presses("7", BIRTH_DATE)
    room.answers_request(card="suspended")
    assert "result.card.suspended" in third.waits()


def test_a_line_that_breaks_in_the_greeting_does_not_lose_the_place_before(dropped):
    for _ in range(3):
        greeted = dropped.again(minutes=0.5)
        greeted.hangs_up()
    assert is_offered(greeted.again(minutes=0.5))


def test_a_call_that_did_something_else_meanwhile_ends_the_offer(room, dropped):
    other = dropped.again()
    other.presses("2", "2")
    other.hangs_up()
    assert not is_offered(other.again())


def test_a_call_that_was_finished_offers_nothing(room, caller):
    caller.presses(*TO_THE_QUESTION, "1")
    room.answers_request(card="suspended")
    caller.waits()
    caller.presses("#", "#", "#", "#")
    assert caller.step == "goodbye"
    caller.hangs_up()
    assert not is_offered(caller.again())


def test_what_was_erased_or_cannot_be_read_is_not_offered(open_room, room, dropped, engine):
    again = Caller(open_room(vault=Vault([new_key()])), at=NOON + timedelta(minutes=1))
    again.dials()
    assert not is_offered(again)
    with engine.connect() as connection:
        connection.execute(text("UPDATE calls SET sealed = NULL"))
    assert not is_offered(dropped.again(minutes=2))


def test_a_state_that_a_newer_version_wrote_is_not_offered(room, dropped, engine):
    with engine.connect() as connection:
        sealed = room.vault.seal({"state": {"step": "tomorrow", "language": "en"}, "answer": ""})
        connection.execute(text("UPDATE calls SET sealed = :sealed"), {"sealed": sealed})
    assert not is_offered(dropped.again())


def test_two_calls_of_one_caller_at_once_can_both_take_the_third_up(room, dropped):
    one, other = dropped.again(), dropped.again()
    for call in (one, other):
        call.presses("7", BIRTH_DATE, "1")
        assert call.step == "waiting"
    assert {row["call_sid"] for row in room.rows("requests")} == {one.sid, other.sid}


def test_a_repeated_first_webhook_after_the_taking_up_changes_nothing(room, dropped):
    again = dropped.again()
    newest = again.presses("7", BIRTH_DATE)
    before = room.rows("calls")
    assert again.dials() == newest
    assert room.rows("calls") == before


def test_a_repeated_taking_up_changes_nothing(room, dropped):
    again = dropped.again()
    again.presses("7")
    turn = again.turn
    newest = again.presses(BIRTH_DATE)
    assert again.takes(KeysPressed(BIRTH_DATE), turn) == newest
    assert again.row["turn"] == turn + 1


def test_a_call_can_be_taken_up_in_writing_and_its_result_arrives(room, dropped_while_waiting):
    writer = Writer(room, at=NOON + timedelta(seconds=30))
    writer.writes("hello", "7", BIRTH_DATE)
    assert writer.step == "waiting"
    assert writer.waits(1) == 0
    room.answers_request(card="suspended")
    assert writer.waits(1) == 1
    assert writer.texts == [("turn", "due")]


def test_a_writer_who_took_a_call_up_is_told_once_that_it_takes_longer(room, dropped_while_waiting):
    writer = Writer(room, at=NOON + timedelta(seconds=30), takes_s=0)
    writer.writes("hello", "7", BIRTH_DATE)
    assert [writer.waits(seconds) for seconds in (29, 1, 1, 60)] == [0, 1, 0, 0]
    assert "result.not_yet" not in writer.writes("is it done?")
    room.answers_request(card="suspended", at=writer.at)
    assert writer.waits() == 1
