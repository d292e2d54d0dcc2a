"""A load on the line: told to a process of its own, which makes the calls and tells how long each answer took."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bench.site import Site

LEAD_IN_S: Final = 24.0
"""Seconds in which a crowd gets to where it counts: two for a key, so that it is no rush in itself."""

_LATENESS_S: Final = 120
"""Seconds after which a load that should be over counts as hung."""


@dataclass(frozen=True, slots=True)
class Load:
    """Who calls, and how."""

    kind: str
    """`busy`: callers without a pause, until `calls` are made up to the promise. `crowd`: callers who press a key
    every `pause_s`. `arrivals`: new callers come by chance, `calls_a_second` of them on average, and press likewise."""
    callers: int = 0
    calls: int = 0
    calls_a_second: float = 0.0
    pause_s: float = 0.0
    seconds: float = 0.0
    lead_in_s: float = LEAD_IN_S
    first_person: int = 0
    """In the register: each call stops the card of the next person."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    seconds: float
    milliseconds: list[list[float]]
    """By port: of every webhook that was answered as it should be."""
    failed: dict[str, int]
    """How many webhooks were not, by what came instead."""
    confirmed: dict[str, float]
    """By call: when the confirming key was sent, in seconds since 1970."""
    people: int
    """How many persons' cards the calls were about."""

    @property
    def answered(self) -> int:
        """How many webhooks were answered as they should be."""
        return sum(len(times) for times in self.milliseconds)


def run_load(site: Site, ports: Sequence[int], load: Load) -> Outcome:
    """Call the line that answers on these ports of loopback; each call stays at one, the next goes to the next."""
    told = json.dumps({"ports": ports, "token": site.token, "load": asdict(load)})
    command = (sys.executable, "-m", "bench.callers")
    limit_s = load.seconds + _LATENESS_S
    done = subprocess.run(command, input=told, stdout=subprocess.PIPE, text=True, check=True, timeout=limit_s)
    return Outcome(**json.loads(done.stdout))
