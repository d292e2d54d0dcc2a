"""Texts read aloud, as the practice phone has them."""

import io
import os
import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotline.callflow.languages import LANGUAGES
from hotline.sound import espeak
from hotline.sound.aloud import read_aloud
from hotline.sound.engine import CannotReadAloud
from hotline.sound.espeak import Espeak
from hotline.sound.readers import reader_of, readers
from hotline.speech.speak import wording

GREETINGS = {"ja": "お電話ありがとうございます。", "en": "Press 2.", "ne": "एक नम्बर थिच्नुहोस्।", "fil": "Pindutin ang 2."}


def _length(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return file.getnframes() / 8000


def test_every_language_of_the_line_is_read_aloud():
    assert set(readers()) == set(LANGUAGES)
    for language in LANGUAGES:
        digits = wording().voice(language).words
        assert 0.1 < _length(read_aloud(digits["7"], language)) < 1.5, language


def test_a_longer_text_takes_longer():
    for language, text in GREETINGS.items():
        assert _length(read_aloud(f"{text} {text}", language)) > 1.7 * _length(read_aloud(text, language)), language


def test_a_language_that_nothing_reads_is_refused_with_those_that_are_read():
    with pytest.raises(CannotReadAloud, match="Nothing reads tlh aloud; the languages are ja, ja-easy, en"):
        read_aloud("nuqneH", "tlh")


@pytest.mark.parametrize("text", ["", "  ", "...", "、。"])
def test_a_text_without_words_is_refused(text):
    for language in ("ja", "en"):
        with pytest.raises(CannotReadAloud, match="without letters or figures"):
            read_aloud(text, language)


def test_threads_get_what_each_asked_for():
    texts = [("en", f"Press {key}.") for key in range(10)] + [("ko", f"{key}번을 누르세요.") for key in range(10)]
    read_aloud.cache_clear()
    alone = [read_aloud(text, language) for language, text in texts]
    read_aloud.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda asked: read_aloud(asked[1], asked[0]), texts))
    assert [_length(sound) for sound in together] == pytest.approx([_length(sound) for sound in alone], abs=0.05)


def test_marks_in_a_text_are_read_and_not_obeyed():
    filipino = reader_of("fil").engine
    assert isinstance(filipino, Espeak)
    marked = filipino._with_voices("Pindutin <break time='s'/> & 3.")
    assert marked == "<speak>Pindutin &lt;break time='s'/&gt; &amp; <voice name=\"en-us\">3</voice>.</speak>"
    assert _length(read_aloud("Pindutin ang 2 <break/> & 3.", "fil")) > 1


def test_figures_in_filipino_are_read_in_english():
    filipino = reader_of("fil").engine
    assert isinstance(filipino, Espeak)
    assert filipino._with_voices("Pindutin ang 2.") == ('<speak>Pindutin ang <voice name="en-us">2</voice>.</speak>')
    assert filipino._with_voices("Salamat po.") is None
    malay = Espeak("ms", filipino.words_a_minute)
    assert len(filipino.read("nine").samples) != len(malay.read("nine").samples)


def test_a_voice_that_espeak_does_not_have_is_named():
    with pytest.raises(CannotReadAloud, match="espeak-ng has no voice tl:"):
        Espeak("tl", 150).read("Kumusta")


def test_a_deep_path_to_espeak_still_works(tmp_path):
    """Its library cuts a long path off without a word, and then finds nothing."""
    import espeakng_loader

    deep = tmp_path / ("d" * 90) / ("e" * 90) / "espeak-ng-data"
    deep.parent.mkdir(parents=True)
    deep.symlink_to(espeakng_loader.get_data_path())
    program = (
        "import espeakng_loader, sys; espeakng_loader.get_data_path = lambda: sys.argv[1]\n"
        "from hotline.sound.aloud import read_aloud; print(len(read_aloud('hello', 'en')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(deep)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TMPDIR": "/tmp"},
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 2000
    assert len(str(deep).encode()) > espeak.LONGEST_PATH


def test_open_jtalk_says_nothing_of_itself():
    program = "from hotline.sound.aloud import read_aloud; read_aloud('二', 'ja')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize(("module", "language"), [("espeakng_loader", "en"), ("pyopenjtalk", "ja")])
def test_a_missing_engine_says_what_to_do(module, language):
    program = (
        f"import sys; sys.modules['{module}'] = None\n"
        "from hotline.sound.aloud import read_aloud; from hotline.sound.engine import CannotReadAloud\n"
        f"try: read_aloud('2', '{language}')\nexcept CannotReadAloud as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert "install the requirements again" in done.stdout
