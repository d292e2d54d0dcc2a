"""The whole app with a client that signs as Twilio does."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from hotline.app import create_app
from hotline.phone.messaging import read_messages
from hotline.phone.twiml import read_twiml
from hotline.privacy import new_key
from hotline.settings import Settings

PUBLIC_URL = "https://line.example"
TOKEN = "the auth token"
NEXT_TOKEN = "the token that will replace it"
MOBILE = "+819012345678"
OPERATORS = ("+81312345678", "+81312345679")
SENDS_TEXTS = {
    "twilio_api_key": "SK" + "0" * 32,
    "twilio_api_secret": "the secret of the key",
    "text_sender": "+815012345678",
}


def settings_for(**others: str) -> Settings:
    """Settings of a line; what is given wins."""
    values = {
        "hotline_public_url": PUBLIC_URL,
        "hotline_encryption_keys": new_key(),
        "hotline_secret_key": "a secret of sixteen and more",
        # Whether or not this machine has rendered any, the tests hear voices.
        "hotline_recordings": "/nowhere",
        "redis_url": "redis://127.0.0.1:1",
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token": TOKEN,
        "twilio_auth_token_next": NEXT_TOKEN,
        "cardstatus_url": "http://127.0.0.1:1",
        "cardstatus_token": "a token",
        "operator_numbers": ",".join(OPERATORS),
        **SENDS_TEXTS,
    }
    return Settings.model_validate(values | others)


@dataclass
class Twilio:
    """Posts to the app as Twilio would. Every document must be one that Twilio understands."""

    client: FlaskClient
    sid: str = field(default_factory=lambda: "CA" + uuid4().hex)
    token: str = TOKEN
    number: str = MOBILE

    def posts(self, path: str, **form: str) -> TestResponse:
        body = {"CallSid": self.sid, "From": self.number, "To": "+81120950178", **form}
        answer = self.signs(path, body)
        if answer.status_code == 200:
            read_twiml(answer.data, answer.content_type)
        return answer

    def signs(self, path: str, body: dict[str, str]) -> TestResponse:
        signature = RequestValidator(self.token).compute_signature(PUBLIC_URL + path, body)
        return self.client.post(path, data=body, headers={"X-Twilio-Signature": signature})

    def goes_on(self, answer: TestResponse, **form: str) -> TestResponse:
        """The turn that follows this answer."""
        return self.posts(f"/voice/turn?turn={next_turn(answer)}", **form)

    def presses(self, *keys: str) -> TestResponse:
        """Call, and press keys; past what the line looks up at once."""
        answer = self.posts("/voice/incoming")
        for digits in keys:
            answer = self.goes_on(answer, Digits=digits)
            while "<Gather" not in answer.text and "<Redirect" in answer.text:
                answer = self.goes_on(answer)
        return answer

    def writes(self, body: str, **form: str) -> list[str]:
        """Send a text message; returns the answers."""
        answer = self.texts(Body=body, **form)
        assert answer.status_code == 200
        return list(read_messages(answer.data, answer.content_type))

    def texts(self, **form: str) -> TestResponse:
        sid = "SM" + uuid4().hex
        body = {"MessageSid": sid, "From": self.number, "To": "+81120950178", "NumMedia": "0", **form}
        return self.signs("/sms/incoming", body)

    def rows(self, table: str, order: str = "1") -> list[dict[str, Any]]:
        with self.client.application.extensions["hotline.engine"].connect() as connection:
            return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}")).mappings()]


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
