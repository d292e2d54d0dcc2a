"""Part i: the operators' console over a long log: every kind of page, and what each reads for it."""

import time
from collections.abc import Sequence
from contextlib import closing
from statistics import median
from typing import Final

from bench.figures import AtMost, Figure, Say, percentile
from bench.history import fill, open_history
from bench.looks import ASKED, Look, looks
from bench.operators import Operator, settings_of, sign_in
from bench.plans import Plans, Read
from bench.programs import console
from bench.site import RESULTS, Site
from hotline import clock
from hotline.privacy import Vault

LIMIT_MS: Final = 200

SMALLER: Final = 5
"""Times that the log is shorter with which the plans are compared. As many calls an hour, over fewer days."""

PLANS: Final = RESULTS / "console-plans.txt"

_SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_A_CHUNK: Final = 1 << 16
_FIRST_CALLS: Final = 1001
"""Lines: the head, and the thousand calls that are read at once."""


def measure(site: Site, say: Say) -> list[Figure]:
    """How long each page takes, and how the work for it grows with the log."""
    with open_history(site) as place:
        many, few = (fill(place, calls, say) for calls in (site.calls, site.calls // SMALLER))
        times = _times(place, many, say)
        reads = [_reads(place, url, say) for url in (many, few)]
    PLANS.write_text(_written(times, *reads), "utf-8")
    say(f"which indexes each page walks, and how much it reads: {PLANS}")
    return [*_figures(times, site.calls), *_growth(*reads)]


def _times(site: Site, database_url: str, say: Say) -> dict[str, list[float]]:
    with console(site, database_url) as running:
        operator = sign_in(site, database_url, running.port, "i@hotline.example")
        times: dict[str, list[float]] = {}
        for look in _looks(site, database_url):
            # The first ones are whoever looks first after a start: connections and templates are made for them.
            for path in look.paths[:5]:
                operator.ask(path)
            times[look.name] = [operator.ask(path).milliseconds for path in look.paths]
            say(f"{look.name}: {_shown(times[look.name])}")
        for name, lines in (("CSV of everything, first byte", 0), ("CSV, first thousand calls", _FIRST_CALLS)):
            times[name] = [_begin_export(operator, lines) for _ in range(ASKED)]
            say(f"{name}: {_shown(times[name])}")
    return times


def _looks(site: Site, database_url: str) -> list[Look]:
    keys = site.environment["HOTLINE_ENCRYPTION_KEYS"].split(",")
    return looks(database_url, Vault(keys), clock.now())


def _begin_export(operator: Operator, lines: int) -> float:
    """Milliseconds until so many lines of it are here; the rest is left."""
    token = operator.token()
    begun = time.perf_counter()
    with operator.export(token) as parts:
        seen = 0
        for part in parts:
            seen += part.count(b"\r\n")
            if seen >= lines:
                break
        return (time.perf_counter() - begun) * 1000


def _reads(site: Site, database_url: str, say: Say) -> dict[str, Read]:
    with console(site, database_url) as running:
        operator = sign_in(site, database_url, running.port, "plans@hotline.example")
        settings = settings_of(site, database_url, running.port)
        with closing(Plans(settings, operator.cookies())) as plans:
            found = {look.name: plans.read(look) for look in _looks(site, database_url)}
    say(f"explained the statements of {len(found)} kinds of pages")
    return found


def _figures(times: dict[str, list[float]], calls: int) -> list[Figure]:
    return [
        Figure("i", f"with {calls:,} calls, {name}: p95", percentile(each, 0.95), "ms", AtMost(LIMIT_MS))
        for name, each in times.items()
    ]


def _growth(many: dict[str, Read], few: dict[str, Read]) -> list[Figure]:
    ratios = [_ratio(many[name], few[name]) for name in many]
    what = f"blocks that a page reads, times those with a log {SMALLER} times shorter"
    whole = frozenset[str]().union(*(read.whole_tables for read in many.values()))
    return [
        Figure("i", f"{what}, a middling kind of page", median(ratios), "", AtMost(1.2)),
        Figure("i", f"{what}, the kind that grows most", max(ratios)),
        Figure("i", "tables that grow with the log and are read from end to end", len(whole), "", AtMost(0)),
    ]


def _ratio(many: Read, few: Read) -> float:
    return (many.blocks + 1) / (few.blocks + 1)


def _shown(milliseconds: Sequence[float]) -> str:
    return ", ".join(f"{name} {percentile(milliseconds, share):.0f} ms" for name, share in _SHARES.items())


def _written(times: dict[str, list[float]], many: dict[str, Read], few: dict[str, Read]) -> str:
    """A table of everything: milliseconds, then rows and blocks that are read, their growth, and the indexes."""
    head = ("", *_SHARES, "rows shown", "rows read", "blocks", "growth", "walked")
    rows = [head]
    for name, each in times.items():
        row = (name, *(f"{percentile(each, share):.0f}" for share in _SHARES.values()))
        if read := many.get(name):
            counts = (f"{one:,.0f}" for one in (read.shown, read.rows, read.blocks))
            row = (*row, *counts, f"{_ratio(read, few[name]):.2f}", " ".join(sorted(read.walked)))
        rows.append(row)
    widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(len(head) - 1)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=False)) for row in rows]
    return "\n".join(line.rstrip() for line in lines) + "\n"
