"""Every route refuses by default."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hotline.app import create_app
from hotline.privacy import new_key
from hotline.settings import Settings

HEALTH = {"/healthz", "/readyz"}
"""They say whether the line is well, and nothing of calls."""

OPEN_TO_ALL = HEALTH | {"/recordings/<language>/<file>"}
"""What the line says is no secret: Twilio fetches its recordings without a signature."""

SIGNED = {
    *("/voice/incoming", "/voice/turn", "/voice/status", "/voice/recording"),
    *("/operators/whisper", "/operators/taken", "/sms/incoming", "/sms/status"),
    *("/call-backs/answer", "/call-backs/taken", "/call-backs/over", "/call-backs/status"),
}
"""What Twilio calls; further routes may be guarded in another way."""

BEARER = {"/metrics"}
"""What monitoring reads with a token of its own."""


@pytest.fixture
def app(database_url: str, valkey_url: str) -> Iterator[Flask]:
    app = create_app(
        Settings.model_validate(
            {
                "hotline_public_url": "https://line.example",
                "hotline_encryption_keys": new_key(),
                "hotline_secret_key": "a secret of a test",
                "database_url": database_url,
                "redis_url": valkey_url,
                "twilio_account_sid": "AC" + "0" * 32,
                "twilio_auth_token": "token of a test",
                "twilio_api_key": "SK" + "0" * 32,
                "twilio_api_secret": "secret of a test",
                "text_sender": "+815012345678",
                "operator_numbers": "+81312345678",
                "cardstatus_url": "http://127.0.0.1:1",
                "cardstatus_token": "token of the backend",
                "hotline_metrics_token": "a token of a test",
            }
        )
    )
    yield app
    app.extensions["hotline.engine"].dispose()


def _is_refused(answer: TestResponse, path: str) -> bool:
    """A stranger learns nothing; whoever reads metrics is told what to bring."""
    return answer.status_code == 401 if path in BEARER else (answer.status_code, answer.data) == (403, b"")


def _path(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        return app.url_map.bind("line.example").build(rule.endpoint, {name: "1" for name in rule.arguments})


def _guarded(app: Flask) -> list[tuple[str, str]]:
    return [
        (method, _path(app, rule))
        for rule in app.url_map.iter_rules()
        if rule.rule not in OPEN_TO_ALL
        for method in sorted(rule.methods or set())
        if method != "OPTIONS"
    ]


def test_no_guarded_route_answers_an_unsigned_request(app):
    client = app.test_client()
    guarded = _guarded(app)
    assert {("POST", path) for path in SIGNED} <= set(guarded)
    for method, path in guarded:
        answer = client.open(path, method=method, data={"CallSid": "CA" + "0" * 32, "AccountSid": "AC" + "0" * 32})
        assert _is_refused(answer, path), f"{method} {path}"


def test_no_guarded_route_answers_a_wrong_signature(app):
    client = app.test_client()
    for method, path in _guarded(app):
        answer = client.open(
            path,
            method=method,
            data={"CallSid": "CA" + "0" * 32},
            headers={"X-Twilio-Signature": "bm90IGEgc2lnbmF0dXJl", "Authorization": "Bearer nobody"},
        )
        assert _is_refused(answer, path), f"{method} {path}"


def test_what_is_open_to_all_is_only_looked_at(app):
    open_rules = [rule for rule in app.url_map.iter_rules() if rule.rule in OPEN_TO_ALL]
    assert {rule.rule for rule in open_rules} == OPEN_TO_ALL
    for rule in open_rules:
        assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS"}


def test_health_routes_answer_everybody(app):
    client = app.test_client()
    for path in HEALTH:
        assert client.get(path).status_code == 200
