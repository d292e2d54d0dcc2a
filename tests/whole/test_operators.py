"""Operators, the line before them, and what becomes of callers whom nobody can take."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.local.embedded import Postgres, Valkey
from tests.waiting import eventually
from tests.whole.running import RunningLine, running_line
from tests.whole.talk import has_stopped, keys_facts


@pytest.fixture(scope="module")
def two_in_turn(
    postgres_server: Postgres, migrated_template: str, valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningLine]:
    """A web server of a line that rings two operators one after the other, who hear English."""
    postgres_server.create_database("in_turn", migrated_template)
    directory: Path = tmp_path_factory.mktemp("in_turn")
    urls = {"database_url": postgres_server.url("in_turn"), "backend_database_url": postgres_server.url("in_turn")}
    settings = {
        "operator_numbers": "+81312345678,+81312345679",
        "operator_ringing": "in-turn",
        "operator_language": "en",
    }
    with running_line(directory, **urls, redis_url=f"{valkey_server.url()}/6", parts=("web",), **settings) as line:
        yield line
    postgres_server.drop_database("in_turn")


def test_the_operator_hears_what_is_known_before_taking_the_call(line, caller, somebody):
    has_stopped(caller, somebody)
    caller.operator_answers().presses("0").operator_hears("言語は、英語です").operator_hears("停止したものがあります")
    caller.hears("Goodbye").is_hung_up_on()
    (call,) = line.listed("calls", caller.call_sid)
    # A stopped card stays the outcome, whoever talks afterwards.
    assert call["outcome"] == "stopped"
    assert line.reasons(caller.call_sid) == []


def test_a_voicemail_never_takes_the_call(line, caller, somebody):
    keys_facts(caller, somebody).operator_answers(pressing="").presses("0")
    caller.hears("No operator can take the call").presses("1").hears("An operator will call you back")
    caller.hears("nothing has been stopped").is_hung_up_on()
    assert "call_back" in line.reasons(caller.call_sid)


def test_any_other_key_of_the_operator_declines(caller):
    caller.operator_answers(pressing="2").dials().presses("9", "1", "0").hears("No operator can take the call")


def test_in_turn_the_second_rings_when_a_voicemail_was_the_first(two_in_turn):
    caller = two_in_turn.caller().operator_answers(pressing="")
    caller.dials().presses("9", "1", "0")
    caller.operator_hears("Language: English").operator_hears("the menus")
    assert "EVENT the operators' telephones ring: +81312345679" in caller.transcript
    caller.operator_answers().hears("Goodbye").is_hung_up_on()
    assert two_in_turn.listed("calls", caller.call_sid)[0]["outcome"] == "operator"


def test_in_turn_nobody_means_that_both_have_rung(two_in_turn):
    caller = two_in_turn.caller().dials().presses("9", "1", "0").operators_do_not_answer(busy=True)
    caller.operators_do_not_answer(busy=True).hears("No operator can take the call").hangs_up()
    assert [one for one in caller.transcript if "telephones ring" in one] == [
        "EVENT the operators' telephones ring: +81312345678",
        "EVENT the operators' telephones ring: +81312345679",
    ]


def test_three_callers_and_one_operator_hear_their_places_and_move_up(line):
    first, second, third = (line.caller().dials().presses("9", "1") for _ in range(3))
    first.operator_answers(talks_s=None).presses("0").is_connected_to_operator()
    second.presses("0").hears("Your place in the line is 1")
    third.presses("0").hears("Your place in the line is 2").stays_silent().hears("Your place in the line is 2")
    first.operator_hangs_up().is_hung_up_on()
    third.stays_silent().hears("Your place in the line is 1")
    second.operator_answers().stays_silent().hears("connected to a person").is_hung_up_on()
    third.operator_answers().stays_silent().hears("connected to a person").is_hung_up_on()
    sids = [caller.call_sid for caller in (first, second, third)]
    assert {call["outcome"] for call in line.listed("calls") if call["sid"] in sids} == {"operator"}


def test_whoever_does_not_want_to_wait_in_line_is_called_back(line):
    first, second = (line.caller().dials().presses("9", "1") for _ in range(2))
    first.operator_answers(talks_s=None).presses("0").is_connected_to_operator()
    second.presses("0").hears("To be called back instead of waiting, press 1").presses("1")
    second.hears("We can call you back at").presses("1").hears("An operator will call you back").is_hung_up_on()
    assert line.reasons(second.call_sid) == ["call_back"]


def leaves_a_message(caller):
    caller.dials().presses("9", "1", "0").operators_do_not_answer().presses("3").hears("kept for 30 days")
    return caller.hears("do not say a My Number").says("Please call me, I am at my sister's.")


def messages_of(line, caller):
    return [one for one in line.listed("messages") if one["call_sid"] == caller.call_sid]


def test_a_message_in_the_callers_own_voice_is_kept_and_listed(line, caller):
    leaves_a_message(caller).presses("#").hears("Your message is recorded").is_hung_up_on()
    (message,) = messages_of(line, caller)
    assert message["language"] == "en"
    assert message["seconds"] > 0
    assert message["deleted_at"] is None
    assert message["recording_sid"] in [one.sid for one in line.carrier.recordings]
    assert line.reasons(caller.call_sid) == ["message"]
    assert line.listed("calls", caller.call_sid)[0]["outcome"] == "call_back"


def test_a_message_is_kept_once_though_its_caller_hangs_up_while_it_is_recorded(line, caller):
    leaves_a_message(caller).hangs_up()
    eventually(lambda: messages_of(line, caller), "the message is kept")
    (message,) = messages_of(line, caller)
    assert message["recording_sid"] in [one.sid for one in line.carrier.recordings]
    assert line.reasons(caller.call_sid) == ["message"]


def test_a_caller_who_says_nothing_after_the_tone_leaves_no_message(line, caller):
    caller.dials().presses("9", "1", "0").operators_do_not_answer().presses("3").stays_silent()
    caller.hears("No message was recorded").hangs_up()
    assert messages_of(line, caller) == []
