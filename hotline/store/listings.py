"""What operators and scripts may see from outside: JSON objects, never anything that was keyed.

Read in pages, each a short transaction of its own: a listing that is left open in a pager holds nothing back.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Engine, Row, Select, select, tuple_

from hotline.store.tables import calls, follow_ups, messages, requests, texts

PAGE: Final = 1000
"""Rows that are read at a time."""


def list_calls(engine: Engine, sid: str | None = None) -> Iterator[dict[str, Any]]:
    """Every call, or the one with this SID; oldest first."""
    query = select(
        calls.c.sid,
        calls.c.language,
        calls.c.status,
        calls.c.outcome,
        calls.c.step.label("last_step"),
        calls.c.turn.label("turns"),
        calls.c.started_at,
        calls.c.ended_at,
    )
    if sid is not None:
        query = query.where(calls.c.sid == sid)
    yield from _pages(engine, query, (calls.c.started_at, calls.c.sid))


def list_requests(engine: Engine, receipt_number: str | None = None) -> Iterator[dict[str, Any]]:
    """Every request, or the one with this receipt number; oldest first."""
    query = select(
        requests.c.receipt_number,
        requests.c.status,
        requests.c.targets,
        requests.c.answers,
        requests.c.call_sid,
        requests.c.accepted_at,
        requests.c.sent_again_at,
        requests.c.finished_at,
        requests.c.attempts,
    )
    if receipt_number is not None:
        query = query.where(requests.c.receipt_number == receipt_number)
    yield from _pages(engine, query, (requests.c.accepted_at, requests.c.receipt_number))


def list_follow_ups(engine: Engine) -> Iterator[dict[str, Any]]:
    """Every follow-up, with the receipt number of its request if it has one; oldest first."""
    query = select(
        follow_ups.c.id,
        follow_ups.c.call_sid,
        requests.c.receipt_number,
        follow_ups.c.reason,
        follow_ups.c.opened_at,
        follow_ups.c.resolved_at,
    ).outerjoin(requests, requests.c.id == follow_ups.c.request_id)
    yield from _pages(engine, query, (follow_ups.c.id,))


def list_texts(engine: Engine, receipt_number: str | None = None) -> Iterator[dict[str, Any]]:
    """Every text message of the line, or those about the request with this receipt number; oldest first.

    What became of each, never whom it goes to and what it says.
    """
    query = select(
        texts.c.id,
        texts.c.call_sid,
        requests.c.receipt_number,
        texts.c.purpose,
        texts.c.language,
        texts.c.status,
        texts.c.segments,
        texts.c.error_code,
        texts.c.attempts,
        texts.c.created_at,
        texts.c.due_at,
        texts.c.told_at,
    ).outerjoin(requests, requests.c.id == texts.c.request_id)
    if receipt_number is not None:
        query = query.where(requests.c.receipt_number == receipt_number)
    yield from _pages(engine, query, (texts.c.created_at, texts.c.id))


def list_messages(engine: Engine) -> Iterator[dict[str, Any]]:
    """Every message that a caller left in their own voice, with the language of the call; oldest first."""
    query = select(
        messages.c.id,
        messages.c.call_sid,
        calls.c.language,
        messages.c.recording_sid,
        messages.c.seconds,
        messages.c.recorded_at,
        messages.c.deleted_at,
    ).join(calls, calls.c.sid == messages.c.call_sid)
    yield from _pages(engine, query, (messages.c.id,))


def _pages(engine: Engine, query: Select[Any], order: Sequence[Column[Any]]) -> Iterator[dict[str, Any]]:
    page = query.order_by(*order).limit(PAGE)
    rows = _read(engine, page)
    while rows:
        yield from ({name: _as_json(value) for name, value in row._mapping.items()} for row in rows)
        if len(rows) < PAGE:
            return
        last = [rows[-1]._mapping[column.name] for column in order]
        rows = _read(engine, page.where(tuple_(*order) > tuple_(*last)))


def _read(engine: Engine, page: Select[Any]) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(page).all()


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID) else value
