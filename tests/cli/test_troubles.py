"""`hotline watch` and `hotline troubles`, over a real database and as a real process."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from hotline import clock
from hotline.store.standing import breathe, find_breaths
from hotline.store.troubles import Trouble, find_open, note_over, open_trouble
from tests.cli.conftest import HOTLINE, everything
from tests.oncall.receiving import receiving
from tests.store.rows import NOON
from tests.waiting import eventually


@pytest.fixture
def settings(settings_of, database_url, valkey_url) -> dict[str, str]:
    return settings_of(**everything(database_url, valkey_url))


@pytest.fixture
def told(hotline, settings):
    """Runs a command that is told everything."""
    return lambda *arguments, **others: hotline(*arguments, **{**settings, **others})


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


def test_troubles_are_listed(told, trouble):
    (row,) = [json.loads(line) for line in told("troubles", "--json").stdout.splitlines()]
    assert (row["id"], row["limit"], row["opened_at"]) == (trouble.id, "no_worker", "2026-11-23T03:00:00Z")
    assert "2026-11-23 12:00:00" in told("troubles").stdout
    assert row["over_at"] is None


def test_without_any_it_says_so(told):
    assert told("troubles").stderr == "There are none.\n"


def test_who_takes_one_has_it_and_the_next_hears_who(told, trouble, engine):
    taken = told("troubles", "take", str(trouble.id), "--who", "Ai")
    assert (
        taken.stdout
        == f"You have trouble {trouble.id}; nobody else is told of it. What to do: hotline runbook no_worker\n"
    )
    late = told("troubles", "take", str(trouble.id), "--who", "Ben")
    assert (late.returncode, late.stderr) == (1, f"Ai has trouble {trouble.id}.\n")
    with engine.begin() as connection:
        note_over(connection, trouble.id, NOON)
    assert told("troubles", "take", str(trouble.id), "--who", "Ben").stderr == f"Trouble {trouble.id} is over.\n"


def test_one_that_is_none_is_said_to_be(told):
    none = told("troubles", "take", "7", "--who", "Ai")
    assert (none.returncode, none.stderr) == (1, "There is no trouble 7; `hotline troubles` shows them.\n")


def test_a_watch_without_a_good_roster_does_not_start(told, tmp_path):
    missing = told("watch")
    assert (missing.returncode, missing.stderr.startswith("HOTLINE_ROSTER is missing")) == (2, True)
    absent = told("watch", HOTLINE_ROSTER=str(tmp_path / "none.toml"))
    assert (absent.returncode, "cannot be read" in absent.stderr) == (2, True)
    strange = told("watch", HOTLINE_ROSTER=roster(tmp_path, "pigeon://loft"))
    assert strange.returncode == 2
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
