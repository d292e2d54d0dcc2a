"""The routes that Twilio calls. The caller always hears something: the newest answer, an apology, the last resort."""

import logging
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from hotline import clock
from hotline.callflow.events import Dialled
from hotline.callflow.languages import FIRST_LANGUAGE
from hotline.calls.turns import Calls, UnknownCall
from hotline.speech.last_resort import last_resort
from hotline.store.calls import OPEN_STATUSES
from hotline.store.database import DATABASE_TROUBLE
from hotline.voice.forms import ImpossibleForm, read_caller, read_event, read_sid
from hotline.voice.signature import Signatures

log = logging.getLogger(__name__)

NO_TURN: Final = -1
"""Instead of a turn number that is none: no call is ever at it, so the caller gets the newest answer."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What the routes need."""

    calls: Calls
    signatures: Signatures
    operator_numbers: tuple[str, ...]

    def incoming(self) -> Response:
        """The number's voice URL: a call comes in."""
        return _twiml(self._answer(read_sid(request.form)))

    def turn(self) -> Response:
        """Every later turn of a call."""
        return _twiml(self._take(read_sid(request.form)))

    def status(self) -> Response:
        """Status callbacks: best-effort in delivery and order, so they only ever close a call."""
        sid, status = read_sid(request.form), request.form.get("CallStatus", "")
        if status in OPEN_STATUSES or not status:
            return Response(status=204)
        if not self.calls.end(sid, status[:16], clock.now()):
            log.info("a status callback found no open call")
        return Response(status=204)

    def refuse_strangers(self) -> Response | None:
        """Before every route: 403 and nothing else for whoever cannot sign."""
        if self.signatures.are_genuine(request):
            return None
        log.warning("refused a webhook: its signature fits none of the auth tokens and the public address")
        return Response(status=403)

    def last_resort(self, error: Exception) -> Response:
        """When nothing else can be said: an apology that needs no database, and the operators' numbers.

        Twilio gets it as a good answer: for an error it would play its own words, in English, and hang up.
        """
        if isinstance(error, HTTPException):
            return Response(status=error.code)
        # The exception's own text may hold what the caller keyed; only its kind and place are logged.
        log.error("a webhook failed, the caller got the last resort", extra={"kind": _kind(error)})
        return _twiml(last_resort(FIRST_LANGUAGE, self.operator_numbers))

    def _answer(self, sid: str) -> str:
        event = Dialled(FIRST_LANGUAGE, read_caller(request.form), bool(self.operator_numbers))
        return self.calls.answer(sid, request.form.get("To", "")[:32], event, clock.now())

    def _take(self, sid: str) -> str:
        number = request.args.get("turn", NO_TURN, type=int)
        try:
            return self.calls.take(sid, number, read_event(request.form), clock.now())
        except UnknownCall:
            log.warning("a turn of a call that is not known: it is answered anew")
            return self._answer(sid)
        except DATABASE_TROUBLE:
            raise
        except Exception as error:
            log.error("a step failed, the caller gets an apology and a person", extra={"kind": _kind(error)})
            return self.calls.apologise(sid, number, clock.now())


def voice_blueprint(webhooks: Webhooks) -> Blueprint:
    """The routes under /voice, each refusing whoever cannot sign."""
    blueprint = Blueprint("voice", __name__, url_prefix="/voice")
    blueprint.before_request(webhooks.refuse_strangers)
    blueprint.add_url_rule("/incoming", "incoming", webhooks.incoming, methods=["POST"])
    blueprint.add_url_rule("/turn", "turn", webhooks.turn, methods=["POST"])
    blueprint.add_url_rule("/status", "status", webhooks.status, methods=["POST"])
    blueprint.register_error_handler(ImpossibleForm, _impossible)
    blueprint.register_error_handler(Exception, webhooks.last_resort)
    return blueprint


def _impossible(error: Exception) -> Response:
    log.warning("refused a webhook: %s", error)
    return Response(status=400)


def _twiml(text: str) -> Response:
    return Response(text, content_type="text/xml; charset=utf-8")


def _kind(error: Exception) -> str:
    """Where an exception came from, without its text: that may hold what the caller keyed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}"
    return type(error).__name__ + place
