"""What a TwiML document tells the phone to do, checked and typed."""

from dataclasses import dataclass, field
from typing import Final

CHARACTERS_A_SECOND: Final = 15.0
"""How fast a voice reads letters, roughly; kana and Chinese characters take twice as long."""

HOLD_TIMEOUT_S: Final = 3
"""Seconds up to which a Gather may be a hold. For an answer it would be no time."""

FOREVER: Final = 1000
"""How often `loop="0"` plays: until somebody hangs up, in effect."""


def seconds_to_say(text: str) -> float:
    """About how long a voice needs for the text."""
    wide = sum(character >= "\u3000" for character in text)
    return (len(text) + wide) / CHARACTERS_A_SECOND


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence in a language."""

    text: str
    language: str
    repeats: int = 1
    voice: str | None = field(default=None, compare=False)
    """Who says it; None means whoever Twilio takes for the language."""


@dataclass(frozen=True, slots=True)
class Play:
    """A recording, or touch tones when `digits` is set and `url` is not."""

    url: str | None
    digits: str = ""
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    seconds: int


Talk = Say | Play | Pause


@dataclass(frozen=True, slots=True)
class Gather:
    """Talk, and wait for keys or speech meanwhile and after."""

    inside: tuple[Talk, ...]
    action: str | None
    """None means the URL of the document itself."""
    method: str
    hears_keys: bool
    hears_speech: bool
    timeout_s: int
    finish_key: str
    """Empty when no key ends the entry."""
    num_digits: int | None
    action_on_empty_result: bool
    barge_in: bool

    @property
    def is_hold(self) -> bool:
        """Whether it lets time pass more than it asks: briefly, for one key that nobody has to press, and comes back.

        Whoever only waits is heard all the same, unlike in a Pause.
        """
        one_key = self.hears_keys and self.num_digits == 1
        return one_key and self.action_on_empty_result and self.timeout_s <= HOLD_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with another document."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the queue."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not answer at all; `status` is what the call then ends with."""

    status: str


@dataclass(frozen=True, slots=True)
class Number:
    """One of the numbers that ring; `url` is what the person there hears before being connected."""

    number: str
    url: str | None
    method: str
    callback: str | None = None
    """Where Twilio tells what becomes of the call to this number."""
    callback_method: str = "POST"
    callback_events: frozenset[str] = frozenset({"completed"})
    """Which of initiated, ringing, answered and completed it tells."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring one or more numbers at once and connect the first that answers."""

    numbers: tuple[Number, ...]
    action: str | None
    """None means that the document simply goes on afterwards."""
    method: str
    timeout_s: int
    time_limit_s: int
    caller_id: str | None
    """The number that the operators see; None means the caller's own."""
    in_turn: bool
    """Whether they ring one after the other, each for `timeout_s`, instead of all at once."""


@dataclass(frozen=True, slots=True)
class Record:
    """Record what the caller says."""

    action: str | None
    """None means the URL of the document itself."""
    method: str
    timeout_s: int
    finish_keys: str
    max_length_s: int
    beeps: bool
    callback: str | None
    """Where Twilio tells what became of the recording, apart from the call."""
    callback_method: str
    callback_events: frozenset[str]
    """Which of in-progress, completed and absent it tells."""


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait in a queue, entertained by the document at `wait_url`."""

    queue: str
    action: str | None
    method: str
    wait_url: str | None
    wait_method: str


Verb = Talk | Gather | Redirect | Hangup | Leave | Reject | Dial | Record | Enqueue


@dataclass(frozen=True, slots=True)
class Document:
    """The verbs of a response, in order."""

    verbs: tuple[Verb, ...]

    @property
    def holds_the_line(self) -> bool:
        """Whether it only lets time pass and comes back: no ear besides a hold's, and a Redirect at the end."""
        return (
            bool(self.verbs)
            and isinstance(self.verbs[-1], Redirect)
            and not any(_waits_for_somebody(verb) for verb in self.verbs)
        )


def _waits_for_somebody(verb: Verb) -> bool:
    return isinstance(verb, Dial | Record | Enqueue) or (isinstance(verb, Gather) and not verb.is_hold)
