"""Builds the Flask app: the only place where the parts are joined."""

from flask import Flask

from hotline.calls.turns import Calls
from hotline.oncall.health import health_blueprint
from hotline.privacy import Vault
from hotline.settings import Settings
from hotline.speech.speak import load_wording
from hotline.store.database import Engine, connect_to
from hotline.voice.signature import Signatures
from hotline.voice.twiml import TwimlRenderer
from hotline.voice.webhooks import Webhooks, voice_blueprint

LARGEST_BODY = 64 * 1024
"""Bytes of the largest request body that is read; Twilio's forms have some 2 kB. More is refused with 413."""


def build_calls(settings: Settings, engine: Engine) -> Calls:
    """The calls of the line over a database; for the web, and for the dispatcher's chores."""
    return Calls(
        engine=engine,
        vault=Vault(key.get_secret_value() for key in settings.hotline_encryption_keys),
        secret=settings.hotline_secret_key.get_secret_value(),
        render=TwimlRenderer(settings.hotline_public_url, settings.operator_numbers),
    )


def create_app(settings: Settings) -> Flask:
    """The web application of the line. What is wrong with its words stops it here, not in a call."""
    load_wording()
    app = Flask("hotline", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY)
    engine = connect_to(settings.database_url.get_secret_value(), autocommit=True)
    app.extensions["hotline.engine"] = engine
    calls = build_calls(settings, engine)
    tokens = (settings.twilio_auth_token, settings.twilio_auth_token_next)
    signatures = Signatures(
        settings.hotline_public_url, [token.get_secret_value() for token in tokens if token is not None]
    )
    app.register_blueprint(voice_blueprint(Webhooks(calls, signatures, settings.operator_numbers)))
    app.register_blueprint(health_blueprint(engine))
    return app
