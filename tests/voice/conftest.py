"""The whole app with a client that signs as Twilio does."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from hotline.app import create_app
from hotline.privacy import new_key
from hotline.settings import Settings

PUBLIC_URL = "https://line.example"
TOKEN = "the auth token"
NEXT_TOKEN = "the token that will replace it"


def settings_for(**others: str) -> Settings:
    """Settings of a line; what is given wins."""
    values = {
        "hotline_public_url": PUBLIC_URL,
        "hotline_encryption_keys": new_key(),
        "hotline_secret_key": "a secret of sixteen and more",
        "redis_url": "redis://127.0.0.1:1",
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token": TOKEN,
        "twilio_auth_token_next": NEXT_TOKEN,
        "cardstatus_url": "http://127.0.0.1:1",
        "cardstatus_token": "a token",
        "operator_numbers": "+81312345678,+81312345679",
    }
    return Settings.model_validate(values | others)


@dataclass
class Twilio:
    """Posts to the app as Twilio would."""

    client: FlaskClient
    sid: str = field(default_factory=lambda: "CA" + uuid4().hex)
    token: str = TOKEN

    def posts(self, path: str, **form: str) -> TestResponse:
        body = {"CallSid": self.sid, "From": "+819012345678", "To": "+81120950178", **form}
        signature = RequestValidator(self.token).compute_signature(PUBLIC_URL + path, body)
        return self.client.post(path, data=body, headers={"X-Twilio-Signature": signature})

    def presses(self, *keys: str) -> TestResponse:
        answer = self.posts("/voice/incoming")
        for digits in keys:
            answer = self.posts(f"/voice/turn?turn={next_turn(answer)}", Digits=digits)
        return answer


def next_turn(answer: TestResponse) -> int:
    return int(re.findall(r"turn=(\d+)", answer.text)[-1])


Dial = Callable[..., Twilio]


@pytest.fixture
def dial(database_url: str) -> Iterator[Dial]:
    """Makes an app over an empty database, and a Twilio in front of it."""
    apps = []

    def start(**settings: str) -> Twilio:
        app = create_app(settings_for(**{"database_url": database_url} | settings))
        apps.append(app)
        return Twilio(app.test_client())

    yield start
    for app in apps:
        app.extensions["hotline.engine"].dispose()


@pytest.fixture
def twilio(dial: Dial) -> Twilio:
    return dial()
