"""Part f: the same turns behind the web server in different shapes, to choose its processes and threads."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Final

import psutil

from bench.figures import Figure, Say
from bench.load import Load
from bench.programs import GUNICORN, Running, web
from bench.rounds import Rounds, failures, milliseconds, run_rounds, turns_a_second
from bench.site import Site
from bench.webhooks import TURNS_OF_A_CALL
from hotline.local.serving import server_arguments

ROUNDS: Final = 3

LOAD: Final = Load("busy", callers=32, calls=100)


def _gunicorn(workers: int, threads: int) -> tuple[str, ...]:
    options = (f"--workers={workers}", f"--threads={threads}")
    return (GUNICORN, *server_arguments("127.0.0.1:{port}", "hotline.wsgi:app", options))


_SHAPES: Final = ((2, 4), (2, 8), (2, 16), (4, 2))
COMMANDS: Final[Mapping[str, Sequence[str]]] = {
    f"{workers} x {threads}": _gunicorn(workers, threads) for workers, threads in _SHAPES
}
"""Processes x threads. gunicorn's other workers are left out: `sync` keeps no connection alive, and the rest of them
answer from one thread, in which a turn that waits for the database would hold up all others."""


def measure(site: Site, say: Say) -> list[Figure]:
    """Turns a second, times, and processor time of each."""
    with ExitStack() as stack:
        url = site.new_database("servers")
        servers = {name: stack.enter_context(web(site, url, command)) for name, command in COMMANDS.items()}
        before = {name: _processor_seconds(server) for name, server in servers.items()}
        rounds = run_rounds(site, {name: one.port for name, one in servers.items()}, LOAD, ROUNDS, say)
        used = {name: _processor_seconds(server) - before[name] for name, server in servers.items()}
    return [figure for name in servers for figure in _figures(name, used[name], rounds)]


def _figures(name: str, processor_seconds: float, rounds: Rounds) -> list[Figure]:
    # The round that warmed it up had as many turns as the others, and is not among them.
    turns = LOAD.calls * TURNS_OF_A_CALL * (ROUNDS + 1)
    return [
        Figure("f", f"{name}: turns", turns_a_second(rounds[name]), "/s"),
        Figure("f", f"{name}: p50", milliseconds(rounds[name], 0.5), "ms"),
        Figure("f", f"{name}: p99", milliseconds(rounds[name], 0.99), "ms"),
        Figure("f", f"{name}: processor time a turn", processor_seconds / turns * 1000, "ms"),
        Figure("f", f"{name}: failed webhooks", failures(rounds[name])),
    ]


def _processor_seconds(server: Running) -> float:
    """Of all that answered. Less disturbed by what else the machine does than any other figure."""
    own = psutil.Process(server.pid)
    times = [process.cpu_times() for process in own.children(recursive=True)]
    return sum(one.user + one.system for one in times)
