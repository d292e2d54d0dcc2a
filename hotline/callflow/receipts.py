"""Telling a mistyped receipt number from one that may exist."""

from typing import Final

LENGTH: Final = 8
"""Digits of a receipt number, the check digit included."""

# H. Michael Damm, "Total anti-symmetrische Quasigruppen", dissertation, Marburg 2004: this table finds every single
# wrong digit and every two neighbours swapped. Row: the digits so far; column: the next one.
_TABLE: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def has_check_digit(number: str) -> bool:
    """Whether the last of these digits fits the ones before it; False for anything but digits."""
    if not (number.isascii() and number.isdigit()):
        return False
    interim = 0
    for digit in number:
        interim = _TABLE[interim][int(digit)]
    return interim == 0


def is_receipt_number(text: str) -> bool:
    """Whether the line can have given out this receipt number: eight digits, no 0 in front, the last one fits."""
    return len(text) == LENGTH and text[0] != "0" and has_check_digit(text)
