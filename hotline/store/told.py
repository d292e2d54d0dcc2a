"""What a text message may tell of a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from hotline.callflow.events import Answer, Loss, Target
from hotline.store.requests import Status
from hotline.store.tables import requests


@dataclass(frozen=True, slots=True)
class ToldRequest:
    """A request as it stands, without what identifies its person."""

    receipt_number: str
    status: Status
    targets: tuple[Target, ...]
    answers: Mapping[Target, Answer]
    """Empty until the backend has answered."""
    municipality: str | None = field(repr=False)
    """Of the registered address, as the backend names it; None until it has answered, or when it does not know."""
    loss: Loss | None
    for_another: bool | None
    accepted_at: datetime
    finished_at: datetime | None


def find_told_request(connection: Connection, request_id: UUID) -> ToldRequest | None:
    """What may be told of the request, or None when there is none."""
    row = connection.execute(_FIND, {"id": request_id}).one_or_none()
    if row is None:
        return None
    return ToldRequest(
        receipt_number=row.receipt_number,
        status=Status(row.status),
        targets=tuple(Target(target) for target in row.targets),
        answers={Target(target): Answer(answer) for target, answer in row.answers.items()},
        municipality=row.municipality,
        loss=None if row.loss is None else Loss(row.loss),
        for_another=row.for_another,
        accepted_at=row.accepted_at,
        finished_at=row.finished_at,
    )


_FIND: Final = select(*(requests.c[name] for name in ToldRequest.__slots__)).where(requests.c.id == bindparam("id"))
