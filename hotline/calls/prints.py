"""Keyed fingerprints under which callers, holders and receipt numbers are counted without being known."""

from typing import Final

from hotline.callflow.effects import Facts
from hotline.privacy import fingerprint

LAST_DIGITS: Final = 4
"""Digits at the end of a number by which an operator may look for its calls: what callers say of their number."""


class Prints:
    """Fingerprints under one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def of_call(self, sid: str) -> str:
        """Of a call, for the log of this program."""
        return fingerprint(self._secret, sid)

    def of_number(self, number: str) -> str:
        """Of a telephone number in E.164."""
        return fingerprint(self._secret, f"number {number}")

    def of_last_digits(self, number: str) -> str:
        """Of the last four digits of a telephone number, or of those four alone."""
        return fingerprint(self._secret, f"last digits {number[-LAST_DIGITS:]}")

    def of_person(self, facts: Facts) -> str:
        """Of a holder. Without the house number, which one caller skips and another keys."""
        return fingerprint(self._secret, f"person {facts.birth_date} {facts.postal_code}")

    def of_receipt(self, receipt_number: str) -> str:
        """Of a receipt number."""
        return fingerprint(self._secret, f"receipt {receipt_number}")
