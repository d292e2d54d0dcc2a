"""The embedded servers."""

import stat
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from hotline.local.child import CannotStart
from hotline.local.embedded import Postgres, Valkey, running
from hotline.local.ports import free_port
from hotline.local.postgres import _make_private


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""))


@pytest.fixture
def short_path():
    with tempfile.TemporaryDirectory(prefix="hotline-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_the_url_leads_to_postgresql_18_in_utc(empty_database_url):
    with _connect(empty_database_url) as connection:
        assert connection.info.server_version // 10000 == 18
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_postgresql_listens_on_no_port(empty_database_url):
    with _connect(empty_database_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_an_empty_database_has_no_tables(empty_database_url):
    with _connect(empty_database_url) as connection:
        tables = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert tables.fetchone() == (0,)


def test_a_migrated_database_is_empty(database_url):
    with _connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (0,)


def test_what_was_written_is_there_after_a_kill(short_path, postgres_server, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(short_path))
    directory = short_path / "a name with spaces that is too long for the socket of a server" / "postgres"
    server = Postgres(directory)
    with running(server) as child:
        server.create_database("one")
        with _connect(server.url("one")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        child.kill()
        child.wait()
    # The number of the dead server now belongs to another program, as it often does in a container.
    other = postgres_server.log_file().with_suffix("") / "postmaster.pid"
    lock = directory / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(child.pid), other.read_text().split()[0], 1))
    with running(server), _connect(server.url("one")) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_creating_a_database_twice_changes_nothing(postgres_server):
    postgres_server.create_database("twice")
    postgres_server.create_database("twice")
    postgres_server.drop_database("twice")


def test_a_directory_of_somebody_else_is_not_used(short_path):
    (short_path / "real").mkdir()
    (short_path / "link").symlink_to(short_path / "real")
    with pytest.raises(CannotStart, match="belongs to somebody else"):
        _make_private(short_path / "link", None)


def test_a_server_that_cannot_start_says_why(short_path):
    server = Postgres(short_path / "postgres", durable=False)
    server.prepare()
    (short_path / "postgres" / "postgresql.conf").write_text("nonsense\n")
    with pytest.raises(CannotStart, match=r"postgres did not start: .*postgres\.log"), running(server):
        pass


def test_valkey_never_evicts(valkey_url):
    with redis.Redis.from_url(valkey_url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_valkey_wants_its_password_and_keeps_it_to_itself(tmp_path: Path):
    server = Valkey(tmp_path / "valkey", free_port(), password="se cret'x\"y")
    with running(server) as child:
        assert server.answers()
        other = redis.Redis.from_url(server.url().replace(":se", ":no"))
        with other, pytest.raises(redis.AuthenticationError):
            other.ping()
        assert b"cret" not in Path(f"/proc/{child.pid}/cmdline").read_bytes()
    assert stat.S_IMODE((tmp_path / "valkey" / "valkey.conf").stat().st_mode) == 0o600


def test_valkey_keeps_what_it_was_given(tmp_path: Path):
    server = Valkey(tmp_path / "valkey", free_port())
    for expected in (None, b"1"):
        with running(server), redis.Redis.from_url(server.url()) as client:
            assert client.get("kept") == expected
            client.set("kept", "1")
