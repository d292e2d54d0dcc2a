from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from hotline.store import requests
from hotline.store.database import Engine
from hotline.store.requests import find_newest, new_receipt_number
from tests.store.rows import accept_request, row_of, start_call

# Drawn anew for each example; the integer only keeps Hypothesis from thinking that there is but one.
NUMBERS = st.integers().map(lambda _: new_receipt_number())


@given(NUMBERS)
def test_a_receipt_number_has_eight_digits_that_do_not_begin_with_zero(number: str) -> None:
    assert len(number) == 8
    assert number.isascii()
    assert number.isdigit()
    assert number[0] != "0"
    assert damm.is_valid(number)


@given(NUMBERS, st.integers(0, 7), st.integers(1, 9))
def test_a_single_wrong_digit_is_noticed(number: str, place: int, off_by: int) -> None:
    wrong = str((int(number[place]) + off_by) % 10)
    assert not damm.is_valid(number[:place] + wrong + number[place + 1 :])


@given(NUMBERS, st.integers(0, 6))
def test_two_neighbours_swapped_are_noticed(number: str, place: int) -> None:
    one, other = number[place], number[place + 1]
    assert one == other or not damm.is_valid(number[:place] + other + one + number[place + 2 :])


def test_receipt_numbers_cannot_be_guessed_in_sequence() -> None:
    bodies = [int(new_receipt_number()[:7]) for _ in range(200)]
    assert len(set(bodies)) > 190
    assert sum(later > earlier for earlier, later in pairwise(bodies)) in range(60, 140)


def test_a_receipt_number_that_is_taken_is_not_given_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers: Iterator[str] = iter(["10000006", "10000006", "20000001"])
    monkeypatch.setattr(requests, "new_receipt_number", lambda: next(numbers))
    first = accept_request(engine)
    sid = start_call(engine)
    second = accept_request(engine, sid)
    assert row_of(engine, first)["receipt_number"] == "10000006"
    assert row_of(engine, second)["receipt_number"] == "20000001"
    with engine.connect() as connection:
        progress = find_newest(connection, sid)
    assert progress is not None
    assert progress.receipt_number == "20000001"
