"""Whether a webhook really comes from Twilio."""

import hmac
from collections.abc import Sequence

from flask import Request
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict


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
        form = request.form
        if any(_is_signed_by(one, url, form, signature) for one in self._validators):
            return True
        # Twilio may have signed the address with its port or without, whichever the configured one has.
        return any(one.validate(url, form, signature) for one in self._validators)


def _is_signed_by(token: RequestValidator, url: str, form: MultiDict[str, str], signature: str) -> bool:
    """Whether this very address was signed: nearly always so, and a third of the work of looking at its variants."""
    # As bytes, because strings that are not ASCII cannot be compared in constant time.
    return hmac.compare_digest(token.compute_signature(url, form).encode(), signature.encode())
