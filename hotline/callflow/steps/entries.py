"""What every step that asks for digits needs."""

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


def entered(event: Event) -> str:
    """What was keyed without the closing `#`, however often it was pressed."""
    return event.keys.rstrip("#") if isinstance(event, KeysPressed) else ""


def is_digits(text: str) -> bool:
    """Whether it is digits and nothing else."""
    return text.isascii() and text.isdigit()


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
