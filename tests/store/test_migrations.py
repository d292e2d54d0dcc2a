import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, func, inspect, select, text

from hotline.store import migrating
from hotline.store.calls import TakenTurn, take_turn
from hotline.store.database import connect_to, is_migrated
from hotline.store.migrating import MIGRATION_LOCK, migrate, sole_migrator, write_migration
from hotline.store.tables import metadata
from tests.store.rows import NOON, start_call

COLUMNS = """
    SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
           pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND relname <> 'alembic_version'
    ORDER BY 1, 2
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass ORDER BY 1
"""
OPTIONS = (
    "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL"
)


def described(engine: Engine) -> list[list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(text(q))] for q in (COLUMNS, INDEXES, CONSTRAINTS, OPTIONS)]


def test_the_migrations_make_the_tables_that_the_code_knows(engine: Engine, empty_database_url: str) -> None:
    made_from_tables = connect_to(empty_database_url)
    with made_from_tables.begin() as connection:
        metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num int)"))
    expected, migrated = described(made_from_tables), described(engine)
    made_from_tables.dispose()
    assert migrated == expected


def test_nothing_is_left_to_migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    engine = connect_to(empty_database_url)
    assert not is_migrated(engine)
    migrate(empty_database_url)
    sid = start_call(engine)
    migrate(empty_database_url)
    assert is_migrated(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT sid FROM calls")).scalar_one() == sid
    engine.dispose()


def test_a_later_version_of_the_schema_is_good_enough_and_an_earlier_one_is_not(own_database_url: str) -> None:
    engine = connect_to(own_database_url)
    for version, is_enough in (("0000", False), ("9999", True)):
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        assert is_migrated(engine) is is_enough
    engine.dispose()


def test_processes_that_start_at_once_migrate_one_after_the_other(empty_database_url: str) -> None:
    program = "import sys; from hotline.store.migrating import migrate; migrate(sys.argv[1])"
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
    )
    engine = connect_to(empty_database_url)
    with engine.begin() as first, engine.connect() as watch:
        first.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # a busy machine takes its time
        first.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        started = [
            subprocess.Popen([sys.executable, "-c", program, empty_database_url], stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        deadline = time.monotonic() + 60
        while watch.execute(waiting).scalar_one() < len(started):
            watch.rollback()
            assert time.monotonic() < deadline, "they do not wait for the one that migrates"
            time.sleep(0.02)
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert is_migrated(engine)
    engine.dispose()


def test_a_new_migration_holds_what_the_tables_have_beyond_the_database(
    own_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(migrating.MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    wider = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(wider)
    Table("stations", wider, Column("number", Integer, primary_key=True))
    monkeypatch.setattr(migrating, "MIGRATIONS", tmp_path / "migrations")
    monkeypatch.setattr(migrating, "metadata", wider)

    written = write_migration(own_database_url, "police stations")
    count = len(list((tmp_path / "migrations" / "versions").glob("0*.py")))
    assert written.name == f"{count:04}_police_stations.py"
    migrate(own_database_url)
    engine = connect_to(own_database_url)
    assert "stations" in inspect(engine).get_table_names()
    engine.dispose()


FIRST_ROWS = (
    "INSERT INTO calls (sid, called, language, status, outcome, step, turn, started_at, turned_at)"
    " VALUES ('CA1', '+81120950178', 'ja', 'in-progress', 'accepted', 'waiting', 1, now(), now())",
    "INSERT INTO turns (call_sid, number, at, from_step, to_step, event, prompts)"
    " VALUES ('CA1', 1, now(), 'main_menu', 'main_menu', 'Dialled', '{main_menu.greeting}')",
    "INSERT INTO requests (id, call_sid, turn, receipt_number, targets, status, accepted_at, due_at)"
    " VALUES (gen_random_uuid(), 'CA1', 1, '12345671', '{card}', 'accepted', now(), now())",
    "INSERT INTO follow_ups (call_sid, reason, opened_at) VALUES ('CA1', 'error', now())",
)


def test_what_the_first_version_wrote_lives_through_every_migration_and_back(empty_database_url: str) -> None:
    _move(empty_database_url, command.upgrade, "0001")
    engine = connect_to(empty_database_url)
    assert not is_migrated(engine)
    with engine.begin() as connection:
        for row in FIRST_ROWS:
            connection.execute(text(row))
        written = _rows(connection)
    for _ in range(2):
        migrate(empty_database_url)
        with engine.begin() as connection:
            assert connection.execute(text("SELECT channel FROM calls")).scalars().all() == ["voice"]
        _move(empty_database_url, command.downgrade, "0001")
        with engine.begin() as connection:
            assert _rows(connection) == written
    _move(empty_database_url, command.downgrade, "base")
    migrate(empty_database_url)
    assert is_migrated(engine)
    engine.dispose()


def _move(url: str, direction: Callable[[Config, str], None], revision: str) -> None:
    with sole_migrator(url) as config:
        direction(config, revision)


def _rows(connection: Connection) -> list[list[tuple[object, ...]]]:
    tables = ("calls", "turns", "requests", "follow_ups")
    return [[tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))] for table in tables]


def test_a_turn_that_changes_neither_language_nor_outcome_stays_on_its_page(engine: Engine) -> None:
    sid = start_call(engine)
    hot = text(
        "SELECT pg_stat_get_xact_tuples_updated(t), pg_stat_get_xact_tuples_hot_updated(t) FROM to_regclass('calls') t"
    )
    with engine.begin() as connection:
        for number in (2, 3):
            taken = TakenTurn(number, NOON, "en", "nothing", "main_menu", "target", "KeysPressed", [], b"x" * 1500)
            assert take_turn(connection, sid, taken, promises=True)
        assert connection.execute(hot).one() == (2, 2)
