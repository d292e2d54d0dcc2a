"""The routes of text messages: those that come in, and what becomes of those that the line sends."""

import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request
from twilio.twiml.messaging_response import MessagingResponse
from werkzeug.exceptions import HTTPException

from hotline import clock
from hotline.callflow.replies import HangUp, Reply, Sentence
from hotline.calls.again import twice
from hotline.calls.by_text import Conversations, Flood, Message
from hotline.store.database import DATABASE_TROUBLE, Engine
from hotline.store.texts import note_status
from hotline.voice.forms import read_message, read_message_sid
from hotline.voice.signature import Signatures
from hotline.voice.twiml import TwimlRenderer
from hotline.voice.webhooks import Numbers, kind_of, signed_blueprint, twiml

log = logging.getLogger(__name__)

_NO_ANSWER: Final = str(MessagingResponse())

_SORRY: Final = Reply((Sentence("common.error"), Sentence("text.again")), HangUp())


def sms_blueprint(routes: "Sms", signatures: Signatures) -> Blueprint:
    """The routes under /sms, each refusing whoever cannot sign."""
    blueprint = signed_blueprint("sms", signatures)
    blueprint.add_url_rule("/incoming", "incoming", routes.incoming, methods=["POST"])
    blueprint.add_url_rule("/status", "status", routes.status, methods=["POST"])
    blueprint.register_error_handler(Exception, routes.apologise)
    return blueprint


@dataclass(frozen=True, slots=True)
class Sms:
    """What the routes need."""

    conversations: Conversations
    renderer: TwimlRenderer
    engine: Engine
    numbers: Numbers

    def incoming(self) -> Response:
        """The number's messaging URL: somebody writes to the line."""
        message = read_message(request.form)
        if message is None:
            log.info("a text message came from no number: nobody can be answered")
            return twiml(_NO_ANSWER)
        return twiml(self._answer(message))

    def status(self) -> Response:
        """What became of a text message of the line; Twilio tells it as often and in what order it likes."""
        sid = read_message_sid(request.form)
        # Twilio does not tell it again when it was told once, so that a lost connection must not lose it.
        twice(lambda: self._note_status(sid))
        return Response(status=204)

    def _note_status(self, sid: str) -> None:
        code = request.form.get("ErrorCode", "")
        with self.engine.begin() as connection:
            note_status(
                connection,
                sid,
                request.form.get("MessageStatus", "")[:16],
                int(code) if code.isascii() and code.isdigit() and len(code) < 9 else None,
                clock.now(),
                _text_id(request.args.get("text", "")),
            )

    def apologise(self, error: Exception) -> Response:
        """When nothing else can be written: sorry, and nothing is promised."""
        if isinstance(error, HTTPException):
            return Response(status=error.code)
        log.error("a text message could not be answered", extra={"kind": kind_of(error)})
        return twiml(self.renderer.messages(_SORRY, self.numbers.language(request.form.get("To", ""))))

    def _answer(self, message: Message) -> str:
        language = self.numbers.language(message.called)
        try:
            return self.conversations.receive(message, language, clock.now())
        except DATABASE_TROUBLE:
            raise
        except Flood as flood:
            log.error("a text message gets no answer", extra={"cause": str(flood)})
            return _NO_ANSWER
        except Exception as error:
            log.error("a step failed, the writer gets an apology and a person", extra={"kind": kind_of(error)})
            answer = self.conversations.apologise(message, clock.now())
            if answer is None:
                raise
            return answer


def _text_id(told: str) -> UUID | None:
    try:
        return UUID(told)
    except ValueError:
        return None
