"""Who calls, and whose cards they have stopped: nobody of them exists."""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Final

from hotline.callflow.effects import Facts
from hotline.calls.prints import Prints
from hotline.cardstatus.reference.houses import groups
from hotline.cardstatus.reference.made_up import made_up_people
from hotline.cardstatus.reference.people import Person
from hotline.local.seeding.courses import SHARES, Telephone
from hotline.privacy import Vault
from hotline.store.facts import seal_facts

A_DAY_MS: Final = 24 * 3_600_000

_FEWEST: Final = 300
_NEAR: Final = 40
_COMES_AGAIN: Final = 0.13
_TELEPHONES: Final = {Telephone.MOBILE: 87, Telephone.LANDLINE: 10, Telephone.WITHHELD: 3}


@dataclass(frozen=True, slots=True)
class MadeUpCaller:
    """A telephone, and the language that is spoken there."""

    place: int
    language: str
    telephone: Telephone
    writes: bool
    number: str | None = field(repr=False)
    sealed: bytes | None = field(repr=False)
    number_print: str | None
    end_print: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody whose card is stopped."""

    sealed: bytes = field(repr=False)
    without_house_number: bytes = field(repr=False)
    print_: str
    municipality: str | None = field(repr=False)


class Callers:
    """Callers in turn, so that nobody comes again within a day but those who are drawn to."""

    def __init__(self, random: Random, calls_a_day: float, vault: Vault, prints: Prints) -> None:
        self._random = random
        self._vault = vault
        self._prints = prints
        self._everybody = [self._made_up(place) for place in range(max(_FEWEST, int(calls_a_day * 2.5)))]
        self._next = 0
        self._recent: deque[tuple[int, MadeUpCaller]] = deque()

    def draw(self, at_ms: int) -> MadeUpCaller:
        """Who calls at this moment; moments come in order."""
        while self._recent and self._recent[0][0] < at_ms - A_DAY_MS:
            self._recent.popleft()
        caller = self._again() if self._random.random() < _COMES_AGAIN else None
        if caller is None:
            caller = self._everybody[self._next]
            self._next = (self._next + 1) % len(self._everybody)
        self._recent.append((at_ms, caller))
        return caller

    def _again(self) -> MadeUpCaller | None:
        """Mostly somebody who called a short while ago."""
        back = 1 + int(self._random.expovariate(1 / max(_NEAR, len(self._recent) / 12)))
        return self._recent[-back][1] if back <= len(self._recent) else None

    def _made_up(self, place: int) -> MadeUpCaller:
        language = self._random.choices(tuple(SHARES), tuple(SHARES.values()))[0]
        telephone = self._random.choices(tuple(_TELEPHONES), tuple(_TELEPHONES.values()))[0]
        writes = telephone is Telephone.MOBILE and self._random.random() < 0.05
        number = _number(self._random, telephone)
        if number is None:
            return MadeUpCaller(place, language, telephone, writes, None, None, None, None)
        sealed, prints = self._vault.seal(number), self._prints
        ends = prints.of_last_digits(number)
        return MadeUpCaller(place, language, telephone, writes, number, sealed, prints.of_number(number), ends)


class Holders:
    """The people of the reference backend, and some more where there are many calls."""

    def __init__(self, random: Random, calls_a_day: float, vault: Vault, prints: Prints) -> None:
        self._random = random
        self._vault = vault
        self._prints = prints
        people = [person for person in made_up_people() if groups(person.house_number)]
        # Else everybody would lose their card every day, and the line would slow down who practises with them.
        rounds = 1 + int(calls_a_day / len(people))
        self._people = [(person, number) for number in range(rounds) for person in people]
        self._known: dict[int, Holder] = {}

    def draw(self) -> Holder:
        """Somebody."""
        place = self._random.randrange(len(self._people))
        if place not in self._known:
            self._known[place] = self._holder(*self._people[place])
        return self._known[place]

    def _holder(self, person: Person, years: int) -> Holder:
        house_number = "*".join(groups(person.house_number)[:3])
        born = person.birth_date - timedelta(days=365 * years)
        facts = Facts(born, person.postal_code, house_number)
        return Holder(
            seal_facts(self._vault, facts),
            seal_facts(self._vault, replace(facts, house_number=None)),
            self._prints.of_person(facts),
            person.municipality or None,
        )


def _number(random: Random, telephone: Telephone) -> str | None:
    """A number that nobody can have: in Japan's numbering plan no exchange behind 03, 070 or 090 begins with 0."""
    match telephone:
        case Telephone.MOBILE:
            return f"+81{random.choice((70, 90))}0{random.randrange(10_000_000):07}"
        case Telephone.LANDLINE:
            return f"+8130{random.randrange(10_000_000):07}"
        case Telephone.WITHHELD:
            return None
