"""Twilio's webhooks as bytes, signed before the load begins, so that the load itself costs next to nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from twilio.request_validator import RequestValidator

LANGUAGE_AND_CARD: Final = ("9", "1", "2", "1")
"""English, lost or stolen, the card."""

TURNS_OF_A_CALL: Final = 9
"""From the ringing to the promise."""

AFTER_THE_STOP: Final = ("1", "1")
"""Lost, by oneself."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request, and how to see that its answer is the right one."""

    request: bytes = field(repr=False)
    must_hold: bytes
    """Stands in the answer when the turn was taken, because the next webhook carries the next number."""


def identifying_keys(number: int) -> tuple[str, str, str]:
    """Birth date, postal code and house number that a made-up person, counted from 0, would key."""
    return f"{_birth_date(number):%Y%m%d}", _postal_code(number), "123"


def register_row(number: int) -> str:
    """The same person in the register of the reference backend."""
    return f"Bench {number},{_birth_date(number)},{_postal_code(number)},1-2-3,,active,active"


class Twilio:
    """Signs what it would send to the line at this address."""

    def __init__(self, public_url: str, token: str) -> None:
        self._public_url = public_url
        self._host = urlsplit(public_url).netloc
        self._validator = RequestValidator(token)

    def call_until_promise(self, sid: str, person: int) -> Iterator[Webhook]:
        """All webhooks of a call up to the one that confirms; only the last makes a promise."""
        yield Webhook(self._request(sid, "/voice/incoming", {"CallStatus": "ringing"}), b"turn=1<")
        for turn, keys in enumerate((*LANGUAGE_AND_CARD, *identifying_keys(person), "1"), start=1):
            yield self.turn(sid, turn, keys)

    def turn(self, sid: str, turn: int, keys: str | None) -> Webhook:
        """One later turn; without keys the caller was silent or on hold."""
        entered = {} if keys is None else {"Digits": keys}
        path = f"/voice/turn?turn={turn}"
        return Webhook(self._request(sid, path, {"CallStatus": "in-progress", **entered}), b"turn=%d<" % (turn + 1))

    def last_turn(self, sid: str, turn: int) -> Webhook:
        """The key at which the line says goodbye."""
        form = {"CallStatus": "in-progress", "Digits": "#"}
        return Webhook(self._request(sid, f"/voice/turn?turn={turn}", form), b"<Hangup")

    def hang_up(self, sid: str) -> Webhook:
        """The status callback at the end of a call."""
        return Webhook(self._request(sid, "/voice/status", {"CallStatus": "completed", "CallDuration": "60"}), b"")

    def _request(self, sid: str, path: str, more: Mapping[str, str]) -> bytes:
        caller = _caller(sid)
        form = {**_EVERY_FORM, "Caller": caller, "From": caller, "CallSid": sid, **more}
        signature = self._validator.compute_signature(self._public_url + path, form)
        body = urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
            "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
            f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def new_sid() -> str:
    """The name of a call."""
    return "CA" + uuid4().hex


def _caller(sid: str) -> str:
    """A mobile of each call's own: the line slows down whoever asks for more than is usual."""
    return f"+8190{int(sid[2:10], 16) % 90_000_000 + 10_000_000}"


def _birth_date(number: int) -> date:
    return date(1930, 1, 1) + timedelta(days=number % 30_000)


def _postal_code(number: int) -> str:
    return f"{1_000_000 + number:07}"


# What real webhooks carry beside it: all of it is signed, and read.
_EVERY_FORM: Final = {
    "AccountSid": "AC" + "0" * 32,
    "ApiVersion": "2010-04-01",
    "Called": "+81120950178",
    "CalledCity": "",
    "CalledCountry": "JP",
    "CalledState": "",
    "CalledZip": "",
    "CallerCity": "",
    "CallerCountry": "JP",
    "CallerState": "",
    "CallerZip": "",
    "Direction": "inbound",
    "FromCity": "",
    "FromCountry": "JP",
    "FromState": "",
    "FromZip": "",
    "To": "+81120950178",
    "ToCity": "",
    "ToCountry": "JP",
    "ToState": "",
    "ToZip": "",
}
