"""Writes down what a turn promises, in the turn's own transaction."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hotline.callflow.effects import (
    AcceptRequest,
    Effect,
    KeepMessage,
    NoteLoss,
    NoteWrongReceipt,
    OpenFollowUp,
    PromiseText,
    Reason,
    TakeUp,
)
from hotline.callflow.state import State
from hotline.calls import limits
from hotline.calls.prints import Prints
from hotline.privacy import Vault
from hotline.store import calls as stored_calls
from hotline.store import counting, follow_ups, messages, receipts, requests, texts
from hotline.store.database import Connection
from hotline.store.facts import seal_facts
from hotline.store.texts import Purpose

log = logging.getLogger(__name__)

_NO_LONGER_NEEDED: Final = (Reason.NOT_CONFIRMED, Reason.NOT_IDENTIFIED)
"""What a call that broke off left to a person, and a call that takes it up does itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose promises they are: the call, its newest turn, its state, the moment."""

    sid: str
    turn: int
    state: State
    at: datetime


class Promises:
    """Keeps promises under one vault."""

    def __init__(self, vault: Vault, prints: Prints) -> None:
        self._vault = vault
        self._prints = prints

    def keep(self, connection: Connection, place: Place, effects: Iterable[Effect]) -> None:
        """Write every effect; all of them stand once the transaction is committed."""
        for effect in effects:
            self._keep(connection, place, effect)

    def _keep(self, connection: Connection, place: Place, effect: Effect) -> None:
        match effect:
            case AcceptRequest():
                self._accept(connection, place, effect)
            case NoteLoss(loss, for_another):
                sid = place.state.accepted_in or place.sid
                requests.note_loss(connection, call_sid=sid, loss=loss, for_another=for_another)
            case OpenFollowUp(reason, number):
                self._open(connection, place, reason, number)
            case PromiseText(number):
                self._promise_text(connection, place, number)
            case KeepMessage(recording_sid, seconds):
                self.keep_message(connection, place.sid, recording_sid, seconds, place.at)
            case NoteWrongReceipt(receipt_number):
                print_ = self._prints.of_receipt(receipt_number)
                receipts.note_wrong_receipt(connection, place.sid, print_, place.at)
            case TakeUp(call_sid):
                stored_calls.end_call(connection, call_sid, "taken-up", place.at)
                follow_ups.resolve(connection, call_sid, _NO_LONGER_NEEDED, place.at)

    def keep_message(self, connection: Connection, sid: str, recording_sid: str, seconds: int, at: datetime) -> bool:
        """Keep a voice message, which Twilio may tell of twice; False when it was kept already."""
        return messages.keep_message(connection, call_sid=sid, recording_sid=recording_sid, seconds=seconds, now=at)

    def _accept(self, connection: Connection, place: Place, effect: AcceptRequest) -> None:
        person = self._prints.of_person(effect.facts)
        slowed = self._is_unusual(connection, place, person)
        requests.accept(
            connection,
            call_sid=place.sid,
            turn=place.turn,
            targets=effect.targets,
            facts_sealed=seal_facts(self._vault, effect.facts),
            person_print=person,
            due_at=place.at + limits.SLOWED_BY if slowed else place.at,
            now=place.at,
        )
        self._mark_many_persons(connection, place)

    def _is_unusual(self, connection: Connection, place: Place, person: str) -> bool:
        """Whether there were many requests already; then an operator is told, and this one is carried out later."""
        since = place.at - limits.A_DAY
        too_many = (
            counting.count_accepted(connection, since, person_print=person) >= limits.REQUESTS_FOR_A_PERSON
            or self._of_caller(connection, place, since) >= limits.REQUESTS_OF_A_CALLER
        )
        if too_many:
            self._open(connection, place, Reason.MANY_REQUESTS)
        if counting.count_accepted(connection, place.at - limits.AN_HOUR) >= limits.REQUESTS_IN_ALL:
            log.error(
                "more requests in an hour than the line has ever to expect", extra={"limit": limits.REQUESTS_IN_ALL}
            )
            return True
        return too_many

    def _of_caller(self, connection: Connection, place: Place, since: datetime) -> int:
        if place.state.caller is None:
            return 0
        caller = self._prints.of_number(place.state.caller)
        return counting.count_accepted(connection, since, caller_print=caller)

    def _mark_many_persons(self, connection: Connection, place: Place) -> None:
        if place.state.caller is None:
            return
        caller = self._prints.of_number(place.state.caller)
        persons = counting.count_persons(connection, caller, place.at - limits.A_DAY)
        if persons > limits.PERSONS_OF_A_CALLER:
            self._open(connection, place, Reason.MANY_PERSONS)
            log.error(
                "one caller has cards of many persons stopped",
                extra={"call": self._prints.of_call(place.sid), "persons": persons},
            )

    def _promise_text(self, connection: Connection, place: Place, number: str) -> None:
        request = requests.find_newest_id(connection, place.state.accepted_in or place.sid)
        texts.promise_text(
            connection,
            call_sid=place.sid,
            turn=place.turn,
            purpose=Purpose.STEPS if place.state.answers else Purpose.DONE,
            request_id=request,
            language=place.state.language,
            to_sealed=self._vault.seal(number),
            to_print=self._prints.of_number(number),
            body_sealed=None,
            due_at=place.at if place.state.answers else None,
            now=place.at,
        )

    def _open(self, connection: Connection, place: Place, reason: Reason, number: str | None = None) -> None:
        sealed = None if number is None else self._vault.seal(number)
        follow_ups.open_follow_up(connection, call_sid=place.sid, reason=reason, now=place.at, call_back_sealed=sealed)
