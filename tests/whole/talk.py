"""What many callers do."""

from hotline.phone.caller import Caller
from hotline.phone.texter import Texter
from tests.whole.conftest import Person


def keys_facts(caller: Caller, person: Person, what: str = "1", house_number: str = "216#") -> Caller:
    """Dial in English, and key everything up to the read-back."""
    caller.dials().presses("9", "1", "2", what)
    caller.keys(f"{person.keyed_birth_date}#").keys(f"{person.postal_code}#").keys(house_number)
    return caller.hears("press 1 to stop")


def has_stopped(caller: Caller, person: Person) -> str:
    """Have the card stopped in English; the receipt number, while the line asks how it went."""
    keys_facts(caller, person).presses("1").hears("is stopped").hears_receipt_number()
    return caller.receipt_number


def writes_facts(texter: Texter, person: Person, house_number: str = "2-16-3") -> Texter:
    """Write in English, in words and in figures, up to the read-back."""
    texter.writes("Help").reads("press 9")
    for message in ("9", "English", "lost", "card", person.birth_date, person.postal_code, house_number):
        texter.writes(message)
    return texter.reads("press 1 to stop the card now")
