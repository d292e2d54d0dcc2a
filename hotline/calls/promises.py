"""Writes down what a turn promises, in the turn's own transaction."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hotline import metrics
from hotline.callflow.effects import (
    AcceptRequest,
    Effect,
    KeepMessage,
    NoteLoss,
    NoteWrongBirthDate,
    NoteWrongReceipt,
    OpenFollowUp,
    PromiseText,
    Reason,
    TakeUp,
)
from hotline.callflow.replies import Reply
from hotline.callflow.state import State
from hotline.calls import limits
from hotline.calls.prints import Prints
from hotline.carrier.numbers import is_japanese_mobile
from hotline.privacy import Vault
from hotline.speech.messages import write_reply
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


def purpose_of(state: State) -> Purpose:
    """What a text is for that is promised to this caller now."""
    return Purpose.STEPS if state.answers else Purpose.DONE


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
            case OpenFollowUp(Reason.MANY_TRIES):
                self._mark_many_tries(connection, place)
            case OpenFollowUp(reason, number):
                self._open(connection, place, reason, number)
            case PromiseText(number):
                self._text(connection, place, purpose_of(place.state), number)
            case KeepMessage(recording_sid, seconds):
                self.keep_message(connection, place.sid, recording_sid, seconds, place.at)
            case NoteWrongReceipt(receipt_number):
                print_ = self._prints.of_receipt(receipt_number)
                receipts.note_wrong_receipt(connection, place.sid, print_, place.at)
            case NoteWrongBirthDate(call_sid):
                self._note_wrong_birth_date(connection, place, call_sid)
            case TakeUp(call_sid):
                stored_calls.end_call(connection, call_sid, "taken-up", place.at)
                follow_ups.resolve(connection, call_sid, _NO_LONGER_NEEDED, place.at)

    def keep_message(self, connection: Connection, sid: str, recording_sid: str, seconds: int, at: datetime) -> bool:
        """Keep a voice message, which Twilio may tell of twice; False when it was kept already."""
        return messages.keep_message(connection, call_sid=sid, recording_sid=recording_sid, seconds=seconds, now=at)

    def leave(self, connection: Connection, sid: str, reason: Reason, at: datetime, number: str | None = None) -> bool:
        """Leave a call to a person, who may call this number; False when it was left to one for this reason before."""
        sealed = None if number is None else self._vault.seal(number)
        return follow_ups.open_follow_up(connection, call_sid=sid, reason=reason, now=at, call_back_sealed=sealed)

    def write(self, connection: Connection, place: Place, reply: Reply) -> None:
        """Send a reply to a writer whose newest message was answered before."""
        assert place.state.caller is not None, "who writes has a number"
        body = "\n".join(write_reply(reply, place.state.language))
        self._text(connection, place, Purpose.TURN, place.state.caller, body=body)

    def write_when_done(self, connection: Connection, place: Place) -> None:
        """See that a writer learns what becomes of their request, though the conversation is over."""
        number = place.state.caller
        if number is None or not place.state.by_text:
            return
        if is_japanese_mobile(number):
            self._text(connection, place, Purpose.DONE, number)
        else:
            # A text to any other number is sent only in a conversation that its holder began.
            self._open(connection, place, Reason.WRITE_BACK, number)

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
        too_many = counting.count_accepted(
            connection, since, person_print=person
        ) >= limits.REQUESTS_FOR_A_PERSON or self._is_much_of_caller(connection, place)
        if too_many:
            metrics.LIMITS_HIT.labels("requests").inc()
            self._open(connection, place, Reason.MANY_REQUESTS)
        if counting.count_accepted(connection, place.at - limits.AN_HOUR) >= limits.REQUESTS_IN_ALL:
            log.error(
                "more requests in an hour than the line has ever to expect", extra={"limit": limits.REQUESTS_IN_ALL}
            )
            return True
        return too_many

    def _is_much_of_caller(self, connection: Connection, place: Place) -> bool:
        if place.state.caller is None:
            withheld = counting.count_accepted(connection, place.at - limits.AN_HOUR, withheld=True)
            return withheld >= limits.REQUESTS_WITHOUT_NUMBER
        caller = self._prints.of_number(place.state.caller)
        of_caller = counting.count_accepted(connection, place.at - limits.A_DAY, caller_print=caller)
        return of_caller >= limits.REQUESTS_OF_A_CALLER

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

    def _note_wrong_birth_date(self, connection: Connection, place: Place, call_sid: str) -> None:
        print_ = self._prints.of_call(call_sid)
        receipts.note_wrong_receipt(connection, place.sid, print_, place.at)
        tried = receipts.count_wrong_receipts(connection, place.at - limits.A_DAY, receipt_print=print_)
        if tried >= limits.BIRTH_DATES_AT_A_CALL:
            # The next call is not offered it any more, so that this is the last word of it.
            self._mark_many_tries(connection, place)

    def _mark_many_tries(self, connection: Connection, place: Place) -> None:
        if self.leave(connection, place.sid, Reason.MANY_TRIES, place.at):
            log.warning(
                "receipt numbers or birth dates are being tried out", extra={"call": self._prints.of_call(place.sid)}
            )

    def _text(
        self, connection: Connection, place: Place, purpose: Purpose, number: str, *, body: str | None = None
    ) -> None:
        """About the newest request, if it says what became of it; with a body it is what it says already."""
        is_about = body is None
        request = requests.find_newest_id(connection, place.state.accepted_in or place.sid) if is_about else None
        texts.promise_text(
            connection,
            call_sid=place.sid,
            turn=place.turn,
            purpose=purpose,
            request_id=request,
            language=place.state.language,
            to_sealed=self._vault.seal(number),
            to_print=self._prints.of_number(number),
            body_sealed=None if body is None else self._vault.seal(body),
            due_at=None if purpose is Purpose.DONE else place.at,
            now=place.at,
        )

    def _open(self, connection: Connection, place: Place, reason: Reason, number: str | None = None) -> None:
        self.leave(connection, place.sid, reason, place.at, number)
