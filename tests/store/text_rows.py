"""Texts as a turn promises them, and as they stand later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from hotline.privacy import Vault
from hotline.store import texts as stored
from hotline.store.listings import list_follow_ups
from hotline.store.tables import texts
from hotline.store.texts import Purpose
from tests.store.rows import NOON, VAULT, start_call

MOBILE = "+819012345678"


def promise_text(
    engine: Engine,
    call_sid: str | None = None,
    *,
    turn: int = 3,
    purpose: Purpose = Purpose.STEPS,
    request_id: UUID | None = None,
    number: str = MOBILE,
    to_print: str = "the print of a number",
    body: str | None = None,
    due_at: datetime | None = NOON,
    at: datetime = NOON,
    vault: Vault = VAULT,
) -> bool:
    """A text that is committed, in a call of its own unless one is given; whether it is a new one."""
    sid = call_sid or start_call(engine, at=at)
    with engine.begin() as connection:
        return stored.promise_text(
            connection,
            call_sid=sid,
            turn=turn,
            purpose=purpose,
            request_id=request_id,
            language="ja",
            to_sealed=vault.seal(number),
            to_print=to_print,
            body_sealed=None if body is None else vault.seal(body),
            due_at=due_at,
            now=at,
        )


def all_texts(engine: Engine) -> list[dict[str, Any]]:
    """Everything that is stored of every text, in the order in which they were promised."""
    with engine.connect() as connection:
        rows = connection.execute(select(texts).order_by(texts.c.created_at, texts.c.turn, texts.c.purpose))
        return [dict(row) for row in rows.mappings()]


def the_text(engine: Engine) -> dict[str, Any]:
    """Everything that is stored of the only text."""
    (row,) = all_texts(engine)
    return row


def follow_ups(engine: Engine) -> list[tuple[str, str | None]]:
    """Reason and receipt number of each."""
    return [(one["reason"], one["receipt_number"]) for one in list_follow_ups(engine)]
