"""Which numbers a text message may go to, and which are called back."""

from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType


def is_japanese_mobile(number: str) -> bool:
    """Whether this is a mobile of Japan, written as E.164.

    Numbers that callers key are an invitation to send texts at somebody's cost: so nothing abroad, and of Japan's
    numbers only 060, 070, 080 and 090, which a text can reach.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.format_number(parsed, PhoneNumberFormat.E164) == number
        and phonenumbers.region_code_for_number(parsed) == "JP"
        and phonenumbers.number_type(parsed) == PhoneNumberType.MOBILE
    )


def to_be_called_back(number: str) -> str | None:
    """The number in E.164, or None for one that is not called back: no number, or one that charges whoever calls it.

    Callers key theirs as one dials it in Japan, and whatever comes as a caller's number may be forged: so nothing that
    pays somebody for being rung.
    """
    try:
        parsed = phonenumbers.parse(number, "JP")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) in _CHARGES:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


_CHARGES: Final = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN)
"""0990 and 0570 in Japan, and their like abroad."""
