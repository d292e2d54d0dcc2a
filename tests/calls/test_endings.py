"""What the end of a call leaves behind, wherever it comes."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.calls.lost import close_lost_calls
from hotline.privacy import Vault, new_key
from tests.calls.conftest import NOON, TO_THE_QUESTION, Caller


@pytest.mark.parametrize("turns", range(1, 6))
def test_hanging_up_before_the_question_is_answered_leaves_the_step_and_a_follow_up(room, caller, turns):
    caller.presses(*TO_THE_QUESTION[:turns])
    assert caller.hangs_up()
    row = caller.row
    assert (row["status"], row["step"], row["outcome"]) == ("completed", caller.step, "not_confirmed")
    assert row["ended_at"] == NOON
    assert room.reasons() == ["not_confirmed"]


def test_hanging_up_in_the_main_menu_leaves_no_work(room, caller):
    caller.hangs_up()
    assert room.reasons() == []


def test_an_end_told_twice_or_in_another_way_later_counts_once(room, caller):
    assert caller.hangs_up()
    assert not room.endings.end(caller.sid, "failed", NOON + timedelta(seconds=9))
    assert caller.row["status"] == "completed"


def test_an_end_of_a_call_that_is_not_known_changes_nothing(room):
    assert not room.endings.end("CA" + "0" * 32, "completed", NOON)


@pytest.mark.parametrize(
    ("answer", "outcome", "left"),
    [
        ("suspended", "stopped", []),
        ("already_suspended", "stopped", []),
        ("not_held", "not_held", []),
        ("not_found", "not_identified", ["not_identified"]),
        ("ambiguous", "not_identified", ["not_identified"]),
    ],
)
def test_hanging_up_while_waiting_is_logged_with_what_became_of_it(room, caller, answer, outcome, left):
    caller.presses(*TO_THE_QUESTION, "1")
    room.answers_request(card=answer)
    caller.hangs_up()
    assert caller.row["outcome"] == outcome
    assert room.reasons() == left


def test_hanging_up_before_the_backend_answered_keeps_the_promise_open(room, caller):
    caller.presses(*TO_THE_QUESTION, "1")
    caller.hangs_up()
    assert caller.row["outcome"] == "accepted"
    assert room.rows("requests")[0]["status"] == "accepted"
    assert room.rows("texts") == []


def test_told_not_yet_and_then_not_found_is_left_to_a_person(room, caller):
    caller.presses(*TO_THE_QUESTION, "1")
    caller.waits(61)
    room.answers_request(card="not_found")
    caller.hangs_up()
    assert room.reasons() == ["not_identified"]


def test_a_turn_after_the_end_gets_the_newest_answer_and_changes_nothing(caller):
    newest = caller.presses("2")
    caller.hangs_up()
    assert caller.presses("1") == newest
    assert caller.row["turn"] == 2


def test_a_call_whose_end_was_never_told_is_closed_with_its_follow_up(room, caller):
    caller.presses("2")
    assert close_lost_calls(room.engine, room.endings, NOON + timedelta(minutes=9)) == 0
    assert close_lost_calls(room.engine, room.endings, NOON + timedelta(minutes=11)) == 1
    assert caller.row["status"] == "lost"
    assert room.reasons() == ["not_confirmed"]


def test_a_caller_who_talks_to_an_operator_is_not_lost_for_four_hours(room, caller):
    caller.presses("0")
    assert "|ringing|" in caller.waits(0)
    assert close_lost_calls(room.engine, room.endings, NOON + timedelta(hours=4)) == 0
    assert close_lost_calls(room.engine, room.endings, NOON + timedelta(hours=4, minutes=11)) == 1


def test_a_call_that_nobody_can_read_ends_all_the_same_and_a_person_is_told(open_room, caller, caplog):
    caller.presses(*TO_THE_QUESTION)
    caller.room = open_room(vault=Vault([new_key()]))
    with caplog.at_level(logging.ERROR):
        assert caller.hangs_up()
    assert caller.row["ended_at"] == NOON
    assert caller.room.reasons() == ["error"]
    assert "a call ended that cannot be read" in caplog.text


def test_one_call_that_cannot_be_read_keeps_no_other_from_being_closed(open_room, caller):
    other = Caller(open_room(vault=Vault([new_key()])), "+819011112222")
    other.dials()
    closed = close_lost_calls(other.room.engine, other.room.endings, NOON + timedelta(minutes=11))
    assert closed == 2


def test_what_a_call_knew_may_be_erased_before_its_end_is_told(room, caller, engine):
    with engine.connect() as connection:
        connection.execute(text("UPDATE calls SET sealed = NULL"))
    assert caller.hangs_up()
    assert room.reasons() == []
