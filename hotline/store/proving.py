"""What is due, what is held back, and the proof in the audit trail of what was erased."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, select

from hotline.store.audit import Entry, write
from hotline.store.holds import alone
from hotline.store.keeping import Keeping, Kind, Rule, rules
from hotline.store.tables import erasures

OVERDUE_AFTER: Final = timedelta(days=1)
"""How late erasing may be before somebody must look: longer than an outage that people repair the next morning."""

COUNTED_TO: Final = 10_000
"""Where counting what remains ends: more than that says nothing more."""

RETENTION: Final = "retention"
"""Who it was, in the audit trail."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was erased since the last proof, and how things stood afterwards, by kind."""

    erased: Mapping[Kind, int] = field(default_factory=dict)
    held: Mapping[Kind, int] = field(default_factory=dict)
    """What a legal hold keeps, although its time is up."""
    remaining: Mapping[Kind, int] = field(default_factory=dict)
    """What is due and is there all the same: nothing, if all is well."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one kind of thing stands."""

    kind: Kind
    kept: int
    """How many are there, whatever their age."""
    due: int
    """Of these, how many should be gone."""
    overdue: int
    """Of these, how many should have been gone a day ago."""
    held: int
    """How many are old and kept by a legal hold."""
    open: int
    """How many are old and still needed: something about them waits for somebody."""
    oldest: datetime | None
    """When the time of the oldest began."""


def prove(engine: Engine, keeping: Keeping, now: datetime) -> Proof:
    """Write what was erased since the last proof to the audit trail, with what an independent look finds afterwards.

    Nothing is written when nothing was erased. Of several at once one writes what all of them erased.
    """
    transacting = engine.execution_options(isolation_level="READ COMMITTED")
    with transacting.begin() as connection:
        held = _counted(connection, keeping, now, lambda rule: rule.is_old & rule.is_held)
        remaining = _counted(connection, keeping, now, lambda rule: rule.is_due)
    with transacting.begin() as connection:
        # Before the audit trail's own lock, as whoever sets a hold takes them.
        alone(connection)
        rows = connection.execute(delete(erasures).returning(*erasures.c)).all()
        proof = Proof({Kind(row.kind): row.rows for row in sorted(rows)}, held, remaining)
        if rows:
            since, until = min(row.since for row in rows), max(row.until for row in rows)
            write(connection, _entry(proof, since, until, now))
    return proof


def standing(engine: Engine, keeping: Keeping, now: datetime) -> Iterator[Standing]:
    """How every kind stands. It counts every row, which in a large database takes longer than most engines wait."""
    late = rules(keeping, now - OVERDUE_AFTER)
    by_kind: dict[Kind, list[Standing]] = {}
    for rule, rule_before in zip(rules(keeping, now), late, strict=True):
        by_kind.setdefault(rule.kind, []).append(_standing(engine, rule, rule_before))
    for parts in by_kind.values():
        yield _sum(parts)


def _counted(
    connection: Connection, keeping: Keeping, now: datetime, which: Callable[[Rule], ColumnElement[bool]]
) -> dict[Kind, int]:
    counted: Counter[Kind] = Counter()
    for rule in rules(keeping, now):
        some = select(rule.key).where(which(rule)).limit(COUNTED_TO).subquery()
        counted[rule.kind] += connection.execute(select(func.count()).select_from(some)).scalar_one()
    return dict(+counted)


def _entry(proof: Proof, since: datetime, until: datetime, now: datetime) -> Entry:
    details = {
        "erased": proof.erased,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "held": proof.held,
        "remaining": sum(proof.remaining.values()),
    }
    return Entry(
        at=now,
        who=RETENTION,
        action="retention.erased",
        subject="what was kept for long enough",
        details=json.dumps(details),
    )


def _standing(engine: Engine, rule: Rule, before: Rule) -> Standing:
    def among(condition: ColumnElement[bool]) -> Any:
        return func.count().filter(condition)

    counted = select(
        func.count(),
        among(rule.is_due),
        among(before.is_due),
        among(rule.is_old & rule.is_held),
        among(and_(rule.is_old, ~rule.is_over, ~rule.is_held)),
        func.min(rule.since),
    ).where(rule.is_there)
    with engine.connect() as connection:
        return Standing(rule.kind, *connection.execute(counted.select_from(rule.table)).one())


def _sum(parts: Sequence[Standing]) -> Standing:
    oldest = [part.oldest for part in parts if part.oldest is not None]
    return Standing(
        parts[0].kind,
        kept=sum(part.kept for part in parts),
        due=sum(part.due for part in parts),
        overdue=sum(part.overdue for part in parts),
        held=sum(part.held for part in parts),
        open=sum(part.open for part in parts),
        oldest=min(oldest, default=None),
    )
