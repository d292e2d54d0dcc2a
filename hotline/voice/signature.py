"""Whether a webhook really comes from Twilio."""

from collections.abc import Sequence

from flask import Request
from twilio.request_validator import RequestValidator


class Signatures:
    """Knows the public address and the auth tokens; two of them while one is being replaced."""

    def __init__(self, public_url: str, tokens: Sequence[str]) -> None:
        self._public_url = public_url
        self._validators = tuple(RequestValidator(token) for token in tokens)

    def are_genuine(self, request: Request) -> bool:
        """Whether one of the tokens signed this request for our public address.

        The address is the configured one, never what a header claims. The path is one of our own, which need no
        escapes, and the query is taken raw: Werkzeug's `request.url` has characters decoded that Twilio signed
        encoded.
        """
        query = request.environ.get("QUERY_STRING", "")
        url = f"{self._public_url}{request.path}" + (f"?{query}" if query else "")
        signature = request.headers.get("X-Twilio-Signature", "")
        return any(validator.validate(url, request.form, signature) for validator in self._validators)
