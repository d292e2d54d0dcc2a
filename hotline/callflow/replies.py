"""What the line says, and the one ending that every reply has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits spoken one by one, with a pause between the groups, e.g. `("100", "0001")`."""

    groups: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is near: said without its year, and without an era."""

    day: date


@dataclass(frozen=True, slots=True)
class LanguageName:
    """The name of a language of the line, in the language of the sentence."""

    code: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A prompt and what is filled into its placeholders.

    A value is a key or other short text (str), a count or an amount (int), a date, a day, a time of day, digits, a
    language, or another sentence that is spoken in its place.
    """

    prompt: str
    values: Mapping[str, "Value"] = field(default_factory=dict, repr=False)
    language: str | None = None
    """Spoken in this language whatever the call's language is; None means the call's."""


Value: TypeAlias = str | int | date | time | Day | Digits | LanguageName | Sentence


@dataclass(frozen=True, slots=True)
class Option:
    """A key that works now. With a prompt, the line names it; its sentence gets the key as `{key}`."""

    key: str
    prompt: str | None = None
    language: str | None = None
    words: str | None = None
    """The prompt that lists what callers say instead of pressing the key; None means the key alone works."""
    values: Mapping[str, "Value"] = field(default_factory=dict, repr=False, hash=False)
    """What is filled into the prompt beside the key."""


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
    """Wait for keys or words. Keys work at once, during every sentence of the reply."""

    to: Menu | Entry
    unhurried: bool = False
    """For whoever missed or asked to hear it again: twice the patience."""
    hears_speech: bool = False
    """Whether words count beside keys."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep the caller on the line for some seconds, then come back with what the line found out meanwhile.

    Keys are heard meanwhile. Zero seconds come back at once.
    """

    seconds: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Ring operators; comes back as TransferEnded."""

    operator: int | None = None
    """Which of the operators, counted from 0; None rings all at once."""


@dataclass(frozen=True, slots=True)
class Record:
    """Record what the caller says after a tone; comes back as Recorded."""

    longest_s: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Ending = Listen | Hold | Transfer | Record | HangUp


@dataclass(frozen=True, slots=True)
class Reply:
    """Sentences in order, then exactly one ending."""

    sentences: tuple[Sentence, ...]
    ending: Ending
    slowly: bool = False
    """With a pause after each sentence, for callers who write along."""

    @property
    def said(self) -> tuple[Sentence, ...]:
        """Everything that is said, in order: the sentences, then the options of a menu with their keys.

        An option whose key a sentence has named already, as a greeting does, is not named again.
        """
        match self.ending:
            case Listen(Menu(options)):
                named = (
                    Sentence(option.prompt, {"key": option.key, **option.values}, option.language)
                    for option in options
                    if option.prompt is not None
                )
                said_before = {sentence.values.get("key") for sentence in self.sentences}
                return (*self.sentences, *(one for one in named if one.values["key"] not in said_before))
            case _:
                return self.sentences
