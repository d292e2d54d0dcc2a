"""The command `hotline prompts marks`."""

import io
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner, Result

from hotline.cli import main
from hotline.store.audit import read
from hotline.store.database import Engine, connect_to
from hotline.store.prompt_marks import Remark, add_mark
from hotline.store.staff import Invited, add_member
from tests.store.rows import NOON


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with one mark."""
    engine = connect_to(database_url)
    bina = Invited(email="bina@a.example", name="Bina", language="en", roles=("operator",))
    with engine.begin() as connection:
        number = add_member(connection, bina, NOON)
        assert number
        add_mark(connection, Remark("ne", "common.silence", "As it was.", "Too hard."), number, NOON)
    yield engine
    engine.dispose()


def marks(database_url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["prompts", "marks", *arguments], env={"DATABASE_URL": database_url})


def test_the_marks_of_every_language_are_counted(engine, database_url):
    done = marks(database_url)
    assert done.exit_code == 0, done.output
    assert "ja: 0 marked.\n" in done.stdout
    assert "ne: 1 marked.\n" in done.stdout


def test_the_marks_of_a_language_are_what_its_translators_open(engine, database_url):
    done = marks(database_url, "--language", "ne")
    assert done.exit_code == 0, done.output
    [_, message] = read_po(io.BytesIO(done.stdout_bytes), abort_invalid=True)
    assert (message.context, message.user_comments[0]) == ("common.silence", "2026-11-23: Too hard.")
    assert "Bina" not in done.stdout
    with engine.connect() as connection:
        [entry] = [written.entry for written in read(connection)]
    assert (entry.who, entry.action, entry.subject) == ("the command line", "marks.exported", "prompts in ne")


def test_a_database_that_is_away_is_told_in_a_sentence():
    done = marks("postgresql://nobody@127.0.0.1:1/nothing")
    assert done.exit_code == 1
    assert "The database does not answer" in done.stderr
