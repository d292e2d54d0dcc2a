"""Asking with a receipt number whether the card is stopped."""

import pytest

from hotline.callflow.receipts import is_receipt_number
from tests.waiting import eventually
from tests.whole.talk import has_stopped, keys_facts

SOME_DAY = "19991231#"
NOBODYS, *GUESSES = filter(is_receipt_number, map(str, range(10_000_000, 10_000_099)))


@pytest.fixture
def asks(line):
    """Dials from a telephone of its own, and asks with these two."""

    def ask(receipt_number, birth_date):
        caller = line.caller(holds_really=True).dials().presses("9", "1", "4")
        return caller.keys(f"{receipt_number}#").keys(birth_date)

    return ask


def test_what_still_goes_on_is_told_truthfully_and_later_when_it_was_stopped(line, caller, asks, somebody):
    line.faults(error_share=1)
    try:
        keys_facts(caller, somebody).presses("1").hears("One moment")
        line.time_passes(60)
        caller.hears("not carried out yet").hears_receipt_number().hangs_up()
        asking = asks(caller.receipt_number, f"{somebody.keyed_birth_date}#")
        asking.hears("accepted, but it is not carried out yet").hears_nothing_of("was stopped")
    finally:
        line.faults()
    line.time_passes()
    eventually(lambda: line.listed("requests", caller.receipt_number)[0]["finished_at"], "it is finished")
    asking.presses("*").hears("The card was stopped on")


def test_a_wrong_pair_tells_nothing_and_neither_does_a_number_that_nobody_has(caller, asks, somebody):
    number = has_stopped(caller, somebody)
    for receipt_number in (number, NOBODYS):
        asking = asks(receipt_number, SOME_DAY)
        asking.hears("do not belong together").hears_nothing_of("stopped on").hears_nothing_of("not carried out")


def test_too_many_wrong_birth_dates_close_a_receipt_number_whoever_tries(line, caller, asks, somebody):
    number = has_stopped(caller, somebody)
    for _ in range(2):
        trying = asks(number, SOME_DAY)
        trying.keys(f"{number}#").keys(SOME_DAY).hears("connected to a person").hangs_up()
    asks(number, SOME_DAY).hears("do not belong together").hangs_up()
    # Not even with the right one: it might have been found by trying.
    asking = asks(number, f"{somebody.keyed_birth_date}#")
    asking.hears("too many tries").hears_nothing_of("stopped on").hears("connected to a person")


def test_whoever_tries_many_receipt_numbers_is_limited_too(line, asks, somebody):
    owner = line.caller(holds_really=True)
    number = has_stopped(owner, somebody)
    owner.hangs_up()
    guesser = line.caller(holds_really=True)
    guesser.dials().presses("9", "1").hangs_up()
    for guess in GUESSES[:5]:
        guesser.dials().presses("4").keys(f"{guess}#").keys(SOME_DAY).hears("do not belong together").hangs_up()
    guesser.dials().presses("4").keys(f"{number}#").keys(f"{somebody.keyed_birth_date}#").hears("too many tries")
    # Nobody else suffers from it.
    owner.dials().presses("4").keys(f"{number}#").keys(f"{somebody.keyed_birth_date}#").hears("stopped on")
