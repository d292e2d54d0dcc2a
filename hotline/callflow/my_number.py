"""The one number that the line may neither ask for nor keep: the law on My Numbers says who may collect them."""

from typing import Final

DIGITS: Final = 12
"""Digits of a My Number."""


def may_be_my_number(keys: str) -> bool:
    """Whether there are as many digits among these keys, whatever else is."""
    return sum(key.isdigit() for key in keys) == DIGITS
