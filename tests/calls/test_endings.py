"""What the end of a call leaves behind, wherever it comes."""

from datetime import timedelta

import pytest

from hotline.calls.lost import close_lost_calls
from tests.calls.conftest import NOON
from tests.calls.test_turns import TO_THE_QUESTION, answer_request


def reasons(line):
    return [row["reason"] for row in line.rows("follow_ups")]


@pytest.mark.parametrize("turns", range(1, 6))
def test_hanging_up_before_the_question_is_answered_leaves_the_step_and_a_follow_up(line, turns):
    line.dials()
    line.presses(*TO_THE_QUESTION[:turns])
    step = line.heard.split("|")[1]
    assert line.calls.end(line.sid, "completed", NOON)
    (call,) = line.rows("calls")
    assert (call["status"], call["step"], call["outcome"]) == ("completed", step, "not_confirmed")
    assert call["ended_at"] == NOON
    assert reasons(line) == ["not_confirmed"]


def test_hanging_up_in_the_main_menu_leaves_no_work(line):
    line.dials()
    line.calls.end(line.sid, "completed", NOON)
    assert reasons(line) == []


def test_an_end_told_twice_or_in_another_way_later_counts_once(line):
    line.dials()
    assert line.calls.end(line.sid, "completed", NOON)
    assert not line.calls.end(line.sid, "failed", NOON + timedelta(seconds=9))
    assert line.rows("calls")[0]["status"] == "completed"


def test_an_end_of_a_call_that_is_not_known_changes_nothing(line):
    assert not line.calls.end(line.sid, "completed", NOON)


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
def test_hanging_up_while_waiting_is_logged_with_what_became_of_it(line, answer, outcome, left):
    line.dials()
    line.presses(*TO_THE_QUESTION, "1")
    answer_request(line, card=answer)
    line.calls.end(line.sid, "completed", NOON)
    assert line.rows("calls")[0]["outcome"] == outcome
    assert reasons(line) == left


def test_hanging_up_before_the_backend_answered_keeps_the_promise_open(line):
    line.dials()
    line.presses(*TO_THE_QUESTION, "1")
    line.calls.end(line.sid, "completed", NOON)
    assert line.rows("calls")[0]["outcome"] == "accepted"
    assert line.rows("requests")[0]["status"] == "accepted"


def test_told_not_yet_and_then_not_found_is_left_to_a_person(line):
    line.dials()
    line.presses(*TO_THE_QUESTION, "1")
    line.waits(61)
    answer_request(line, card="not_found")
    line.calls.end(line.sid, "completed", line.at)
    assert reasons(line) == ["not_identified"]


def test_a_turn_after_the_end_gets_the_newest_answer_and_changes_nothing(line):
    line.dials()
    newest = line.presses("2")
    line.calls.end(line.sid, "completed", NOON)
    assert line.presses("1") == newest
    assert line.rows("calls")[0]["turn"] == 2


def test_a_call_whose_end_was_never_told_is_closed_with_its_follow_up(line):
    line.dials()
    line.presses("2")
    assert close_lost_calls(line.engine, line.calls, NOON + timedelta(minutes=9)) == 0
    assert close_lost_calls(line.engine, line.calls, NOON + timedelta(minutes=11)) == 1
    assert line.rows("calls")[0]["status"] == "lost"
    assert reasons(line) == ["not_confirmed"]


def test_a_caller_who_talks_to_an_operator_is_not_lost_for_four_hours(line):
    line.dials(operators_are_set=True)
    assert "|operator|" in line.presses("0")
    assert close_lost_calls(line.engine, line.calls, NOON + timedelta(hours=4)) == 0
    assert close_lost_calls(line.engine, line.calls, NOON + timedelta(hours=4, minutes=11)) == 1
