"""Which addresses and tokens a signature may be made of."""

import pytest
from flask import Flask, request
from twilio.request_validator import RequestValidator

from hotline.voice.signature import Signatures

TOKEN, NEXT_TOKEN = "the auth token", "the token that will replace it"
FORM = {"CallSid": "CA" + "0" * 32, "Digits": "1", "Body": "なくした"}
PATH = "/voice/turn?turn=9"


def is_genuine(signature: str | None, public_url: str = "https://line.example") -> bool:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    with Flask(__name__).test_request_context(PATH, method="POST", data=FORM, headers=headers):
        return Signatures(public_url, [TOKEN, NEXT_TOKEN]).are_genuine(request)


def signed(url: str, token: str = TOKEN) -> str:
    return RequestValidator(token).compute_signature(url + PATH, FORM)


@pytest.mark.parametrize("token", [TOKEN, NEXT_TOKEN])
@pytest.mark.parametrize(
    ("public_url", "as_signed"),
    [
        ("https://line.example", "https://line.example"),
        ("https://line.example", "https://line.example:443"),
        ("https://line.example:8443", "https://line.example:8443"),
        ("https://line.example:8443", "https://line.example"),
    ],
)
def test_either_token_may_sign_the_address_with_its_port_or_without(token, public_url, as_signed):
    assert is_genuine(signed(as_signed, token), public_url)


@pytest.mark.parametrize(
    "signature", [None, "", "é", signed("https://other.example"), signed("https://line.example", "x")]
)
def test_any_other_signature_is_refused(signature):
    assert not is_genuine(signature)
