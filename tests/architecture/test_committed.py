"""What must not get into the repository."""

import re
from pathlib import Path

from tests.architecture.source import ROOT, committed_files

_HOME_OR_ROOT = "|".join(("home", "root", "Users", "work", "mnt"))
PRIVATE_PATH = re.compile(rf"(?<![\w.$}}/:-])/(?:{_HOME_OR_ROOT})/\w")
REGISTRY = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|index[-_]url\s*=|https?://[^\s\"']*(?:/simple\b|artifactory|nexus|devpi)"
)
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bghp_[0-9A-Za-z]{36}\b")
LARGEST = 1_000_000
"""Bytes. Recordings and the like belong elsewhere."""

OURSELVES = Path(__file__).relative_to(ROOT)


def _texts() -> list[tuple[Path, str]]:
    found = []
    for path in committed_files():
        if path.relative_to(ROOT) == OURSELVES:
            continue
        try:
            found.append((path.relative_to(ROOT), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in _texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_path_of_anybodys_machine():
    assert not _lines_with(PRIVATE_PATH)


def test_no_package_registry():
    assert not _lines_with(REGISTRY)


def test_no_secret():
    assert not _lines_with(SECRET)


def test_every_requirement_is_pinned():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line.strip() and not line.startswith("#")]
        assert lines
        assert not [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9.\[\]-]*==[\w.+!]+(?: ;.*)?", line)]


def test_no_large_file():
    assert not [path for path in committed_files() if path.stat().st_size > LARGEST]
