"""What a step makes of an event: the call goes somewhere, or it was a miss."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from hotline.callflow.effects import Effect
from hotline.callflow.events import Event
from hotline.callflow.line import Now
from hotline.callflow.replies import Reply, Sentence
from hotline.callflow.state import State, Step


@dataclass(frozen=True, slots=True)
class Go:
    """Go on at a step: first these sentences, then what that step asks."""

    state: State
    to: Step
    before: tuple[Sentence, ...] = ()
    effects: tuple[Effect, ...] = ()
    explains: bool = False
    """The question is asked with its explanation."""


@dataclass(frozen=True, slots=True)
class Miss:
    """The step could not use what came; the words say why and what would help.

    Without words the question alone is asked again.
    """

    words: Sentence | None = None


Move: TypeAlias = Go | Miss


class Asks(Protocol):
    """What the line says and hears when a call arrives at a step, and again after a miss."""

    def __call__(self, state: State, now: Now, /) -> Reply: ...


class Hears(Protocol):
    """What an event that the step asked for leads to."""

    def __call__(self, state: State, event: Event, now: Now, /) -> Move: ...


@dataclass(frozen=True, slots=True)
class Talk:
    """One step of the conversation."""

    asks: Asks
    hears: Hears
    back: Step | None = None
    """Where `#` leads when it is no answer of its own here."""
    nine_is_a_digit: bool = False
    """`9` alone is an answer here and does not lead to the languages."""
    silence_goes_on: bool = False
    """Saying nothing is no miss here: the step itself hears the silence."""
    tells_speech_from_keys: bool = False
    """The step itself hears Spoken; elsewhere words that are understood count as the keys they stand for."""
