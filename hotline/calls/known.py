"""What is known of a call that goes on, or went on a short while ago."""

from dataclasses import dataclass, field
from datetime import datetime

from hotline.callflow.state import State
from hotline.calls.prints import Prints
from hotline.calls.saved import unseal
from hotline.privacy import Vault
from hotline.store.calls import find_call
from hotline.store.database import Engine


class UnknownCall(Exception):
    """No turn of this call was ever taken, or what it knew is erased."""


class StillThere(Exception):
    """The line itself ended this call, and yet its caller is on the line."""


@dataclass(frozen=True, slots=True)
class Known:
    """Where a call stands, and what it knows."""

    sid: str
    turn: int
    """The newest; the next webhook carries it."""
    state: State
    answer: str = field(repr=False)
    """To the newest turn, as the telephone network understands it."""
    turned_at: datetime
    """When the newest turn was taken."""
    has_ended: bool = False
    was_ended_by_line: bool = False
    """Whether Twilio never said that it is over: it was silent for too long, or another call took it up."""


def find_known(engine: Engine, vault: Vault, prints: Prints, sid: str) -> Known:
    """Where the call stands, and what it knows; raises UnknownCall, or CannotUnseal when its key is gone."""
    with engine.connect() as connection:
        newest = find_call(connection, sid)
    if newest is None or newest.sealed is None:
        raise UnknownCall(f"Call {prints.of_call(sid)} is not known, or what it knew is erased.")
    saved = unseal(vault, newest.sealed)
    has_ended = newest.ended_at is not None
    return Known(sid, newest.turn, saved.state, saved.answer, newest.turned_at, has_ended, newest.was_ended_by_line)
