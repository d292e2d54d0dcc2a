"""Sending a finished request again: the row, and so the receipt number that the caller was told, stays the same."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, select, update

from hotline.callflow.events import Target
from hotline.store.requests import CHANNEL, Status
from hotline.store.tables import requests
from hotline.store.telling_again import tell_again

SENDABLE: Final = (Status.NOT_FOUND, Status.AMBIGUOUS, Status.NEEDS_OPERATOR)
"""Statuses in which a request may be sent again. Where the backend has identified the person, nothing is left to do."""


class NotSent(StrEnum):
    """Why a request was not sent again."""

    UNKNOWN = "unknown"
    """There is no such request."""
    CHANGED = "changed"
    """Somebody else sent it again, after it was looked at."""
    UNDER_WAY = "under_way"
    """The backend has not answered yet."""
    IDENTIFIED = "identified"
    """The backend has identified the person, and said what is stopped."""
    ERASED = "erased"
    """What was keyed is erased: it has to be asked for and entered anew."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands, for an operator who may send it again."""

    id: UUID
    call_sid: str
    receipt_number: str
    targets: tuple[Target, ...]
    status: Status
    key: UUID
    """What the backend knows it by now; another one once it was sent again."""
    facts_sealed: bytes | None = field(repr=False)
    """None once erased."""
    facts_erased_at: datetime | None
    accepted_at: datetime
    sent_again_at: datetime | None
    """When it was last sent again; None for one that never was."""
    finished_at: datetime | None
    """None while it is under way."""

    def may_not(self, key: UUID, has_facts: bool) -> NotSent | None:
        """Why it may not be sent again by somebody who saw it with this key; None when it may."""
        if self.key != key:
            return NotSent.CHANGED
        if self.status is Status.ACCEPTED:
            return NotSent.UNDER_WAY
        if self.status not in SENDABLE:
            return NotSent.IDENTIFIED
        return None if has_facts or self.facts_sealed is not None else NotSent.ERASED


@dataclass(frozen=True, slots=True)
class Corrected:
    """Facts that an operator has corrected."""

    facts_sealed: bytes = field(repr=False)
    person_print: str
    """The keyed fingerprint of the facts."""


def find_standing(connection: Connection, request_id: UUID, *, lock: bool = False) -> Standing | None:
    """How the request stands, or None when there is none. Locked, it cannot change in this transaction."""
    found = select(*_STANDING).where(requests.c.id == request_id)
    row = connection.execute(found.with_for_update(key_share=True) if lock else found).one_or_none()
    if row is None:
        return None
    targets = tuple(Target(target) for target in row.targets)
    return Standing(**{**row._mapping, "targets": targets, "status": Status(row.status)})


def send_again(
    connection: Connection, request_id: UUID, *, key: UUID, corrected: Corrected | None, now: datetime
) -> Standing | NotSent:
    """Open a finished request again and wake the dispatchers, with corrected facts, or with the same when None.

    `key` is the one that it had when the operator looked at it: of two who send it at once only one does. It gets a
    new one, since the backend refuses another body under the old one; and what is still said under the old one does
    not count any more. Texts that were promised tell the new result. Gives how it stood before.
    """
    before = find_standing(connection, request_id, lock=True)
    if before is None:
        return NotSent.UNKNOWN
    refused = before.may_not(key, corrected is not None)
    if refused is not None:
        return refused
    new: dict[str, Any] = {}
    if corrected is not None:
        new = {"facts_sealed": corrected.facts_sealed, "person_print": corrected.person_print, "facts_erased_at": None}
    reopened = (
        update(requests)
        .where(requests.c.id == request_id)
        .values({**_NOTHING_SAID, **new, "idempotency_key": uuid4(), "sent_again_at": now, "due_at": now})
        .returning(requests.c.id)
        .cte("reopened")
    )
    connection.execute(select(reopened.c.id, func.pg_notify(CHANNEL, "")))
    tell_again(connection, request_id, now)
    return before


_STANDING: Final = tuple(
    func.coalesce(requests.c.idempotency_key, requests.c.id).label("key") if name == "key" else requests.c[name]
    for name in Standing.__slots__
)
_NOTHING_SAID: Final[dict[str, Any]] = {
    "status": Status.ACCEPTED,
    "answers": {},
    "backend_id": None,
    "municipality": None,
    "finished_at": None,
    # The numbers of tries go on, so that jobs never have an id that was used before; pauses begin anew.
    "attempts_before": requests.c.attempts,
}
