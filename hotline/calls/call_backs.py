"""Calling back: the operator's telephone first, and the caller's only once the operator has pressed the key."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hotline.carrier.client import Carrier
from hotline.carrier.errors import Permanent, Retryable, Unknown
from hotline.carrier.numbers import to_be_called_back
from hotline.privacy import CannotUnseal, Vault
from hotline.store import call_backs as stored
from hotline.store.call_backs import Asked, CallBackStatus, NewCallBack
from hotline.store.database import Connection, Engine

log = logging.getLogger(__name__)

LONGEST_TALK_S: Final = 30 * 60
"""Seconds after which Twilio ends a talk: nobody pays for a receiver that was not put down."""

LONGEST_CALL_S: Final = LONGEST_TALK_S + 3 * 60
"""The same for the whole call to the operator, who hears the whisper and waits for the caller before they talk."""

SILENT_AFTER: Final = timedelta(minutes=2)
"""How long nothing may be heard of a call-back that nobody talks in yet: its telephones ring for less."""

SILENT_IN_TALK_AFTER: Final = timedelta(seconds=LONGEST_CALL_S) + SILENT_AFTER
"""The same for one that both may be talking in."""

_E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


class Refusal(StrEnum):
    """Why nobody is called back now. `sentence` says it to an operator, and what to do."""

    NO_FOLLOW_UP = "no_follow_up"
    RESOLVED = "resolved"
    UNDER_WAY = "under_way"
    NO_NUMBER = "no_number"
    """The caller withheld it, or it is erased, or its key is gone."""
    NOT_CALLED = "not_called"
    """It is no telephone number, or one that charges whoever calls it."""
    NO_LINE_NUMBER = "no_line_number"
    """The number that the caller had dialled is none to call from."""

    @property
    def sentence(self) -> str:
        """For the operator, in English."""
        return _SENTENCES[self]


@dataclass(frozen=True, slots=True)
class PlacedCallBack:
    """A call-back that was written down, and what came of asking Twilio: ringing_operator, failed or unknown."""

    id: int
    status: CallBackStatus


@dataclass(frozen=True, slots=True)
class RefusedCallBack:
    """Nothing was written, and nobody is rung."""

    why: Refusal


@dataclass(frozen=True, slots=True)
class _Number:
    """A number, or what is wrong with it."""

    sealed: bytes | None = None
    wrong: Refusal | None = None


class CallBacks:
    """The call-backs of the line."""

    def __init__(self, engine: Engine, vault: Vault, carrier: Carrier, public_url: str) -> None:
        """`public_url` is where Twilio asks the line what to do."""
        self._transacting = engine.execution_options(isolation_level="READ COMMITTED")
        self._vault = vault
        self._carrier = carrier
        self._url = f"{public_url}/call-backs"

    def place(
        self, where: Connection | Engine, follow_up_id: int, staff_id: int, operator_number: str, now: datetime
    ) -> PlacedCallBack | RefusedCallBack:
        """Call the caller of a follow-up back: the operator's telephone rings first. Takes up to some seconds.

        On a connection, what its transaction wrote before is committed together with the call-back, before Twilio is
        asked; a refusal commits nothing. The caller's number is the one that was left for calling back, or else the
        one that called, and never anything that an operator types.
        """
        if isinstance(where, Connection):
            return self._place(where, follow_up_id, staff_id, operator_number, now)
        with where.execution_options(isolation_level="READ COMMITTED").connect() as connection:
            return self._place(connection, follow_up_id, staff_id, operator_number, now)

    def _place(
        self, connection: Connection, follow_up_id: int, staff_id: int, operator_number: str, now: datetime
    ) -> PlacedCallBack | RefusedCallBack:
        begun = self._begin(connection, follow_up_id, staff_id, now)
        if isinstance(begun, Refusal):
            return RefusedCallBack(begun)
        new, call_back_id = begun
        # If this process dies now, the row stays: nobody asks Twilio a second time for the same wish.
        connection.commit()
        return PlacedCallBack(call_back_id, self._ring(call_back_id, operator_number, new.from_number, now))

    def _begin(
        self, connection: Connection, follow_up_id: int, staff_id: int, now: datetime
    ) -> tuple[NewCallBack, int] | Refusal:
        asked = stored.lock_follow_up(connection, follow_up_id)
        if asked is None:
            return Refusal.NO_FOLLOW_UP
        if asked.resolved_at is not None:
            return Refusal.RESOLVED
        number = self._number(asked)
        if number.sealed is None:
            return number.wrong or Refusal.NO_NUMBER
        if not _E164.fullmatch(asked.called):
            return Refusal.NO_LINE_NUMBER
        _close_silent(connection, now, follow_up_id)
        new = NewCallBack(asked.call_sid, follow_up_id, staff_id, number.sealed, asked.called, now)
        call_back_id = stored.begin_call_back(connection, new)
        return Refusal.UNDER_WAY if call_back_id is None else (new, call_back_id)

    def _number(self, asked: Asked) -> _Number:
        sealed = asked.call_back_sealed or asked.caller_sealed
        if sealed is None:
            return _Number(wrong=Refusal.NO_NUMBER)
        try:
            left = self._vault.unseal(sealed)
        except CannotUnseal as error:
            log.error("a number to call back cannot be read", extra={"cause": str(error)})
            return _Number(wrong=Refusal.NO_NUMBER)
        number = to_be_called_back(left) if isinstance(left, str) else None
        return _Number(wrong=Refusal.NOT_CALLED) if number is None else _Number(self._vault.seal(number))

    def _ring(self, call_back_id: int, operator_number: str, caller_id: str, now: datetime) -> CallBackStatus:
        """Ask Twilio once, and write what it said."""
        # The id says nothing of anybody, and tells whose call it is when Twilio's answer was lost.
        answer, status = (f"{self._url}/{route}?call_back={call_back_id}" for route in ("answer", "status"))
        try:
            placed = self._carrier.place_call(operator_number, caller_id, answer, status, LONGEST_CALL_S)
        except (Retryable, Permanent) as error:
            return self._not_placed(call_back_id, CallBackStatus.FAILED, error.cause, now)
        except Unknown as error:
            return self._not_placed(call_back_id, CallBackStatus.UNKNOWN, error.cause, now)
        with self._transacting.begin() as connection:
            stored.note_placed(connection, call_back_id, placed.call_sid, now)
        log.info("a call-back was placed", extra={"call_back": call_back_id})
        return CallBackStatus.RINGING_OPERATOR

    def _not_placed(self, call_back_id: int, status: CallBackStatus, cause: str, now: datetime) -> CallBackStatus:
        with self._transacting.begin() as connection:
            stored.note_not_placed(connection, call_back_id, status, now)
        log.error("a call-back was not placed", extra={"call_back": call_back_id, "status": status, "cause": cause})
        return status


def close_lost_call_backs(engine: Engine, now: datetime) -> int:
    """End every call-back of which nothing was heard for too long, as unknown; returns how many."""
    with engine.begin() as connection:
        closed = _close_silent(connection, now)
    if closed:
        log.warning("closed call-backs whose end was never told", extra={"call_backs": closed})
    return closed


def _close_silent(connection: Connection, now: datetime, follow_up_id: int | None = None) -> int:
    ringing, talking = now - SILENT_AFTER, now - SILENT_IN_TALK_AFTER
    return stored.close_silent(
        connection, ringing_before=ringing, talking_before=talking, at=now, follow_up_id=follow_up_id
    )


_SENTENCES: Final = {
    Refusal.NO_FOLLOW_UP: "There is no such follow-up: look at the list again.",
    Refusal.RESOLVED: "This follow-up is resolved already: look at it again before you call.",
    Refusal.UNDER_WAY: "This caller is being called back at this moment: wait until that call-back is over.",
    Refusal.NO_NUMBER: "No number is kept to call back: the caller withheld it, or it has been erased.",
    Refusal.NOT_CALLED: "The number that was left is not called: it is none, or it charges whoever calls it.",
    Refusal.NO_LINE_NUMBER: "The number that this caller dialled is none to call from: tell the administrator.",
}
