"""A text in a language of the line, read aloud."""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from hotline.sound.engine import CannotReadAloud, Engine
from hotline.sound.espeak import Espeak
from hotline.sound.openjtalk import OpenJTalk
from hotline.sound.shaping import shaped, wav

READERS: Final = Path(__file__).with_name("readers.toml")
"""Who reads which language."""


@lru_cache(256)
def read_aloud(text: str, language: str) -> bytes:
    """The text as a whole WAV file: 8 kHz, one channel, 16 bits. The last texts are kept; any thread may ask.

    Raises CannotReadAloud, with a sentence that says what to do.
    """
    if not any(letter.isalnum() for letter in text):
        raise CannotReadAloud("There is nothing to read aloud in a text without letters or figures.")
    return wav(shaped(engine_of(language).read(text)))


def engine_of(language: str) -> Engine:
    """What reads the language; raises CannotReadAloud with the languages that there are."""
    try:
        return engines()[language]
    except KeyError:
        known = ", ".join(engines())
        raise CannotReadAloud(f"Nothing reads {language} aloud; the languages are {known}.") from None


@cache
def engines() -> Mapping[str, Engine]:
    """The engine of each language, as readers.toml has it."""
    tables = tomllib.loads(READERS.read_text("utf-8"))
    return {language: _ENGINES[table["engine"]](table) for language, table in tables.items()}


def _espeak(table: Mapping[str, Any]) -> Engine:
    words = table.get("other_words")
    return Espeak(table["voice"], table["words_a_minute"], table.get("other_voice"), words and re.compile(words))


def _openjtalk(table: Mapping[str, Any]) -> Engine:
    return OpenJTalk(table["speed"])


_ENGINES: Final[Mapping[str, Callable[[Mapping[str, Any]], Engine]]] = {"espeak": _espeak, "openjtalk": _openjtalk}
