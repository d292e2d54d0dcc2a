"""A register for these tests: as many people as wanted, each stopped by one test only."""

from datetime import date
from itertools import count
from pathlib import Path

from hotline.callflow.effects import Facts

SIZE = 8000
_BORN = date(1980, 3, 1)
_numbers = count()


def write_register(path: Path) -> Path:
    header = "name,birth_date,postal_code,house_number,municipality,card,smartphone"
    lines = [f"Somebody {n},{_BORN},{_postal_code(n)},2-16-3,Chiyoda,active,active" for n in range(SIZE)]
    path.write_text("\n".join((header, *lines)) + "\n", "utf-8")
    return path


def somebody() -> Facts:
    """The facts of a person whose card and smartphone nobody has stopped yet."""
    number = next(_numbers)
    assert number < SIZE, "the register is used up: make it longer"
    return Facts(_BORN, _postal_code(number), "2*16")


def nobody() -> Facts:
    """Facts that identify nobody."""
    return Facts(_BORN, "9999999", "2*16")


def _postal_code(number: int) -> str:
    return str(1_000_000 + number)
