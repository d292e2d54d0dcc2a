"""Erasing what was kept for long enough, batch by batch; each batch is counted in its own transaction."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from hotline.store.console_tables import call_backs, notes
from hotline.store.holds import alone
from hotline.store.keeping import Keeping, Kind, Rule, rules
from hotline.store.tables import (
    calls,
    erasures,
    follow_ups,
    messages,
    requests,
    texts,
    tries,
    turns,
    wrong_receipts,
)

BATCH: Final = 500
"""Rows that one transaction erases: some tens of milliseconds."""

CALLS_BATCH: Final = 50
"""Calls that one transaction forgets, with some fifty rows each."""

OF_A_CALL: Final = (texts, notes, call_backs, follow_ups, messages, wrong_receipts, requests, turns)
"""What is stored of a call, in an order that the foreign keys allow; the tries of its requests go before."""


def erase_due(engine: Engine, keeping: Keeping, now: datetime) -> Counter[Kind]:
    """Erase what has been kept for long enough; returns how much of each kind.

    Several at once take turns, batch by batch. Interrupted, what is erased is counted already, and the next round goes
    on. What somebody has locked right now is left to the next round.
    """
    transacting = engine.execution_options(isolation_level="READ COMMITTED")
    erased: Counter[Kind] = Counter()
    for rule in rules(keeping, now):
        erased[rule.kind] += _in_batches(transacting, rule, now)
    return +erased


def count_erased(connection: Connection, kind: Kind, rows: int, now: datetime) -> None:
    """Count what this transaction erases for the next proof in the audit trail."""
    first = insert(erasures).values(kind=kind, rows=rows, since=now, until=now)
    counted = first.on_conflict_do_update(
        index_elements=[erasures.c.kind],
        set_={
            "rows": erasures.c.rows + first.excluded.rows,
            "since": func.least(erasures.c.since, first.excluded.since),
            "until": func.greatest(erasures.c.until, first.excluded.until),
        },
    )
    connection.execute(counted)


def _in_batches(engine: Engine, rule: Rule, now: datetime) -> int:
    erased = 0
    while True:
        with engine.begin() as connection:
            alone(connection)
            count = _forget(connection, rule) if rule.kind is Kind.CALLS else _erase(connection, rule)
            if count:
                count_erased(connection, rule.kind, count, now)
        erased += count
        # A call that is forgotten may have been what kept another one: there the next batch is always tried.
        if count == 0 or (count < BATCH and rule.kind is not Kind.CALLS):
            return erased


def _erase(connection: Connection, rule: Rule) -> int:
    if rule.kind is Kind.RECORDINGS:
        # They are Twilio's: a chore of its own has them deleted there first.
        return 0
    batch = rule.key == _first(rule, BATCH).cte("batch").c.key
    erasure = delete(rule.table) if rule.erased is None else update(rule.table).values(rule.erased)
    return connection.execute(erasure.where(batch)).rowcount


def _forget(connection: Connection, rule: Rule) -> int:
    """Delete some calls with everything that is stored of them."""
    locked = connection.execute(_first(rule, CALLS_BATCH)).scalars().all()
    # Once more now that nobody can add to them: what came between the look and the lock counts.
    still = select(calls.c.sid).where(calls.c.sid.in_(locked), rule.is_due)
    sids = connection.execute(still).scalars().all() if locked else ()
    if not sids:
        return 0
    own = select(requests.c.id).where(requests.c.call_sid.in_(sids))
    connection.execute(delete(tries).where(tries.c.request_id.in_(own)))
    for table in OF_A_CALL:
        connection.execute(delete(table).where(table.c.call_sid.in_(sids)))
    return connection.execute(delete(calls).where(calls.c.sid.in_(sids))).rowcount


def _first(rule: Rule, count: int) -> Select[Any]:
    # A row that a turn holds right now is erased the next time.
    due = select(rule.key.label("key")).where(rule.is_due).order_by(*rule.order).limit(count)
    return due.with_for_update(skip_locked=True, of=rule.table)
