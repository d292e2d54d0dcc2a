"""Recordings in the transcript of a call: their words, where this machine knows them."""

import json
import wave
from pathlib import Path

import pytest

from hotline.phone import played
from hotline.phone.played import words_played
from hotline.speech.recordings import INDEX, Recordings

LINE = "https://line.example/recordings"
VOICE, PAUSE = f"{'a1' * 16}.wav", f"{'b2' * 16}.wav"


@pytest.fixture(autouse=True)
def _rendered(tmp_path: Path, monkeypatch):
    """Two recordings in Nepali."""
    entries = []
    (tmp_path / "ne").mkdir()
    for name in (VOICE, PAUSE):
        with wave.open(str(tmp_path / "ne" / name), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(b"\0\0" * 80)
        entries.append({"file": name, "size": (tmp_path / "ne" / name).stat().st_size, "made_by": "an engine"})
    index = {"pieces": {"नमस्ते": entries[0]}, "silences": {"group": entries[1]}, "is_complete": True, "words": ""}
    (tmp_path / "ne" / INDEX).write_text(json.dumps(index), "utf-8")
    monkeypatch.setattr(played, "_recordings", lambda: Recordings(tmp_path, plays_every_engine=True))


def test_a_recording_is_read_by_its_words():
    assert words_played(f"{LINE}/ne/{VOICE}") == "नमस्ते"


def test_a_pause_has_no_words():
    assert words_played(f"{LINE}/ne/{PAUSE}") == ""


@pytest.mark.parametrize("path", [f"ja/{VOICE}", "ne/hello.wav", f"../ne/{VOICE}", f"ne/../ne/{VOICE}", "", "ne"])
def test_others_are_not_known(path):
    assert words_played(f"{LINE}/{path}") is None
    assert words_played(f"https://elsewhere.example/{path}") is None
