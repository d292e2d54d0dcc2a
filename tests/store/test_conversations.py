"""Which conversation goes on, which one a message belongs to, and for which there are news."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from hotline.store.conversations import BATCH, find_answered, find_answering, find_open_text
from hotline.store.database import Engine
from hotline.store.requests import give_up
from hotline.store.tables import calls, turns
from tests.store.rows import NOON, accept_request, end_call, start_call

CALLED = "+81120950178"
A_MINUTE = timedelta(minutes=1)


def written(engine: Engine, caller_print: str = "writer", **columns: object) -> str:
    """A conversation in which somebody waits."""
    return start_call(engine, **{"channel": "text", "caller_print": caller_print, "step": "waiting", **columns})


def news(engine: Engine, after: timedelta = timedelta(0)) -> list[str]:
    with engine.connect() as connection:
        return [sid for sid, _ in find_answered(connection, "waiting", NOON + after, A_MINUTE)]


def test_the_open_conversation_between_two_numbers_is_found(engine: Engine) -> None:
    ended, going_on = written(engine, called="+81120017827"), written(engine)
    end_call(engine, ended)
    start_call(engine, caller_print="caller")
    with engine.connect() as connection:
        assert find_open_text(connection, "writer", CALLED) == going_on
        assert find_open_text(connection, "writer", "+81120017827") is None
        assert find_open_text(connection, "caller", CALLED) is None


def test_a_message_belongs_to_the_conversation_whose_turn_answered_it(engine: Engine) -> None:
    sid = written(engine)
    turn = {"call_sid": sid, "number": 1, "at": NOON, "from_step": "a", "to_step": "b", "event": "c", "prompts": []}
    with engine.begin() as connection:
        connection.execute(insert(turns), {**turn, "message_sid": "SM1"})
        assert find_answering(connection, "SM1", "writer") == sid
        assert find_answering(connection, "SM2", "writer") is None
        assert find_answering(connection, "SM1", "another writer") is None


def test_there_is_no_news_while_a_request_is_open(engine: Engine) -> None:
    accept_request(engine, written(engine))
    assert news(engine) == news(engine, timedelta(seconds=59)) == []


def test_there_is_news_once_a_request_is_finished(engine: Engine) -> None:
    sid = written(engine, turn=7)
    request_id = accept_request(engine, sid)
    with engine.begin() as connection:
        give_up(connection, request_id, now=NOON)
        assert find_answered(connection, "waiting", NOON, A_MINUTE) == [(sid, 7)]


def test_what_takes_long_is_news_until_a_turn_was_taken_since(engine: Engine) -> None:
    sid = written(engine)
    accept_request(engine, sid)
    assert news(engine, A_MINUTE) == news(engine, 10 * A_MINUTE) == [sid]
    with engine.begin() as connection:
        connection.execute(update(calls).values(turned_at=NOON + A_MINUTE))
    assert news(engine, 10 * A_MINUTE) == []


def test_of_several_requests_the_newest_counts(engine: Engine) -> None:
    sid = written(engine)
    old = accept_request(engine, sid, turn=2)
    accept_request(engine, sid, turn=5)
    with engine.begin() as connection:
        give_up(connection, old, now=NOON)
    assert news(engine) == []


def test_a_conversation_whose_request_belongs_to_another_call_is_always_looked_at(engine: Engine) -> None:
    sid = written(engine)
    assert news(engine) == news(engine, A_MINUTE) == [sid]


@pytest.mark.parametrize("columns", [{"step": "result"}, {"channel": "voice"}, {"ended_at": NOON}])
def test_who_does_not_wait_in_writing_has_no_news(engine: Engine, columns: dict[str, object]) -> None:
    written(engine, **columns)
    assert news(engine) == []


def test_the_longest_waiting_come_first_and_not_all_at_once(engine: Engine) -> None:
    sids = [written(engine, f"writer {number}", at=NOON - number * A_MINUTE) for number in range(BATCH + 2)]
    assert news(engine) == sids[:1:-1]
