"""What a sentence sounds like in the console."""

import json
from pathlib import Path

import pytest

from hotline.callflow.replies import Sentence
from hotline.sound.aloud import read_aloud
from hotline.sound.engine import CannotReadAloud
from hotline.sound.heard import Maker, find_heard
from hotline.speech.recordings import ACTOR, INDEX
from hotline.speech.speak import wording

SENTENCE = Sentence("common.silence")


def record(folder: Path, language: str, maker: str, sound: bytes = b"") -> None:
    """Put a recording of the sentence where the line looks for it."""
    text = wording().words(SENTENCE, language)[0]
    own = folder / language
    own.mkdir(exist_ok=True)
    file = f"{'a' * 32}.wav"
    (own / file).write_bytes(sound or read_aloud(text, language))
    entry = {"file": file, "size": (own / file).stat().st_size, "made_by": maker}
    index = {"pieces": {text: entry}, "silences": {}, "is_complete": False, "words": ""}
    (own / INDEX).write_text(json.dumps(index), "utf-8")


def test_a_persons_recording_is_heard_as_it_is(tmp_path):
    spoken = read_aloud("It is somebody else who says this.", "en")
    record(tmp_path, "en", ACTOR, spoken)
    heard = find_heard(SENTENCE, "en", tmp_path)
    assert heard
    assert (heard.maker, heard.language, heard.wav()) == (Maker.PERSON, "en", spoken)


def test_an_engines_recording_counts_where_the_line_plays_it(tmp_path):
    record(tmp_path, "ne", "espeak-ng ne")
    heard = find_heard(SENTENCE, "ne", tmp_path)
    assert heard
    assert heard.maker is Maker.ENGINE


def test_what_twilio_says_is_read_aloud_although_an_engine_recorded_it(tmp_path):
    record(tmp_path, "en", "espeak-ng en")
    heard = find_heard(SENTENCE, "en", tmp_path)
    assert heard
    assert (heard.maker, heard.wav()) == (Maker.ALOUD, read_aloud(heard.text, "en"))


def test_the_print_changes_when_a_recording_comes(tmp_path):
    aloud = find_heard(SENTENCE, "en", tmp_path)
    record(tmp_path, "en", ACTOR)
    recorded = find_heard(SENTENCE, "en", tmp_path)
    assert aloud
    assert recorded
    assert recorded.maker is Maker.PERSON
    assert aloud.print != recorded.print
    assert recorded.print == find_heard(SENTENCE, "en", tmp_path).print  # type: ignore[union-attr]


def test_a_language_that_nothing_reads_has_no_sound(tmp_path, monkeypatch):
    monkeypatch.setattr("hotline.sound.readers.readers", dict)
    assert find_heard(SENTENCE, "th", tmp_path) is None


def test_a_recording_that_vanishes_says_how_to_get_it_back(tmp_path):
    record(tmp_path, "en", ACTOR)
    heard = find_heard(SENTENCE, "en", tmp_path)
    assert heard
    (tmp_path / heard.files[0]).unlink()
    with pytest.raises(CannotReadAloud, match="hotline prompts render --language en"):
        heard.wav()
