"""Callers who speak. What is said is told by the practice phone as Twilio tells it."""

import pytest

from tests.whole.talk import keys_facts


def applied_in(line, caller):
    return line.rows("SELECT id FROM requests WHERE call_sid = :sid", sid=caller.call_sid)


def test_one_spoken_yes_stops_nothing(line, caller, somebody):
    keys_facts(caller, somebody).says("yes").hears("I understood yes: stop the card now")
    caller.hears("Nothing has been stopped yet").hangs_up()
    assert applied_in(line, caller) == []
    assert line.reasons(caller.call_sid) == ["not_confirmed"]


def test_a_no_after_the_yes_corrects(line, caller, somebody):
    keys_facts(caller, somebody).says("yes").says("no").hears("the postal code, press 2")
    assert applied_in(line, caller) == []


@pytest.mark.parametrize("confidence", [0.59, 0.0])
def test_a_yes_of_which_twilio_is_not_sure_is_a_miss_and_no_yes(line, caller, somebody, confidence):
    keys_facts(caller, somebody).says("yes", confidence=confidence).hears("I did not understand that")
    caller.hears_nothing_of("I understood yes").hears("press 1 to stop")
    caller.presses("1").hears("is stopped")


@pytest.mark.parametrize("words", ["yesterday", "yes but not yet", "yes no", "eyes"])
def test_what_only_sounds_like_a_yes_is_none(caller, somebody, words):
    keys_facts(caller, somebody).says(words).hears_nothing_of("I understood yes")


def test_digits_are_said_one_by_one_and_read_back(caller, somebody):
    said = " ".join(somebody.keyed_birth_date).translate(str.maketrans({"0": "oh"}))
    caller.dials().presses("9", "1").says("lost or stolen").says("both").says(said)
    caller.says(" ".join(somebody.postal_code)).says("skip").hears("No house number")
    caller.hears(f"{int(somebody.keyed_birth_date[6:])}, 1970")


def test_whoever_says_operator_gets_one(line, caller):
    caller.operator_answers().dials().presses("9", "1").says("operator").hears("connected to a person")
    assert line.listed("calls", caller.call_sid)[0]["outcome"] == "operator"


def test_a_call_is_turned_to_another_language_by_its_name(caller):
    caller.dials().presses("9").says("中文").hears("请按2")


def test_words_that_nobody_understands_lead_to_keys_and_then_to_a_person(caller):
    caller.dials().presses("9", "1").says("the weather is fine").says("hello hello").hears("with the keys from now on")
    # The ear for words is shut now, so that noise cannot be a third miss.
    caller.says("hello hello").presses("8").hears("connected to a person")
