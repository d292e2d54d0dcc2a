"""Who reads each language aloud, with which pauses: readers.toml."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from hotline.sound.engine import CannotReadAloud, Engine, Samples
from hotline.sound.espeak import Espeak
from hotline.sound.openjtalk import OpenJTalk
from hotline.sound.shaping import shaped
from hotline.speech.pieces import Pause

READERS: Final = Path(__file__).with_name("readers.toml")
"""The table of the readers."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How one language is read."""

    engine: Engine
    values_pace: float
    """The pace of what is read back, as a part of the pace of sentences."""
    pauses_s: Mapping[Pause, float]
    spelled: tuple[tuple[re.Pattern[str], str], ...] = ()
    """What the voice would read wrong, and how to spell it so that it does not; one after the other."""

    def read(self, text: str, *, is_value: bool = False) -> Samples:
        """The text as it goes into a file, without a pause; raises CannotReadAloud."""
        if not any(letter.isalnum() for letter in text):
            raise CannotReadAloud("There is nothing to read aloud in a text without letters or figures.")
        return shaped(self.engine.read(self.respelled(text), self.values_pace if is_value else 1.0))

    def respelled(self, text: str) -> str:
        """The text as it is handed to the engine."""
        for found, spelling in self.spelled:
            text = found.sub(spelling, text)
        return text


def reader_of(language: str) -> Reader:
    """What reads the language; raises CannotReadAloud with the languages that there are."""
    try:
        return readers()[language]
    except KeyError:
        known = ", ".join(readers())
        raise CannotReadAloud(f"Nothing reads {language} aloud; the languages are {known}.") from None


@cache
def readers() -> Mapping[str, Reader]:
    """The reader of each language, as readers.toml has it."""
    tables = tomllib.loads(READERS.read_text("utf-8"))
    return {language: _reader(table) for language, table in tables.items()}


def _reader(table: Mapping[str, Any]) -> Reader:
    pauses = {Pause(name): float(seconds) for name, seconds in table["pauses"].items()}
    spelled = tuple((re.compile(found), spelling) for found, spelling in table.get("spelled", {}).items())
    return Reader(_ENGINES[table["engine"]](table), table["values"], pauses, spelled)


def _espeak(table: Mapping[str, Any]) -> Engine:
    words = table.get("other_words")
    return Espeak(table["voice"], table["words_a_minute"], table.get("other_voice"), words and re.compile(words))


def _openjtalk(table: Mapping[str, Any]) -> Engine:
    return OpenJTalk(table["speed"])


_ENGINES: Final[Mapping[str, Callable[[Mapping[str, Any]], Engine]]] = {"espeak": _espeak, "openjtalk": _openjtalk}
