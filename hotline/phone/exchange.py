"""What the practice carrier knows and does, apart from HTTP: messages, calls, recordings, misbehaving on demand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from hmac import compare_digest
from threading import Lock
from typing import Any, Final

from hotline.phone.leg import new_sid
from hotline.phone.orders import Form, PlacedCall, read_call_order
from hotline.phone.refusals import Refusal, masked, read_order
from hotline.phone.sounds import seconds_of
from hotline.phone.texts import API, Standing, Text

POOL_NUMBER: Final = "+815031234567"
"""What a Messaging Service sends from when the account has named no senders."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose messages the carrier carries, and what it may do."""

    sid: str
    token: str = field(repr=False)
    """Signs callbacks, and authenticates requests together with the SID."""
    api_key: str | None = None
    api_secret: str | None = field(default=None, repr=False)
    senders: frozenset[str] = frozenset()
    """The numbers from which it may send; empty for any."""
    regions: frozenset[str] = frozenset({"JP"})
    """Into which it may send."""

    def knows(self, name: str, secret: str) -> bool:
        """Whether these are the account's credentials."""
        pairs = [(self.sid, self.token), (self.api_key, self.api_secret)]
        return any(
            compare_digest(name.encode(), known.encode()) and compare_digest(secret.encode(), its.encode())
            for known, its in pairs
            if known and its
        )


class Trouble(StrEnum):
    """How the carrier may misbehave."""

    TOO_MANY = "too_many"
    """It answers 429 and does nothing."""
    UNAVAILABLE = "unavailable"
    """It answers 503 and does nothing."""
    BROKEN = "broken"
    """It answers 500 and does nothing."""
    BROKEN_AFTER = "broken_after"
    """It does everything and answers 500, of which Twilio says itself that the message may have been sent."""
    SILENT = "silent"
    """It does nothing and never answers."""
    DROPPED = "dropped"
    """It does nothing and closes the connection."""
    ANSWER_LOST = "answer_lost"
    """It does everything and closes the connection without an answer."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a caller left."""

    sid: str
    call_sid: str
    sound: bytes = field(repr=False)
    kept_at: datetime

    def as_json(self, account_sid: str) -> dict[str, Any]:
        """The recording resource as Twilio answers it."""
        kept = format_datetime(self.kept_at)
        return {
            "account_sid": account_sid,
            "api_version": API,
            "call_sid": self.call_sid,
            "channels": 1,
            "date_created": kept,
            "date_updated": kept,
            "duration": str(round(seconds_of(self.sound))),
            "error_code": None,
            "sid": self.sid,
            "source": "RecordVerb",
            "start_time": kept,
            "status": "completed",
            "uri": f"/{API}/Accounts/{account_sid}/Recordings/{self.sid}.json",
        }


class Exchange:
    """The carrier's books. Several requests may use them at once."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._lock = Lock()
        self._texts: list[Text] = []
        self._calls: dict[str, PlacedCall] = {}
        self._recordings: dict[str, Recording] = {}
        self._trouble: Trouble | None = None
        self._troubled = 0
        self._refused: dict[str, int] = {}
        self._lost: dict[str, int] = {}

    @property
    def texts(self) -> list[Text]:
        """Every message that was accepted, oldest first."""
        with self._lock:
            return list(self._texts)

    @property
    def recordings(self) -> list[Recording]:
        """Every recording that was not deleted."""
        with self._lock:
            return list(self._recordings.values())

    def accept(self, form: Mapping[str, str], moment: datetime) -> Text:
        """Take a message to be sent; raises Refusal."""
        order = read_order(form, self.account.senders, self.account.regions)
        if code := self._refused.get(order.to):
            raise Refusal(code, masked(order.to))
        text = Text(
            sid=new_sid("SM"),
            account_sid=self.account.sid,
            to=order.to,
            sender=order.sender,
            pool_sid=order.pool_sid,
            body=order.body,
            callback=order.callback,
            accepted_at=moment,
            standing=Standing.QUEUED if order.pool_sid is None else Standing.ACCEPTED,
        )
        with self._lock:
            self._texts.append(text)
        return text

    @property
    def calls(self) -> list[PlacedCall]:
        """Every call that was taken, oldest first."""
        with self._lock:
            return list(self._calls.values())

    def take(self, form: Form, moment: datetime) -> PlacedCall:
        """Take a call to be placed; raises Refusal."""
        order = read_call_order(form, self.account.senders, self.account.regions)
        if code := self._refused.get(order.to):
            raise Refusal(code, masked(order.to))
        call = PlacedCall(new_sid("CA"), self.account.sid, order, moment)
        with self._lock:
            self._calls[call.sid] = call
        return call

    def call(self, sid: str) -> PlacedCall:
        """A call by its SID; raises Refusal when there is none."""
        with self._lock:
            if sid in self._calls:
                return self._calls[sid]
        raise Refusal(20404, f"/Calls/{sid}")

    def send_on(self, text: Text) -> None:
        """The message leaves the carrier."""
        text.sender = text.sender or min(self.account.senders, default=POOL_NUMBER)
        text.standing = Standing.SENT

    def arrive(self, text: Text) -> None:
        """The message reaches its telephone, or is known not to."""
        text.error_code = self._lost.get(text.to)
        text.standing = Standing.DELIVERED if text.error_code is None else Standing.UNDELIVERED

    def text(self, sid: str) -> Text:
        """A message by its SID; raises Refusal when there is none."""
        for text in self.texts:
            if text.sid == sid:
                return text
        raise Refusal(20404, f"/Messages/{sid}")

    def keep(self, recording: Recording) -> None:
        """Keep a recording until it is deleted."""
        with self._lock:
            self._recordings[recording.sid] = recording

    def recording(self, sid: str) -> Recording:
        """A recording by its SID; raises Refusal when there is none, or none any more."""
        with self._lock:
            if sid in self._recordings:
                return self._recordings[sid]
        raise Refusal(20404, f"/Recordings/{sid}")

    def delete_recording(self, sid: str) -> None:
        """Raises Refusal when there is none, or none any more."""
        with self._lock:
            if self._recordings.pop(sid, None) is None:
                raise Refusal(20404, f"/Recordings/{sid}")

    def misbehave(self, trouble: Trouble, times: int) -> None:
        """Meet so many of the next requests that change something with this trouble; 0 ends it."""
        with self._lock:
            self._trouble, self._troubled = trouble, times

    def trouble(self) -> Trouble | None:
        """What the request at hand meets; it counts."""
        with self._lock:
            if self._troubled <= 0:
                return None
            self._troubled -= 1
            return self._trouble

    def refuse(self, number: str, code: int | None) -> None:
        """Refuse messages and calls to this number with an error of the REST interface, or no longer with None."""
        _set(self._refused, number, code)

    def lose(self, number: str, code: int | None) -> None:
        """Accept messages to this number and let them not arrive, or no longer with None."""
        _set(self._lost, number, code)


def _set(codes: dict[str, int], number: str, code: int | None) -> None:
    if code is None:
        codes.pop(number, None)
    else:
        codes[number] = code
