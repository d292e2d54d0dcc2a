from datetime import timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from hotline.callflow.events import Answer, Target
from hotline.store import texts
from hotline.store.database import Engine
from hotline.store.requests import finish
from hotline.store.sending_again import Standing, find_standing, send_again
from hotline.store.tables import texts as table
from hotline.store.telling_again import is_followed, wait_again
from hotline.store.texts import Purpose
from tests.store.rows import NOON, accept_request, row_of, start_call
from tests.store.text_rows import all_texts, follow_ups, promise_text

LATER = NOON + timedelta(hours=1)


def not_found(engine: Engine, request_id: UUID) -> None:
    with engine.begin() as connection:
        standing = find_standing(connection, request_id)
        assert standing is not None
        said = {Target.CARD: Answer.NOT_FOUND}
        assert finish(
            connection, request_id, backend_id="B", answers=said, municipality=None, now=NOON, key=standing.key
        )


def told_of(engine: Engine, status: str | None = None, **columns: object) -> UUID:
    """A request that was not found, and the text that tells so; returns the id of the request."""
    request_id = accept_request(engine)
    promised(engine, request_id)
    not_found(engine, request_id)
    if status is not None:
        with engine.begin() as connection:
            told = table.c.request_id == request_id
            connection.execute(table.update().where(told).values(status=status, **columns))
    return request_id


def promised(engine: Engine, request_id: UUID, purpose: Purpose = Purpose.DONE) -> None:
    sid = str(row_of(engine, request_id)["call_sid"])
    assert promise_text(engine, sid, request_id=request_id, purpose=purpose, due_at=None)


def sends_again(engine: Engine, request_id: UUID) -> None:
    with engine.begin() as connection:
        standing = find_standing(connection, request_id)
        assert standing is not None
        sent = send_again(connection, request_id, key=standing.key, corrected=None, now=LATER)
        assert isinstance(sent, Standing)


def statuses(engine: Engine) -> list[tuple[str, int]]:
    return sorted(((one["status"], one["telling"]) for one in all_texts(engine)), key=itemgetter(1))


def wakes(engine: Engine) -> int:
    with engine.begin() as connection:
        return texts.wake_waiting(connection, LATER)


def newest(engine: Engine) -> dict[str, Any]:
    return max(all_texts(engine), key=itemgetter("telling"))


def test_a_text_that_waits_goes_on_waiting_for_the_new_answer(engine: Engine) -> None:
    request_id = told_of(engine)
    sends_again(engine, request_id)
    assert statuses(engine) == [("waiting", 0)]
    assert wakes(engine) == 0
    not_found(engine, request_id)
    assert wakes(engine) == 1


def test_a_text_that_has_not_left_waits_again_and_forgets_what_it_was_to_say(engine: Engine) -> None:
    request_id = told_of(engine)
    wakes(engine)
    with engine.begin() as connection:
        connection.execute(table.update().values(body_sealed=b"not found", attempts=3))
    sends_again(engine, request_id)
    (row,) = all_texts(engine)
    assert (row["status"], row["due_at"], row["body_sealed"], row["attempts"]) == ("waiting", None, None, 0)


@pytest.mark.parametrize("status", ["sent", "delivered", "unsure", "undelivered", "failed", "sending"])
def test_whoever_was_told_the_old_answer_is_told_the_new_one(engine: Engine, status: str) -> None:
    request_id = told_of(engine, status, message_sid="SM" + "1" * 32, body_sealed=b"not found")
    before = all_texts(engine)
    sends_again(engine, request_id)
    assert statuses(engine) == [(status, 0), ("waiting", 1)]
    assert all_texts(engine)[0] == before[0]
    row = newest(engine)
    for same in ("call_sid", "turn", "request_id", "purpose", "language", "to_sealed", "to_print"):
        assert row[same] == before[0][same]
    assert (row["created_at"], row["body_sealed"], row["message_sid"], row["attempts"]) == (LATER, None, None, 0)


def test_each_time_it_is_sent_again_one_more_is_told(engine: Engine) -> None:
    request_id = told_of(engine, "delivered")
    sends_again(engine, request_id)
    not_found(engine, request_id)
    with engine.begin() as connection:
        connection.execute(table.update().where(table.c.telling == 1).values(status="sent"))
    sends_again(engine, request_id)
    not_found(engine, request_id)
    sends_again(engine, request_id)
    assert statuses(engine) == [("delivered", 0), ("sent", 1), ("waiting", 2)]


def test_who_was_promised_no_word_of_the_result_gets_none(engine: Engine) -> None:
    request_id = accept_request(engine)
    promised(engine, request_id, Purpose.STEPS)
    told_of(engine, "delivered")  # of another request, which is not sent again
    not_found(engine, request_id)
    with engine.begin() as connection:
        connection.execute(table.update().where(table.c.request_id == request_id).values(status="delivered"))
    before = all_texts(engine)
    sends_again(engine, request_id)
    assert all_texts(engine) == before


@pytest.mark.parametrize(("status", "columns"), [("refused", {}), ("delivered", {"to_sealed": None, "to_print": None})])
def test_nobody_is_written_to_whose_number_was_refused_or_is_erased(
    engine: Engine, status: str, columns: dict[str, object]
) -> None:
    request_id = told_of(engine, status, **columns)
    sends_again(engine, request_id)
    assert statuses(engine) == [(status, 0)]


def in_hand(engine: Engine) -> UUID:
    with engine.begin() as connection:
        (text,) = texts.claim_due(connection, LATER)
    return text.id


def test_the_text_in_hand_gives_way_to_the_one_that_took_its_place(engine: Engine) -> None:
    request_id = told_of(engine)
    wakes(engine)
    text_id = in_hand(engine)
    sends_again(engine, request_id)
    with engine.begin() as connection:
        assert is_followed(connection, text_id)
        wait_again(connection, text_id, LATER)
    assert statuses(engine) == [("refused", 0), ("waiting", 1)]
    assert follow_ups(engine) == []


def test_the_text_in_hand_waits_when_none_took_its_place(engine: Engine) -> None:
    request_id = told_of(engine)
    sends_again(engine, request_id)
    with engine.begin() as connection:  # as when it was woken in the very moment in which the request was sent again
        connection.execute(table.update().values(status="due", due_at=NOON))
    text_id = in_hand(engine)
    with engine.begin() as connection:
        assert not is_followed(connection, text_id)
        wait_again(connection, text_id, LATER)
    assert statuses(engine) == [("waiting", 0)]
    with engine.begin() as connection:  # by then it is nobody's to give back
        connection.execute(table.update().values(status="delivered"))
        wait_again(connection, text_id, LATER)
    assert statuses(engine) == [("delivered", 0)]


def test_a_text_about_nothing_is_followed_by_none(engine: Engine) -> None:
    promise_text(engine, start_call(engine))
    with engine.connect() as connection:
        assert not is_followed(connection, in_hand(engine))
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1
