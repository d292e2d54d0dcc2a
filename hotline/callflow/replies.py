"""What the line says, and the one ending that every reply has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits spoken one by one, with a pause between the groups, e.g. `("100", "0001")`."""

    groups: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A prompt and what is filled into its placeholders.

    A value is a key or other short text (str), a count (int), a day, digits, or another sentence that is
    spoken in its place.
    """

    prompt: str
    values: Mapping[str, "Value"] = field(default_factory=dict, repr=False)
    language: str | None = None
    """Spoken in this language whatever the call's language is; None means the call's."""


Value: TypeAlias = str | int | date | Digits | Sentence


@dataclass(frozen=True, slots=True)
class Option:
    """A key that works now. With a prompt, the line names it; its sentence gets the key as `{key}`."""

    key: str
    prompt: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """One key out of several. The sentences of the options are spoken after those of the reply."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of digits that the caller ends with `#`, or by pausing."""

    may_be_empty: bool = False
    """Whether `#` alone is an answer of its own."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for keys. Keys work at once, during every sentence of the reply."""

    to: Menu | Entry
    unhurried: bool = False
    """After a miss: twice the patience."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep the caller on the line for some seconds, then come back as Waited."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Ring the operators; comes back as TransferEnded."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Ending = Listen | Hold | Transfer | HangUp


@dataclass(frozen=True, slots=True)
class Reply:
    """Sentences in order, then exactly one ending."""

    sentences: tuple[Sentence, ...]
    ending: Ending
