"""Parts c and d: many callers at once, and what every process needs for them."""

from collections.abc import Iterator, Sequence
from typing import Final

import psutil

from bench.figures import AtMost, Figure, Say, percentile
from bench.load import LEAD_IN_S, Load, Outcome, run_load
from bench.programs import Running, whole_line
from bench.register import write_register
from bench.site import Site
from hotline.local.programs import WORKERS

CALLERS: Final = 500
PAUSE_S: Final = 5.0

SECONDS: Final = 30.0

_MEGABYTE: Final = 2**20


def measure(site: Site, say: Say) -> list[Figure]:
    """How many webhooks failed, how long the others took, and what each process then holds."""
    with whole_line(site, site.new_database("crowd"), write_register(site), WORKERS) as line:
        say(f"{CALLERS} callers for {SECONDS:.0f} seconds, after a lead-in of {LEAD_IN_S:.0f}")
        outcome = run_load(site, [line[0].port], Load("crowd", callers=CALLERS, pause_s=PAUSE_S, seconds=SECONDS))
        servers = (Running("PostgreSQL", site.postgres_pid), Running("Valkey", site.valkey_pid))
        memory = list(_memory([*line, *servers]))
    for what, number in outcome.failed.items():
        say(f"{number} failed: {what}")
    return [*_figures(outcome), *memory]


def _figures(outcome: Outcome) -> list[Figure]:
    times = outcome.milliseconds[0]
    who = f"{CALLERS} callers, a key every {PAUSE_S:.0f} s"
    return [
        Figure("c", f"{who}: failed webhooks", sum(outcome.failed.values()), "", AtMost(0)),
        Figure("c", f"{who}: answered webhooks", len(times)),
        Figure("c", f"{who}: p50", percentile(times, 0.5), "ms"),
        Figure("c", f"{who}: p99", percentile(times, 0.99), "ms", AtMost(250)),
        Figure("c", f"{who}: longest", percentile(times, 1), "ms"),
        Figure("c", f"{who}: calls that confirmed", len(outcome.confirmed)),
    ]


def _memory(line: Sequence[Running]) -> Iterator[Figure]:
    total = 0.0
    for one in line:
        family = psutil.Process(one.pid)
        found = [process.memory_full_info() for process in (family, *family.children(recursive=True))]
        # What processes share counts once, in equal parts; their RSS all count it in full.
        shared_out = sum(memory.pss for memory in found) / _MEGABYTE
        total += shared_out
        many = f" ({len(found)} processes)" if len(found) > 1 else ""
        yield Figure("d", f"memory of {one.name}{many}", shared_out, "MB PSS")
        yield Figure("d", f"memory of {one.name}{many}", sum(memory.rss for memory in found) / _MEGABYTE, "MB RSS")
    yield Figure("d", "memory of everything", total, "MB PSS")
