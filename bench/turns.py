"""Part a: turns a second, signed and committed, beside a menu that has neither database nor log."""

from contextlib import ExitStack
from typing import Final

from bench.figures import AtLeast, AtMost, Figure, Say
from bench.load import Load
from bench.programs import same_server, web
from bench.rounds import failures, milliseconds, ratio_of_rates, run_rounds, turns_a_second
from bench.site import Site

ROUNDS: Final = 5

LOAD: Final = Load("busy", callers=32, calls=150)
"""Enough callers that the server is never idle. A call has nine turns here, and the last one makes a promise."""

_LINE: Final = "this line"
_BARE: Final = "a bare menu"
_UNSIGNED: Final = "a bare menu that checks no signature"


def measure(site: Site, say: Say) -> list[Figure]:
    """The ratio, and how many each side takes."""
    with ExitStack() as stack:
        line = stack.enter_context(web(site, site.new_database("turns")))
        bare = stack.enter_context(same_server(site, "bench.bare:signing"))
        unsigned = stack.enter_context(same_server(site, "bench.bare:trusting"))
        ports = {_LINE: line.port, _BARE: bare.port, _UNSIGNED: unsigned.port}
        rounds = run_rounds(site, ports, LOAD, ROUNDS, say)
    return [
        Figure(
            "a", "turns a second, as a share of a bare menu's", ratio_of_rates(rounds, _LINE, _BARE), "", AtLeast(0.3)
        ),
        Figure("a", "the same beside one that checks no signature", ratio_of_rates(rounds, _LINE, _UNSIGNED)),
        *(Figure("a", f"turns a second of {side}", turns_a_second(rounds[side]), "/s") for side in ports),
        Figure("a", "a turn under this load, p50", milliseconds(rounds[_LINE], 0.5), "ms"),
        Figure("a", "a turn under this load, p99", milliseconds(rounds[_LINE], 0.99), "ms"),
        Figure("a", "failed webhooks", failures(rounds[_LINE]), "", AtMost(0)),
    ]
