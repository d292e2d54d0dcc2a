"""What every step that asks for digits needs."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hotline.callflow.calendar import ERAS, DateFault
from hotline.callflow.events import Event, KeysPressed
from hotline.callflow.languages import LANGUAGES_OF_ERAS
from hotline.callflow.replies import Digits, Sentence, Value
from hotline.callflow.state import State

END: Final = MappingProxyType[str, Value]({"end": "#"})
"""For prompts that say how an entry is ended."""

EXAMPLE_DATE: Final = Digits(("1980", "03", "01"))
"""The first of March 1980, as it is keyed."""


POSTAL_CODE_DIGITS: Final = 7

MOST_HOUSE_NUMBER_DIGITS: Final = 11
"""One fewer than the 12 digits that are never kept; no registered house number is known to need more."""


class HouseNumberFault(StrEnum):
    """Why keys are no house number."""

    DIGITS = "digits"
    """Something else than digits and what keeps them apart, or no digit at all."""
    TOO_LONG = "too_long"


def entered(event: Event) -> str:
    """What was keyed without the closing `#`, however often it was pressed."""
    return event.keys.rstrip("#") if isinstance(event, KeysPressed) else ""


def is_digits(text: str) -> bool:
    """Whether it is digits and nothing else."""
    return text.isascii() and text.isdigit()


def is_postal_code(keys: str) -> bool:
    """Whether it is a postal code of Japan, without the hyphen."""
    return is_digits(keys) and len(keys) == POSTAL_CODE_DIGITS


def read_house_number(keys: str) -> str | HouseNumberFault:
    """Groups of digits with one `*` between them, out of keys in which `*` keeps them apart."""
    groups = [group for group in keys.split("*") if group]
    if not groups or not all(map(is_digits, groups)):
        return HouseNumberFault.DIGITS
    if sum(map(len, groups)) > MOST_HOUSE_NUMBER_DIGITS:
        return HouseNumberFault.TOO_LONG
    return "*".join(groups)


def fault_of_date(fault: DateFault) -> Sentence:
    """Why what was keyed is no birth date, for the caller."""
    return Sentence(f"birth_date.{fault.value}")


def how_to_enter_a_date(state: State) -> tuple[Sentence, ...]:
    """What follows the question for a birth date: an example and the eras for whoever needs them, else little."""
    has_eras = state.language in LANGUAGES_OF_ERAS
    if not state.explains:
        return (Sentence("birth_date.or_era", _keys_of_eras("showa")),) if has_eras else ()
    eras = (Sentence("birth_date.eras", _keys_of_eras(*(era.name for era in ERAS))),) if has_eras else ()
    return (Sentence("birth_date.example", {"example": EXAMPLE_DATE}), *eras)


def _keys_of_eras(*names: str) -> dict[str, Value]:
    return {era.name: era.key for era in ERAS if era.name in names}
