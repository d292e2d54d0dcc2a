"""The commands `hotline prompts ...`, as programs."""

import csv
import io
import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.callflow.languages import LANGUAGES
from hotline.cli import main
from hotline.sound.listen import words_of
from hotline.sound.render import wanted_of

HOTLINE = str(Path(sys.executable).with_name("hotline"))
Done = subprocess.CompletedProcess[str]

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("walk")]
"""What there is to say is found by a walk through the conversation, which one process takes for many tests."""


@pytest.fixture
def prompts(tmp_path: Path) -> Callable[..., Done]:
    """Runs a command in an empty directory, on a machine that has nothing to play sound with."""

    def run(*arguments: str, **settings: str) -> Done:
        environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), **settings}
        command = (HOTLINE, "prompts", *arguments)
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def here(tmp_path: Path) -> Callable[..., Result]:
    """Runs a command like `prompts`, but in this process: a new one would first find out what there is to say."""

    def run(*arguments: str, **settings: str) -> Result:
        environment = {"PATH": str(tmp_path / "bin"), **settings}
        return CliRunner().invoke(main, ["prompts", *arguments], env=environment)

    return run


@pytest.mark.parametrize("command", ["render", "script", "listen"])
def test_an_unknown_language_is_answered_with_those_that_there_are(prompts, command):
    done = prompts(command, "--language", "tlh")
    assert done.returncode == 2
    assert f"The line does not speak 'tlh'. Its languages are {', '.join(LANGUAGES)}." in done.stderr


def test_the_script_names_every_file_with_its_words(prompts):
    done = prompts("script", "--language", "ko")
    assert done.returncode == 0
    for one in wanted_of("ko"):
        assert f"\n{one.file}\n    {one.text}\n    English: {one.source}\n" in done.stdout
    assert "prompts/recordings/ko/" in done.stdout
    assert done.stdout.count("    Context: ") > 100


def test_the_script_is_a_table_too_in_the_order_of_a_call(here):
    done = here("script", "--language", "ko", "--csv")
    header, *rows = csv.reader(io.StringIO(done.stdout))
    assert header == ["file", "words", "english", "context", "heard in"]
    assert [(row[0], row[1]) for row in rows] == [(one.file, one.text) for one in wanted_of("ko")]
    heard = [prompt for row in rows for prompt in row[4].split(", ")]
    in_order = ["main_menu.lost", "target.card", "confirm.postal_code", "result.card.suspended"]
    assert sorted(in_order, key=heard.index) == in_order


def test_a_whole_call_is_one_file_and_its_words_are_shown(prompts, rendered, tmp_path):
    folder = rendered("en")
    done = prompts("listen", "--language", "en", "--out", "call.wav", HOTLINE_RECORDINGS=str(folder))
    assert (done.returncode, done.stdout.splitlines()) == (0, list(words_of("en")))
    with wave.open(str(tmp_path / "call.wav")) as call:
        assert (call.getframerate(), call.getnchannels(), call.getsampwidth()) == (8000, 1, 2)
        assert 20 < call.getnframes() / 8000 < 300


def test_a_machine_that_plays_nothing_says_what_to_do(here, rendered):
    done = here("listen", "--language", "en", HOTLINE_RECORDINGS=str(rendered("en")))
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code == 1
    assert "write a file with --out call.wav, and play that." in done.stderr


@pytest.mark.parametrize(("status", "said"), [(0, ""), (1, "has this machine a loudspeaker?")])
def test_the_call_is_played_with_what_the_machine_has(here, rendered, tmp_path, status, said):
    player = tmp_path / "bin" / "aplay"
    player.parent.mkdir()
    player.write_text(f'#!/bin/sh\n/bin/cp "$2" {tmp_path}/played.wav\nexit {status}\n')
    player.chmod(0o755)
    done = here("listen", "--language", "en", HOTLINE_RECORDINGS=str(rendered("en")))
    assert (done.exit_code, said in done.stderr) == (status, True)
    assert (tmp_path / "played.wav").stat().st_size > 100_000


def test_rendering_tells_what_it_has_done(here, rendered):
    done = here("render", "--language", "en", HOTLINE_RECORDINGS=str(rendered("en")))
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("en: 0 files made, ")


def test_the_line_itself_needs_none_of_what_reads_aloud():
    program = (
        "import sys, hotline.app, hotline.voice.webhooks, hotline.suspensions.worker\n"
        "heavy = {'numpy', 'soxr', 'pyopenjtalk', 'espeakng_loader', 'hotline.sound'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env=os.environ,
    )
    assert done.stdout == "[]\n"
