"""`hotline status`, over real servers."""

import json
from datetime import timedelta

import pytest

from hotline import clock
from hotline.store.standing import breathe
from tests.cli.conftest import everything
from tests.store.rows import accept_request


@pytest.fixture
def status(hotline, database_url, valkey_url):
    """Runs it; other servers may be named."""
    told = everything(database_url, valkey_url)
    return lambda *arguments, **others: hotline("status", *arguments, **{**told, **others})


def test_without_anybody_at_work_somebody_should_be_awake(status):
    done = status()
    assert done.returncode == 2
    assert "No worker lives" in done.stdout
    assert "No dispatcher" in done.stdout
    assert "requests    0 without an answer" in done.stdout


def test_an_old_request_is_shown_and_programs_read_it(status, engine):
    accept_request(engine, at=clock.now() - timedelta(minutes=5))
    with engine.begin() as connection:
        breathe(connection, "dispatcher here 1", "dispatcher", clock.now())
    assert "Late requests, the oldest first:" in status().stdout
    told = json.loads(status("--json").stdout)
    assert "unanswered" in [one["limit"] for one in told["broken"]]
    assert told["at"].endswith("Z")
    assert told["database"]["late"][0]["attempts"] == 0


def test_servers_that_are_away_are_said_to_be(status, free_port):
    away = status(
        DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port}/x", REDIS_URL=f"redis://127.0.0.1:{free_port}"
    )
    assert away.returncode == 2
    assert "PostgreSQL does not answer" in away.stdout
    assert "redis       does not answer" in away.stdout


def test_without_settings_it_says_what_is_missing(status):
    done = status(DATABASE_URL="")
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr
