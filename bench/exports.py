"""Part j: the same turns with and without two operators who take every call out of the console."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from statistics import mean
from threading import Event, Thread
from typing import Final

import requests

from bench.figures import AtMost, Figure, Say, percentile
from bench.history import fill, open_history
from bench.load import Load, Outcome, run_load
from bench.operators import Operator, sign_in
from bench.programs import console, web
from bench.site import Site

OPERATORS: Final = 2
ROUNDS: Final = 6
LIMIT: Final = 1.2

LOAD: Final = Load("crowd", callers=100, pause_s=1.0, seconds=10.0, lead_in_s=6.0)
"""A hundred turns a second: as many as five hundred callers need, each with a key every five seconds."""

_START_LIMIT_S: Final = 30


def measure(site: Site, say: Say) -> list[Figure]:
    """The ratios, with what lies behind them."""
    with open_history(site) as place, ExitStack() as stack:
        url = fill(place, site.calls, say)
        line = stack.enter_context(web(place, url))
        pages = stack.enter_context(console(place, url))
        operators = [sign_in(place, url, pages.port, f"j-{n}@hotline.example") for n in range(OPERATORS)]
        alone, beside = _rounds(lambda: run_load(place, [line.port], LOAD), operators, say)
    return _figures(alone, beside)


class Taking:
    """An operator who takes out every call, again and again."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._over = Event()
        self.has_begun = Event()
        self.calls = 0
        self._thread = Thread(target=self._take, name="taking out", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Break off what is being taken out."""
        self._over.set()
        self._thread.join()

    def _take(self) -> None:
        while not self._over.is_set():
            with self._operator.export(self._operator.token()) as parts:
                for part in parts:
                    self.calls += part.count(b"\r\n")
                    if self.calls > 1:
                        self.has_begun.set()
                    if self._over.is_set():
                        break


@contextmanager
def taking_out(operators: list[Operator]) -> Iterator[list[Taking]]:
    """Within, all of them take out every call."""
    all_of_them = [Taking(one) for one in operators]
    try:
        for one in all_of_them:
            if not one.has_begun.wait(_START_LIMIT_S):
                raise requests.Timeout("An export did not begin.")
        yield all_of_them
    finally:
        for one in all_of_them:
            one.end()


def _rounds(load: Callable[[], Outcome], operators: list[Operator], say: Say) -> tuple[list[Outcome], list[Outcome]]:
    """In turn with and without, so that whatever else the machine does meets both alike; the first one warms up."""
    load()
    alone: list[Outcome] = []
    beside: list[Outcome] = []
    for number in range(1, ROUNDS + 1):
        alone.append(load())
        with taking_out(operators) as taking:
            before = sum(one.calls for one in taking)
            beside.append(load())
            taken = (sum(one.calls for one in taking) - before) / (LOAD.lead_in_s + LOAD.seconds)
        medians = [percentile(_times(one[-1:]), 0.5) for one in (alone, beside)]
        say(
            f"round {number} of {ROUNDS}, milliseconds a turn: {medians[0]:.1f} alone, and {medians[1]:.1f} "
            f"while {taken:,.0f} calls a second are taken out"
        )
    return alone, beside


def _times(outcomes: list[Outcome]) -> list[float]:
    return list(chain.from_iterable(times for outcome in outcomes for times in outcome.milliseconds))


def _figures(alone: list[Outcome], beside: list[Outcome]) -> list[Figure]:
    without, with_them = _times(alone), _times(beside)
    what = f"a turn while {OPERATORS} operators take out every call, times one without"
    failed = sum(sum(one.failed.values()) for one in (*alone, *beside))
    return [
        *(
            Figure("j", f"{what}: {name}", percentile(with_them, share) / percentile(without, share), "", AtMost(LIMIT))
            for name, share in (("p50", 0.5), ("p95", 0.95))
        ),
        Figure("j", f"{what}: mean", mean(with_them) / mean(without)),
        *(
            Figure("j", f"a turn {name}, {share}", percentile(times, number), "ms")
            for name, times in (("alone", without), ("beside them", with_them))
            for share, number in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        ),
        Figure("j", "failed webhooks", failed, "", AtMost(0)),
    ]
