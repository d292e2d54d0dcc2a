"""Requests that are still open, as a worker needs to know them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from hotline.callflow.events import Target
from hotline.store.requests import Status, sent_at
from hotline.store.tables import requests


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What a worker needs to know of a request that is still open."""

    id: UUID
    call_sid: str
    targets: tuple[Target, ...]
    facts_sealed: bytes = field(repr=False)
    attempts: int
    """How often it was handed to a worker so far."""
    attempts_before: int
    """How often before it was last sent again: those tries are over."""
    sent_at: datetime
    """When it was accepted, or last sent again."""
    key: UUID
    """What the backend knows it by: its id, until it is sent again."""

    @property
    def is_sent_again(self) -> bool:
        """Whether an operator sent it again."""
        return self.key != self.id


def find_open(connection: Connection, request_id: UUID) -> OpenRequest | None:
    """The request if it is still open, else None."""
    row = connection.execute(_FIND_OPEN, {"id": request_id}).one_or_none()
    if row is None:
        return None
    return OpenRequest(**{**row._mapping, "targets": tuple(Target(target) for target in row.targets)})


def is_known_by(connection: Connection, request_id: UUID, key: UUID) -> bool:
    """Whether the backend still knows the request by this key: not once it was sent again."""
    known = connection.execute(select(_KEY).where(requests.c.id == request_id)).scalar_one_or_none()
    return bool(known == key)


_KEY: Final = func.coalesce(requests.c.idempotency_key, requests.c.id)
_FIND_OPEN: Final = select(
    requests.c.id,
    requests.c.call_sid,
    requests.c.targets,
    requests.c.facts_sealed,
    requests.c.attempts,
    requests.c.attempts_before,
    sent_at.label("sent_at"),
    _KEY.label("key"),
).where(requests.c.id == bindparam("id"), requests.c.status == Status.ACCEPTED)
