"""Measuring several sides in turn, so that whatever else the machine does meets all of them alike."""

from collections.abc import Mapping, Sequence
from statistics import median

from bench.figures import Say, percentile
from bench.load import Load, Outcome, run_load
from bench.site import Site

Rounds = Mapping[str, Sequence[Outcome]]
"""By side: what came of each round."""


def run_rounds(site: Site, ports: Mapping[str, int], load: Load, rounds: int, say: Say) -> Rounds:
    """The same load on each side, round after round; one more before them does not count."""
    outcomes: dict[str, list[Outcome]] = {side: [] for side in ports}
    for number in range(rounds + 1):
        for side, port in ports.items():
            outcome = run_load(site, [port], load)
            if number:
                outcomes[side].append(outcome)
        if number:
            rates = ", ".join(f"{side} {_rate(outcomes[side][-1]):,.0f}" for side in ports)
            say(f"round {number} of {rounds}, turns a second: {rates}")
    return outcomes


def turns_a_second(outcomes: Sequence[Outcome]) -> float:
    """Good answers a second, in a middling round."""
    return median(_rate(outcome) for outcome in outcomes)


def ratio_of_rates(rounds: Rounds, side: str, beside: str) -> float:
    """How fast one side is beside another, in a middling round."""
    pairs = zip(rounds[side], rounds[beside], strict=True)
    return median(_rate(one) / _rate(other) for one, other in pairs)


def milliseconds(outcomes: Sequence[Outcome], share: float) -> float:
    """A percentile over all rounds."""
    return percentile([one for outcome in outcomes for times in outcome.milliseconds for one in times], share)


def failures(outcomes: Sequence[Outcome]) -> int:
    """How many webhooks failed in all rounds."""
    return sum(sum(outcome.failed.values()) for outcome in outcomes)


def _rate(outcome: Outcome) -> float:
    return outcome.answered / outcome.seconds
