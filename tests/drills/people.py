"""A register in which everybody has a neighbour who differs in the house number only."""

from dataclasses import dataclass
from itertools import count

from tests.whole.conftest import Person

SIZE = 400
_numbers = count()


@dataclass(frozen=True)
class Keyed:
    """What somebody keys to have the targets of a person stopped."""

    person: Person
    house_number: str
    targets: str = "1"

    def entries(self) -> tuple[str, ...]:
        """The keys from the greeting to the question whose `1` stops."""
        person = self.person
        facts = (f"{person.keyed_birth_date}#", f"{person.postal_code}#", f"{self.house_number}#")
        return ("9", "1", "2", self.targets, *facts)


MARKED = Keyed(Person("印", "1947-11-29", "9174635", "8371-5926"), "8371*5926", targets="3")
"""Somebody whose facts no other text is likely to have by chance."""


def registered() -> list[Person]:
    """Everybody: those who lose something, behind each their neighbour."""
    losers = [_loser(number) for number in range(SIZE)]
    return [MARKED.person, *(person for loser in losers for person in (loser, neighbour_of(loser)))]


def somebody(targets: str = "1") -> Keyed:
    """Somebody for whom nobody has called yet."""
    number = next(_numbers)
    assert number < SIZE, "the register is used up: make it longer"
    return Keyed(_loser(number), "2*16*3", targets)


def neighbour_of(person: Person) -> Person:
    return Person(f"{person.name}の隣", person.birth_date, person.postal_code, "2-16-30")


def _loser(number: int) -> Person:
    return Person(
        f"乙{number}", f"196{number % 10}-{number % 12 + 1:02}-{number % 28 + 1:02}", _postal_code(number), "2-16-3"
    )


def _postal_code(number: int) -> str:
    return f"{3_000_000 + number}"
