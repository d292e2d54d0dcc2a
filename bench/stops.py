"""Part b: from the confirming key to the stopped card at the backend, at several rates of calls."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import psycopg

from bench.figures import Aim, AtMost, Figure, Say, percentile
from bench.load import Load, Outcome, run_load
from bench.programs import Running, whole_line
from bench.register import write_register
from bench.site import Site
from hotline.local.ports import get_json
from hotline.local.programs import WORKERS
from hotline.store.database import plain_url

RATES: Final = {1: 30.0, 10: 25.0, 20: 15.0}
"""Calls a second, and for how many seconds they keep coming."""

AIMED_RATE: Final = 10
AIMS: Final[Mapping[float, Aim]] = {0.5: AtMost(50), 0.99: AtMost(300)}
"""Milliseconds, for half of the calls and for all but one in a hundred, at that rate."""

PAUSE_S: Final = 0.4
"""Between two keys of a caller. It does not count: it only sets how many callers are on the line at once."""

SETTLE_S: Final = 30.0
"""Seconds after which a stop that has not happened counts as missing."""

_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Stops:
    """What became of the calls of one load."""

    milliseconds: list[float]
    missing: int
    """Confirmed, but not applied in time."""
    failed: int
    """Webhooks that were not answered as they should be."""


def measure(site: Site, say: Say) -> list[Figure]:
    """Half and nearly all of the calls, at each rate."""
    figures: list[Figure] = []
    database_url = site.new_database("stops")
    with whole_line(site, database_url, write_register(site), WORKERS) as line:
        people = run_stops(site, line, Load("arrivals", calls_a_second=5, pause_s=0.1, seconds=3), database_url)[1]
        for rate, seconds in RATES.items():
            load = Load("arrivals", calls_a_second=rate, pause_s=PAUSE_S, seconds=seconds, first_person=people)
            stops, used = run_stops(site, line, load, database_url)
            people += used
            say(f"{rate} calls a second: {len(stops.milliseconds)} cards stopped")
            figures += _figures(rate, stops)
    return figures


def run_stops(site: Site, line: Sequence[Running], load: Load, database_url: str) -> tuple[Stops, int]:
    """Make the calls, wait until their cards are stopped, and tell how long that took, and how many people it took."""
    web, backend, *_ = line
    outcome = run_load(site, [web.port], load)
    keys = _keys(database_url, outcome)
    applied = _wait_for(keys, backend.port, site.environment["CARDSTATUS_TOKEN"])
    times = [(applied[key] - outcome.confirmed[sid]) * 1000 for sid, key in keys.items() if key in applied]
    return Stops(times, len(outcome.confirmed) - len(times), sum(outcome.failed.values())), outcome.people


def _figures(rate: int, stops: Stops) -> list[Figure]:
    def aim(share: float) -> Aim | None:
        return AIMS[share] if rate == AIMED_RATE else None

    what = f"key to stop at {rate} call{'s' if rate > 1 else ''} a second"
    return [
        Figure("b", f"{what}, p50", percentile(stops.milliseconds, 0.5), "ms", aim(0.5)),
        Figure("b", f"{what}, p99", percentile(stops.milliseconds, 0.99), "ms", aim(0.99)),
        Figure("b", f"{what}, cards not stopped", stops.missing, "", AtMost(0)),
        Figure("b", f"{what}, failed webhooks", stops.failed, "", AtMost(0)),
    ]


def _keys(database_url: str, outcome: Outcome) -> dict[str, str]:
    """The idempotency key of each call that confirmed."""
    query = "SELECT call_sid, id::text FROM requests WHERE call_sid = ANY(%s)"
    with psycopg.connect(plain_url(database_url)) as connection:
        return dict(connection.execute(query, [list(outcome.confirmed)]).fetchall())


def _wait_for(keys: Mapping[str, str], port: int, token: str) -> dict[str, float]:
    """By key: when the backend stopped something, in seconds since 1970, by the clock that the callers go by too."""
    deadline = time.monotonic() + SETTLE_S
    applied = _applied(port, token)
    while not applied.keys() >= set(keys.values()) and time.monotonic() < deadline:
        time.sleep(0.2)
        applied = _applied(port, token)
    return applied


def _applied(port: int, token: str) -> dict[str, float]:
    found: dict[str, float] = {}
    after = 0
    while True:
        query = urlencode({"after": after, "limit": _PAGE})
        page: dict[str, Any] = get_json(port, f"/v1/suspensions?{query}", token)
        found |= {one["key"]: datetime.fromisoformat(one["applied_at"]).timestamp() for one in page["suspensions"]}
        if len(page["suspensions"]) < _PAGE:
            return found
        after = page["next"]
