"""The embedded servers."""

import psycopg
import redis


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""))


def test_the_url_leads_to_postgresql_18_in_utc(empty_database_url):
    with _connect(empty_database_url) as connection:
        assert connection.info.server_version // 10000 == 18
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_an_empty_database_has_no_tables(empty_database_url):
    with _connect(empty_database_url) as connection:
        tables = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert tables.fetchone() == (0,)


def test_valkey_never_evicts(valkey_url):
    with redis.Redis.from_url(valkey_url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_migrated_database_is_empty(database_url):
    with _connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (0,)
