"""Which numbers a text message may go to."""

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
