"""Calls and requests as the rooms above write them, in one line each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, insert, select, update

from hotline.callflow.effects import Facts
from hotline.callflow.events import Target
from hotline.privacy import Vault, new_key
from hotline.store import requests as stored
from hotline.store.facts import seal_facts
from hotline.store.tables import calls, requests

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(hours=12)
VAULT = Vault([new_key()])
FACTS = Facts(date(1980, 3, 1), "1000001", "2*16")


def start_call(engine: Engine, sid: str | None = None, at: datetime = NOON, **columns: object) -> str:
    """A call in its first turn; returns its SID."""
    sid = sid or "CA" + uuid4().hex
    row = {
        "sid": sid,
        "called": "+81120950178",
        "language": "en",
        "status": "in-progress",
        "outcome": "nothing",
        "step": "main_menu",
        "turn": 1,
        "sealed": VAULT.seal("a state"),
        "started_at": at,
        "turned_at": at,
    }
    with engine.begin() as connection:
        connection.execute(insert(calls), {**row, **columns})
    return sid


def end_call(engine: Engine, sid: str, at: datetime = NOON) -> None:
    with engine.begin() as connection:
        connection.execute(update(calls).where(calls.c.sid == sid).values(ended_at=at, status="completed"))


def promise(
    connection: Connection,
    call_sid: str,
    *,
    turn: int = 2,
    at: datetime = NOON,
    targets: Sequence[Target] = (Target.CARD,),
    facts: Facts = FACTS,
    vault: Vault = VAULT,
    person_print: str | None = None,
    due_at: datetime | None = None,
) -> UUID:
    """A request within the caller's turn; returns its id."""
    number = stored.accept(
        connection,
        call_sid=call_sid,
        turn=turn,
        targets=targets,
        facts_sealed=seal_facts(vault, facts),
        person_print=person_print,
        now=at,
        due_at=due_at,
    )
    found: UUID = connection.execute(select(requests.c.id).where(requests.c.receipt_number == number)).scalar_one()
    return found


def accept_request(
    engine: Engine,
    call_sid: str | None = None,
    *,
    turn: int = 2,
    at: datetime = NOON,
    targets: Sequence[Target] = (Target.CARD,),
    facts: Facts = FACTS,
    vault: Vault = VAULT,
    person_print: str | None = None,
    due_at: datetime | None = None,
) -> UUID:
    """A request that is committed, in a call of its own unless one is given; returns its id."""
    sid = call_sid or start_call(engine, at=at)
    with engine.begin() as connection:
        return promise(
            connection,
            sid,
            turn=turn,
            at=at,
            targets=targets,
            facts=facts,
            vault=vault,
            person_print=person_print,
            due_at=due_at,
        )


def row_of(engine: Engine, request_id: UUID) -> dict[str, object]:
    """Everything that is stored of a request."""
    with engine.connect() as connection:
        return dict(connection.execute(select(requests).where(requests.c.id == request_id)).mappings().one())
