"""What operators look at in the console: addresses of every kind, about calls that are in the log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle, islice, product
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

import psycopg

from hotline.calls.prints import LAST_DIGITS
from hotline.clock import JAPAN
from hotline.privacy import Vault
from hotline.store.database import plain_url

ASKED: Final = 100
"""Times that each kind is asked for."""

_PAGES: Final = 20
_A_PAGE: Final = 50
_SEED: Final = 1
_CALLS: Final = "/console/calls"


@dataclass(frozen=True, slots=True)
class Look:
    """One kind of look."""

    name: str
    paths: Sequence[str] = field(repr=False)
    """As many as it is asked for; most of them are different."""


@dataclass(frozen=True, slots=True)
class _Log:
    """What the addresses are made of."""

    connection: psycopg.Connection
    chance: Random

    def column(self, query: str) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in self.connection.execute(query)]

    def some(self, table: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Rows from anywhere in the table."""
        query = f"SELECT {columns} FROM {table} TABLESAMPLE SYSTEM (5) REPEATABLE ({_SEED}) WHERE {where} LIMIT 20000"
        rows = self.connection.execute(query).fetchall()
        return self.chance.sample(rows, min(ASKED, len(rows)))

    def rarest(self, column: str) -> list[str]:
        """Every value of a column of the calls, the rarest first."""
        return self.column(f"SELECT {column} FROM calls WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*)")


def looks(database_url: str, vault: Vault, today: datetime) -> list[Look]:
    """Every kind of look at the log in this database."""
    with psycopg.connect(plain_url(database_url)) as connection:
        log = _Log(connection, Random(_SEED))
        kinds = (_today, _lists, _names, _single_calls, _times, _combinations, _follow_ups, _pictures, _audit)
        found = [(name, list(paths)) for kind in kinds for name, paths in kind(log, vault, today).items()]
    return [Look(name, list(islice(cycle(paths), ASKED))) for name, paths in found if paths]


Kinds = Mapping[str, Iterable[str]]


def _today(_log: _Log, _vault: Vault, _today: datetime) -> Kinds:
    return {"Today, whole": ["/console/"], "Today, what changes on it": ["/console/today"]}


def _lists(log: _Log, _vault: Vault, _today: datetime) -> Kinds:
    ends = f"""SELECT started_at, sid FROM (
        SELECT started_at, sid, row_number() OVER (ORDER BY started_at DESC, sid DESC) AS place
          FROM (SELECT started_at, sid FROM calls ORDER BY started_at DESC, sid DESC LIMIT {_PAGES * _A_PAGE}) newest
    ) numbered WHERE place % {_A_PAGE} = 0 ORDER BY place"""
    return {
        "calls, first page": [_CALLS],
        "calls, oldest first": [f"{_CALLS}?order=oldest"],
        f"calls, pages 2 to {_PAGES + 1} by keyset": [_after(*row) for row in log.connection.execute(ends)],
        "calls, a page anywhere": [_after(*row) for row in log.some("calls", "started_at, sid")],
    }


def _after(started_at: datetime, sid: str) -> str:
    return _listed(after=f"{started_at.isoformat()}_{sid}")


def _names(log: _Log, _vault: Vault, _today: datetime) -> Kinds:
    reasons = log.column("SELECT reason FROM follow_ups GROUP BY 1 ORDER BY count(*)")
    return {
        "the rarest language": _each("language", log.rarest("language")[:1]),
        "each language": _each("language", log.rarest("language")),
        "the rarest outcome": _each("outcome", log.rarest("outcome")[:1]),
        "each outcome": _each("outcome", log.rarest("outcome")),
        "each step where it ended": _each("step", log.rarest("ended_step")),
        "conversations by text": _each("channel", ["text"]),
        "target: card, smartphone, both": _each("stops", ["card", "smartphone", "both"]),
        "each mark": _each("mark", reasons),
        "each mark, resolved too": (_listed(mark=one, resolved="yes") for one in reasons),
        "any mark": _each("mark", ["any"]),
        "on legal hold": _each("held", ["yes"]),
    }


def _single_calls(log: _Log, vault: Vault, _today: datetime) -> Kinds:
    numbers = log.some("calls", "caller_sealed", "caller_sealed IS NOT NULL")
    digits = [vault.unseal(bytes(sealed))[-LAST_DIGITS:] for (sealed,) in numbers]
    receipts = [number for (number,) in log.some("requests", "receipt_number")]
    return {
        "a caller's last digits": _each("caller", digits),
        "a receipt number": _each("receipt", receipts),
        "a receipt number, looked for at the top": _each("find", receipts),
        "one call": (f"{_CALLS}/{sid}" for (sid,) in log.some("calls", "sid")),
        "one call's timeline": (f"{_CALLS}/{sid}/timeline" for (sid,) in log.some("calls", "sid")),
    }


def _times(log: _Log, _vault: Vault, _today: datetime) -> Kinds:
    days = [started_at.astimezone(JAPAN) for (started_at,) in log.some("calls", "started_at")]
    return {
        "last hour, day, week, month": _each("range", ["hour", "today", "week", "month"]),
        "an hour of any day": (_listed(**_span(at, timedelta(hours=1))) for at in days),
        "a week, oldest first": (_listed(order="oldest", **_span(at, timedelta(days=7))) for at in days),
    }


def _span(begin: datetime, length: timedelta) -> dict[str, str]:
    return {"since": f"{begin:%Y-%m-%dT%H:%M}", "until": f"{begin + length:%Y-%m-%dT%H:%M}"}


def _combinations(log: _Log, _vault: Vault, _today: datetime) -> Kinds:
    languages, outcomes, steps = (log.rarest(column) for column in ("language", "outcome", "ended_step"))
    reasons = log.column("SELECT reason FROM follow_ups GROUP BY 1 ORDER BY count(*)")
    rare = product(languages[:4], outcomes[:5], ["card", "smartphone", "both"])
    return {
        "rare language, rare outcome, target": (_listed(language=a, outcome=b, stops=c) for a, b, c in rare),
        "language, outcome and step": (
            _listed(language=a, outcome=b, step=c) for a, b, c in log.some("calls", "language, outcome, ended_step")
        ),
        "language and mark, resolved too": (
            _listed(language=a, mark=b, resolved="yes") for a, b in product(languages, reasons)
        ),
        "common ones that no call has all": [
            _listed(language=languages[-1], outcome=outcomes[-1], step="main_menu"),
            _listed(outcome=outcomes[-1], mark="not_identified"),
            _listed(step=steps[-1], stops="both", outcome="nothing"),
        ],
    }


def _follow_ups(log: _Log, _vault: Vault, _today: datetime) -> Kinds:
    listed = "/console/follow-ups"
    reasons = log.column("SELECT reason FROM follow_ups GROUP BY 1 ORDER BY count(*)")
    places = log.some("follow_ups", "resolved_at, id", "resolved_at IS NOT NULL")
    return {
        "follow-ups, open": [listed],
        "follow-ups, mine and nobody's": [f"{listed}?whose=mine", f"{listed}?whose=nobodys"],
        "follow-ups, open, each reason": (f"{listed}?reason={one}" for one in reasons),
        "follow-ups, resolved": [f"{listed}?whose=resolved"],
        "follow-ups, resolved, each reason": (f"{listed}?whose=resolved&reason={one}" for one in reasons),
        "follow-ups, resolved, a page anywhere": (
            f"{listed}?{urlencode({'whose': 'resolved', 'after': f'{at.isoformat()},{number}'})}"
            for at, number in places
        ),
        "one follow-up": (f"{listed}/{number}" for (number,) in log.some("follow_ups", "id")),
    }


def _pictures(log: _Log, _vault: Vault, today: datetime) -> Kinds:
    (first,) = log.column("SELECT min(started_at) FROM calls")
    past = [first + (today - first) * share / 10 for share in range(1, 10)]
    return {
        **{f"pictures of {days} days": [f"/console/pictures?days={days}"] for days in (1, 7, 30)},
        "pictures of 30 past days": (f"/console/pictures?days=30&day={day.astimezone(JAPAN):%Y-%m-%d}" for day in past),
    }


def _audit(log: _Log, _vault: Vault, _today: datetime) -> Kinds:
    entries = log.some("audit", "id, who, action, call_sid, at")
    return {
        "audit trail": ["/console/audit"],
        "audit trail, a page anywhere": (f"/console/audit?before={entry[0]}" for entry in entries),
        "audit trail of one person or action": (
            f"/console/audit?{urlencode(one)}" for entry in entries for one in ({"who": entry[1]}, {"action": entry[2]})
        ),
        "audit trail of one call": (f"/console/audit?{urlencode({'call': entry[3]})}" for entry in entries if entry[3]),
        "audit trail of one hour": (
            f"/console/audit?{urlencode(_span(entry[4].astimezone(JAPAN), timedelta(hours=1)))}" for entry in entries
        ),
    }


def _each(name: str, values: Iterable[str]) -> Iterator[str]:
    return (_listed(**{name: value}) for value in values)


def _listed(**filters: str) -> str:
    return f"{_CALLS}?{urlencode(filters)}"
