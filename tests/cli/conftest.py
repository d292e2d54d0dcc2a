"""The command `hotline`: as a program where it would serve, else in this process, which is quicker."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from hotline.cli import main
from hotline.privacy import new_key
from hotline.store.database import Engine, connect_to

HOTLINE = str(Path(sys.executable).with_name("hotline"))
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def everything(database_url: str = NOWHERE, redis_url: str = "redis://127.0.0.1:1") -> dict[str, str]:
    """Every setting that a process must be told."""
    return {
        "HOTLINE_PUBLIC_URL": "http://127.0.0.1:1",
        "HOTLINE_ENCRYPTION_KEYS": new_key(),
        "HOTLINE_SECRET_KEY": "a secret of sixteen and more",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "a token",
        "CARDSTATUS_URL": "http://127.0.0.1:1",
        "CARDSTATUS_TOKEN": "a token",
    }


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def settings_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """An environment with no settings but those that are named, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    return lambda **settings: {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **settings}


@pytest.fixture
def hotline(settings_of: Callable[..., dict[str, str]]) -> Callable[..., Done]:
    """Runs a command in this process."""

    def run(*arguments: str, **settings: str) -> Done:
        with patch.dict(os.environ, settings_of(**settings), clear=True):
            done = CliRunner().invoke(main, arguments, catch_exceptions=False)
        return Done(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def program(settings_of: Callable[..., dict[str, str]]) -> Callable[..., Done]:
    """Runs a command as a program, because it would serve, or write its own log."""

    def run(*arguments: str, **settings: str) -> Done:
        done = subprocess.run(
            [HOTLINE, *arguments],
            env=settings_of(**settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect_to(database_url)
    yield engine
    engine.dispose()
