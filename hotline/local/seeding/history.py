"""A whole history: hour after hour, call after call, in batches for the database."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from hotline.callflow.hours import Part
from hotline.calls.opening import load_hours
from hotline.calls.prints import Prints
from hotline.local.seeding.callers import A_DAY_MS, Callers, Holders, MadeUpCaller
from hotline.local.seeding.courses import SHARES, Backend, Course, Kind, Telephone
from hotline.local.seeding.desks import Desks
from hotline.local.seeding.driven import drive
from hotline.local.seeding.rhythm import Hour, hours, moments
from hotline.local.seeding.rows import Placed, Rows, World
from hotline.local.seeding.wording import Wording
from hotline.privacy import Vault
from hotline.store.keeping import Keeping
from hotline.store.seeding import Batch

A_BATCH: Final = 20_000
"""Calls that one transaction writes: enough that their turns lie close together in the index."""

ROOM: Final = timedelta(minutes=20)
"""Before the end of the history no call begins any more, so that the last ones can end within it."""

_COURSES: Final = 900
"""Distinct courses of the calls that are commonest, all together; of the others as many as come."""

_FEWEST: Final = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """What history is wanted."""

    calls: int
    since: datetime
    """The beginning of an hour."""
    until: datetime
    seed: int

    @property
    def calls_a_day(self) -> float:
        """On average."""
        return self.calls / ((self.until - self.since) / timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Found:
    """What the history must fit: what is in the database already, and how long things are kept."""

    staff: Sequence[int]
    taken: set[str]
    """Receipt numbers."""
    keeping: Keeping


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many calls of an hour came from a known number, and how many of those again within a day."""

    calls: int = 0
    again: int = 0


class History:
    """A history, the same for the same seed and moments but for what is sealed."""

    def __init__(self, asked: Asked, vault: Vault, prints: Prints, found: Found) -> None:
        self._asked = asked
        self._random = random = Random(asked.seed)
        self._callers = Callers(random, asked.calls_a_day, vault, prints)
        holders = Holders(random, asked.calls_a_day, vault, prints)
        desks = Desks(random, vault, found.staff, asked.calls_a_day, asked.until)
        world = World(holders, desks, Wording(vault), found.keeping, asked.until, found.taken)
        self._rows = Rows(random, world)
        self._courses: dict[Kind, list[tuple[int, Course]]] = defaultdict(list)
        self._made = 0
        self._opening = load_hours()
        self._last_call: dict[int, int] = {}
        self._repeats: dict[datetime, Repeats] = {}
        self.keeping = found.keeping

    def batches(self) -> Iterator[Batch]:
        """All of it, in the order of time."""
        since, waiting = self._asked.since, 0
        for hour in hours(self._random, self._asked.calls, since, self._asked.until - ROOM):
            for at_ms in moments(self._random, hour):
                self._add(hour, at_ms)
                waiting += 1
            if waiting >= A_BATCH:
                yield self._rows.take()
                waiting = 0
        yield self._rows.take()

    def repeats_in(self, hour: datetime) -> Repeats:
        """Who came again in the hour that begins then, as far as the batches were given."""
        return self._repeats.get(hour, Repeats())

    def _add(self, hour: Hour, at_ms: int) -> None:
        since_first_ms = (hour.begins - self._asked.since) // timedelta(milliseconds=1) + at_ms
        caller = self._callers.draw(since_first_ms)
        began = hour.begins + timedelta(milliseconds=at_ms)
        number, course = self._course(self._kind(caller, hour, began), began)
        self._rows.add(Placed(number, course, caller, began))
        self._count(caller, hour, since_first_ms)

    def _kind(self, caller: MadeUpCaller, hour: Hour, began: datetime) -> Kind:
        is_open = self._opening.is_open(Part.QUESTIONS, began)
        return Kind(caller.language, caller.writes, caller.telephone, is_open, hour.backend)

    def _course(self, kind: Kind, began: datetime) -> tuple[int, Course]:
        """One of this kind; near the end of the history one that is over by then."""
        room_ms = (self._asked.until - began) // timedelta(milliseconds=1)
        number, course = self._drawn(kind)
        while course.over_ms > room_ms:
            kind = replace(kind, by_text=False, backend=Backend.WELL)
            number, course = self._drawn(kind)
        return number, course

    def _drawn(self, kind: Kind) -> tuple[int, Course]:
        """A new one, until there are enough of its kind."""
        known = self._courses[kind]
        if len(known) >= _enough(kind):
            return self._random.choice(known)
        self._made += 1
        known.append((self._made, drive(self._random, kind)))
        return known[-1]

    def _count(self, caller: MadeUpCaller, hour: Hour, at_ms: int) -> None:
        if caller.number is None:
            return
        last_ms = self._last_call.get(caller.place)
        came_again = last_ms is not None and at_ms - last_ms <= A_DAY_MS
        self._last_call[caller.place] = at_ms
        so_far = self._repeats.get(hour.begins, Repeats())
        self._repeats[hour.begins] = Repeats(so_far.calls + 1, so_far.again + came_again)


def _enough(kind: Kind) -> int:
    common = SHARES[kind.language] * (0.87 if kind.telephone is Telephone.MOBILE else 0.1)
    return max(_FEWEST, int(_COURSES * common * (0.1 if kind.by_text else 0.6)))
