"""How many seconds a caller needs to a stopped card, worked out from the rendered audio."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hotline.callflow.course import Heard, stopped_card
from hotline.callflow.replies import Hold, Reply, Sentence
from hotline.sound.joining import seconds
from hotline.speech.places import THE_LINE

KEY_S: Final = 0.4
"""Seconds for one key: an estimate, of somebody who has the digits before their eyes."""

ANSWER_S: Final = 0.3
"""Seconds from the last key of an answer to the line's next word: an estimate, of which our own turn is a tenth."""

HEARS_EVERYTHING_S: Final = 75.0
"""A caller who hears every word before pressing should have a stopped card within so many seconds of the answer."""

KEYS_AHEAD_S: Final = 20.0
"""And one who knows the line and keys ahead within so many."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of the call, with the pause after it."""

    sentence: Sentence
    language: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CallTime:
    """What a call to a stopped card takes."""

    said: tuple[Said, ...]
    """Everything there is to hear, in order."""
    keys: int
    hears_everything_s: float
    """From the answer to the end of the words that the card is stopped."""
    keys_ahead_s: float
    """The same for a caller who waits for no word before the last key."""

    @property
    def longest(self) -> Said:
        """The sentence that takes longest."""
        return max(self.said, key=lambda one: one.seconds)


def time_call(language: str, dialled: str | None = None, folder: Path = THE_LINE.rendered) -> CallTime:
    """The call in this language; `dialled` is the language of the number, if the caller must choose theirs first.

    Whoever does not understand the language of the number listens until they know which key is theirs.
    Raises CannotReadAloud where a sentence cannot be rendered.
    """
    course = list(stopped_card(language, dialled))
    keys = "".join(heard.keys for heard in course)
    pressing_s = KEY_S * len(keys) + ANSWER_S * sum(bool(heard.keys) for heard in course)
    holding_s = sum(_held_s(heard.reply) for heard in course)
    said = [_say(heard, language, folder, last=heard is course[-1]) for heard in course]
    unavoidable = [one for heard, row in zip(course, said, strict=True) if not heard.keys for one in row]
    everything = [one for row in said for one in row]
    waiting_s = pressing_s + holding_s
    return CallTime(
        tuple(everything),
        len(keys),
        hears_everything_s=waiting_s + sum(one.seconds for one in everything),
        keys_ahead_s=waiting_s + sum(one.seconds for one in unavoidable),
    )


def _say(heard: Heard, language: str, folder: Path, *, last: bool) -> list[Said]:
    """What is listened to; of the last reply the first sentence, which tells that the card is stopped."""
    sentences = heard.reply.said[:1] if last else _up_to_their_own(heard, language)
    return [Said(one, heard.language, seconds(one, heard.language, folder)) for one in sentences]


def _up_to_their_own(heard: Heard, language: str) -> tuple[Sentence, ...]:
    """Of a reply in another language, what comes before callers know which key is theirs; else all of it."""
    said = heard.reply.said
    if heard.language == language:
        return said
    theirs = [at for at, one in enumerate(said, 1) if one.language == language]
    hints = [at for at, one in enumerate(said, 1) if one.prompt == "main_menu.languages"]
    return said[: max(theirs or hints or [len(said)])]


def _held_s(reply: Reply) -> float:
    return float(reply.ending.seconds) if isinstance(reply.ending, Hold) else 0.0
