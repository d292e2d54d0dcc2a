"""`hotline status`, over real servers."""

import json
import os
from datetime import timedelta
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from hotline import clock
from hotline.cli import main
from hotline.privacy import new_key
from hotline.store.database import connect_to
from hotline.store.standing import breathe
from tests.store.rows import accept_request


@pytest.fixture
def status(database_url, valkey_url, tmp_path, monkeypatch):
    """Runs it; other servers may be named."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **others: str):
        told = {
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
        with patch.dict(os.environ, {"HOME": str(tmp_path), **told, **others}, clear=True):
            return CliRunner().invoke(main, ["status", *arguments], catch_exceptions=False)

    return run


@pytest.fixture
def engine(database_url):
    engine = connect_to(database_url)
    yield engine
    engine.dispose()


def test_without_anybody_at_work_somebody_should_be_awake(status):
    done = status()
    assert done.exit_code == 2
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
    assert away.exit_code == 2
    assert "PostgreSQL does not answer" in away.stdout
    assert "redis       does not answer" in away.stdout


def test_without_settings_it_says_what_is_missing(status):
    done = status(DATABASE_URL="")
    assert done.exit_code == 2
    assert "DATABASE_URL" in done.stderr
