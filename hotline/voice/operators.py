"""What Twilio asks for on an operator's telephone, before the operator takes a call."""

import logging
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request
from twilio.twiml.voice_response import VoiceResponse

from hotline.callflow.replies import Listen, Menu, Option, Reply
from hotline.callflow.whisper import TAKES, whisper
from hotline.calls.turns import Calls
from hotline.voice.forms import read_sid
from hotline.voice.signature import Signatures
from hotline.voice.twiml import TwimlRenderer
from hotline.voice.webhooks import kind_of, signed_blueprint, twiml

log = logging.getLogger(__name__)

_BRIDGE: Final = str(VoiceResponse())
"""An empty document: Twilio connects the operator with the caller."""

_ASK: Final = Reply((), Listen(Menu((Option(TAKES, "whisper.accept"),))))


def operators_blueprint(calls: Calls, renderer: TwimlRenderer, signatures: Signatures, language: str) -> Blueprint:
    """The routes under /operators; operators hear this language."""
    routes = _Operators(calls, renderer, language)
    blueprint = signed_blueprint("operators", signatures)
    blueprint.add_url_rule("/whisper", "whisper", routes.whisper, methods=["POST"])
    blueprint.add_url_rule("/taken", "taken", routes.taken, methods=["POST"])
    return blueprint


@dataclass(frozen=True, slots=True)
class _Operators:
    calls: Calls
    renderer: TwimlRenderer
    language: str

    def whisper(self) -> Response:
        """What is known of the call, and the question whether to take it; the question alone when nothing is known.

        It is always asked: a voicemail must never take a caller.
        """
        return twiml(self.renderer.whisper(self._known(read_sid(request.form, "ParentCallSid")), self.language))

    def _known(self, sid: str) -> Reply:
        try:
            return whisper(self.calls.find(sid).state)
        except Exception as error:
            log.error("an operator heard nothing of a call", extra={"kind": kind_of(error)})
            return _ASK

    def taken(self) -> Response:
        """The operator pressed a key: the right one connects, every other one leaves the caller to the next."""
        if request.form.get("Digits") == TAKES:
            return twiml(_BRIDGE)
        refused = VoiceResponse()
        refused.hangup()
        return twiml(str(refused))
