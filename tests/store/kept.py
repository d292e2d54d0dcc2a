"""Something in every sealed column, and what is left of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from hotline.callflow.effects import Reason
from hotline.privacy import Vault, new_key
from hotline.store.database import Engine
from hotline.store.follow_ups import open_follow_up
from hotline.store.keeping import usual_keeping
from hotline.store.tables import calls, follow_ups, texts
from hotline.store.texts import Purpose, promise_text
from tests.store.rows import NOON, accept_request, start_call

KEEPING = usual_keeping()
OLD_KEY, NEW_KEY = new_key(), new_key()
OLD, NEW, BOTH = Vault([OLD_KEY]), Vault([NEW_KEY]), Vault([NEW_KEY, OLD_KEY])


def everything_sealed(engine: Engine) -> tuple[str, UUID]:
    """One call with something in each sealed column."""
    sid = start_call(engine, sealed=OLD.seal("state"), caller_sealed=OLD.seal("caller"), caller_print="caller")
    request_id = accept_request(engine, sid, vault=OLD, person_print="person")
    with engine.begin() as connection:
        number = OLD.seal("call back")
        open_follow_up(connection, call_sid=sid, reason=Reason.CALL_BACK, now=NOON, call_back_sealed=number)
    promise_to(engine, sid, request_id, due_at=NOON)
    return sid, request_id


def promise_to(engine: Engine, sid: str, request_id: UUID | None, due_at: datetime | None, turn: int = 2) -> None:
    """A text to somebody."""
    with engine.begin() as connection:
        assert promise_text(
            connection,
            call_sid=sid,
            turn=turn,
            purpose=Purpose.STEPS,
            request_id=request_id,
            language="en",
            to_sealed=OLD.seal("somebody"),
            to_print="somebody",
            body_sealed=OLD.seal("words"),
            due_at=due_at,
            now=NOON,
        )


def text_is(engine: Engine, sid: str, **columns: object) -> None:
    with engine.begin() as connection:
        connection.execute(update(texts).where(texts.c.call_sid == sid).values(columns))


def text_of(engine: Engine, sid: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(select(texts).where(texts.c.call_sid == sid)).one()


def call_of(engine: Engine, sid: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(select(calls).where(calls.c.sid == sid)).one()


def call_back_of(engine: Engine, sid: str) -> bytes | None:
    with engine.connect() as connection:
        query = select(follow_ups.c.call_back_sealed).where(follow_ups.c.call_sid == sid)
        return connection.execute(query).scalar_one()
