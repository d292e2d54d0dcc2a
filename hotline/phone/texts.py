"""Text messages as Twilio counts, names and lists them."""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from math import ceil
from typing import Any, Final

API: Final = "2010-04-01"
"""Twilio's version of its REST interface, the first part of every path."""

TEXT_LIMIT: Final = 1600
"""Characters a message may have, however many parts it is cut into."""

_GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_DOUBLE: Final = frozenset("\f^{}\\[~]|€")
"""Letters that take two places."""


def length(body: str) -> int:
    """How many characters Twilio counts: those outside the basic plane, most emoji among them, count twice."""
    return len(body.encode("utf-16-le")) // 2


def parts(body: str) -> int:
    """Into how many short messages the body is cut: 160 letters of GSM 03.38 or 70 others; 153 or 67 when there are
    several, each with its place among them.
    """
    letters = set(body)
    if letters <= _GSM_7 | _GSM_7_DOUBLE:
        places, alone, among = len(body) + sum(letter in _GSM_7_DOUBLE for letter in body), 160, 153
    else:
        places, alone, among = length(body), 70, 67
    return 1 if places <= alone else ceil(places / among)


class Standing(StrEnum):
    """How far a message has come."""

    ACCEPTED = "accepted"
    """By a messaging pool that has yet to choose who sends it."""
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(slots=True)
class Text:
    """A message that the carrier has accepted."""

    sid: str
    account_sid: str
    to: str = field(repr=False)
    sender: str | None = field(repr=False)
    """None until a pool has chosen one."""
    pool_sid: str | None
    """Of the Messaging Service that sends it, if one does."""
    body: str = field(repr=False)
    callback: str | None
    accepted_at: datetime
    standing: Standing
    error_code: int | None = None
    """Why it was not delivered."""

    def fields(self) -> dict[str, str]:
        """What a status callback carries now."""
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": API,
            "From": self.sender or "",
            "MessageSid": self.sid,
            "MessageStatus": self.standing.value,
            "SmsSid": self.sid,
            "SmsStatus": self.standing.value,
            "To": self.to,
        }
        if self.pool_sid is not None:
            fields["MessagingServiceSid"] = self.pool_sid
        if self.error_code is not None:
            fields["ErrorCode"] = str(self.error_code)
        if self.standing in (Standing.DELIVERED, Standing.UNDELIVERED):
            fields["RawDlrDoneDate"] = f"{self.accepted_at:%y%m%d%H%M}"
        return fields

    def as_json(self) -> dict[str, Any]:
        """The message resource as Twilio answers it."""
        uri = f"/{API}/Accounts/{self.account_sid}/Messages/{self.sid}"
        is_on_its_way = self.standing not in (Standing.ACCEPTED, Standing.QUEUED)
        accepted = format_datetime(self.accepted_at)
        return {
            "account_sid": self.account_sid,
            "api_version": API,
            "body": self.body,
            "date_created": accepted,
            "date_sent": accepted if is_on_its_way else None,
            "date_updated": accepted,
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": self.pool_sid,
            "num_media": "0",
            "num_segments": "0" if self.standing is Standing.ACCEPTED else str(parts(self.body)),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.standing.value,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "tags": None,
            "to": self.to,
            "uri": f"{uri}.json",
        }
