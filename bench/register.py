"""A register of people for the reference backend: as many as calls will be made, nobody twice."""

from pathlib import Path
from typing import Final

from bench.site import Site
from bench.webhooks import register_row

PEOPLE: Final = 5_000
"""More than any part's calls: whoever comes after the last would be nobody's card."""

_HEADER: Final = "name,birth_date,postal_code,house_number,municipality,card,smartphone"


def write_register(site: Site) -> Path:
    """The file that the backend reads."""
    path = site.home / "people.csv"
    path.write_text("\n".join([_HEADER, *map(register_row, range(PEOPLE)), ""]), "utf-8")
    return path
