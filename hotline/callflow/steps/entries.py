"""What every step that asks for digits needs."""

from types import MappingProxyType
from typing import Final

from hotline.callflow.calendar import DateFault
from hotline.callflow.events import Event, KeysPressed
from hotline.callflow.replies import Digits, Sentence, Value

END: Final = MappingProxyType[str, Value]({"end": "#"})
"""For prompts that say how an entry is ended."""

EXAMPLE_DATE: Final = Digits(("1980", "03", "01"))


def entered(event: Event) -> str:
    """What was keyed without the closing `#`, however often it was pressed."""
    return event.keys.rstrip("#") if isinstance(event, KeysPressed) else ""


def is_digits(text: str) -> bool:
    """Whether it is digits and nothing else."""
    return text.isascii() and text.isdigit()


def fault_of_date(fault: DateFault) -> Sentence:
    """Why what was keyed is no birth date, for the caller."""
    values: dict[str, Value] = {"example": EXAMPLE_DATE} if fault is DateFault.LENGTH else {}
    return Sentence(f"birth_date.{fault.value}", values)
