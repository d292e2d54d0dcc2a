"""What the backend makes of a made-up request: when it answers, what, and after how many tries."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from hotline.callflow.events import Answer, Target
from hotline.local.seeding.courses import Backend, CourseTry
from hotline.store.requests import Status, status_of
from hotline.suspensions.pace import GIVE_UP_AFTER, pause_after

_SILENT_MS: Final = 2_000
"""How long a worker waits for a backend that does not answer."""

_LONGEST_AWAY_S: Final = 5_400.0
_OF_EACH: Final = {Answer.SUSPENDED: 93, Answer.ALREADY_SUSPENDED: 4, Answer.NOT_HELD: 3}
_NO_ANSWERS: Final = ("ReadTimeout", "status 503", "status 502")


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a request, in milliseconds from its acceptance."""

    status: Status
    answers: dict[Target, Answer]
    tries: tuple[CourseTry, ...]
    after_ms: int


def answer(random: Random, backend: Backend, targets: tuple[Target, ...], *, second_time: bool) -> Answered:
    """Draw it. Whoever corrected what they had keyed is found more often."""
    chance = random.random()
    if chance < 0.004:
        return _refused(random)
    if chance < 0.006:
        return _given_up(random)
    answers = _answers(random, targets, unidentified=0.35 if second_time else 0.07)
    took_s = _seconds(random, backend)
    tries = _tries(random, took_s, status_of(answers).value)
    return Answered(status_of(answers), answers, tries, tries[-1].answered_ms)


def _answers(random: Random, targets: tuple[Target, ...], unidentified: float) -> dict[Target, Answer]:
    if random.random() < unidentified:
        return dict.fromkeys(targets, random.choices((Answer.NOT_FOUND, Answer.AMBIGUOUS), (85, 15))[0])
    kinds, weights = tuple(_OF_EACH), tuple(_OF_EACH.values())
    return {target: random.choices(kinds, weights)[0] for target in targets}


def _seconds(random: Random, backend: Backend) -> float:
    match backend:
        case Backend.AWAY:
            return random.uniform(120.0, _LONGEST_AWAY_S)
        case Backend.SLOW:
            return random.lognormvariate(2.9, 0.8)
        case Backend.WELL:
            return random.lognormvariate(0.1, 0.55) if random.random() < 0.97 else random.uniform(5.0, 75.0)


def _tries(random: Random, took_s: float, said: str) -> tuple[CourseTry, ...]:
    """The last of them is answered, the first one not before `took_s`."""
    tries: list[CourseTry] = []
    at_ms = random.randrange(15, 60)
    while at_ms + _SILENT_MS < took_s * 1000:
        tries.append(CourseTry(at_ms, at_ms + _SILENT_MS, random.choice(_NO_ANSWERS)))
        at_ms += int(pause_after(len(tries)) / timedelta(milliseconds=1))
    answered_ms = max(at_ms + random.randrange(40, 400), min(int(took_s * 1000), at_ms + _SILENT_MS))
    return (*tries, CourseTry(at_ms, answered_ms, said))


def _refused(random: Random) -> Answered:
    at_ms = random.randrange(15, 60)
    tries = (CourseTry(at_ms, at_ms + 180, "status 422"),)
    return Answered(Status.NEEDS_OPERATOR, {}, tries, tries[-1].answered_ms)


def _given_up(random: Random) -> Answered:
    """Half a day of tries without an answer."""
    tries = _tries(random, GIVE_UP_AFTER.total_seconds(), "")[:-1]
    return Answered(Status.NEEDS_OPERATOR, {}, tries, int(GIVE_UP_AFTER / timedelta(milliseconds=1)))
