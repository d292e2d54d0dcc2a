"""The web server is killed in the middle of a call."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.drills.people import somebody
from tests.waiting import eventually


def test_a_call_goes_on_where_it_was_when_it_is_killed_between_two_turns_and_in_a_hold(line):
    keyed = somebody()
    line.confirmed.append(keyed.person)
    caller = line.caller().dials()
    for entry in keyed.entries()[:5]:
        caller.keys(entry)
    line.kill("web")
    line.start("web")
    for entry in keyed.entries()[5:]:
        caller.keys(entry)
    line.kill("worker-1")
    caller.hears("press 1 to stop").presses("1").hears("One moment")
    line.kill("web")
    line.start("web", "worker-1")
    caller.waits_until_hears("is stopped", 20).hears_receipt_number()
    assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number


def test_a_question_that_was_answered_in_the_moment_of_the_kill_is_not_asked_again(line):
    """The turn is committed though nobody is left to answer it; the repeated webhook gets the newest reply."""
    caller = line.confirms()
    turn = line.next_turn_of(caller)
    with ThreadPoolExecutor() as telephone, line.held(caller):
        correction = telephone.submit(caller.posts, turn, caller.fields(Digits="2"))
        line.turn_waits()
        line.kill("web")
        with pytest.raises(requests.ConnectionError):
            correction.result()
    eventually(lambda: line.next_turn_of(caller) != turn, "the turn is taken")
    line.start("web")
    caller.presses("2").hears("postal code, press 2")
    caller.presses("3").keys("2*16*3#").presses("1").waits_until_hears("is stopped", 20)
    line.is_stopped_once(caller)


def test_a_confirmation_killed_before_its_commit_promised_nothing_and_is_taken_when_repeated(line):
    caller = line.confirms()
    turn = line.next_turn_of(caller)
    with ThreadPoolExecutor() as telephone, line.held(caller):
        confirmation = telephone.submit(caller.posts, turn, caller.fields(Digits="1"))
        line.turn_waits()
        line.kill("web")
        with pytest.raises(requests.ConnectionError):
            confirmation.result()
    line.start("web")
    assert not line.requests_of(caller)
    caller.presses("1").waits_until_hears("is stopped", 20).hears_receipt_number()
    assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number


def test_a_confirmation_killed_after_its_commit_is_neither_lost_nor_doubled_when_repeated(line):
    """The answer never reaches the caller: the web server is killed before anybody has read it."""
    caller = line.confirms()
    turn = line.next_turn_of(caller)
    with ThreadPoolExecutor() as telephone:
        confirmation = telephone.submit(caller.posts, turn, caller.fields(Digits="1"))
        eventually(lambda: line.requests_of(caller), "the request is committed")
        line.kill("web")
        # Whether it was an answer or a broken connection, the telephone network never passes it on.
        confirmation.exception()
    line.start("web")
    caller.presses("1").hears("One moment").waits_until_hears("is stopped", 20).hears_receipt_number()
    assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number
