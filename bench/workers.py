"""Part g: how many workers a line needs for its stops."""

from typing import Final

from bench.figures import Figure, Say, percentile
from bench.load import Load
from bench.programs import whole_line
from bench.register import write_register
from bench.site import Site
from bench.stops import PAUSE_S, run_stops

WORKERS: Final = (1, 2, 3)
RATE: Final = 20
SECONDS: Final = 12.0


def measure(site: Site, say: Say) -> list[Figure]:
    """The time from key to stop with one, two and three of them, at the highest rate of part b."""
    figures: list[Figure] = []
    for workers in WORKERS:
        url = site.new_database(f"workers_{workers}")
        with whole_line(site, url, write_register(site), workers) as line:
            warm_up = Load("arrivals", calls_a_second=5, pause_s=0.1, seconds=3)
            _, people = run_stops(site, line, warm_up, url)
            load = Load("arrivals", calls_a_second=RATE, pause_s=PAUSE_S, seconds=SECONDS, first_person=people)
            stops, _ = run_stops(site, line, load, url)
        say(f"{workers}: {len(stops.milliseconds)} cards stopped")
        what = f"{workers} worker{'s' if workers > 1 else ''}: key to stop at {RATE} calls a second"
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            figures.append(Figure("g", f"{what}, {name}", percentile(stops.milliseconds, share), "ms"))
        figures.append(Figure("g", f"{what}, cards not stopped", stops.missing))
    return figures
