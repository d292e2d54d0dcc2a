"""Rendering: only what has changed, whole or not at all, and voice actors' files before an engine's."""

import io
import json
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hotline.sound import render as rendering
from hotline.sound.engine import CannotReadAloud
from hotline.sound.readers import reader_of
from hotline.sound.render import Rendered, render, wanted_of
from hotline.sound.shaping import RATE, loudness_db
from hotline.speech.pieces import Pause
from hotline.speech.places import THE_LINE, Places
from hotline.speech.recordings import ACTOR, INDEX, Recordings

pytestmark = pytest.mark.xdist_group("walk")
"""What there is to render is found by a walk through the conversation, which one process takes for many tests."""

LANGUAGE = "en"

PAUSES_S = reader_of(LANGUAGE).pauses_s
SILENCES = len({PAUSES_S[Pause.GROUP], PAUSES_S[Pause.SENTENCE]})
"""Files of silence: one does for two pauses that are equally long."""


@pytest.fixture
def few(monkeypatch):
    """Only some of a language, so that many renderings take no time."""
    some = wanted_of(LANGUAGE)[:12]
    monkeypatch.setattr(rendering, "wanted_of", lambda _language: some)
    return some


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A place for voice actors' files of this test alone."""
    return Places(tmp_path / "line", THE_LINE.voices)


@pytest.fixture
def made(tmp_path: Path, few, places):
    def again() -> Rendered:
        return render(LANGUAGE, tmp_path / "rendered", places)

    return again


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rendered" / LANGUAGE


def index(folder: Path) -> dict:
    return json.loads((folder / INDEX).read_text("utf-8"))


def touched(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if path.name != rendering.LOCK}


def test_rendering_again_touches_nothing(made, folder, few):
    assert made() == Rendered(LANGUAGE, len(few) + SILENCES, 2 - SILENCES, 0, (), ())
    before = touched(folder)
    assert made() == Rendered(LANGUAGE, 0, len(few) + 2, 0, (), ())
    assert touched(folder) == before


def test_only_what_has_changed_is_made_and_what_is_stale_is_taken_away(made, folder, few, monkeypatch):
    made()
    before = touched(folder)
    changed = (replace(few[0], text="Quite other words."), *few[1:])
    monkeypatch.setattr(rendering, "wanted_of", lambda _language: changed)
    assert (made().made, len(touched(folder))) == (1, len(before))
    assert sum(before.get(name) == when for name, when in touched(folder).items()) == len(before) - 2


@pytest.mark.parametrize("content", [b"", b"RIFF and nothing else", None], ids=["empty", "broken", "gone"])
def test_a_file_that_is_not_whole_is_made_anew(made, folder, content):
    made()
    path = folder / next(iter(index(folder)["pieces"].values()))["file"]
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert made().made == 1
    entries = index(folder)["pieces"].values()
    assert all((folder / entry["file"]).stat().st_size == entry["size"] > 1000 for entry in entries)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"pieces": 3}'])
def test_a_broken_index_is_made_anew(made, folder, few, broken):
    made()
    (folder / INDEX).write_text(broken, "utf-8")
    assert made().made == len(few) + SILENCES
    assert index(folder)["is_complete"] is True


def test_leftovers_of_a_rendering_that_was_killed_are_taken_away(made, folder):
    made()
    (folder / "0123.wav.new").write_bytes(b"half")
    made()
    assert not (folder / "0123.wav.new").exists()


def test_two_renderings_at_once_do_the_work_once(made, folder, few):
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: made(), range(2)))
    assert sorted((one.made, one.kept) for one in both) == [(0, len(few) + 2), (len(few) + SILENCES, 2 - SILENCES)]
    assert len(touched(folder)) == len(few) + SILENCES + 1


def test_other_pauses_make_other_files(made, few, monkeypatch):
    made()
    reader = reader_of(LANGUAGE)
    slower = replace(reader, pauses_s={pause: 2 * seconds for pause, seconds in reader.pauses_s.items()})
    monkeypatch.setattr(rendering, "reader_of", lambda _language: slower)
    assert made().made == len(few) + SILENCES


def test_a_missing_engine_leaves_what_was_rendered(made, folder, monkeypatch):
    made()
    before = touched(folder)

    class Mute:
        name = "mute"

        def read(self, text: str, pace: float = 1.0):
            raise CannotReadAloud("It is not there: install it.")

    without_voice = replace(reader_of(LANGUAGE), engine=Mute())
    monkeypatch.setattr(rendering, "reader_of", lambda _language: without_voice)
    with pytest.raises(CannotReadAloud, match="install it"):
        made()
    assert touched(folder) == before


def test_a_language_that_nothing_reads_leaves_no_folder(tmp_path):
    with pytest.raises(CannotReadAloud, match="Nothing reads tlh aloud; the languages are ja,"):
        render("tlh", tmp_path / "rendered")
    assert not (tmp_path / "rendered").exists()


def voice(seconds: float, rate: int = 44_100, channels: int = 2, loudness: float = 0.3, width: int = 2) -> bytes:
    """Somebody who hums: with pauses, as speech has them."""
    moments = np.arange(int(rate * seconds)) / rate
    hum = np.sin(2 * np.pi * 220 * moments) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * moments)) * loudness
    hum = np.clip(np.concatenate((np.zeros(rate // 4), hum, np.zeros(rate // 2))), -1, 1)
    samples = np.repeat(np.rint(hum * (2 ** (8 * width - 1) - 1)).astype("<i4"), channels)
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(samples.view(np.uint8).reshape(-1, 4)[:, :width].tobytes())
    return written.getvalue()


def seconds_of(folder: Path, text: str) -> float:
    return float(index(folder)["pieces"][text]["seconds"])


@pytest.mark.parametrize(("rate", "channels", "width"), [(44_100, 2, 2), (8000, 1, 2), (48_000, 1, 3), (16_000, 1, 4)])
def test_a_voice_actors_file_takes_the_place_of_the_engines(made, folder, few, places, rate, channels, width):
    made()
    length = seconds_of(folder, few[0].text)
    own = places.recordings / LANGUAGE
    own.mkdir(parents=True)
    (own / few[0].file).write_bytes(voice(length, rate, channels, width=width))
    told = made()
    assert (told.made, told.by_actors, told.refused) == (1, 1, ())
    entry = index(folder)["pieces"][few[0].text]
    assert entry["made_by"] == ACTOR
    with wave.open(str(folder / entry["file"])) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    assert -21.5 < loudness_db(samples) < -18.5
    assert len(samples) / RATE == pytest.approx(length + 0.3, abs=0.1)
    assert few[0].text in Recordings(folder.parent).index(LANGUAGE).texts
    assert made().made == 0
    (own / few[0].file).unlink()
    assert (made().made, index(folder)["pieces"][few[0].text]["made_by"]) == (
        1,
        reader_of(LANGUAGE).engine.name,
    )


@pytest.mark.parametrize(
    ("sound", "why"),
    [
        (b"", "It is no plain WAV file"),
        (b"ID3 an mp3, named wav", "It is no plain WAV file"),
        (voice(3, loudness=0), "silent from its beginning to its end"),
        (voice(3, loudness=8), "too loud: record it again"),
        (voice(0.05), "it is cut short, or says others"),
        (voice(40), "it is cut short, or says others"),
        (voice(3)[:60], "silent from its beginning to its end"),
    ],
)
def test_a_bad_file_of_a_voice_actor_is_refused_with_a_sentence(made, folder, few, places, sound, why):
    longest = max(few, key=lambda one: len(one.text))
    own = places.recordings / LANGUAGE
    own.mkdir(parents=True)
    (own / longest.file).write_bytes(sound)
    told = made()
    [sentence] = told.refused
    assert sentence.startswith(f"{longest.file} is not used, the engine's voice is heard instead. ")
    assert why in sentence
    assert index(folder)["pieces"][longest.text]["made_by"] != ACTOR


def test_changed_words_never_play_an_old_recording(made, folder, few, places, monkeypatch):
    own = places.recordings / LANGUAGE
    own.mkdir(parents=True)
    (own / few[0].file).write_bytes(voice(3))
    (own / "notes.txt").write_text("from the studio")
    changed = (replace(few[0], text="Now it says something else."), *few[1:])
    monkeypatch.setattr(rendering, "wanted_of", lambda _language: changed)
    told = made()
    assert told.leftovers == tuple(
        sorted(
            (
                f"{few[0].file} has the words of an older wording: nobody hears it. Record it again.",
                "notes.txt is no piece of this language: nobody hears it. `hotline prompts script` names them all.",
            )
        )
    )
    assert all(entry["made_by"] != ACTOR for entry in index(folder)["pieces"].values())
