"""Whom a visitor of the practice phone can try: made-up people whose card is still active."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from hotline.cardstatus.reference.database import open_database
from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.holding import stopped_cards
from hotline.local.register import candidates_of, practised_with
from hotline.phone.practice import PracticePerson

SHOWN: Final = 3
"""People on the sheet: one to try with, and two for whom it goes wrong or who are shown again."""


def people_to_try(
    home: Path, people_file: str | None, backend_url: str | None
) -> Callable[[], Sequence[PracticePerson]]:
    """Gives them anew each time it is asked. Without the reference backend's own database, those come first with whom
    nobody has practised in the terminal.
    """
    engine = open_database(backend_url) if backend_url else None

    def people() -> Sequence[PracticePerson]:
        stopped: set[tuple[date, str]] = set()
        with suppress(CannotServe):
            stopped = stopped_cards(engine) if engine else stopped
        try:
            everybody = candidates_of(people_file)
        except CannotServe:
            return []
        begin = practised_with(home) % max(1, len(everybody))
        in_turn = [*everybody[begin:], *everybody[:begin]]
        return [one for one in in_turn if (_day(one.birth_date), one.postal_code) not in stopped][:SHOWN]

    return people


def _day(keyed: str) -> date:
    return date(int(keyed[:4]), int(keyed[4:6]), int(keyed[6:]))
