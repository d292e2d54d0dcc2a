"""Callers who wait for an operator: who waits longer is served first, and everybody hears their place."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.callflow.events import KeysPressed, TransferEnded
from hotline.callflow.replies import Transfer
from hotline.callflow.state import Step
from hotline.callflow.steps.person import MOST_LOOKS
from tests.calls.conftest import NOON, SETUP, Caller, read_aloud

NOBODY = TransferEnded(answered=False)
VOICEMAIL = TransferEnded(answered=False, picked_up=True)
TALKED = TransferEnded(answered=True, picked_up=True)


def wants_a_person(room, seconds: float) -> Caller:
    """Somebody dials at noon and presses 0 so many seconds later."""
    caller = Caller(room, f"+8190{int(seconds):08}")
    caller.dials()
    caller.at += timedelta(seconds=seconds)
    caller.presses("0")
    caller.waits(0)
    return caller


@pytest.fixture
def rung(monkeypatch) -> list[int | None]:
    """Which operators rang, in order."""
    rung: list[int | None] = []

    def listen(turn, number):
        if isinstance(turn.reply.ending, Transfer):
            rung.append(turn.reply.ending.operator)
        return read_aloud(turn, number)

    monkeypatch.setattr("tests.calls.conftest.read_aloud", listen)
    return rung


def test_a_free_operator_is_rung_at_once(room):
    caller = wants_a_person(room, 0)
    assert (caller.step, caller.said) == ("ringing", ["person.connecting"])
    assert caller.row["in_line_since"] == NOON


def test_while_the_operators_talk_everybody_hears_their_place(room):
    wants_a_person(room, 0)
    second, third = wants_a_person(room, 1), wants_a_person(room, 2)
    assert (second.step, third.step) == ("in_line", "in_line")
    assert [prompt for prompt in third.said if prompt == "in_line.place"] == ["in_line.place"]
    assert second.row["in_line_since"] == NOON + timedelta(seconds=1)


def test_the_place_that_is_told_is_the_true_one(room, monkeypatch):
    places = []

    def listen(turn, number):
        places.extend(sentence.values["place"] for sentence in turn.reply.sentences if "place" in sentence.values)
        return read_aloud(turn, number)

    monkeypatch.setattr("tests.calls.conftest.read_aloud", listen)
    room.__post_init__()
    first, *others = [wants_a_person(room, second) for second in range(4)]
    assert places == [1, 2, 3]
    first.hangs_up()
    others[0].waits()
    others[2].waits()
    assert (others[0].step, places[-1]) == ("ringing", 2)


def test_who_waits_longer_is_served_first_whoever_looks_first(room):
    talking, longer, shorter = (wants_a_person(room, second) for second in range(3))
    talking.hangs_up()
    shorter.waits()
    assert shorter.step == "in_line"
    longer.waits(30)
    assert longer.step == "ringing"
    shorter.waits()
    assert shorter.step == "in_line"
    longer.takes(TALKED)
    shorter.waits()
    assert shorter.step == "ringing"


def test_two_operators_take_two_callers(open_room):
    room = open_room(replace(SETUP, operators=2))
    assert [wants_a_person(room, second).step for second in range(3)] == ["ringing", "ringing", "in_line"]


@pytest.mark.parametrize("leaves", ["hangs_up", "calls_back", "talked"])
def test_whoever_leaves_the_line_makes_room(room, leaves):
    first, second = wants_a_person(room, 0), wants_a_person(room, 1)
    if leaves == "hangs_up":
        first.hangs_up()
    elif leaves == "calls_back":
        first.takes(NOBODY)
        assert first.step == "call_back_offer"
    else:
        first.takes(TALKED)
    assert first.row["ended_at"] or first.row["in_line_since"] is None
    second.waits()
    assert second.step == "ringing"


def test_who_listens_to_the_languages_keeps_their_place(room):
    talking, second, third = (wants_a_person(room, second) for second in range(3))
    second.presses("9")
    talking.hangs_up()
    third.waits()
    assert third.step == "in_line"
    second.presses("2")
    second.waits(0)
    assert second.step == "ringing"


def test_a_caller_in_the_line_can_be_called_back_instead(room):
    wants_a_person(room, 0)
    second = wants_a_person(room, 1)
    second.presses("1")
    assert (second.step, second.row["in_line_since"]) == ("call_back_offer", None)


def test_words_of_a_caller_in_the_line_are_understood(room):
    wants_a_person(room, 0)
    second = wants_a_person(room, 1)
    second.says("call me back")
    assert second.step == "call_back_offer"


def test_after_a_long_wait_a_call_back_is_offered(room):
    wants_a_person(room, 0)
    second = wants_a_person(room, 1)
    for _ in range(MOST_LOOKS):
        second.waits(15)
    assert second.step == "call_back_offer"
    assert "person.nobody" in second.said


def test_all_operators_ring_at_once(open_room, rung):
    caller = wants_a_person(open_room(replace(SETUP, operators=3)), 0)
    assert rung == [None]
    caller.takes(NOBODY)
    assert caller.step == "call_back_offer"


def test_operators_ring_one_after_the_other_where_that_is_set(open_room, rung):
    caller = wants_a_person(open_room(replace(SETUP, operators=3, rings_in_turn=True)), 0)
    caller.takes(NOBODY)
    caller.takes(VOICEMAIL)
    assert (rung, caller.step) == ([0, 1, 2], "ringing")
    caller.takes(NOBODY)
    assert caller.step == "call_back_offer"


def test_after_a_voicemail_that_was_quickest_each_operator_is_rung_alone(open_room, rung):
    caller = wants_a_person(open_room(replace(SETUP, operators=2)), 0)
    caller.takes(VOICEMAIL)
    caller.takes(TALKED)
    assert rung == [None, 0]
    assert (caller.step, caller.row["outcome"]) == ("goodbye", "operator")


def test_a_voicemail_of_the_only_operator_takes_nobody(room):
    caller = wants_a_person(room, 0)
    caller.takes(VOICEMAIL)
    assert caller.step == "call_back_offer"


def test_who_is_with_an_operator_and_hangs_up_is_no_longer_in_the_line(room):
    talking, second = wants_a_person(room, 0), wants_a_person(room, 1)
    talking.hangs_up()
    talking.takes(KeysPressed("1"))
    second.waits()
    assert second.step == Step.RINGING
