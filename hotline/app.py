"""Builds the Flask app, and what the dispatcher does beside it: the only place where the parts are joined."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask

from hotline import clock
from hotline.callflow.languages import FIRST_LANGUAGE, LANGUAGES
from hotline.callflow.line import Line, Now
from hotline.callflow.texts import Told, compose
from hotline.calls.by_text import Conversations
from hotline.calls.call_backs import close_lost_call_backs
from hotline.calls.chosen import offered_languages
from hotline.calls.endings import Endings
from hotline.calls.figures import count_what_is_over
from hotline.calls.lost import close_lost_calls
from hotline.calls.opening import load_hours
from hotline.calls.prints import Prints
from hotline.calls.turns import Calls
from hotline.carrier.client import Carrier, build_carrier
from hotline.oncall.health import health_blueprint
from hotline.oncall.metrics import metrics_blueprint, own_counts
from hotline.oncall.standing import look
from hotline.privacy import Vault
from hotline.settings import COUNTED_TOGETHER, Settings
from hotline.speech.messages import write_message
from hotline.speech.places import THE_LINE
from hotline.speech.recordings import Recordings
from hotline.speech.speak import load_wording, wording
from hotline.store.database import Engine, connect_to
from hotline.store.keeping import keeping_of
from hotline.store.texts import DueText
from hotline.store.told import ToldRequest
from hotline.suspensions.chores import Chore
from hotline.suspensions.queue import connect_dispatcher
from hotline.suspensions.recordings import delete_old_messages
from hotline.suspensions.retention import Anchor, Retention
from hotline.suspensions.texts import Texts
from hotline.voice.call_backs import CalledBackRoutes, call_backs_blueprint
from hotline.voice.operators import operators_blueprint
from hotline.voice.signature import Signatures
from hotline.voice.sms import Sms, sms_blueprint
from hotline.voice.twiml import TwimlRenderer
from hotline.voice.webhooks import Numbers, Webhooks, recordings_blueprint, voice_blueprint

LARGEST_BODY: Final = 64 * 1024
"""Bytes of the largest request body that is read; Twilio's forms have some 2 kB. More is refused with 413."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that the web processes and the dispatcher share."""

    engine: Engine
    vault: Vault
    renderer: TwimlRenderer
    line: Line
    calls: Calls
    endings: Endings
    conversations: Conversations


def build_parts(settings: Settings, engine: Engine) -> Parts:
    """The calls and conversations of the line over a database, whose engine commits each statement by itself."""
    prints = Prints(settings.hotline_secret_key.get_secret_value())
    vault = build_vault(settings)
    recordings = Recordings(recordings_folder(settings))
    line = build_line(settings, recordings)
    renderer = TwimlRenderer(settings.hotline_public_url, settings.operator_numbers, recordings)
    calls = Calls(engine, vault, prints, renderer, line)
    endings = Endings(engine, vault, prints, line)
    return Parts(engine, vault, renderer, line, calls, endings, Conversations(engine, prints, calls, endings, line))


def build_vault(settings: Settings) -> Vault:
    """What seals and unseals."""
    return Vault(key.get_secret_value() for key in settings.hotline_encryption_keys)


def recordings_folder(settings: Settings) -> Path:
    """Where recordings are played from."""
    return settings.hotline_recordings or THE_LINE.rendered


def build_line(settings: Settings, recordings: Recordings) -> Line:
    """How the line is set up; raises SettingsFault for a language that the line does not speak."""
    return Line(
        languages=offered_languages(settings),
        without_voice=frozenset(
            code for code in LANGUAGES if wording().voice(code).nearest and not recordings.speaks(code)
        ),
        operators=len(settings.operator_numbers),
        rings_in_turn=settings.operator_ringing == "in-turn",
        sends_texts=settings.sends_texts,
        takes_messages=settings.deletes_recordings,
        hours=load_hours(),
    )


def create_app(settings: Settings) -> Flask:
    """The web application of the line. What is wrong with its words stops it here, not in a call."""
    load_wording()
    app = Flask("hotline", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY)
    engine = connect_to(settings.database_url.get_secret_value(), autocommit=True)
    app.extensions["hotline.engine"] = engine
    parts = build_parts(settings, engine)
    tokens = (settings.twilio_auth_token, settings.twilio_auth_token_next)
    signatures = Signatures(
        settings.hotline_public_url, [token.get_secret_value() for token in tokens if token is not None]
    )
    numbers = Numbers(settings.number_languages, settings.operator_numbers, _first_language(parts.line))
    app.register_blueprint(voice_blueprint(Webhooks(parts.calls, parts.endings, signatures, numbers)))
    app.register_blueprint(operators_blueprint(parts.calls, parts.renderer, signatures, settings.operator_language))
    called_back = CalledBackRoutes(engine, parts.vault, parts.renderer, settings.operator_language)
    app.register_blueprint(call_backs_blueprint(called_back, signatures))
    if settings.sends_texts:
        # Who writes is promised later answers: without a way to send them, nobody is invited to write.
        app.register_blueprint(sms_blueprint(Sms(parts.conversations, parts.renderer, engine, numbers), signatures))
    app.register_blueprint(recordings_blueprint(recordings_folder(settings)))
    app.register_blueprint(health_blueprint(engine))
    if settings.hotline_metrics_token is not None:
        app.register_blueprint(_metrics(settings, engine, settings.hotline_metrics_token.get_secret_value()))
    return app


def _metrics(settings: Settings, engine: Engine, token: str) -> Blueprint:
    redis = connect_dispatcher(settings.redis_url.get_secret_value())
    directory = os.environ.get(COUNTED_TOGETHER)
    return metrics_blueprint(lambda: look(engine, redis, clock.now()), token, lambda: own_counts(directory))


def build_chores(settings: Settings, engine: Engine) -> list[Chore]:
    """What the dispatcher does now and then, over an engine that commits each statement by itself."""
    endings = build_parts(settings, engine).endings
    keeping = keeping_of(settings)
    chores: list[Chore] = [
        partial(close_lost_calls, engine, endings),
        partial(close_lost_call_backs, engine),
        # Before anything is erased: whoever called again is known by what is erased.
        partial(count_what_is_over, engine, keeping.facts),
    ]
    carrier = _carrier(settings)
    if carrier is not None:
        chores.append(partial(delete_old_messages, engine, carrier, keeping.recordings))
    # Last, so that its proof counts what the others did.
    return [*chores, Retention(engine, keeping), Anchor(engine)]


def build_texts(settings: Settings, engine: Engine) -> Texts | None:
    """What sends the text messages that were promised; None when the settings lack what it needs."""
    carrier = _carrier(settings)
    if carrier is None or settings.text_sender is None:
        return None
    callback = f"{settings.hotline_public_url}/sms/status"
    conversations = build_parts(settings, engine.execution_options(isolation_level="AUTOCOMMIT")).conversations
    return Texts(
        engine,
        build_vault(settings),
        carrier,
        settings.text_sender,
        callback,
        word_text,
        answers=conversations.send_answers,
    )


def word_text(text: DueText, request: ToldRequest | None) -> str:
    """What a text says about its request at this moment, in the caller's language."""
    if request is None:
        raise ValueError("A text that is composed when it is sent tells of a request: this one has none.")
    told = Told(request.receipt_number, request.answers, request.loss, request.municipality)
    return write_message(compose(told, Now(clock.now())), text.language)


def _carrier(settings: Settings) -> Carrier | None:
    key, secret = settings.twilio_api_key, settings.twilio_api_secret
    return build_carrier(
        settings.twilio_account_sid,
        key,
        None if secret is None else secret.get_secret_value(),
        settings.twilio_api_url,
    )


def _first_language(line: Line) -> str:
    return FIRST_LANGUAGE if FIRST_LANGUAGE in line.languages else line.languages[0]
