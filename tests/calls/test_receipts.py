"""Is my card stopped? Asked with a receipt number and a birth date; a pair that does not fit tells nothing."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.callflow.events import Silence
from hotline.calls import limits
from hotline.calls.prints import Prints
from hotline.privacy import Vault, new_key
from hotline.store.requests import new_receipt_number
from tests.calls.conftest import NOON, TO_THE_QUESTION, Caller

RIGHT, WRONG = "19800301", "19850101"
NO_MATCH = ["receipt.no_match", "receipt.number"]


@pytest.fixture
def receipt(room, caller) -> str:
    """The receipt number of a request that is accepted."""
    caller.presses(*TO_THE_QUESTION, "1")
    caller.hangs_up()
    return room.rows("requests")[0]["receipt_number"]


def asks(room, receipt, birth_date=RIGHT, number="+819011112222", minutes=1) -> Caller:
    """Somebody asks; returns what they hear."""
    caller = Caller(room, number, NOON + timedelta(minutes=minutes))
    caller.dials()
    caller.presses("4", receipt, birth_date)
    assert (caller.step, caller.said) == ("receipt_lookup", ["waiting.one_moment"])
    caller.waits(0)
    return caller


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("suspended", "receipt.card.suspended"),
        ("already_suspended", "result.card.already_suspended"),
        ("not_held", "result.card.not_held"),
        ("not_found", "receipt.not_identified"),
        ("ambiguous", "receipt.not_identified"),
    ],
)
def test_whoever_knows_both_hears_how_it_stands(room, receipt, answer, said):
    room.answers_request(card=answer)
    caller = asks(room, receipt)
    assert (caller.step, caller.said) == ("receipt_told", [said])


def test_a_request_that_still_goes_on_is_told_as_such_and_looked_at_again_on_demand(room, receipt):
    caller = asks(room, receipt)
    assert caller.said == ["receipt.going_on"]
    room.answers_request(card="suspended")
    caller.presses("*")
    assert "receipt.card.suspended" in caller.waits(0)


def test_a_request_that_an_operator_has_is_told_as_such(room, receipt):
    room.gives_up()
    assert asks(room, receipt).said == ["receipt.needs_operator"]


def test_each_target_is_told(room, caller):
    caller.presses("2", "3", *TO_THE_QUESTION[2:], "1")
    room.answers_request(card="suspended", smartphone="not_held")
    told = asks(room, room.rows("requests")[0]["receipt_number"])
    assert told.said == ["receipt.card.suspended", "result.smartphone.not_held"]


def test_a_wrong_pair_a_number_that_is_none_and_erased_facts_sound_the_same(room, receipt, engine):
    room.answers_request(card="suspended")
    unknown = new_receipt_number()
    heard = [asks(room, receipt, WRONG).said, asks(room, unknown).said, asks(room, unknown, WRONG).said]
    with engine.connect() as connection:
        connection.execute(text("UPDATE requests SET facts_sealed = NULL, person_print = NULL"))
    heard.append(asks(room, receipt, number="+819033334444").said)
    assert heard == [NO_MATCH] * 4
    assert len(room.rows("wrong_receipts")) == 4


def test_facts_that_cannot_be_read_tell_nothing(open_room, receipt):
    assert asks(open_room(vault=Vault([new_key()])), receipt).said == NO_MATCH


def test_a_second_wrong_pair_in_one_call_leads_to_a_person(room, receipt):
    caller = asks(room, receipt, WRONG)
    assert caller.step == "receipt_number"
    caller.presses(receipt, WRONG)
    caller.waits(0)
    assert caller.step == "operator"


def limit_of_wrong_pairs(room, ask) -> Caller:
    for _ in range(limits.WRONG_RECEIPTS):
        assert ask().said == NO_MATCH
    return ask()


def test_a_number_is_tried_only_so_often_whoever_calls(room, receipt):
    numbers = iter(f"+81901111{number:04}" for number in range(100))
    refused = limit_of_wrong_pairs(room, lambda: asks(room, receipt, WRONG, next(numbers)))
    assert (refused.step, refused.said[0]) == ("operator", "receipt.limit")
    assert asks(room, receipt, RIGHT, next(numbers)).said[0] == "receipt.limit"
    assert len(room.rows("wrong_receipts")) == limits.WRONG_RECEIPTS
    assert asks(room, receipt, RIGHT, minutes=24 * 60 + 2).said == ["receipt.going_on"]


def test_a_caller_tries_only_so_many_numbers(room, receipt):
    refused = limit_of_wrong_pairs(room, lambda: asks(room, new_receipt_number()))
    assert refused.said[0] == "receipt.limit"
    assert asks(room, receipt).said[0] == "receipt.limit"
    assert asks(room, receipt, number="+819033334444").said == ["receipt.going_on"]


def test_callers_without_a_number_are_not_counted_as_one(room, receipt):
    for _ in range(limits.WRONG_RECEIPTS + 1):
        assert asks(room, new_receipt_number(), number=None).said == NO_MATCH
    assert asks(room, receipt, number=None).said == ["receipt.going_on"]


def test_a_flood_of_wrong_pairs_without_a_number_is_limited_and_others_are_not(room, receipt, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_RECEIPTS_WITHOUT_NUMBER", 2)
    for _ in range(2):
        assert asks(room, new_receipt_number(), number=None).said == NO_MATCH
    assert asks(room, receipt, number=None).said[0] == "receipt.limit"
    assert asks(room, receipt).said == ["receipt.going_on"]
    assert asks(room, receipt, number=None, minutes=62).said == ["receipt.going_on"]


def test_a_look_up_that_is_repeated_counts_once(room, receipt):
    caller = asks(room, receipt, WRONG)
    newest, turn = caller.heard, caller.turn
    assert caller.takes(Silence(), turn - 1) == newest
    assert len(room.rows("wrong_receipts")) == 1


def test_the_receipt_number_is_kept_only_as_a_fingerprint(room, receipt):
    asks(room, receipt, WRONG)
    [wrong] = room.rows("wrong_receipts")
    assert receipt not in str(wrong)


def test_next_steps_after_a_receipt_are_those_of_its_request(room, receipt):
    room.answers_request(card="suspended")
    caller = asks(room, receipt)
    caller.presses("1")
    assert caller.step == "next_steps"
    assert "next_steps.municipality" in caller.said


def test_next_steps_after_a_receipt_know_what_was_asked_for_and_how_it_went(room, caller):
    caller.presses("2", "2", *TO_THE_QUESTION[2:], "1")
    caller.waits(61)
    caller.presses("3", "1")
    asking = asks(room, room.rows("requests")[0]["receipt_number"], minutes=3)
    assert asking.said == ["receipt.going_on"]
    asking.presses("1")
    assert asking.step == "next_steps"
    assert asking.said == ["next_steps.begin", "next_steps.found_smartphone"]


def test_too_many_tries_are_marked_once_in_each_call_that_makes_them(room, receipt, caplog):
    refused = limit_of_wrong_pairs(room, lambda: asks(room, receipt, WRONG, f"+81901111{len(room.rows('calls')):04}"))
    assert room.reasons() == room.reasons(refused.sid) == ["many_tries"]
    again = asks(room, receipt, RIGHT)
    assert room.reasons() == ["many_tries", "many_tries"]
    marks = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [mark.call for mark in marks] == [
        Prints("a secret for fingerprints").of_call(one.sid) for one in (refused, again)
    ]
    assert receipt not in str([record.__dict__ for record in marks])
