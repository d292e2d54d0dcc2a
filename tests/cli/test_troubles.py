"""`hotline watch` and `hotline troubles`, over a real database and as a real process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from hotline import clock
from hotline.cli import main
from hotline.privacy import new_key
from hotline.store.database import connect_to
from hotline.store.standing import breathe, find_breaths
from hotline.store.troubles import Trouble, find_open, note_over, open_trouble
from tests.oncall.receiving import receiving
from tests.store.rows import NOON
from tests.waiting import eventually

HOTLINE = str(Path(sys.executable).with_name("hotline"))


@pytest.fixture
def settings(database_url, valkey_url, tmp_path, monkeypatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "HOTLINE_PUBLIC_URL": "http://127.0.0.1:1",
        "HOTLINE_ENCRYPTION_KEYS": new_key(),
        "HOTLINE_SECRET_KEY": "a secret of sixteen and more",
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey_url,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "a token",
        "CARDSTATUS_URL": "http://127.0.0.1:1",
        "CARDSTATUS_TOKEN": "a token",
    }


@pytest.fixture
def hotline(settings):
    def run(*arguments: str, **others: str):
        with patch.dict(os.environ, {**settings, **others}, clear=True):
            return CliRunner().invoke(main, arguments, catch_exceptions=False)

    return run


@pytest.fixture
def engine(database_url):
    engine = connect_to(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def trouble(engine) -> Trouble:
    with engine.begin() as connection:
        opened = open_trouble(connection, Trouble(0, "no_worker", "", "page", "No worker lives.", NOON))
    assert opened
    return opened


def roster(tmp_path: Path, address: str) -> str:
    file = tmp_path / "roster.toml"
    file.write_text(f'[[person]]\nname = "Ai"\ntell = ["{address}"]\n', "utf-8")
    return str(file)


def test_troubles_are_listed(hotline, trouble):
    (told,) = [json.loads(line) for line in hotline("troubles", "--json").stdout.splitlines()]
    assert (told["id"], told["limit"], told["opened_at"]) == (trouble.id, "no_worker", "2026-11-23T03:00:00Z")
    assert "2026-11-23 12:00:00" in hotline("troubles").stdout
    assert told["over_at"] is None


def test_without_any_it_says_so(hotline):
    assert hotline("troubles").stderr == "There are none.\n"


def test_who_takes_one_has_it_and_the_next_hears_who(hotline, trouble, engine):
    taken = hotline("troubles", "take", str(trouble.id), "--who", "Ai")
    assert (
        taken.stdout
        == f"You have trouble {trouble.id}; nobody else is told of it. What to do: hotline runbook no_worker\n"
    )
    late = hotline("troubles", "take", str(trouble.id), "--who", "Ben")
    assert (late.exit_code, late.stderr) == (1, f"Ai has trouble {trouble.id}.\n")
    with engine.begin() as connection:
        note_over(connection, trouble.id, NOON)
    assert hotline("troubles", "take", str(trouble.id), "--who", "Ben").stderr == f"Trouble {trouble.id} is over.\n"


def test_one_that_is_none_is_said_to_be(hotline):
    none = hotline("troubles", "take", "7", "--who", "Ai")
    assert (none.exit_code, none.stderr) == (1, "There is no trouble 7; `hotline troubles` shows them.\n")


def test_a_watch_without_a_good_roster_does_not_start(hotline, tmp_path):
    missing = hotline("watch")
    assert (missing.exit_code, missing.stderr.startswith("HOTLINE_ROSTER is missing")) == (2, True)
    absent = hotline("watch", HOTLINE_ROSTER=str(tmp_path / "none.toml"))
    assert (absent.exit_code, "cannot be read" in absent.stderr) == (2, True)
    strange = hotline("watch", HOTLINE_ROSTER=roster(tmp_path, "pigeon://loft"))
    assert strange.exit_code == 2
    assert strange.stderr == "The roster has an address of Ai that Apprise does not know.\n"


def test_a_watch_wakes_somebody_and_says_when_it_is_over(settings, engine, tmp_path):
    with receiving() as (bodies, address), (tmp_path / "log").open("wb") as log:
        watch = subprocess.Popen(
            [HOTLINE, "watch"],
            env={**settings, "HOTLINE_ROSTER": roster(tmp_path, address)},
            stdout=log,
            stderr=log,
        )
        try:
            eventually(lambda: [one["title"] for one in bodies] == ["PAGE: no_dispatcher"], "somebody is told")
            with engine.begin() as connection:
                assert [one.kind for one in find_breaths(connection)] == ["watch"]
                breathe(connection, "dispatcher here 1", "dispatcher", clock.now())
            eventually(lambda: bodies[-1]["title"] == "Over: no_dispatcher", "somebody is told that it is over")
            with engine.connect() as connection:
                assert "no_dispatcher" not in [one.limit_name for one in find_open(connection)]
        finally:
            watch.send_signal(signal.SIGTERM)
            assert watch.wait(30) == 0
        with engine.connect() as connection:
            assert "watch" not in [one.kind for one in find_breaths(connection)]
