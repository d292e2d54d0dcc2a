"""What a sentence sounds like: the recording that the line plays, else the sentence read aloud."""

import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from hotline.callflow.replies import Sentence
from hotline.sound.aloud import read_aloud
from hotline.sound.engine import CannotReadAloud
from hotline.sound.readers import reader_of
from hotline.sound.shaping import RATE, WIDTH
from hotline.speech.recordings import INDEX, Recordings
from hotline.speech.speak import wording


class Maker(StrEnum):
    """Where a sound comes from."""

    PERSON = "person"
    """Recordings of people, which callers hear."""
    ENGINE = "engine"
    """Recordings of which an engine made some or all, which callers hear."""
    ALOUD = "aloud"
    """Read aloud only here, while callers hear a voice of Twilio."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence as sound that can be made."""

    maker: Maker
    text: str
    language: str
    """In which it is said."""
    files: tuple[Path, ...] = ()
    """The recordings, in order; none when it is read aloud."""

    @property
    def print(self) -> str:
        """Sixteen letters that are others as soon as it may sound otherwise."""
        names = [file.name for file in self.files] or [self.text, reader_of(self.language).respelled(self.text)]
        return sha256("\n".join((self.language, self.maker, *names)).encode()).hexdigest()[:16]

    def wav(self) -> bytes:
        """A whole WAV file; raises CannotReadAloud, with a sentence that says what to do."""
        if not self.files:
            return read_aloud(self.text, self.language)
        try:
            return _joined(self.files)
        except (OSError, EOFError, wave.Error) as error:
            raise CannotReadAloud(
                f"A recording cannot be read any more: `hotline prompts render --language {self.language}` makes it."
            ) from error


def find_heard(sentence: Sentence, language: str, folder: Path) -> Heard | None:
    """How the sentence sounds on a line that plays the recordings of this folder.

    None when it is neither recorded nor can be read. What is recorded later is found. Raises CannotSpeak.
    """
    text, code = wording().words(sentence, language)
    recordings = _recordings(folder, code, _age_of(folder / code / INDEX))
    files = recordings.find(sentence, language)
    if files is not None:
        by_engine = {one.file for one in recordings.index(code).texts.values() if one.by_engine}
        maker = Maker.ENGINE if by_engine.intersection(files) else Maker.PERSON
        return Heard(maker, text, code, tuple(folder / file for file in files))
    return Heard(Maker.ALOUD, text, code) if _is_read(code) else None


def _joined(files: Iterable[Path]) -> bytes:
    """The recordings one after the other, sample for sample as they are."""
    written = io.BytesIO()
    with wave.open(written, "wb") as whole:
        whole.setnchannels(1)
        whole.setsampwidth(WIDTH)
        whole.setframerate(RATE)
        for file in files:
            with wave.open(str(file)) as part:
                whole.writeframes(part.readframes(part.getnframes()))
    return written.getvalue()


def _is_read(language: str) -> bool:
    try:
        reader_of(language)
    except CannotReadAloud:
        return False
    return True


@lru_cache(32)
def _recordings(folder: Path, language: str, age: int) -> Recordings:  # noqa: ARG001
    """Read once for each rendering of a language."""
    return Recordings(folder)


def _age_of(index: Path) -> int:
    return index.stat().st_mtime_ns if index.exists() else 0
