"""What becomes of calls while somebody watches: steps, requests, texts, follow-ups; never anything that was keyed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, or_, select

from hotline.store.requests import Status
from hotline.store.tables import follow_ups, requests, texts, turns
from hotline.store.texts import TextStatus

OPEN_REQUEST: Final = Status.ACCEPTED
"""How a request stands while it is not answered."""

OPEN_TEXTS: Final = frozenset({TextStatus.WAITING, TextStatus.DUE, TextStatus.SENDING, TextStatus.SENT})
"""How a text stands while it may still change."""


@dataclass(frozen=True, slots=True)
class SeenTurn:
    """A turn that was taken."""

    call_sid: str
    number: int
    at: datetime
    from_step: str
    to_step: str
    prompts: Sequence[str]


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """How a request stands."""

    call_sid: str
    receipt_number: str
    targets: Sequence[str]
    status: str
    answers: Mapping[str, str]
    attempts: int
    accepted_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenText:
    """How a promised text stands."""

    call_sid: str
    purpose: str
    status: str


@dataclass(frozen=True, slots=True)
class SeenFollowUp:
    """Something that a person must do."""

    call_sid: str
    reason: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at some calls."""

    turns: Sequence[SeenTurn]
    requests: Sequence[SeenRequest]
    texts: Sequence[SeenText]
    follow_ups: Sequence[SeenFollowUp]


def look_at(connection: Connection, newest_turns: Mapping[str, int]) -> Seen:
    """How the calls with these SIDs stand; of their turns only those behind the numbers given, all in order."""
    sids = list(newest_turns)
    behind = or_(*(and_(turns.c.call_sid == sid, turns.c.number > number) for sid, number in newest_turns.items()))
    taken = _select(SeenTurn, turns).where(behind).order_by(turns.c.number)
    return Seen(
        [SeenTurn(*row) for row in connection.execute(taken)],
        [SeenRequest(*row) for row in connection.execute(_of(SeenRequest, requests, sids, "turn"))],
        [SeenText(*row) for row in connection.execute(_of(SeenText, texts, sids, "created_at"))],
        [SeenFollowUp(*row) for row in connection.execute(_of(SeenFollowUp, follow_ups, sids, "id"))],
    )


def _of(kind: Any, table: Any, sids: Collection[str], order: str) -> Select[Any]:
    return _select(kind, table).where(table.c.call_sid.in_(sids)).order_by(table.c[order])


def _select(kind: Any, table: Any) -> Select[Any]:
    return select(*(table.c[name] for name in kind.__slots__))
