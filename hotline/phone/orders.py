"""Calls that the practice carrier is asked to place, by Twilio's rules, and how each stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

import phonenumbers

from hotline.phone.grammar import is_url
from hotline.phone.refusals import E164, Refusal, masked
from hotline.phone.texts import API

EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})
"""What can be told of a call."""

Form = Mapping[str, Sequence[str]]
"""Every value of every field; one field may come several times."""


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call that is to be placed, and may be."""

    to: str = field(repr=False)
    caller_id: str = field(repr=False)
    url: str
    """Where to ask what whoever answers will hear."""
    method: str
    callback: str | None
    events: frozenset[str]


@dataclass(slots=True)
class PlacedCall:
    """A call that the carrier has taken."""

    sid: str
    account_sid: str
    order: CallOrder
    placed_at: datetime
    status: str = "queued"
    """In Twilio's words."""

    def as_json(self) -> dict[str, Any]:
        """The call resource as Twilio answers it."""
        placed = format_datetime(self.placed_at)
        return {
            "account_sid": self.account_sid,
            "answered_by": None,
            "api_version": API,
            "date_created": placed,
            "date_updated": placed,
            "direction": "outbound-api",
            "duration": None,
            "end_time": None,
            "from": self.order.caller_id,
            "parent_call_sid": None,
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "start_time": None,
            "status": self.status,
            "to": self.order.to,
            "uri": f"/{API}/Accounts/{self.account_sid}/Calls/{self.sid}.json",
        }


def read_call_order(form: Form, senders: frozenset[str], regions: frozenset[str]) -> CallOrder:
    """The order in a form; raises Refusal.

    `senders` are the account's numbers, empty for any; `regions` those into which it may call, like "JP".
    """
    to, caller_id, url = (_one(form, name) for name in ("To", "From", "Url"))
    _check_called(to, regions)
    if not caller_id:
        raise Refusal(21213)
    if not E164.fullmatch(caller_id):
        raise Refusal(21212, masked(caller_id))
    if senders and caller_id not in senders:
        raise Refusal(21210, masked(caller_id))
    callback = _one(form, "StatusCallback") or None
    for given, code in ((url, 21205), (callback, 21609)):
        if given is not None and not (is_url(given) and given.startswith("http")):
            raise Refusal(code, given)
    _check_seconds(form)
    events = frozenset(form.get("StatusCallbackEvent", ("completed",)))
    if not events <= EVENTS:
        raise Refusal(21626, min(events - EVENTS))
    return CallOrder(to, caller_id, url, _one(form, "Method") or "POST", callback, events)


def _one(form: Form, name: str) -> str:
    return form[name][-1] if form.get(name) else ""


def _check_called(to: str, regions: frozenset[str]) -> None:
    if not to:
        raise Refusal(21201)
    number = phonenumbers.parse(to) if E164.fullmatch(to) else None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Refusal(21211, masked(to))
    if phonenumbers.region_code_for_number(number) not in regions:
        raise Refusal(21215, masked(to))


def _check_seconds(form: Form) -> None:
    """How long it rings and how long it may last, as far as they are given."""
    for name, most, code in (("Timeout", 600, 21223), ("TimeLimit", 14_400, 21223)):
        given = _one(form, name)
        if given and not (re.fullmatch(r"[0-9]{1,5}", given) and 0 < int(given) <= most):
            raise Refusal(code, given)
