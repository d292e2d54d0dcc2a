"""Whom a local run practises with."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

from hotline import clock
from hotline.cardstatus.reference.houses import groups
from hotline.cardstatus.reference.made_up import made_up_people
from hotline.cardstatus.reference.people import Held, Person, read_people
from hotline.phone.practice import PracticePerson

COUNT_FILE = "practised"
"""In HOTLINE_HOME: how many people were practised with. Each call stops a card, so the next one takes the next."""


def next_person(home: Path, people_file: str | None) -> PracticePerson | None:
    """Somebody in the register whose card was active and who was not practised with yet, as long as there are such.

    None when the register has nobody whom three facts identify. The first ones of the register come last: the demo
    people stand there, and who wrote a file of their own begins there.
    """
    people = candidates_of(people_file)
    if not people:
        return None
    count = practised_with(home)
    (home / COUNT_FILE).write_text(f"{count + 1}\n", "utf-8")
    return people[count % len(people)]


def candidates_of(people_file: str | None) -> list[PracticePerson]:
    """The candidates in a file, or those who are made up; raises CannotServe for a file that cannot be read."""
    return candidates(read_people(Path(people_file), clock.now().date()) if people_file else made_up_people())


def candidates(people: tuple[Person, ...]) -> list[PracticePerson]:
    """Everybody with an active card whom birth date, postal code and house number identify, the last one first."""
    alike = Counter((person.birth_date, person.postal_code) for person in people)
    return [
        PracticePerson(f"{person.birth_date:%Y%m%d}", person.postal_code, "*".join(groups(person.house_number)))
        for person in reversed(people)
        if person.card is Held.ACTIVE
        and alike[person.birth_date, person.postal_code] == 1
        and groups(person.house_number)
    ]


def practised_with(home: Path) -> int:
    """How many people were practised with so far."""
    with suppress(OSError, ValueError):
        return int((home / COUNT_FILE).read_text("utf-8"))
    return 0
