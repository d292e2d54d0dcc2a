"""Stopping a person's targets exactly once for each key, and what was stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, RowMapping, Select, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from hotline.callflow.events import Answer, Target
from hotline.cardstatus.reference.bodies import Wanted
from hotline.cardstatus.reference.houses import matches
from hotline.cardstatus.reference.people import Held
from hotline.cardstatus.reference.tables import people, suspensions


class OtherBody(Exception):
    """The key was used before with another body."""


class Result(StrEnum):
    """Whether the facts identified exactly one person."""

    IDENTIFIED = "identified"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Suspension:
    """What was answered under a key."""

    id: UUID
    key: str
    targets: tuple[Target, ...]
    result: Result
    answers: dict[Target, Answer]
    """One for each target when one person was identified, else empty."""
    applied_at: datetime | None
    """When something was stopped; None when nothing was."""
    municipality: str | None = field(repr=False)
    """Of the person who was identified; None when nobody was, or when the register did not know it."""


@dataclass(frozen=True, slots=True)
class _Stopped:
    result: Result
    answers: dict[Target, Answer] = field(default_factory=dict)
    municipality: str | None = None


_ANSWERS: Final = {
    Held.ACTIVE: Answer.SUSPENDED,
    Held.SUSPENDED: Answer.ALREADY_SUSPENDED,
    Held.NONE: Answer.NOT_HELD,
}

_COLUMNS = [column for column in suspensions.columns if column.name not in {"number", "body"}]


def suspend(engine: Engine, key: str, wanted: Wanted, body: bytes) -> tuple[Suspension, bool]:
    """Do what is wanted, unless the key was there before; the flag says whether it is new.

    A key that comes twice waits for the one that came first, also from another process, and gets its answer.
    Raises OtherBody when that one had another `body`.
    """
    with engine.begin() as connection:
        # Everything below is one transaction: there is no moment in which the key is kept and the card is not stopped.
        new = connection.execute(_take_key(key, wanted, body)).one_or_none()
        if new is None:
            return _kept(connection, key, body), False
        return _keep(connection, new.number, _stop(connection, wanted)), True


def find_suspension(engine: Engine, suspension_id: UUID) -> Suspension | None:
    """What was answered under this id."""
    with engine.connect() as connection:
        row = connection.execute(select(*_COLUMNS).where(suspensions.c.id == suspension_id)).mappings().one_or_none()
    return _suspension(row) if row else None


def page_of_applied(engine: Engine, after: int, limit: int) -> tuple[list[Suspension], int]:
    """The next suspensions that stopped something, and the number to go on after."""
    with engine.begin() as connection:
        # Numbers are given out before the commit. Without waiting for those under way, a page could end behind
        # one that shows only later, and whoever goes on after the page would never see it.
        connection.execute(text("LOCK TABLE suspensions IN SHARE MODE"))
        rows = connection.execute(
            select(suspensions.c.number, *_COLUMNS)
            .where(suspensions.c.number > after, suspensions.c.applied_at.is_not(None))
            .order_by(suspensions.c.number)
            .limit(limit)
        )
        found = rows.mappings().all()
    return [_suspension(row) for row in found], found[-1]["number"] if found else after


def _take_key(key: str, wanted: Wanted, body: bytes) -> ReturningInsert[Any]:
    return (
        insert(suspensions)
        .values(id=uuid4(), key=key, body=body, targets=list(wanted.targets))
        .on_conflict_do_nothing(index_elements=[suspensions.c.key])
        .returning(suspensions.c.number)
    )


def _kept(connection: Connection, key: str, body: bytes) -> Suspension:
    row = connection.execute(select(suspensions).where(suspensions.c.key == key)).mappings().one()
    if row["body"] != body:
        raise OtherBody
    return _suspension(row)


def _keep(connection: Connection, number: int, stopped: _Stopped) -> Suspension:
    applied = Answer.SUSPENDED in stopped.answers.values()
    row = connection.execute(
        update(suspensions)
        .where(suspensions.c.number == number)
        .values(
            result=stopped.result,
            answers=stopped.answers,
            # The database's clock at the effect, not the moment when the request came in and began to wait.
            applied_at=func.clock_timestamp() if applied else null(),
            municipality=stopped.municipality,
        )
        .returning(*_COLUMNS)
    )
    return _suspension(row.mappings().one())


def _stop(connection: Connection, wanted: Wanted) -> _Stopped:
    found = [
        row
        for row in connection.execute(_candidates(wanted)).mappings()
        if matches(row["house_number"], wanted.house_number)
    ]
    if len(found) != 1:
        return _Stopped(Result.AMBIGUOUS if found else Result.NOT_FOUND)
    answers = {target: _ANSWERS[Held(found[0][target])] for target in wanted.targets}
    stopped = {target.value: Held.SUSPENDED for target, answer in answers.items() if answer is Answer.SUSPENDED}
    if stopped:
        connection.execute(update(people).where(people.c.id == found[0]["id"]).values(stopped))
    return _Stopped(Result.IDENTIFIED, answers, found[0]["municipality"])


def _candidates(wanted: Wanted) -> Select[Any]:
    # Locked, so that of two keys for one person the second reads what the first did; in one order, so that two
    # requests for the same people cannot wait for each other.
    return (
        select(people)
        .where(people.c.birth_date == date.fromisoformat(wanted.birth_date), people.c.postal_code == wanted.postal_code)
        .order_by(people.c.id)
        .with_for_update()
    )


def _suspension(row: RowMapping) -> Suspension:
    return Suspension(
        id=row["id"],
        key=row["key"],
        targets=_targets(row["targets"]),
        result=Result(row["result"]),
        answers={Target(target): Answer(answer) for target, answer in row["answers"].items()},
        applied_at=row["applied_at"],
        municipality=row["municipality"],
    )


def _targets(names: Sequence[str]) -> tuple[Target, ...]:
    return tuple(Target(name) for name in names)
