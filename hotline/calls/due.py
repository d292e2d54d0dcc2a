"""How long a follow-up may wait."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hotline.callflow.effects import Reason

_QUARTER, _HALF_HOUR, _DAY = timedelta(minutes=15), timedelta(minutes=30), timedelta(days=1)

DUE_WITHIN: Final[Mapping[Reason, timedelta]] = {
    # Somebody's card may be in a stranger's hands, and nothing stops it but a person.
    Reason.NOT_CONFIRMED: _QUARTER,
    Reason.NOT_IDENTIFIED: _QUARTER,
    Reason.NEEDS_OPERATOR: _QUARTER,
    # Somebody sits beside a telephone.
    Reason.CALL_BACK: _HALF_HOUR,
    Reason.WRITE_BACK: _HALF_HOUR,
    Reason.MESSAGE: _HALF_HOUR,
    Reason.ERROR: _HALF_HOUR,
    # Stopped already, but somebody waits for a word, or there may be a trick behind it.
    Reason.TEXT_NOT_DELIVERED: timedelta(hours=4),
    Reason.MANY_REQUESTS: timedelta(hours=4),
    Reason.MANY_PERSONS: timedelta(hours=4),
    Reason.MANY_TRIES: timedelta(hours=4),
    # To be looked at in office hours.
    Reason.NO_HOUSE_NUMBER: _DAY,
    Reason.FOR_ANOTHER: _DAY,
}
"""From its opening. Our own measure of what a caller can bear; an operator's rule book may say otherwise."""


class Age(StrEnum):
    """How urgent it has become."""

    FRESH = "fresh"
    AGEING = "ageing"
    """More than half of its time is gone."""
    OVERDUE = "overdue"


def due_at(reason: str, opened_at: datetime) -> datetime:
    """When it should be done; reasons that this version does not know wait a day."""
    return opened_at + (DUE_WITHIN[Reason(reason)] if reason in set(Reason) else _DAY)


def age(reason: str, opened_at: datetime, now: datetime) -> Age:
    """How urgent it has become by now."""
    due = due_at(reason, opened_at)
    if now >= due:
        return Age.OVERDUE
    return Age.AGEING if now - opened_at > (due - opened_at) / 2 else Age.FRESH
