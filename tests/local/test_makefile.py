"""`make` on a machine that lacks something."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHONS = ("python", "python3", "python3.11", "python3.12", "python3.13", "python3.14")


@pytest.fixture
def machine(tmp_path: Path):
    """A machine on which every Python is the shell script that a test says."""
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()

    def make(target: str, python: str) -> subprocess.CompletedProcess[str]:
        for name in PYTHONS:
            program = tmp_path / "bin" / name
            program.write_text(f"#!/bin/sh\n{python}\n")
            program.chmod(0o755)
        environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "HOME": str(tmp_path)}
        return subprocess.run(
            ["make", target], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return make


@pytest.mark.parametrize("target", ["run", "test", "lint"])
def test_a_python_that_is_too_old_is_named(machine, target):
    done = machine(target, "exit 1")
    assert done.returncode != 0
    assert done.stdout == "The hotline needs Python 3.11 or newer, and none was found: install it first.\n"


def test_a_python_without_virtual_environments_is_named(machine):
    done = machine("run", 'case "$2" in *ensurepip*) exit 1;; esac')
    assert done.returncode != 0
    assert done.stdout.startswith("This Python cannot make virtual environments: ")
    assert len(done.stdout.splitlines()) == 1


def test_make_alone_says_what_it_can(machine):
    done = machine("help", "exit 1")
    assert done.returncode == 0
    assert "make run " in done.stdout
    assert "make test " in done.stdout
