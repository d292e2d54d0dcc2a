"""The routes that Twilio calls. The caller always hears something: the newest answer, an apology, the last resort."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.exceptions import HTTPException

from hotline import clock, metrics
from hotline.callflow.events import Dialled
from hotline.callflow.languages import FIRST_LANGUAGE, LANGUAGES
from hotline.calls.endings import Endings
from hotline.calls.known import StillThere, UnknownCall
from hotline.calls.turns import Calls
from hotline.speech.last_resort import last_resort
from hotline.speech.recordings import FILE
from hotline.store.calls import ENDED_STATUSES
from hotline.store.database import DATABASE_TROUBLE
from hotline.voice.forms import ImpossibleForm, read_caller, read_event, read_recording, read_sid
from hotline.voice.signature import Signatures
from hotline.voice.twiml import RECORDINGS

log = logging.getLogger(__name__)

NO_TURN: Final = -1
"""Instead of a turn number that is none: no call is ever at it, so the caller gets the newest answer."""

A_YEAR_S: Final = 31_536_000
"""The longest time that HTTP lets a copy be kept."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The telephone numbers of the line and of its operators."""

    languages: Mapping[str, str] = field(default_factory=dict)
    """Number of the line in E.164 -> the language in which it answers."""
    operators: tuple[str, ...] = ()
    first_language: str = FIRST_LANGUAGE
    """The language in which every other number answers."""

    def language(self, called: str) -> str:
        """The language in which this number of the line answers."""
        return self.languages.get(called, self.first_language)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What the routes of a telephone call need."""

    calls: Calls
    endings: Endings
    signatures: Signatures
    numbers: Numbers

    def incoming(self) -> Response:
        """The number's voice URL: a call comes in."""
        return twiml(self._answer(read_sid(request.form)))

    def turn(self) -> Response:
        """Every later turn of a call."""
        return twiml(self._take(read_sid(request.form)))

    def status(self) -> Response:
        """Status callbacks: best-effort in delivery and order, so they only ever close a call."""
        sid, status = read_sid(request.form), request.form.get("CallStatus", "")
        if status not in ENDED_STATUSES:
            return Response(status=204)
        if not self.endings.end(sid, status, clock.now()):
            log.info("a status callback found no open call")
        return Response(status=204)

    def recording(self) -> Response:
        """A recording is finished: the only word of it when its caller hung up instead of ending it."""
        recording = read_recording(request.form)
        if recording is not None:
            try:
                self.endings.keep_message(recording.call_sid, recording.sid, recording.seconds, clock.now())
            except UnknownCall:
                log.error("a recording belongs to no known call", extra={"recording": recording.sid})
        return Response(status=204)

    def last_resort(self, error: Exception) -> Response:
        """When nothing else can be said: an apology that needs no database, and the operators' numbers.

        Twilio gets it as a good answer: for an error it would play its own words, in English, and hang up.
        """
        if isinstance(error, HTTPException):
            return Response(status=error.code)
        metrics.LAST_RESORTS.inc()
        # The exception's own text may hold what the caller keyed; only its kind and place are logged.
        log.error("a webhook failed, the caller got the last resort", extra={"kind": kind_of(error)})
        return twiml(self._last_resort())

    def _last_resort(self) -> str:
        return last_resort(self.numbers.language(request.form.get("To", "")), self.numbers.operators)

    def _answer(self, sid: str) -> str:
        called = request.form.get("To", "")[:32]
        event = Dialled(self.numbers.language(called), read_caller(request.form))
        answer = self.calls.answer(sid, called, event, clock.now())
        if answer is None:
            raise UnknownCall("A call is known, but what it knew is erased.")
        return answer

    def _take(self, sid: str) -> str:
        number = request.args.get("turn", NO_TURN, type=int)
        try:
            return self.calls.take(sid, number, read_event(request.form), clock.now())
        except UnknownCall:
            log.warning("a turn of a call that is not known: it is answered anew")
            return self._answer(sid)
        except StillThere as still_there:
            metrics.LAST_RESORTS.inc()
            log.warning("the caller gets the last resort", extra={"cause": str(still_there)})
            return self._last_resort()
        except DATABASE_TROUBLE:
            raise
        except Exception as error:
            metrics.APOLOGIES.inc()
            log.error("a step failed, the caller gets an apology and a person", extra={"kind": kind_of(error)})
            return self.calls.apologise(sid, number, clock.now())


def voice_blueprint(webhooks: Webhooks) -> Blueprint:
    """The routes under /voice, each refusing whoever cannot sign."""
    blueprint = signed_blueprint("voice", webhooks.signatures)
    blueprint.add_url_rule("/incoming", "incoming", webhooks.incoming, methods=["POST"])
    blueprint.add_url_rule("/turn", "turn", webhooks.turn, methods=["POST"])
    blueprint.add_url_rule("/status", "status", webhooks.status, methods=["POST"])
    blueprint.add_url_rule("/recording", "recording", webhooks.recording, methods=["POST"])
    blueprint.register_error_handler(Exception, webhooks.last_resort)
    return blueprint


def recordings_blueprint(folder: Path) -> Blueprint:
    """What is recorded, for everybody who asks: it is what every caller hears."""
    blueprint = Blueprint("recordings", __name__, url_prefix=RECORDINGS)

    @blueprint.get("/<language>/<file>")
    def recording(language: str, file: str) -> Response:
        if language not in LANGUAGES or not FILE.fullmatch(file):
            return Response(status=404)
        # The name says what is in the file: it never has to be fetched twice.
        answer = send_from_directory(folder.absolute(), f"{language}/{file}", mimetype="audio/wav", max_age=A_YEAR_S)
        answer.cache_control.immutable = True
        return answer

    return blueprint


def signed_blueprint(name: str, signatures: Signatures) -> Blueprint:
    """Routes under /name that refuse whoever cannot sign, and forms that cannot be."""
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")

    def refuse_strangers() -> Response | None:
        """Before every route: 403 and nothing else for whoever cannot sign."""
        if signatures.are_genuine(request):
            return None
        metrics.SIGNATURES_REFUSED.inc()
        log.warning("refused a webhook: its signature fits none of the auth tokens and the public address")
        return Response(status=403)

    blueprint.before_request(refuse_strangers)
    blueprint.register_error_handler(ImpossibleForm, _impossible)
    return blueprint


def twiml(text: str) -> Response:
    """A document that Twilio acts on."""
    return Response(text, content_type="text/xml; charset=utf-8")


def kind_of(error: Exception) -> str:
    """Where an exception came from, without its text: that may hold what the caller keyed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}"
    return type(error).__name__ + place


def _impossible(error: Exception) -> Response:
    log.warning("refused a webhook: %s", error)
    return Response(status=400)
