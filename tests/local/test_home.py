"""HOTLINE_HOME: one run at a time, and what killed runs leave."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.local import home as module
from hotline.local.child import CannotStart
from hotline.local.home import Home
from tests.local.watching import is_running

LASTS = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def orphan():
    child = subprocess.Popen(LASTS, start_new_session=True)
    yield child
    child.kill()
    child.wait()


def test_a_second_run_is_told_who_is_here(tmp_path: Path):
    first = Home(tmp_path)
    first.enter()
    with pytest.raises(CannotStart, match=rf"already runs here, as process {os.getpid()}.*kill {os.getpid()}"):
        Home(tmp_path).enter()
    first.leave()
    again = Home(tmp_path)
    again.enter()
    again.leave()


def test_a_killed_run_does_not_keep_the_place(tmp_path: Path):
    code = (
        "import sys, time; from pathlib import Path; from hotline.local.home import Home;"
        "home = Home(Path(sys.argv[1])); home.enter(); print('in', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "in\n"
        run.kill()
    home = Home(tmp_path)
    home.enter()
    home.leave()


def test_a_file_in_the_place_of_the_directory_is_named(tmp_path: Path):
    in_the_way = tmp_path / "home"
    in_the_way.touch()
    with pytest.raises(CannotStart, match=r"home cannot be written to.*set HOTLINE_HOME"):
        Home(in_the_way).enter()


def test_what_a_killed_run_left_is_named_and_ended(tmp_path: Path, orphan, monkeypatch):
    monkeypatch.setattr(module, "LEFTOVER_PATIENCE_S", 0.1)
    Home(tmp_path).note_child("web", orphan.pid)
    said: list[str] = []
    Home(tmp_path).end_leftovers(said.append)
    assert said == [f"an earlier run was killed; waiting for what it left: web (process {orphan.pid})"]
    assert not is_running(orphan.pid)


def test_another_program_with_the_same_number_is_left_alone(tmp_path: Path, orphan, monkeypatch):
    home = Home(tmp_path)
    home.note_child("web", orphan.pid)
    noted = home._children.read_text()
    monkeypatch.setattr(module, "_started", lambda pid: 12345.0)
    assert noted != ""
    home.end_leftovers(lambda text: pytest.fail(text))
    assert is_running(orphan.pid)


def test_only_the_newest_start_of_a_program_is_remembered(tmp_path: Path, orphan):
    home = Home(tmp_path)
    home.note_child("web", 1)
    home.note_child("web", orphan.pid)
    assert [entry["pid"] for entry in home._noted()] == [orphan.pid]


def test_a_spoilt_list_of_children_is_no_reason_to_fail(tmp_path: Path):
    home = Home(tmp_path)
    home._children.write_text("[{")
    home.end_leftovers(lambda text: pytest.fail(text))
