"""What the line is measured against: a menu as in any tutorial, with Flask and twilio, without database or log."""

import os
from typing import Final

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

_VOICE: Final = {"language": "en-US", "voice": "Polly.Joanna-Neural"}
_SENTENCES: Final = (
    "This is the telephone line for lost My Number Cards.",
    "If your card or smartphone is lost or stolen, press 2.",
    "To talk to a person, press 0. To hear this again, press star.",
)


def _menu() -> Response:
    number = request.args.get("turn", 0, type=int) + 1
    action = f"/voice/turn?turn={number}"
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, action=action, method="POST", timeout=5)
    for sentence in _SENTENCES:
        gather.say(sentence, **_VOICE)
    response.append(gather)
    response.redirect(action, method="POST")
    return Response(str(response), content_type="text/xml; charset=utf-8")


def _create_app(validator: RequestValidator | None, public_url: str) -> Flask:
    app = Flask(__name__)
    if validator is not None:

        @app.before_request
        def refuse_strangers() -> None:
            url = public_url + request.full_path.rstrip("?")
            if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
                abort(403)

    app.add_url_rule("/voice/incoming", "incoming", _menu, methods=["POST"])
    app.add_url_rule("/voice/turn", "turn", _menu, methods=["POST"])
    return app


signing = _create_app(RequestValidator(os.environ["TWILIO_AUTH_TOKEN"]), os.environ["HOTLINE_PUBLIC_URL"])
"""Checks who called, as everybody should."""

trusting = _create_app(None, "")
"""Answers anybody: the least that a menu can do."""
