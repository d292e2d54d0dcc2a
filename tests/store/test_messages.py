from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.store import messages
from hotline.store.database import Engine
from hotline.store.messages import find_old_messages, keep_message, note_deleted
from hotline.store.tables import messages as table
from tests.store.rows import NOON, start_call

MOMENT = timedelta(microseconds=1)


def sid(number: int) -> str:
    return f"RE{number:032}"


def keep(engine: Engine, number: int, minutes: int = 0, seconds: int = 20) -> bool:
    call_sid = start_call(engine)
    at = NOON + timedelta(minutes=minutes)
    with engine.begin() as connection:
        return keep_message(connection, call_sid=call_sid, recording_sid=sid(number), seconds=seconds, now=at)


def test_a_message_that_is_told_of_twice_is_written_once(engine: Engine) -> None:
    assert keep(engine, 1, seconds=20)
    assert not keep(engine, 1, seconds=99)
    with engine.connect() as connection:
        assert connection.execute(select(table.c.seconds)).scalars().all() == [20]


def old(engine: Engine, minutes: int) -> list[str]:
    with engine.connect() as connection:
        return [one.recording_sid for one in find_old_messages(connection, NOON + timedelta(minutes=minutes))]


def test_messages_are_old_when_their_time_is_up(engine: Engine) -> None:
    for number in (1, 2, 3):
        keep(engine, number, minutes=number)
    assert (old(engine, 0), old(engine, 2), old(engine, 9)) == ([], [sid(1), sid(2)], [sid(1), sid(2), sid(3)])


def test_old_messages_are_found_page_by_page(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "BATCH", 2)
    for number in range(5):
        keep(engine, number)
    seen: list[str] = []
    after = 0
    with engine.connect() as connection:
        while page := find_old_messages(connection, NOON, after=after):
            assert len(page) <= 2
            seen += [one.recording_sid for one in page]
            after = page[-1].id
    assert seen == [sid(number) for number in range(5)]


def test_a_deleted_message_is_not_looked_for_again(engine: Engine) -> None:
    keep(engine, 1)
    with engine.begin() as connection:
        (one,) = find_old_messages(connection, NOON)
        assert note_deleted(connection, one.id, NOON)
        assert not note_deleted(connection, one.id, NOON + MOMENT)
    assert old(engine, 0) == []
    with engine.connect() as connection:
        assert connection.execute(select(table.c.deleted_at)).scalar_one() == NOON
