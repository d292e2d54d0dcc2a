"""When made-up callers call: by the hour of the day, by the day of the week, and when the backend was in trouble."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from hotline.clock import in_japan
from hotline.local.seeding.courses import Backend

HOUR: Final = timedelta(hours=1)
HOUR_MS: Final = 3_600_000

_WORKDAY: Final = (8, 5, 3, 2, 2, 4, 9, 18, 30, 38, 42, 44, 52, 48, 44, 44, 48, 58, 70, 78, 80, 72, 48, 22)
_DAY_OFF: Final = (14, 9, 6, 4, 3, 4, 7, 13, 22, 34, 44, 52, 56, 58, 58, 58, 60, 62, 62, 60, 56, 50, 36, 20)
"""Calls in each hour of a day in Japan, in proportion: made up. Losses are noticed at the till and on the way home."""

_DAYS: Final = (1.06, 0.97, 0.95, 0.98, 1.08, 1.12, 0.9)
"""Monday to Sunday."""

_AWAY: Final = 1 / 500
_SLOW: Final = 1 / 200
"""How likely trouble of the backend begins in any hour."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the history."""

    begins: datetime
    calls: int
    backend: Backend
    longest_ms: int
    """Milliseconds of it that lie within the history: the last hour may be cut off."""


def hours(random: Random, calls: int, since: datetime, until: datetime) -> Iterator[Hour]:
    """Every hour from the first to the last moment, with its share of the calls; together exactly as many."""
    begins = [since + HOUR * number for number in range(-(-(until - since) // HOUR))]
    lengths = [min(HOUR, until - begin) / HOUR for begin in begins]
    weights = [_weight(random, begin) * length for begin, length in zip(begins, lengths, strict=True)]
    total = sum(weights)
    done = 0
    backends = _troubles(random)
    for begin, length, so_far in zip(begins, lengths, accumulate(weights), strict=True):
        up_to = round(calls * so_far / total)
        yield Hour(begin, up_to - done, next(backends), int(length * HOUR_MS))
        done = up_to


def moments(random: Random, hour: Hour) -> list[int]:
    """When its calls begin, in milliseconds from its beginning, in order."""
    return sorted(random.randrange(hour.longest_ms) for _ in range(hour.calls))


def _weight(random: Random, moment: datetime) -> float:
    here = in_japan(moment)
    of_hour = (_DAY_OFF if here.weekday() >= 5 else _WORKDAY)[here.hour]
    return of_hour * _DAYS[here.weekday()] * random.lognormvariate(0.0, 0.18)


def _troubles(random: Random) -> Iterator[Backend]:
    while True:
        chance = random.random()
        if chance < _AWAY:
            yield from [Backend.AWAY] * random.randrange(1, 3)
        elif chance < _AWAY + _SLOW:
            yield from [Backend.SLOW] * random.randrange(1, 4)
        else:
            yield Backend.WELL
