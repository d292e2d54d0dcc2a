"""Sentences that somebody marked as wrong."""

from datetime import timedelta

import pytest

from hotline.store.database import Engine
from hotline.store.prompt_marks import (
    MOST_SETTLED,
    Remark,
    add_mark,
    count_open,
    find_mark,
    marks_of,
    open_marks,
    settle_mark,
)
from hotline.store.staff import Invited, add_member
from tests.store.rows import NOON

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def people(engine: Engine) -> tuple[int, int]:
    """Somebody who marks, and somebody who settles."""
    aiko = Invited(email="aiko@example.jp", name="Aiko", language="ja", roles=("operator",))
    bina = Invited(email="bina@example.jp", name="Bina", language="en", roles=("supervisor",))
    with engine.begin() as connection:
        numbers = [add_member(connection, one, NOON) for one in (aiko, bina)]
    assert numbers[0]
    assert numbers[1]
    return numbers[0], numbers[1]


def marked(engine: Engine, by: int, language: str = "ne", prompt: str = "result.wait", comment: str = "Wrong.") -> int:
    with engine.begin() as connection:
        return add_mark(connection, Remark(language, prompt, "As it was.", comment), by, NOON)


def settled(engine: Engine, number: int, by: int) -> bool:
    with engine.begin() as connection:
        return settle_mark(connection, number, by, LATER)


def test_a_mark_keeps_what_the_sentence_said_and_who_found_it_wrong(engine, people):
    number = marked(engine, people[0])
    with engine.connect() as connection:
        mark = find_mark(connection, number)
    assert mark
    assert (mark.language, mark.prompt, mark.wording, mark.comment) == ("ne", "result.wait", "As it was.", "Wrong.")
    assert (mark.staff_id, mark.author, mark.at) == (people[0], "Aiko", NOON)
    assert (mark.settled_at, mark.settled_by) == (None, None)


def test_there_is_no_mark_of_a_number_that_was_never_given(engine):
    with engine.connect() as connection:
        assert find_mark(connection, 1) is None


def test_a_mark_is_settled_once_and_by_whoever_was_first(engine, people):
    number = marked(engine, people[0])
    assert settled(engine, number, people[1])
    assert not settled(engine, number, people[0])
    with engine.connect() as connection:
        mark = find_mark(connection, number)
    assert mark
    assert (mark.settled_at, mark.settled_by) == (LATER, "Bina")


def test_only_what_waits_is_counted_and_listed_for_its_language(engine, people):
    second, first = marked(engine, people[0], prompt="b.b"), marked(engine, people[0], prompt="a.a")
    other = marked(engine, people[0], "ja")
    settled(engine, marked(engine, people[0]), people[1])
    with engine.connect() as connection:
        assert [mark.id for mark in open_marks(connection, "ne")] == [first, second]
        assert [mark.id for mark in open_marks(connection, "ja")] == [other]
        assert open_marks(connection, "th") == []
        assert count_open(connection) == {"ne": 2, "ja": 1}


def test_a_sentence_shows_what_waits_first_and_then_the_newest_that_was_settled(engine, people):
    old = [marked(engine, people[0]) for _ in range(MOST_SETTLED + 1)]
    for number in old:
        settled(engine, number, people[1])
    waiting = [marked(engine, people[0]), marked(engine, people[1])]
    marked(engine, people[0], "ja")
    marked(engine, people[0], prompt="result.other")
    with engine.connect() as connection:
        shown = [mark.id for mark in marks_of(connection, "ne", "result.wait")]
    assert shown == [*waiting, *sorted(old[1:], reverse=True)]
