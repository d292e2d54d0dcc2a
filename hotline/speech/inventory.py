"""Everything of a language that is worth recording: whole sentences, and the pieces of which the others are made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from hotline import clock
from hotline.callflow import flow
from hotline.callflow.calendar import ERAS
from hotline.callflow.course import stopped_card
from hotline.callflow.languages import FIRST_LANGUAGE, LANGUAGES
from hotline.callflow.replies import LanguageName, Reply, Sentence, Value
from hotline.callflow.state import Step
from hotline.callflow.walk import walk
from hotline.callflow.whisper import whisper
from hotline.speech.pieces import Piece, row_of_date, row_of_day, row_of_digits, row_of_time
from hotline.speech.places import SOURCE_LANGUAGE
from hotline.speech.prompts import Prompt
from hotline.speech.speak import CannotSpeak, Wording, wording
from hotline.speech.voices import KEYS, Voice

FIRST_YEAR: Final = 1900
"""Nobody who calls was born earlier."""

COUNTED_TO: Final = 12
"""Up to here a sentence with one number in it, like a place in the line, is recorded whole for every number."""

MINUTES: Final = (0, 30)
"""At which times of day are recorded, in languages that tell a time in one piece: offices keep such hours."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text to record."""

    name: str
    """What the text is, as a part of a file's name."""
    text: str
    is_whole: bool
    """Whether it is a sentence of its own, and ends like one."""
    source: str
    """What it says in the source language."""
    note: str
    """What a voice actor must know, like a translator."""
    uses: tuple[str, ...]
    """The prompts in which it is heard; empty for a value, which can be heard in many."""

    @property
    def file(self) -> str:
        """How a voice actor's file is called: changed words make it another one."""
        return f"{self.name}.{sha256(self.text.encode()).hexdigest()[:6]}.wav"


def inventory(language: str, times: Iterable[time] = (), words: Wording | None = None) -> tuple[Wanted, ...]:
    """The texts of the language, each once: sentences in the order of a call, then values.

    `times` are times of day that can be told beside the half hours. A sentence that holds what cannot be listed, as the
    name of a municipality, is not in it. The words are those of the line, if no others are given.
    """
    words = words or wording()
    found: dict[str, Wanted] = {}
    for one in (*_of_sentences(language, words), *_of_values(words.voice(language), frozenset(times))):
        known = found.get(one.text)
        if known is None:
            found[one.text] = one
        elif known.is_whole or not one.is_whole:
            found[one.text] = replace(known, uses=tuple(dict.fromkeys((*known.uses, *one.uses))))
        else:
            found[one.text] = replace(one, uses=tuple(dict.fromkeys((*known.uses, *one.uses))))
    return tuple(found.values())


def find_leftovers(folder: Path, wanted: Iterable[Wanted]) -> Iterator[str]:
    """A sentence for each file in a language's folder of actors' files that will never be heard."""
    files = {one.file: one for one in wanted}
    names = {one.name for one in files.values()}
    for path in sorted(folder.glob("*")):
        if path.name in files or path.name.startswith("."):
            continue
        if path.name.rsplit(".", 2)[0] in names:
            yield f"{path.name} has the words of an older wording: nobody hears it. Record it again."
        else:
            yield f"{path.name} is no piece of this language: nobody hears it. `hotline prompts script` names them all."


@cache
def spoken_sentences() -> tuple[Sentence, ...]:
    """One of every sentence that a caller or an operator can hear, as the conversation fills it; takes some seconds."""
    found: dict[object, Sentence] = {}
    for reply in _spoken_replies():
        for sentence in reply.said:
            for counted in _counted(sentence):
                found.setdefault(_likeness(counted), counted)
    return tuple(found.values())


def _spoken_replies() -> Iterator[Reply]:
    yield from (heard.reply for heard in stopped_card(FIRST_LANGUAGE))
    for way in walk():
        state = way.turn.state
        if state.by_text:
            continue
        yield way.turn.reply
        if state.step is Step.RINGING:
            yield whisper(state)
        if way.before is None:
            yield flow.apologise(state, way.now).reply


def _counted(sentence: Sentence) -> Iterator[Sentence]:
    """The sentence, or one for each language that it can name, or for each number where it has a single small one."""
    values = sentence.values
    numbers = [(name, value) for name, value in values.items() if isinstance(value, int)]
    named = [
        name for name, value in values.items() if isinstance(value, LanguageName) and value.code != sentence.language
    ]
    if len(numbers) == 1 and numbers[0][1] <= COUNTED_TO:
        yield from (_with(sentence, numbers[0][0], count) for count in range(1, COUNTED_TO + 1))
    elif named:
        yield from (_with(sentence, named[0], LanguageName(code)) for code in LANGUAGES)
    else:
        yield sentence


def _with(sentence: Sentence, name: str, value: Value) -> Sentence:
    return replace(sentence, values={**sentence.values, name: value})


def _likeness(sentence: Sentence) -> object:
    """Equal for sentences that are recorded alike: dates, times and digits are recorded apart."""
    values = ((name, _name_of(value) if _is_closed(value) else type(value)) for name, value in sentence.values.items())
    return (sentence.prompt, sentence.language, frozenset(values))


def _is_closed(value: Value) -> bool:
    """Whether all that it can be is known."""
    match value:
        case str():
            return value in KEYS
        case Sentence():
            return all(map(_is_closed, value.values.values()))
        case _:
            return isinstance(value, LanguageName | int)


def _name_of(value: Value) -> str:
    match value:
        case "*":
            return "star"
        case "#":
            return "hash"
        case LanguageName(code):
            return code
        case Sentence(prompt):
            return "-".join((prompt.rpartition(".")[2], *map(_name_of, value.values.values())))
        case _:
            return str(value)


def _of_sentences(language: str, words: Wording) -> Iterator[Wanted]:
    for sentence in spoken_sentences():
        if (sentence.language or language) != language:
            continue
        try:
            text, code = words.words(sentence, language)
        except CannotSpeak:
            # Some sentences are said in one language only.
            continue
        if code != language:
            continue
        prompt = words.prompt(sentence.prompt)
        if all(map(_is_closed, sentence.values.values())):
            source = words.words(replace(sentence, language=None), SOURCE_LANGUAGE)[0] if not prompt.only else ""
            yield Wanted(_named(sentence), text, True, source or prompt.text, prompt.note, (prompt.id,))
        elif not any(isinstance(value, str) and value not in KEYS for value in sentence.values.values()):
            yield from _parts(words.row(sentence, language), prompt)


def _named(sentence: Sentence) -> str:
    return "-".join((sentence.prompt, *map(_name_of, sentence.values.values())))


def _parts(row: tuple[Piece, ...], prompt: Prompt) -> Iterator[Wanted]:
    unnamed = [piece for piece in row if not piece.name]
    for number, piece in enumerate(unnamed, 1):
        yield Wanted(f"{prompt.id}-part{number}", piece.text, False, prompt.text, prompt.note, (prompt.id,))


def _of_values(voice: Voice, times: frozenset[time]) -> Iterator[Wanted]:
    rows = [row_of_digits((KEYS,), voice)]
    rows += [row_of_date(day, voice) for day in _dates()]
    rows += [row_of_day(day, voice) for day in _days_of_a_year()]
    for minute in range(24 * 60):
        at = time(minute // 60, minute % 60)
        row = row_of_time(at, voice)
        if len(row) > 1 or at.minute in MINUTES or at in times:
            rows.append(row)
    for row in rows:
        yield from (_value(piece) for piece in row)


def _value(piece: Piece) -> Wanted:
    note = _NOTES.get(piece.name.partition("-")[0], "A year of an era.")
    return Wanted(piece.name, piece.text, False, piece.name.replace("-", " "), note, ())


_NOTES: Final[Mapping[str, str]] = {
    "digit": "One digit or key of a row, with the same tone in every place.",
    "year": "The year of a date of birth.",
    "month": "The month of a date; more of the date may follow.",
    "day": "The day of a date; more of the date may follow.",
    "hour": "The hour of a time of day; minutes may follow.",
    "minutes": "The minutes of a time of day, after the hour.",
    "time": "A time of day.",
}


def _dates() -> Iterator[date]:
    """Days that bring every year, every month and day, and every year of every era."""
    for year in range(FIRST_YEAR, clock.now().year + 2):
        yield from (date(year, 1, 1), date(year, 12, 31))
    yield from _days_of_a_year()
    for era in ERAS:
        yield from (day for day in (era.first_day, era.last_day) if FIRST_YEAR <= day.year < date.max.year)


def _days_of_a_year() -> Iterator[date]:
    yield from (date(2000, 1, 1) + timedelta(day) for day in range(366))
