"""Sentences as rows of pieces: what a recording of each must say, so that together they say any sentence."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum
from itertools import groupby
from typing import Final

from babel.dates import DateTimePattern, parse_pattern, tokenize_pattern

from hotline.callflow.calendar import find_era
from hotline.speech.voices import Voice

ENDS: Final = frozenset(".!?。！？।…")
"""What ends a sentence; every other mark makes a shorter pause."""

_MARKS: Final = {"*": "star", "#": "hash"}
_LETTERS: Final = "LMN"
"""Letters, their marks, figures: a pattern's `\\w` does not know the marks of Nepali and Thai."""


class Pause(StrEnum):
    """The silence after a piece."""

    JOINT = "joint"
    """Hardly any: the sentence goes on. It is part of every piece's sound."""
    GROUP = "group"
    """After a comma, or a group of digits."""
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that is recorded by itself."""

    text: str
    pause: Pause = Pause.JOINT
    name: str = ""
    """What it is called where it stands for a value, like `digit-7`; empty for words of a sentence."""


def row_of_words(text: str) -> tuple[Piece, ...]:
    """The text between two placeholders: one piece, or none if it is nothing but blanks and marks."""
    first = next((at for at, letter in enumerate(text) if _is_letter(letter)), None)
    return () if first is None else (Piece(text[first:].rstrip(), _pause_after(text)),)


def row_of_digits(groups: Iterable[str], voice: Voice) -> tuple[Piece, ...]:
    """Digits one by one, with a longer pause after each group but the last."""
    told = [
        [Piece(voice.words.get(digit, digit), name=f"digit-{_MARKS.get(digit, digit)}") for digit in group]
        for group in groups
        if group
    ]
    for group in told[:-1]:
        group[-1] = replace(group[-1], pause=Pause.GROUP)
    return tuple(piece for group in told for piece in group)


def row_of_date(day: date, voice: Voice) -> tuple[Piece, ...]:
    """A date of birth, as the voice says it: the parts of both calendars where there are two."""
    era = find_era(day) if voice.eras else None
    if voice.eras is None or era is None:
        return _fields(voice.date_pattern, day, voice)
    year = era.year(day)
    words = {"era": voice.eras.names[era.name], "year": voice.eras.first_year if year == 1 else year}
    return tuple(
        replace(piece, text=piece.text.format_map(words), name=piece.name or f"{era.name}-{year}")
        for piece in _fields(voice.eras.pattern, day, voice)
    )


def row_of_day(day: date, voice: Voice) -> tuple[Piece, ...]:
    """A near day."""
    return _fields(voice.day_pattern, day, voice)


def row_of_time(at: time, voice: Voice) -> tuple[Piece, ...]:
    """A time of day: the hour and the minutes where the language names both apart, else one piece."""
    text, hour = voice.say_time(at), voice.say_time(at.replace(minute=0))
    if at.minute and text.startswith(hour) and (minutes := text.removeprefix(hour).strip()):
        return (Piece(hour, name=f"hour-{at.hour:02}"), Piece(minutes, name=f"minutes-{at.minute:02}"))
    return (Piece(text, name=f"time-{at.hour:02}{at.minute:02}" if text != hour else f"hour-{at.hour:02}"),)


def with_ending(row: Iterable[Piece], words: str) -> tuple[Piece, ...]:
    """The row, with the pause that the words behind it ask for by their first mark."""
    pieces = tuple(row)
    mark = words.lstrip()[:1]
    if not pieces or not mark or _is_letter(mark):
        return pieces
    pause = Pause.SENTENCE if mark in ENDS else Pause.GROUP
    return (*pieces[:-1], replace(pieces[-1], pause=pause))


def bare(text: str) -> str:
    """Only the letters and figures of a text: what a row of pieces and the sentence itself have in common."""
    return "".join(filter(_is_letter, text))


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in _LETTERS


def _pause_after(text: str) -> Pause:
    last = text.rstrip()[-1:]
    if not last or _is_letter(last):
        return Pause.JOINT
    return Pause.SENTENCE if last in ENDS else Pause.GROUP


def _fields(pattern: DateTimePattern, day: date, voice: Voice) -> tuple[Piece, ...]:
    """Each field of a pattern of Unicode CLDR with the words that belong to it.

    Words that touch a field are its own (3月); those behind a blank or a mark belong to the field that follows (de
    marzo), or to the last one when none follows.
    """
    pieces: list[Piece] = []
    before = ""
    for is_field, words in _parts(pattern.pattern):
        if is_field:
            said, name = (words, "") if "{" in words else _field(words, day, voice)
            pieces.append(Piece(f"{before}{said}", name=name))
            before = ""
        else:
            before = _attached(pieces, words) if pieces else words
    if before:
        pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text} {before}".strip())
    return tuple(pieces)


def _field(pattern: str, day: date, voice: Voice) -> tuple[str, str]:
    kind, number = next((kind, number) for letter, kind, number in _of_day(day) if letter == pattern[0])
    return parse_pattern(pattern).apply(day, voice.locale), f"{kind}-{number:02}"


def _of_day(day: date) -> tuple[tuple[str, str, int], ...]:
    return (("y", "year", day.year), ("M", "month", day.month), ("d", "day", day.day))


def _text_of(token: str | tuple[str, int]) -> str:
    return token if isinstance(token, str) else token[0] * token[1]


def _parts(pattern: str) -> Iterator[tuple[bool, str]]:
    """Fields and the words between them; what the line itself fills in, `{era}{year}`, counts as a field."""
    tokens = [(kind == "field", _text_of(value)) for kind, value in tokenize_pattern(pattern)]
    for is_field, parts in groupby(tokens, lambda token: token[0]):
        if is_field:
            yield from parts
        else:
            words = "".join(text for _, text in parts)
            filled, brace, rest = words.rpartition("}")
            yield from ((True, filled + brace),) if brace else ()
            yield from ((False, rest),) if rest else ()


def _attached(pieces: list[Piece], words: str) -> str:
    """Give the last piece the words that touch it, and the pause of what follows them; the rest is the next piece's."""
    own = "".join(_letters_at_start(words))
    rest = words[len(own) :]
    last = replace(pieces[-1], text=pieces[-1].text + own)
    pieces[-1:] = with_ending((last,), rest)
    return rest.lstrip(" ,、，") if bare(rest) else ""


def _letters_at_start(words: str) -> Iterator[str]:
    for letter in words:
        if not _is_letter(letter):
            return
        yield letter
