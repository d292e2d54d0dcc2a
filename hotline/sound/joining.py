"""Whole sentences as sound, joined from what is rendered."""

import wave
from functools import lru_cache
from pathlib import Path

import numpy as np

from hotline.callflow.replies import Sentence
from hotline.sound.engine import Samples
from hotline.sound.readers import reader_of
from hotline.sound.shaping import RATE, with_pause
from hotline.speech.pieces import Pause
from hotline.speech.places import THE_LINE
from hotline.speech.recordings import INDEX, Recordings
from hotline.speech.speak import wording


def joined(sentence: Sentence, language: str, folder: Path = THE_LINE.rendered) -> Samples:
    """What a caller hears who is played the sentence, with the pause after it.

    What is not rendered is read by an engine now; raises CannotReadAloud when there is none.
    """
    spoken = sentence.language or language
    files = _recordings(folder, spoken, _age_of(folder / spoken / INDEX)).find(sentence, language)
    if files is not None:
        return np.concatenate([_sound(folder / file) for file in files])
    text, code = wording().words(sentence, language)
    return _read(text, code)


def seconds(sentence: Sentence, language: str, folder: Path = THE_LINE.rendered) -> float:
    """How long the sentence takes, with the pause after it; raises as `joined` does."""
    return len(joined(sentence, language, folder)) / RATE


@lru_cache(512)
def _read(text: str, language: str) -> Samples:
    reader = reader_of(language)
    return with_pause(reader.read(text), reader.pauses_s[Pause.SENTENCE])


@lru_cache(32)
def _recordings(folder: Path, language: str, age: int) -> Recordings:  # noqa: ARG001
    """Read once for each rendering of a language: what is rendered later is found."""
    return Recordings(folder, plays_every_engine=True)


def _age_of(index: Path) -> int:
    return index.stat().st_mtime_ns if index.exists() else 0


def _sound(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)
