import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from hotline.callflow.receipts import has_check_digit, is_receipt_number

DIGITS = st.text("0123456789", min_size=1, max_size=12)


def test_every_number_of_up_to_four_digits_is_judged_as_the_library_judges_it() -> None:
    numbers = [str(number).zfill(length) for length in range(1, 5) for number in range(10**length)]
    assert [has_check_digit(number) for number in numbers] == [damm.is_valid(number) for number in numbers]


@given(DIGITS)
def test_longer_numbers_are_judged_as_the_library_judges_them(number: str) -> None:
    assert has_check_digit(number) == damm.is_valid(number)


@given(DIGITS)
def test_one_digit_alone_fits(number: str) -> None:
    assert [digit for digit in "0123456789" if has_check_digit(number + digit)] == [damm.calc_check_digit(number)]


# The full-width digits, the superscript and the Nepali ones are digits to Python.
@pytest.mark.parametrize("text", ["", " ", "572 4", "572*4", "-5724", "５７２４", "572²", "५७२४", "5724\n"])
def test_anything_but_digits_has_no_check_digit(text: str) -> None:
    assert damm.is_valid("5724")
    assert not has_check_digit(text)


@given(st.integers(1_000_000, 9_999_999))
def test_what_the_line_gives_out_is_a_receipt_number(body: int) -> None:
    assert is_receipt_number(f"{body}{damm.calc_check_digit(str(body))}")


@pytest.mark.parametrize("text", ["", "5724", "00005724", "01000002", "10000005", "100000006", "1000000４", "1000000*"])
def test_what_the_line_never_gives_out_is_no_receipt_number(text: str) -> None:
    assert is_receipt_number("10000004")
    assert not is_receipt_number(text)
