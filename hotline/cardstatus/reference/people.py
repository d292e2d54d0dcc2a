"""The people of the register, and the file they come from."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from hotline.cardstatus.reference.errors import CannotServe


class Held(StrEnum):
    """How a person's card, or the certificates on their smartphone, stand."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of the register. Nothing that identifies them shows in `repr`."""

    name: str = field(repr=False)
    birth_date: date = field(repr=False)
    postal_code: str = field(repr=False)
    house_number: str = field(repr=False)
    """As written; empty when the address has none."""
    municipality: str = field(repr=False)
    """In Japanese, as its office writes it; empty when the register does not know it."""
    card: Held
    smartphone: Held


COLUMNS: Final = ("name", "birth_date", "postal_code", "house_number", "municipality", "card", "smartphone")
"""The header of the file."""

MUNICIPALITY_LIMIT: Final = 64
"""Characters of the longest name of a municipality, by the contract."""

_HOUSE_NUMBER_LIMIT = 100


def read_people(path: Path, today: date) -> tuple[Person, ...]:
    """Everybody in the file; raises CannotServe that names every fault with its line, never what stands there.

    `today` is the last day on which anybody in it can be born.
    """
    people: list[Person] = []
    faults: list[str] = []
    for line, row in _rows(_text(path)):
        found = _faults_of(line, row, today)
        faults += [f"Line {line}: {fault}." for fault in found]
        if not found and line > 1 and not isinstance(row, csv.Error):
            people.append(_person(row))
    if not people and not faults:
        faults.append("Nobody is in it.")
    if faults:
        raise CannotServe(f"{path} is not a list of people:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return tuple(people)


def _text(path: Path) -> str:
    try:
        # Spreadsheets write a byte order mark in front.
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CannotServe(f"{path} cannot be read: {error.strerror}. Check CARDSTATUS_PEOPLE.") from error
    except UnicodeDecodeError:
        # The error itself carries the whole file.
        raise CannotServe(f"{path} is not written in UTF-8: save it again in UTF-8.") from None


def _rows(text: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each row with the number of the line it begins on. Quotes that make no sense end the file: nothing after them
    can be told apart."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, [value.strip() for value in row]
            line = reader.line_num + 1
    except csv.Error as error:
        yield line, error


def _faults_of(line: int, row: list[str] | csv.Error, today: date) -> list[str]:
    if isinstance(row, csv.Error):
        return [f"the quotes are wrong ({row}); nothing after it was read"]
    if line == 1:
        return [] if tuple(row) == COLUMNS else [f"the header is not {','.join(COLUMNS)}"]
    if len(row) != len(COLUMNS):
        return [f"it has {len(row)} values instead of {len(COLUMNS)}"]
    faults = [
        f"{column} {rule}"
        for column, value in zip(COLUMNS, row, strict=True)
        for holds, rule in [_RULES[column]]
        if not holds(value)
    ]
    born = _day(row[1])
    return [*faults, "birth_date is in the future"] if born and born > today else faults


def _day(text: str) -> date | None:
    # fromisoformat alone would also take 19800301 and 1980-W09-6.
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_STATUS = (lambda text: text in set(Held), f"is not one of {', '.join(Held)}")

_RULES: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = {
    "name": (lambda text: text != "", "is empty"),
    "birth_date": (lambda text: _day(text) is not None, "is not a day that exists, written like 1980-03-01"),
    "postal_code": (lambda text: re.fullmatch("[0-9]{7}", text) is not None, "is not seven digits"),
    "house_number": (
        lambda text: len(text) <= _HOUSE_NUMBER_LIMIT and text.isprintable(),
        f"is longer than {_HOUSE_NUMBER_LIMIT} characters, or not on one line",
    ),
    "municipality": (
        lambda text: len(text) <= MUNICIPALITY_LIMIT and text.isprintable(),
        f"is longer than {MUNICIPALITY_LIMIT} characters, or not on one line",
    ),
    "card": _STATUS,
    "smartphone": _STATUS,
}
"""For each column: what must hold, and what is said when it does not."""


def _person(row: list[str]) -> Person:
    name, birth_date, postal_code, house_number, municipality, card, smartphone = row
    return Person(
        name, date.fromisoformat(birth_date), postal_code, house_number, municipality, Held(card), Held(smartphone)
    )
