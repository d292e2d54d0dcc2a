"""What can happen in a call."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Dialled:
    """Somebody called and the line answers."""

    language: str
    """The first language, chosen by the number that was dialled."""
    caller: str | None = field(default=None, repr=False)
    """The caller's number in E.164, or None when it is withheld."""
    operators_are_set: bool = False
    """Whether there is any operator's number to ring."""


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """Keys came in, e.g. `19800301`, with or without the closing `#`; `` is the closing `#` alone."""

    keys: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The caller spoke where keys were expected."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came before the patience of the last reply ran out."""


class Answer(StrEnum):
    """What the card-status backend said, of one target or of the whole request."""

    SUSPENDED = "suspended"
    ALREADY_SUSPENDED = "already_suspended"
    NOT_HELD = "not_held"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"


class Target(StrEnum):
    """What can be stopped."""

    CARD = "card"
    SMARTPHONE = "smartphone"


@dataclass(frozen=True, slots=True)
class Waited:
    """A hold is over, and this is how the request stands.

    `answers` is empty while the backend has not answered. `given_up` says that a person must go on.
    """

    receipt_number: str
    seconds: float
    """Seconds since the request was accepted."""
    answers: dict[Target, Answer] = field(default_factory=dict)
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """The attempt to reach an operator is over; `answered` says whether somebody talked to the caller."""

    answered: bool


Event = Dialled | KeysPressed | Spoken | Silence | Waited | TransferEnded
