from urllib.parse import parse_qs, quote

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from hotline.store.database import DATABASE_TROUBLE, Engine, connect_to, plain_url


def ask(url: str, query: str) -> object:
    engine = connect_to(url, application="a test")
    with engine.connect() as connection:
        answer = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return answer


def spellings(url: str) -> dict[str, str]:
    parsed = make_url(url)
    directory = str(parsed.query["host"])
    return {
        "with the driver": url,
        "without the driver": url.replace("postgresql+psycopg://", "postgresql://"),
        "as older hosts write it": url.replace("postgresql+psycopg://", "postgres://"),
        "with the socket in the host": f"postgresql://postgres@{quote(directory, safe='')}/{parsed.database}",
    }


@pytest.mark.parametrize(
    "spelling",
    ["with the driver", "without the driver", "as older hosts write it", "with the socket in the host"],
)
def test_every_spelling_of_a_url_connects(database_url: str, spelling: str) -> None:
    url = spellings(database_url)[spelling]
    assert ask(url, "SELECT current_database()") == make_url(database_url).database


def test_a_password_survives_the_way_to_psycopg() -> None:
    url = "postgresql+psycopg://line:p%40ss%2Fword@db.example:6432/hotline"
    assert plain_url(url) == "postgresql://line:p%40ss%2Fword@db.example:6432/hotline"


def test_a_socket_in_a_directory_with_a_space_is_written_as_libpq_reads_it():
    url = "postgresql+psycopg://postgres@/hotline?host=%2Ftmp%2Fa%20b"
    assert parse_qs(plain_url(url).partition("?")[2].replace("+", "%2B")) == {"host": ["/tmp/a b"]}


def test_another_kind_of_database_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="DATABASE_URL must start with postgresql://"):
        connect_to("sqlite:///calls.db")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("application_name", "a test"),
        ("timezone", "UTC"),
        ("statement_timeout", "4s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("synchronous_commit", "on"),
    ],
)
def test_a_connection_has_limits_and_says_whose_it_is(database_url: str, setting: str, value: str) -> None:
    assert ask(database_url, f"SHOW {setting}") == value


def test_a_moment_is_utc_wherever_the_database_believes_to_be(own_database_url: str) -> None:
    engine = connect_to(own_database_url)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {engine.url.database} SET timezone TO 'Asia/Tokyo'"))
    engine.dispose()
    moment = ask(own_database_url, "SELECT timestamptz '2026-11-23T12:00:00+09:00'")
    assert str(moment) == "2026-11-23 03:00:00+00:00"


def test_work_that_is_done_again_when_lost_need_not_wait_for_the_disk(database_url: str) -> None:
    engine = connect_to(database_url, wait_for_disk=False)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "off"
    engine.dispose()


def cut_every_connection_of(engine: Engine, url: str) -> None:
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to be cut'"
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    other = connect_to(url)
    with other.connect() as connection:
        assert connection.execute(text(others)).scalars().all() == [True]
    other.dispose()


def test_a_checked_engine_does_not_notice_that_its_connections_were_cut(database_url: str) -> None:
    engine = connect_to(database_url, application="to be cut", checked=True)
    cut_every_connection_of(engine, database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_a_cut_connection_is_database_trouble_once(database_url: str) -> None:
    engine = connect_to(database_url, application="to be cut")
    cut_every_connection_of(engine, database_url)
    with pytest.raises(DATABASE_TROUBLE), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_an_unreachable_database_is_database_trouble() -> None:
    engine = connect_to("postgresql://nobody@/nothing?host=/nonexistent")
    with pytest.raises(DATABASE_TROUBLE):
        engine.connect()


def test_an_error_does_not_tell_what_was_to_be_written(engine: Engine) -> None:
    marker = "19800301"
    with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text("INSERT INTO calls (sid, called) VALUES (:sid, NULL)"), {"sid": marker})
    assert f"'{marker}'" not in str(raised.value)
    assert "parameters hidden" in str(raised.value)
