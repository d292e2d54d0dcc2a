"""What a call leaves behind: at the backend, in the log, and for a person to do."""

import pytest

from tests.whole.running import new_mobile
from tests.whole.talk import has_stopped, keys_facts


def applied_for(line, receipt_number):
    (request,) = line.rows("SELECT id FROM requests WHERE receipt_number = :number", number=receipt_number)
    return [one for one in line.applied() if one["key"] == str(request["id"])]


def test_a_lost_card_is_stopped_in_english(line, caller, somebody):
    caller.dials().presses("9", "1").hears("press 2")
    caller.presses("2", "1").keys(f"{somebody.keyed_birth_date}#").keys(f"{somebody.postal_code}#").keys("216#")
    caller.presses("1").hears("is stopped").hears_receipt_number()
    (applied,) = applied_for(line, caller.receipt_number)
    assert applied["answers"] == {"card": "suspended"}


@pytest.mark.parametrize(
    ("what", "answers"),
    [
        ("1", {"card": "suspended"}),
        ("2", {"smartphone": "suspended"}),
        ("3", {"card": "suspended", "smartphone": "suspended"}),
    ],
)
def test_what_was_chosen_is_stopped_and_nothing_else(line, caller, somebody, what, answers):
    keys_facts(caller, somebody, what).presses("1").hears_receipt_number()
    (applied,) = applied_for(line, caller.receipt_number)
    assert applied["answers"] == answers


def test_the_requests_listing_tells_the_life_of_a_request(line, caller, somebody):
    keys_facts(caller, somebody).presses("1").hears_receipt_number()
    (request,) = line.listed("requests", caller.receipt_number)
    assert request["receipt_number"] == caller.receipt_number
    assert (request["status"], request["targets"], request["attempts"]) == ("suspended", ["card"], 1)
    assert request["call_sid"] == caller.call_sid
    assert request["accepted_at"] < request["finished_at"]
    assert request["accepted_at"].endswith(("Z", "+00:00"))


def test_the_calls_listing_tells_how_a_call_ended(line, caller, somebody):
    keys_facts(caller, somebody).presses("1").hears("is stopped").hangs_up()
    (call,) = line.listed("calls", caller.call_sid)
    assert call.keys() >= {"sid", "language", "status", "outcome", "last_step", "turns", "started_at", "ended_at"}
    assert (call["status"], call["outcome"], call["last_step"]) == ("completed", "stopped", "result")
    assert call["language"] == "en"
    assert call["ended_at"] > call["started_at"]


def test_no_listing_shows_what_was_keyed(line, caller, somebody):
    mobile = new_mobile()
    receipt = has_stopped(caller, somebody)
    caller.presses("1", "1", "2").keys(f"0{mobile[3:]}#").presses("1").hears("on its way").presses("0")
    caller.operators_do_not_answer().presses("3").says("Call me.").presses("#").hears("is recorded")
    listings = ("calls", "requests", "follow-ups", "texts", "messages")
    shown = [line.command(what).stdout for what in listings] + [str(line.listed(what)) for what in listings]
    assert sum(caller.call_sid in one for one in shown) == 2 * len(listings)
    assert sum(receipt in one for one in shown) == 2 * len(("requests", "texts"))
    for keyed in (somebody.keyed_birth_date, somebody.birth_date, somebody.postal_code, mobile[3:], "is stopped"):
        assert keyed not in "".join(shown)


@pytest.mark.parametrize("keys", ["", "2", "21", "21#", "219"])
def test_hanging_up_before_the_question_leaves_the_step_and_the_right_follow_up(line, caller, keys):
    caller.dials().presses(*keys)
    caller.hangs_up()
    (call,) = line.listed("calls", caller.call_sid)
    begun = bool(keys)
    assert call["status"] == "completed"
    assert call["outcome"] == ("not_confirmed" if begun else "nothing")
    assert line.reasons(caller.call_sid) == (["not_confirmed"] if begun else [])
    assert line.listed("requests") == [] or caller.call_sid not in str(line.listed("requests"))


def test_a_skipped_house_number_stops_and_marks_the_call_for_a_look(line, caller, somebody):
    keys_facts(caller, somebody, house_number="#").presses("1").hears("is stopped").hangs_up()
    assert line.reasons(caller.call_sid) == ["no_house_number"]


def test_a_stop_for_another_person_is_marked_for_a_look(line, caller, somebody):
    keys_facts(caller, somebody).presses("1").hears("is stopped").presses("1", "2").hangs_up()
    assert line.reasons(caller.call_sid) == ["for_another"]


def test_a_person_without_a_house_number_is_found_by_two_facts_only(line, caller):
    caller.dials().presses("9", "1", "2", "1").keys("19910102#").keys("9990001#").keys("12#").presses("1")
    caller.hears("found nobody").presses("3").keys("#").presses("1").hears("is stopped")


def test_the_operator_who_answers_takes_the_call(line, caller):
    caller.operator_answers().dials().presses("9", "1", "2", "0").hears("connected to a person")
    caller.hears("Goodbye").is_hung_up_on()
    (call,) = line.listed("calls", caller.call_sid)
    assert call["outcome"] == "operator"
    assert line.reasons(caller.call_sid) == []


def test_a_promised_call_back_is_there_for_the_operators_without_its_number(line, caller):
    caller.dials().presses("9", "1", "0").stays_silent().presses("1").hears("An operator will call you back")
    (follow_up,) = [one for one in line.listed("follow-ups") if one["call_sid"] == caller.call_sid]
    assert follow_up["reason"] == "call_back"
    assert "90123" not in str(follow_up)


def test_keys_may_come_ahead_of_every_question(line, caller, somebody):
    facts = f"{somebody.keyed_birth_date}#{somebody.postal_code}#216#"
    caller.dials().keys(f"9121{facts}1").hears("is stopped").hears_receipt_number()
    assert len(applied_for(line, caller.receipt_number)) == 1


def test_a_call_without_a_number_is_taken(line, caller, somebody):
    caller.withheld()
    keys_facts(caller, somebody).presses("1").hears("is stopped")


def test_the_waiting_caller_is_told_every_few_seconds_and_then_the_result(line, caller, somebody):
    line.faults(latency_ms=1200)
    try:
        keys_facts(caller, somebody).presses("1").hears("One moment").hears("is stopped")
    finally:
        line.faults()
