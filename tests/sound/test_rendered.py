"""Every file of every language, measured: form, loudness, clipping, silence, length, and how files join."""

import json
import unicodedata
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
import pytest

from hotline.callflow.languages import LANGUAGES
from hotline.callflow.replies import Digits, Sentence
from hotline.sound.joining import joined, seconds
from hotline.sound.openjtalk import _loaded
from hotline.sound.readers import reader_of
from hotline.sound.render import wanted_of
from hotline.speech.inventory import spoken_sentences
from hotline.speech.pieces import Pause, bare
from hotline.speech.recordings import FILE, INDEX, NOBODY, Recordings
from hotline.speech.speak import wording
from tests.speech.test_greeting import LETTERS_A_SECOND

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("walk")]
"""Reading all of Japanese aloud for the first time takes a while on a busy machine. What there is to read is found by
a walk through the conversation, which one process takes for many tests.
"""

LOUDNESS_DB = (-21.5, -18.5)
LOUDEST = 0.9
AUDIBLE = 0.01
SILENCE_BEFORE_S = 0.2
SILENCE_BEHIND_S = 0.12
"""Beyond the pause that belongs there: soft consonants are below what counts as audible."""
STEP = 0.002
"""Of full scale; a louder step from one sample to the next is heard as a click."""
SENTENCE_LETTERS = 9
"""From here on the length of a sentence can be told from its letters; figures are few letters and many syllables."""
SMALL = "ァィゥェォャュョヮ"


@dataclass(frozen=True)
class File:
    text: str
    seconds: float
    is_whole: bool
    is_value: bool
    samples: np.ndarray


def files(folder: Path, language: str) -> Iterator[File]:
    wanted = {one.text: one for one in wanted_of(language)}
    index = json.loads((folder / language / INDEX).read_text("utf-8"))
    assert index["pieces"].keys() == wanted.keys()
    for text, entry in index["pieces"].items():
        samples = sound(folder / language / entry["file"])
        assert len(samples) / 8000 == pytest.approx(entry["seconds"], abs=0.001)
        one = wanted[text]
        yield File(text, len(samples) / 8000, one.is_whole, not one.uses, samples)


def sound(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2), path
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def loudness_db(samples: np.ndarray) -> float:
    """Of the hundredths of a second in which somebody speaks."""
    frames = samples[: len(samples) // 80 * 80].reshape(-1, 80)
    energy = np.mean(frames**2, axis=1)
    return float(10 * np.log10(np.mean(energy[energy > energy.max() / 2500])))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_sounds_as_a_telephone_needs_it(rendered, language):
    pauses = reader_of(language).pauses_s
    for file in files(rendered(language), language):
        assert LOUDNESS_DB[0] < loudness_db(file.samples) < LOUDNESS_DB[1], file.text
        assert np.abs(file.samples).max() < LOUDEST, file.text
        audible = np.flatnonzero(np.abs(file.samples) > AUDIBLE) / 8000
        pause = pauses[Pause.SENTENCE if file.is_whole else Pause.JOINT]
        assert audible[0] < SILENCE_BEFORE_S, file.text
        assert pause <= file.seconds - audible[-1] < pause + SILENCE_BEHIND_S, file.text
        assert max(abs(file.samples[0]), abs(file.samples[-1])) < STEP / 2, file.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_is_as_long_as_its_words(rendered, language):
    paces = []
    for file in files(rendered(language), language):
        letters = sum(unicodedata.category(letter)[0] in "LM" for letter in file.text)
        if file.is_whole and letters > SENTENCE_LETTERS:
            paces.append(letters / file.seconds / LETTERS_A_SECOND[language])
            assert 0.2 < paces[-1] < 1.6, file.text
        assert 0.15 < file.seconds < 30, file.text
    assert 0.6 < median(paces) < 1.2


@pytest.mark.parametrize("language", ["ja", "ja-easy"])
def test_japanese_has_the_pace_of_calm_speech(rendered, language):
    sentences = [file for file in files(rendered(language), language) if file.is_whole]
    paces = [_morae(file.text) / file.seconds for file in sentences if _morae(file.text) > SENTENCE_LETTERS]
    assert 5.5 < median(paces) < 8
    # Sentences of many short parts have more pauses, and short ones hardly any.
    assert sum(5.5 <= pace <= 8 for pace in paces) > 0.8 * len(paces)
    assert min(paces) > 4.5
    assert max(paces) < 9


def _morae(text: str) -> int:
    kana = _loaded().g2p(text, kana=True)
    return sum(letter == "ー" or ("ァ" <= letter <= "ヺ" and letter not in SMALL) for letter in kana)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_joined_says_the_same_as_the_words(rendered, language):
    folder, chance = rendered(language), Random(7)
    recordings = Recordings(folder, plays_every_engine=True)
    for sentence in _filled(chance):
        said, code = wording().words(sentence, language)
        if code != language:
            continue
        found = recordings.find(sentence, language)
        assert found is not None, (sentence.prompt, said)
        texts = [recordings.text_of(file) for file in found]
        assert bare("".join(filter(None, texts))) == bare(said), sentence.prompt
        # Between two files both ends are silent, whatever stands on the other side.
        sounds = [sound(folder / file) for file in found]
        assert all(abs(before[-1] - after[0]) < STEP for before, after in pairwise(sounds))
        assert seconds(sentence, language, folder) == pytest.approx(sum(map(len, sounds)) / 8000)


def _filled(chance: Random) -> Iterator[Sentence]:
    """Sentences with receipt numbers, other digits and dates, each with several values."""
    for sentence in spoken_sentences():
        for name, value in sentence.values.items():
            if sentence.language is None and isinstance(value, Digits):
                receipt = "".join(chance.choices("0123456789", k=8))
                digits = "".join(chance.choices("0123456789*", k=11))
                for groups in ((receipt[:4], receipt[4:]), (digits[:3], digits[3:7], digits[7:])):
                    yield Sentence(sentence.prompt, {**sentence.values, name: Digits(groups)})
            elif sentence.language is None and type(value) is date:
                for _ in range(20):
                    born = date.fromordinal(chance.randint(date(1900, 1, 1).toordinal(), date(2026, 1, 1).toordinal()))
                    yield Sentence(sentence.prompt, {**sentence.values, name: born})


@pytest.mark.parametrize("language", ["ja", "ne"])
def test_a_pause_between_groups_of_digits_is_longer_than_between_digits(rendered, language):
    folder = rendered(language)
    asked = next(one for one in spoken_sentences() if any(isinstance(value, Digits) for value in one.values.values()))
    name = next(name for name, value in asked.values.items() if isinstance(value, Digits))
    together, apart = (
        Sentence(asked.prompt, {**asked.values, name: Digits(groups)}) for groups in (("1234",), ("12", "34"))
    )
    pauses = reader_of(language).pauses_s
    longer = pauses[Pause.GROUP] - pauses[Pause.JOINT]
    assert seconds(apart, language, folder) - seconds(together, language, folder) == pytest.approx(longer, abs=0.01)
    assert joined(apart, language, folder).dtype == np.float32


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_but_the_named_files_lies_there(rendered, language):
    folder = rendered(language) / language
    index = json.loads((folder / INDEX).read_text("utf-8"))
    entries = [*index["pieces"].values(), *index["silences"].values()]
    there = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert there == {INDEX, *(entry["file"] for entry in entries)}
    assert all(FILE.fullmatch(entry["file"]) for entry in entries)
    assert {entry["made_by"] for entry in index["silences"].values()} == {NOBODY}
    assert {entry["made_by"] for entry in index["pieces"].values()} == {reader_of(language).engine.name}
