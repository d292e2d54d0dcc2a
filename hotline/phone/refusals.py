"""Why Twilio's REST interface refuses a request, in its own codes, and the rules for a message that is to be sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import phonenumbers

from hotline.phone.grammar import is_url
from hotline.phone.texts import TEXT_LIMIT, length

_SENTENCES: Final = {
    20003: "Authenticate",
    20404: "The requested resource {it} was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    20503: "The server is unavailable to process this request",
    21201: "No 'To' number is specified",
    21205: "Url is not a valid URL: {it}",
    21210: "The source phone number provided, {it}, is not yet verified for your account.",
    21211: "Invalid 'To' Phone Number: {it}",
    21212: "Invalid From Number (caller ID): {it}",
    21213: "'From' phone number is required",
    21215: "Account not authorized to call {it}.",
    21223: "Invalid number of seconds: {it}",
    21266: "'To' and 'From' number cannot be the same: {it}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {it}",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided ({it}) is not a message-capable Twilio phone number of this account",
    21608: "The number {it} is unverified. Trial accounts cannot send messages to unverified numbers.",
    21609: "The 'StatusCallback' URL {it} is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "The 'To' phone number: {it}, is not currently reachable via SMS.",
    21614: "'To' number is not a valid mobile number: {it}",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21626: "Invalid status callback event: {it}",
    21705: "The Messaging Service Sid {it} is invalid",
}
_STATUSES: Final = {20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503}

E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
"""A number as Twilio wants it."""
_POOL_SID: Final = re.compile(r"MG[0-9a-f]{32}", re.ASCII)
_IMMOBILE: Final = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.TOLL_FREE)


class Refusal(Exception):
    """A request that is answered with an error; `code` is one of Twilio's list of errors."""

    def __init__(self, code: int, it: str = "") -> None:
        super().__init__(_SENTENCES.get(code, "The request was refused").format(it=it))
        self.code = code

    @property
    def status(self) -> int:
        """Of HTTP."""
        return _STATUSES.get(self.code, 400)

    def as_json(self) -> dict[str, Any]:
        """How Twilio words it."""
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class Order:
    """A message that is to be sent, and may be."""

    to: str = field(repr=False)
    sender: str | None = field(repr=False)
    pool_sid: str | None
    body: str = field(repr=False)
    callback: str | None


def read_order(form: Mapping[str, str], senders: frozenset[str], regions: frozenset[str]) -> Order:
    """The order in a form; raises Refusal.

    `senders` are the account's numbers, empty for any; `regions` those into which it may send, like "JP".
    """
    to, sender, pool_sid = form.get("To", ""), form.get("From") or None, form.get("MessagingServiceSid") or None
    _check_recipient(to, regions)
    if pool_sid is not None and not _POOL_SID.fullmatch(pool_sid):
        raise Refusal(21705, pool_sid)
    if sender is None and pool_sid is None:
        raise Refusal(21603)
    if sender is not None:
        _check_sender(sender, to, senders)
    body, callback = form.get("Body", ""), form.get("StatusCallback") or None
    if not body.strip():
        raise Refusal(21602)
    if length(body) > TEXT_LIMIT:
        raise Refusal(21617)
    if callback is not None and not (is_url(callback) and callback.startswith("http")):
        raise Refusal(21609, callback)
    return Order(to, sender, pool_sid, body, callback)


def _check_recipient(to: str, regions: frozenset[str]) -> None:
    if not to:
        raise Refusal(21604)
    number = phonenumbers.parse(to) if E164.fullmatch(to) else None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Refusal(21211, masked(to))
    if phonenumbers.region_code_for_number(number) not in regions:
        raise Refusal(21408, masked(to))
    if phonenumbers.number_type(number) in _IMMOBILE:
        raise Refusal(21614, masked(to))


def _check_sender(sender: str, to: str, senders: frozenset[str]) -> None:
    if not E164.fullmatch(sender):
        raise Refusal(21212, masked(sender))
    if senders and sender not in senders:
        raise Refusal(21606, masked(sender))
    if sender == to:
        raise Refusal(21266, masked(to))


def masked(number: str) -> str:
    """A number as Twilio shows it in its errors: without its last four digits."""
    return number[:-4] + "XXXX"
