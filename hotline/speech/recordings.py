"""What is played instead of being said by a voice: recordings of whole sentences, and of the pieces of others."""

import json
import logging
import re
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from hotline.callflow.replies import Sentence
from hotline.speech.pieces import Pause
from hotline.speech.places import THE_LINE, Places
from hotline.speech.pofiles import po_path
from hotline.speech.speak import wording

_log = logging.getLogger(__name__)

INDEX: Final = "index.json"
"""In the folder of each language: which text is in which file."""

ACTOR: Final = "a voice actor"
"""What the index names as the maker of a file that no engine made."""

NOBODY: Final = "nobody"
"""The maker of silences."""

FILE: Final = re.compile(r"[0-9a-f]{32}\.wav", re.ASCII)
"""How files are named: by what is in them, so that an address never changes what it plays."""

FORM: Final = (8000, 1, 2)
"""Samples a second, channels and bytes a sample: what a telephone plays."""

HEADER: Final = 44
"""Bytes of a WAV file before its first sample."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of the index."""

    file: str
    """Below the folder of all recordings."""
    size: int
    """Bytes; a file of another size is not the one that was made."""
    by_engine: bool
    """Whether no person spoke it. A silence, which nobody speaks, is by no engine either."""


@dataclass(frozen=True, slots=True)
class Index:
    """What is recorded in one language."""

    texts: Mapping[str, Recording]
    silences: Mapping[str, Recording]
    """The pauses that stand between pieces."""
    is_complete: bool = False
    """Whether it has everything that the present wording can need, and every file is whole."""


_NOTHING: Final = Index({}, {})


class Recordings:
    """The recordings below a folder. Each index is read once: what is rendered later is heard after a restart."""

    def __init__(self, folder: Path = THE_LINE.rendered, *, plays_every_engine: bool = False) -> None:
        """`plays_every_engine` takes engines' files also where a language has a voice, which speaks better."""
        self.folder = folder
        self._plays_every_engine = plays_every_engine
        self._indexes: dict[str, Index] = {}
        self._missed: set[str] = set()

    def find(self, sentence: Sentence, language: str) -> tuple[str, ...] | None:
        """The files that say the sentence, in order and below the folder; None when a voice must say it.

        People's files are taken before an engine's. Files that are gone since the index was read count as none.
        """
        if not self.index(sentence.language or language).texts:
            return None
        text, code = wording().words(sentence, language)
        index = self.index(code)
        rows = [row for row in (_whole(text, index), _joined(sentence, language, index)) if row]
        for row in sorted(rows, key=lambda row: any(one.by_engine for one in row)):
            if all(map(self._is_there, row)):
                return tuple(one.file for one in row)
        return None

    def speaks(self, language: str) -> bool:
        """Whether everything that a call in this language can need is recorded, as far as that can be listed."""
        return self.index(language).is_complete

    def index(self, language: str) -> Index:
        """What is recorded in the language; nothing, and a line in the log, when the index is broken."""
        if language not in self._indexes:
            self._indexes[language] = self._read(language)
        return self._indexes[language]

    def text_of(self, file: str) -> str | None:
        """What a file says, named as `find` does; None for a silence, and for a file that no index has."""
        texts = self.index(file.partition("/")[0]).texts
        return next((text for text, recording in texts.items() if recording.file == file), None)

    def _read(self, language: str) -> Index:
        path = self.folder / language / INDEX
        try:
            written = json.loads(path.read_text("utf-8"))
            texts = _entries(written["pieces"], language)
            silences = _entries(written["silences"], language)
            is_complete = written["is_complete"] is True and written["words"] == fingerprint(language)
        except FileNotFoundError:
            return _NOTHING
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.error("The index of recordings is broken: voices speak.", extra=_about(language, repr(error)))
            return _NOTHING
        if not self._plays_every_engine and wording().voice(language).nearest is None:
            texts = {text: one for text, one in texts.items() if not one.by_engine}
        whole = {text: one for text, one in texts.items() if self._is_sound(one)}
        quiet = {pause: one for pause, one in silences.items() if self._is_sound(one)}
        all_there = (len(whole), len(quiet)) == (len(texts), len(silences))
        return Index(whole, quiet, bool(whole) and is_complete and all_there)

    def _is_there(self, recording: Recording) -> bool:
        try:
            if (self.folder / recording.file).stat().st_size == recording.size:
                return True
        except OSError:
            pass
        return self._miss(recording, "it is gone or has changed")

    def _is_sound(self, recording: Recording) -> bool:
        try:
            with wave.open(str(self.folder / recording.file)) as sound:
                form = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
                length = sound.getnframes() * 2
        except (OSError, EOFError, wave.Error):
            return self._miss(recording, "it is missing or no WAV file")
        if form != FORM:
            return self._miss(recording, "it is not 8 kHz, one channel, 16 bits")
        return (length > 0 and length + HEADER == recording.size and self._is_there(recording)) or self._miss(
            recording, "it is empty or cut short"
        )

    def _miss(self, recording: Recording, why: str) -> bool:
        if recording.file not in self._missed:
            self._missed.add(recording.file)
            _log.error("A recording cannot be played, a voice says its words.", extra=_about(recording.file, why))
        return False


def fingerprint(language: str, places: Places = THE_LINE) -> str:
    """What the words of a language depend on, in short: it changes whenever they may have changed."""
    paths = (*sorted(places.prompts.glob("*.toml")), po_path(language, places), places.voices)
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in paths if path.exists())).hexdigest()[:16]


def _whole(text: str, index: Index) -> tuple[Recording, ...]:
    found = index.texts.get(text)
    return (found,) if found else ()


def _joined(sentence: Sentence, language: str, index: Index) -> tuple[Recording, ...]:
    row: list[Recording | None] = []
    for piece in wording().row(sentence, language):
        row.append(index.texts.get(piece.text))
        if piece.pause is not Pause.JOINT:
            row.append(index.silences.get(piece.pause))
    found = tuple(one for one in row if one is not None)
    return found if len(found) == len(row) else ()


def _entries(written: Mapping[str, Mapping[str, Any]], language: str) -> dict[str, Recording]:
    return {text: _entry(entry, language) for text, entry in written.items()}


def _entry(entry: Mapping[str, Any], language: str) -> Recording:
    file, size = str(entry["file"]), int(entry["size"])
    if not FILE.fullmatch(file):
        raise ValueError(f"{file} is no name of a recording")
    return Recording(f"{language}/{file}", size, entry["made_by"] not in (ACTOR, NOBODY))


def _about(what: str, why: str) -> dict[str, str]:
    return {"recording": what, "why": why}
