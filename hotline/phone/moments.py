"""How a call and the one who drives it talk: the call yields what it waits for, the driver says what happened.

The call itself knows no clock. A driver may let the time pass at once (tests), or really (a person at a terminal).
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar


class Doing(StrEnum):
    """What is going on while time passes."""

    TALKING = "talking"
    PAUSING = "pausing"
    HOLDING = "holding"
    """A pause, or an ear that nobody has to use, in a document that only lets time pass and comes back."""
    LISTENING = "listening"
    """For a first key, or for speech."""
    BETWEEN_KEYS = "between_keys"
    RECORDING = "recording"
    RINGING = "ringing"
    """At the operators' telephones."""
    OPERATOR_LISTENS = "operator_listens"
    """An operator has answered and hears what the call is about."""
    CONNECTED = "connected"
    """With an operator."""
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Wait:
    """The call waits for so many seconds, unless something happens."""

    doing: Doing
    seconds: float
    hears_speech: bool = False
    """Whether words that are spoken now reach the line."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The caller types keys, faster than the line can answer."""

    keys: str = field(repr=False)
    after_s: float = 0.0
    """Seconds of the wait that had passed before."""


CONFIDENCE: Final = 0.9234
"""How sure Twilio's ear is of clear words."""


@dataclass(frozen=True, slots=True)
class Words:
    """The caller speaks."""

    text: str = field(repr=False)
    after_s: float = 0.0
    confidence: float | None = CONFIDENCE
    """From 0 to 1; None when Twilio does not say, which it reserves the right to."""


@dataclass(frozen=True, slots=True)
class CallerHangsUp:
    """The caller puts the receiver down."""

    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OperatorAnswers:
    """An operator picks up, or takes the call out of the queue."""

    pressing: str = "1"
    """What the operator presses when asked for a key before being connected; a voicemail presses nothing."""
    talk_s: float | None = None
    """After how many seconds the operator hangs up; None leaves that to a later OperatorHangsUp."""
    after_s: float = 0.0
    number: str | None = None
    """Which of the ringing telephones is picked up; None is the first of them."""


@dataclass(frozen=True, slots=True)
class OperatorIsBusy:
    """The operators' telephones are engaged."""

    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OperatorHangsUp:
    """The connected operator ends the talk."""

    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The whole wait was really waited out, so that a long loop is no runaway one."""


Happening = Keys | Words | CallerHangsUp | OperatorAnswers | OperatorIsBusy | OperatorHangsUp | TimePassed

_T = TypeVar("_T")

Steps = Generator[Wait, Happening | None, _T]
"""A course of events: yields waits; None sent into it means that the wait is over and nothing happened."""
