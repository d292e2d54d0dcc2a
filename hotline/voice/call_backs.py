"""What Twilio asks for and tells while an operator calls somebody back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from flask import Blueprint, Response, request
from twilio.twiml.voice_response import VoiceResponse
from werkzeug.exceptions import HTTPException

from hotline import clock
from hotline.callflow.whisper import TAKES, CalledBack, whisper_call_back
from hotline.calls.again import twice
from hotline.calls.call_backs import LONGEST_TALK_S
from hotline.privacy import CannotUnseal, Vault
from hotline.store import call_backs as stored
from hotline.store.call_backs import CallBackStatus, News, UnderWay
from hotline.store.database import Connection, Engine
from hotline.voice.forms import read_sid
from hotline.voice.signature import Signatures
from hotline.voice.twiml import TwimlRenderer
from hotline.voice.webhooks import kind_of, signed_blueprint, twiml

log = logging.getLogger(__name__)

T = TypeVar("T")

NO_CALL_BACK: Final = -1
"""Instead of an id that is none: nobody is ever called back under it."""

_TOLD_OF_OPERATOR: Final[Mapping[str, CallBackStatus]] = {
    "ringing": CallBackStatus.RINGING_OPERATOR,
    "in-progress": CallBackStatus.ASKING_OPERATOR,
    "busy": CallBackStatus.OPERATOR_DID_NOT_ANSWER,
    "no-answer": CallBackStatus.OPERATOR_DID_NOT_ANSWER,
    "canceled": CallBackStatus.OPERATOR_DID_NOT_ANSWER,
    "failed": CallBackStatus.FAILED,
}
"""Twilio's words for the call to the operator, but for its end: what that means depends on how far it had come."""

_TOLD_OF_CALLER: Final[Mapping[str, CallBackStatus]] = {
    "in-progress": CallBackStatus.TALKING,
    "completed": CallBackStatus.COMPLETED,
    "answered": CallBackStatus.COMPLETED,
    "busy": CallBackStatus.CALLER_BUSY,
    "no-answer": CallBackStatus.CALLER_DID_NOT_ANSWER,
    "canceled": CallBackStatus.GIVEN_UP,
    "failed": CallBackStatus.FAILED,
}
"""Twilio's words for the call to whom is called back, in callbacks and at the end of `<Dial>`."""


def call_backs_blueprint(routes: "CalledBackRoutes", signatures: Signatures) -> Blueprint:
    """The routes under /call-backs, each refusing whoever cannot sign."""
    blueprint = signed_blueprint("call-backs", signatures)
    blueprint.add_url_rule("/answer", "answer", routes.answer, methods=["POST"])
    blueprint.add_url_rule("/taken", "taken", routes.taken, methods=["POST"])
    blueprint.add_url_rule("/over", "over", routes.over, methods=["POST"])
    blueprint.add_url_rule("/status", "status", routes.status, methods=["POST"])
    blueprint.register_error_handler(Exception, _hang_up_on_trouble)
    return blueprint


@dataclass(frozen=True, slots=True)
class CalledBackRoutes:
    """What the routes need; operators hear this language."""

    engine: Engine
    vault: Vault
    renderer: TwimlRenderer
    language: str

    def answer(self) -> Response:
        """The operator's telephone was answered: which caller this is, and the question whether to call them."""
        call_back_id, sid = _call_back_id(), read_sid(request.form)
        known = self._in_transaction(lambda connection: _ask(connection, call_back_id, sid))
        if known is None:
            return _hung_up("an operator answered a call-back that is over or not known")
        taken = f"/call-backs/taken?call_back={call_back_id}"
        return twiml(self.renderer.whisper(whisper_call_back(known), self.language, taken))

    def taken(self) -> Response:
        """The operator pressed a key: the right one rings the caller, every other one ends it."""
        call_back_id, sid = _call_back_id(), read_sid(request.form)
        if request.form.get("Digits") != TAKES:
            return _hung_up("an operator did not take a call-back")
        found = self._in_transaction(lambda connection: _connect(connection, call_back_id, sid))
        if found is None or found.to_sealed is None:
            return _hung_up("a key came for a call-back that is over or not known")
        try:
            number = str(self.vault.unseal(found.to_sealed))
        except CannotUnseal as error:
            log.error("a number to call back cannot be read", extra={"cause": str(error)})
            self._move(call_back_id, sid, CallBackStatus.FAILED)
            return _hung_up("a call-back failed")
        return twiml(self.renderer.call_back(call_back_id, number, found.from_number, LONGEST_TALK_S))

    def over(self) -> Response:
        """The end of the call to whom was called back, however it came about: nothing more is said."""
        sid, status = read_sid(request.form), _TOLD_OF_CALLER.get(request.form.get("DialCallStatus", ""))
        if status is CallBackStatus.COMPLETED and request.form.get("DialBridged") == "false":
            status = CallBackStatus.CALLER_DID_NOT_ANSWER
        if status is not None and status.is_over:
            self._move(_call_back_id(), sid, status, _seconds("DialCallDuration"))
        return _hung_up("a call-back is over")

    def status(self) -> Response:
        """What becomes of the call to the operator, and of the one to the caller that hangs on it."""
        told, call_back_id = request.form.get("CallStatus", ""), _call_back_id()
        if "ParentCallSid" in request.form:
            sid, status = read_sid(request.form, "ParentCallSid"), _TOLD_OF_CALLER.get(told)
            moved = status is not None and self._move(call_back_id, sid, status, _seconds("CallDuration"))
        elif told == "completed":
            sid = read_sid(request.form)
            moved = self._in_transaction(lambda connection: _end(connection, call_back_id, sid))
        else:
            sid, status = read_sid(request.form), _TOLD_OF_OPERATOR.get(told)
            moved = status is not None and self._move(call_back_id, sid, status)
        if not moved:
            log.info("a status callback moved no call-back", extra={"call_back": call_back_id})
        return Response(status=204)

    def _move(self, call_back_id: int, sid: str, status: CallBackStatus, talked_s: int | None = None) -> bool:
        seconds = talked_s if status is CallBackStatus.COMPLETED else None
        news = News(sid, status, clock.now(), seconds)
        return self._in_transaction(lambda connection: stored.move(connection, call_back_id, news))

    def _in_transaction(self, work: Callable[[Connection], T]) -> T:
        transacting = self.engine.execution_options(isolation_level="READ COMMITTED")

        def once() -> T:
            with transacting.begin() as connection:
                return work(connection)

        # All that is written only moves forward, so that it can be done again on a fresh connection.
        return twice(once)


def _ask(connection: Connection, call_back_id: int, sid: str) -> CalledBack | None:
    stored.move(connection, call_back_id, News(sid, CallBackStatus.ASKING_OPERATOR, clock.now()))
    found = stored.find_under_way(connection, call_back_id, sid)
    # The same question again for a webhook that comes again; none for one that comes after the end.
    if found is None or found.ended_at is not None or found.status is not CallBackStatus.ASKING_OPERATOR:
        return None
    return stored.load_subject(connection, call_back_id)


def _connect(connection: Connection, call_back_id: int, sid: str) -> UnderWay | None:
    found = stored.find_under_way(connection, call_back_id, sid)
    # Nobody is rung whose operator was never asked. A webhook that comes again gets the same answer.
    asked = (CallBackStatus.ASKING_OPERATOR, CallBackStatus.CONNECTING, CallBackStatus.TALKING)
    if found is None or found.sid is None or found.ended_at is not None or found.status not in asked:
        return None
    stored.move(connection, call_back_id, News(sid, CallBackStatus.CONNECTING, clock.now()))
    return found


def _end(connection: Connection, call_back_id: int, sid: str) -> bool:
    """The operator's receiver is down; what that means for how far it had come."""
    found = stored.find_under_way(connection, call_back_id, sid)
    if found is None:
        return False
    match found.status:
        case CallBackStatus.TALKING:
            meaning = CallBackStatus.COMPLETED
        case CallBackStatus.CONNECTING:
            meaning = CallBackStatus.GIVEN_UP
        case _:
            meaning = CallBackStatus.NOT_TAKEN
    return stored.move(connection, call_back_id, News(sid, meaning, clock.now()))


def _call_back_id() -> int:
    told = request.args.get("call_back", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else NO_CALL_BACK


def _seconds(name: str) -> int | None:
    told = request.form.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 6 else None


def _hung_up(why: str) -> Response:
    log.info(why, extra={"call_back": _call_back_id()})
    response = VoiceResponse()
    response.hangup()
    return twiml(str(response))


def _hang_up_on_trouble(error: Exception) -> Response:
    """Without a database nobody can be called back: the operator hears nothing, and looks at the page."""
    if isinstance(error, HTTPException):
        return Response(status=error.code)
    # The exception's own text may hold a number; only its kind and place are logged.
    log.error("a webhook of a call-back failed", extra={"kind": kind_of(error)})
    return _hung_up("a call-back is broken off")
