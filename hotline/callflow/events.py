"""What can happen in a call, spoken or written."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Dialled:
    """Somebody called, or wrote, and the line answers."""

    language: str
    """The first language: the caller's last one, or that of the number that was dialled."""
    caller: str | None = field(default=None, repr=False)
    """The caller's number in E.164, or None when it is withheld."""
    by_text: bool = False
    """Whether this is a conversation by text message."""
    twelve_digits: bool = False
    """Whether the message that begins the conversation holds twelve digits, which may be a My Number."""


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """Keys came in, e.g. `19800301`, with or without the closing `#`; `` is the closing `#` alone."""

    keys: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The caller spoke, or wrote words, where keys or words were expected."""

    words: str = field(default="", repr=False)
    confidence: float | None = None
    """From 0 to 1, as the recognition says; None when it does not say."""
    means: str | None = field(default=None, repr=False)
    """The keys that the words stand for; None when they stand for none for certain."""


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


class Loss(StrEnum):
    """How the card or smartphone went."""

    LOST = "lost"
    """Away from home."""
    STOLEN = "stolen"
    HOME = "home"
    DISASTER = "disaster"
    """In a fire, a flood or another disaster."""


@dataclass(frozen=True, slots=True)
class Waited:
    """How a request stands, for a caller who waits for it or asks about it.

    `answers` is empty while the backend has not answered. `given_up` says that a person must go on.
    """

    receipt_number: str
    seconds: float
    """Seconds since the request was accepted."""
    answers: dict[Target, Answer] = field(default_factory=dict)
    given_up: bool = False
    slowed: bool = False
    """Whether the line itself carries it out later than usual."""
    municipality: str | None = None
    """Where the holder is registered, as the backend names it; None when it does not say."""
    finished_at: datetime | None = None
    targets: tuple[Target, ...] = ()
    """What was asked for; empty for a caller who waits, because that call knows it."""
    loss: Loss | None = None
    """How it went, if the caller said; as `targets` only for somebody who asks with a receipt."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What is known of the receipt number and birth date that were keyed."""

    found: Waited | None
    """None when the two do not belong together, or nothing is known of them."""
    is_limited: bool = False
    """Whether there were too many tries; then nothing is looked up."""


@dataclass(frozen=True, slots=True)
class MayText:
    """Whether a text message may be promised to the number that was asked about."""

    may: bool


@dataclass(frozen=True, slots=True)
class InLine:
    """How many callers are talking to operators or wait for them longer than this one."""

    ahead: int


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """The attempt to reach an operator is over."""

    answered: bool
    """Whether an operator took the call."""
    picked_up: bool = False
    """Whether somebody or something picked up without taking the call: a voicemail, for example."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The caller left a message in their own voice."""

    recording_sid: str
    seconds: int


Event = Dialled | KeysPressed | Spoken | Silence | Waited | LookedUp | MayText | InLine | TransferEnded | Recorded
