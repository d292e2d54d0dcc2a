"""A browser that has the page open, without its looks: it asks over HTTP, and follows the events of its call."""

import json
import threading
from dataclasses import dataclass, field
from typing import Any

import requests

from hotline.phone.moments import Doing, Wait
from tests.waiting import eventually

JAPANESE = "+81120950178"
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Seen:
    """An event as the page got it."""

    number: int
    kind: str
    told: dict[str, Any]


class Pace:
    """Talk takes no time, unless a test wants to interrupt it; where somebody has to do something there is time."""

    def __init__(self) -> None:
        self.talking_s = 0.0

    def __call__(self, wait: Wait) -> float:
        match wait.doing:
            case Doing.TALKING:
                return min(wait.seconds, self.talking_s)
            case Doing.PAUSING | Doing.BETWEEN_KEYS | Doing.OPERATOR_LISTENS:
                return 0.0
            case Doing.HOLDING:
                return 0.05
        return PATIENCE_S


@dataclass
class Browser:
    """One page."""

    address: str
    events: list[Seen] = field(default_factory=list)
    call: str = ""
    sid: str = ""
    _stream: requests.Response | None = None

    def asks(self, method: str, path: str, **what: Any) -> requests.Response:
        return requests.request(method, self.address + path, timeout=10, **what)

    def dials(self, to: str = JAPANESE, caller: str = "+819012345678") -> "Browser":
        answer = self.asks("POST", "/calls", json={"to": to, "from": caller})
        assert answer.status_code == 201, answer.text
        self.call, self.sid = answer.json()["call"], answer.json()["sid"]
        self.follows()
        return self

    def follows(self, last: int = 0) -> None:
        """Open the stream, as a page does that is loaded or has lost it."""
        self.events = []
        stream = self._stream = requests.get(
            f"{self.address}/calls/{self.call}/events",
            headers={"Last-Event-ID": str(last)},
            stream=True,
            timeout=PATIENCE_S,
        )
        assert stream.status_code == 200, stream.text
        threading.Thread(target=self._read, args=(stream, self.events), daemon=True).start()

    def looks_away(self) -> None:
        """Close the page."""
        if self._stream is not None:
            self._stream.close()

    def does(self, what: str, **body: Any) -> requests.Response:
        return self.asks("POST", f"/calls/{self.call}/{what}", json=body)

    def presses(self, *entries: str) -> "Browser":
        """Each entry once the line listens for it."""
        for entry in entries:
            self.is_listened_to()
            before = len(self.events)
            assert self.does("keys", keys=entry).status_code == 204
            eventually(lambda before=before: len(self.events) > before + 1, "something comes of the keys")
        return self

    def is_listened_to(self) -> None:
        self.sees_now("doing", doing="listening")

    def sees(self, kind: str, /, **told: Any) -> Seen:
        """Wait for an event with these contents."""
        try:
            return eventually(lambda: self.all(kind, **told))[0]
        except AssertionError:
            raise AssertionError(f"{kind} {told} is not among {self.events}") from None

    def sees_now(self, kind: str, /, **told: Any) -> None:
        """Wait until it is the newest event of its kind."""

        def is_newest() -> bool:
            newest = [event for event in self.events if event.kind == kind][-1:]
            return bool(newest) and told.items() <= newest[0].told.items()

        eventually(is_newest, f"{kind} {told} is the newest in {self.kinds}")

    def all(self, kind: str, /, **told: Any) -> list[Seen]:
        return [event for event in self.events if event.kind == kind and told.items() <= event.told.items()]

    def hears(self, words: str) -> None:
        eventually(lambda: words in self.said, f"{words!r} in {self.said!r}")

    @property
    def said(self) -> str:
        return " ".join(event.told["text"] for event in self.events if event.kind in ("said", "played"))

    @property
    def notes(self) -> str:
        return " ".join(event.told["text"] for event in self.all("noted"))

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def _read(self, stream: requests.Response, events: list[Seen]) -> None:
        fields: dict[str, str] = {}
        try:
            for line in stream.iter_lines(chunk_size=1, decode_unicode=False):
                name, _, value = line.decode("utf-8").partition(": ")
                if line:
                    fields[name] = value
                elif "data" in fields:
                    events.append(Seen(int(fields["id"]), fields["event"], json.loads(fields["data"])))
                    fields = {}
        except (requests.RequestException, AttributeError, ValueError):
            # The page was closed, or the server went: what it had sent is there.
            return
