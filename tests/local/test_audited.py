"""The commands that verify the audit trail and look after retention, over a real database."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from hotline import clock
from hotline.cli import main
from hotline.privacy import new_key
from hotline.settings import NAMES
from hotline.store.audit import Entry, verify, write
from hotline.store.database import Engine, connect_to
from hotline.store.holds import hold
from tests.store.rows import NOON, end_call, start_call


@pytest.fixture
def engine(own_database_url):
    engine = connect_to(own_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def hotline(own_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command over the database."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    settings = {
        "HOTLINE_PUBLIC_URL": "http://127.0.0.1:1",
        "HOTLINE_ENCRYPTION_KEYS": new_key(),
        "HOTLINE_SECRET_KEY": "a secret of sixteen and more",
        "DATABASE_URL": own_database_url,
        "REDIS_URL": "redis://127.0.0.1:1",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "a token",
        "CARDSTATUS_URL": "http://127.0.0.1:1",
        "CARDSTATUS_TOKEN": "a token",
    }
    return lambda *arguments: CliRunner().invoke(main, arguments, env=settings, catch_exceptions=False)


def written(engine: Engine, count: int) -> None:
    for number in range(1, count + 1):
        with engine.begin() as connection:
            entry = Entry(
                at=NOON, who="a@example.jp", action="call.looked_at", subject=f"call {number}", call_sid="CA1"
            )
            write(connection, entry)


def test_a_whole_trail_is_said_to_be_whole_with_its_head(engine, hotline):
    written(engine, 2)
    done = hotline("audit", "verify")
    head = verify(engine).head
    assert (done.exit_code, done.stdout) == (0, f"2 rows are right. The seal of the last one is {head}.\n")
    assert hotline("audit", "verify", "--head", head).exit_code == 0


def test_an_empty_trail_is_whole(hotline):
    done = hotline("audit", "verify")
    assert (done.exit_code, done.stdout) == (0, "No row was verified.\n")


def test_a_changed_row_ends_it_with_a_sentence(engine, hotline):
    written(engine, 3)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit SET who = 'b@example.jp' WHERE id = 2"))
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER ALL"))
    done = hotline("audit", "verify")
    assert done.exit_code == 1
    assert done.stdout.startswith("1 row is right. ")
    assert done.stderr == ("The audit trail is not whole. Row 2 was changed: its seal does not fit what it says.\n")


def test_a_lost_end_is_found_with_the_head(engine, hotline):
    written(engine, 3)
    head = verify(engine).head
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM audit WHERE id = 3"))
    assert hotline("audit", "verify").exit_code == 0
    done = hotline("audit", "verify", "--head", head)
    assert done.exit_code == 1
    assert "No row has the seal that was given" in done.stderr


@pytest.mark.parametrize("head", ["", "abc", "g" * 64, "a" * 63, " " + "a" * 63])
def test_a_seal_that_is_none_is_refused(hotline, head):
    done = hotline("audit", "verify", "--head", head)
    assert done.exit_code == 2
    assert "A seal is 64 hexadecimal digits" in done.stderr


def test_guards_that_are_off_end_it_with_a_sentence(engine, hotline):
    written(engine, 1)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER keep_rows"))
    done = hotline("audit", "verify")
    assert done.exit_code == 1
    assert done.stderr == ("The database does not refuse changes any more: switch its trigger keep_rows on again.\n")


def test_entries_are_shown_newest_first_to_people_and_programs(engine, hotline):
    written(engine, 2)
    shown = [json.loads(line) for line in hotline("audit", "show", "--json").stdout.splitlines()]
    assert [(row["id"], row["subject"], row["done_at"]) for row in shown] == [
        (2, "call 2", NOON.isoformat()),
        (1, "call 1", NOON.isoformat()),
    ]
    lines = hotline("audit", "show", "--call", "CA1", "--who", "a@example.jp").stdout.splitlines()
    assert lines[0].startswith("id  done at")
    assert lines[1].startswith("2   2026-11-23 12:00:00  a@example.jp  call.looked_at  call 2")
    assert hotline("audit", "show", "--action", "x.y").stderr == "There are none.\n"


def test_retention_says_how_everything_stands(engine, hotline):
    sid = start_call(engine, at=clock.now())
    end_call(engine, sid, clock.now())
    rows = {row["kind"]: row for row in map(json.loads, hotline("retention", "--json").stdout.splitlines())}
    assert rows["calls"]["kept"] == 1
    assert rows["calls"]["due"] == rows["calls"]["overdue"] == 0
    assert rows["facts"]["oldest_at"] is None
    done = hotline("retention")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].split() == ["kind", "kept", "due", "overdue", "held", "open", "oldest", "at"]


def test_what_is_overdue_for_a_day_ends_it_with_a_sentence_and_what_is_held_does_not(engine, hotline):
    sid = start_call(engine)
    end_call(engine, sid, clock.now() - timedelta(days=1, hours=1))
    done = hotline("retention")
    assert done.exit_code == 1
    assert done.stderr == (
        "More than a day overdue: states (1). See that `hotline dispatcher` runs, and what its log says.\n"
    )
    with engine.begin() as connection:
        hold(connection, sid, NOON)
    assert hotline("retention").exit_code == 0


def test_retention_names_wrong_settings(hotline, monkeypatch):
    monkeypatch.setenv("HOTLINE_KEEP_RECORDINGS_DAYS", "31")
    done = hotline("retention")
    assert done.exit_code == 2
    assert "HOTLINE_KEEP_RECORDINGS_DAYS is wrong" in done.stderr
