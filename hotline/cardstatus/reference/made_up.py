"""A register for places without one: nobody in it exists."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Final

from hotline.cardstatus.reference.people import Held, Person

_ACTIVE, _SUSPENDED, _NONE = Held.ACTIVE, Held.SUSPENDED, Held.NONE

DEMO: Final = (
    Person("見本 花子", date(1980, 3, 1), "1000001", "2-16-3 402", "千代田区", _ACTIVE, _ACTIVE),
    Person("見本 太郎", date(1975, 11, 20), "1000001", "5-8", "千代田区", _SUSPENDED, _ACTIVE),
    Person("見本 一郎", date(1948, 8, 15), "9040001", "", "沖縄市", _ACTIVE, _NONE),
    Person("見本 次郎", date(2001, 1, 9), "5300001", "1-2-3", "大阪市北区", _ACTIVE, _ACTIVE),
    Person("見本 三郎", date(2001, 1, 9), "5300001", "1-2-30", "大阪市北区", _NONE, _ACTIVE),
    Person("見本 松子", date(1992, 7, 15), "0600001", "3-7-1", "札幌市中央区", _ACTIVE, _ACTIVE),
    Person("見本 竹子", date(1992, 7, 15), "0600001", "3-7-1", "札幌市中央区", _ACTIVE, _ACTIVE),
)
"""People to practise with. In order: everything active · the card is already suspended · an address without a house
number, and no smartphone · two neighbours born on one day, of whom one has no card · two who share everything."""

_SIZE: Final = 3000
_SEED: Final = 1200950178
_MUNICIPALITIES: Final = (
    ("020", "盛岡市"),
    ("030", "青森市"),
    ("060", "札幌市中央区"),
    ("231", "横浜市中区"),
    ("380", "長野市"),
    ("420", "静岡市葵区"),
    ("460", "名古屋市中区"),
    ("530", "大阪市北区"),
    ("604", "京都市中京区"),
    ("650", "神戸市中央区"),
    ("700", "岡山市北区"),
    ("730", "広島市中区"),
    ("760", "高松市"),
    ("810", "福岡市中央区"),
    ("880", "宮崎市"),
    ("900", "那覇市"),
    ("920", "金沢市"),
    ("950", "新潟市中央区"),
    ("980", "仙台市青葉区"),
)
"""The first three digits of a postal code, and where it is."""


def made_up_people() -> tuple[Person, ...]:
    """The demo people and some thousands more, the same ones every time.

    Each of the others is alone with their birth date and postal code, so two facts find them.
    """
    return DEMO + tuple(islice(_strangers(Random(_SEED)), _SIZE))


def _strangers(random: Random) -> Iterator[Person]:
    taken = {(person.birth_date, person.postal_code) for person in DEMO}
    number = 0
    while True:
        birth_date = date(1930, 1, 1) + timedelta(days=random.randrange(365 * 90))
        prefix, municipality = random.choice(_MUNICIPALITIES)
        postal_code = f"{prefix}{random.randrange(1, 100):04}"
        if (birth_date, postal_code) in taken:
            continue
        taken.add((birth_date, postal_code))
        number += 1
        card = _drawn(random, active=92, suspended=3, none=5)
        smartphone = _drawn(random, active=45, suspended=5, none=50)
        yield Person(f"架空 {number}", birth_date, postal_code, _house_number(random), municipality, card, smartphone)


def _drawn(random: Random, active: int, suspended: int, none: int) -> Held:
    return random.choices((_ACTIVE, _SUSPENDED, _NONE), (active, suspended, none))[0]


def _house_number(random: Random) -> str:
    if random.random() < 0.02:
        return ""
    groups = [random.randrange(1, 9), random.randrange(1, 30), random.randrange(1, 25)]
    number = "-".join(map(str, groups[: random.choices((1, 2, 3), (5, 30, 65))[0]]))
    return f"{number} {random.randrange(1, 15)}{random.randrange(1, 9):02}" if random.random() < 0.4 else number
