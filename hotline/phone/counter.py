"""Twilio's REST interface over HTTP, as far as the line uses it, and what only a practice carrier can be told."""

import json
import re
import sys
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from hotline import clock
from hotline.phone.delivery import Delivery
from hotline.phone.exchange import Exchange, Recording, Trouble
from hotline.phone.refusals import Refusal
from hotline.phone.stand_ins import CallerDoes, OperatorDoes, StandIns
from hotline.phone.texts import API

BODY_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of a request: an hour of recorded sound."""

_ACCOUNT: Final = rf"/{API}/Accounts/(?P<account>\w+)"
_JSON: Final = "application/json"

Answer = tuple[int, str, bytes]
"""The HTTP status, the kind of the body, and the body."""


class Counter(ThreadingHTTPServer):
    """Where requests come in; each is answered in a thread of its own."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], exchange: Exchange, delivery: Delivery, stand_ins: StandIns) -> None:
        """Binds the address; raises OSError when it is not free."""
        self.exchange = exchange
        self.delivery = delivery
        self.stand_ins = stand_ins
        self.closing = Event()
        """Set to let go of the requests that are never answered."""
        super().__init__(address, _Clerk)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked may have gone; everything else is a fault of ours and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Dropped(Exception):
    """The connection is closed without an answer."""


class _Clerk(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Counter
    server_version = "PracticeCarrier"

    def do_GET(self) -> None:
        """Messages, calls and recordings are looked at."""
        self._answer(changes=False)

    def do_POST(self) -> None:
        """A message is to be sent, or a call placed."""
        self._answer(changes=True)

    def do_DELETE(self) -> None:
        """A recording is to be deleted."""
        self._answer(changes=True)

    def do_PUT(self) -> None:
        """What only a practice carrier can be told."""
        self._answer(changes=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: numbers are in the paths."""

    def _answer(self, *, changes: bool) -> None:
        try:
            sent = self._read()
            self._authenticate()
            trouble = self.server.exchange.trouble() if changes else None
            self._suffer(trouble)
            status, content_type, body = self._act(sent)
            self._suffer_after(trouble)
        except Refusal as refusal:
            status, content_type, body = _as_json(refusal.status, refusal.as_json())
        except _Dropped:
            return
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="Twilio API"')
        self.end_headers()
        self.wfile.write(body)

    def _read(self) -> bytes:
        size = self.headers.get("Content-Length", "0")
        if not size.isdecimal() or int(size) > BODY_LIMIT:
            raise Refusal(20500)
        return self.rfile.read(int(size))

    def _authenticate(self) -> None:
        kind, _, secret = self.headers.get("Authorization", "").partition(" ")
        try:
            name, _, password = b64decode(secret, validate=True).decode().partition(":")
        except (NoBase64, UnicodeDecodeError):
            raise Refusal(20003) from None
        if kind.lower() != "basic" or not self.server.exchange.account.knows(name, password):
            raise Refusal(20003)

    def _suffer(self, trouble: Trouble | None) -> None:
        match trouble:
            case Trouble.TOO_MANY:
                raise Refusal(20429)
            case Trouble.UNAVAILABLE:
                raise Refusal(20503)
            case Trouble.BROKEN:
                raise Refusal(20500)
            case Trouble.SILENT:
                self.server.closing.wait()
                raise _Dropped
            case Trouble.DROPPED:
                raise _Dropped

    def _suffer_after(self, trouble: Trouble | None) -> None:
        match trouble:
            case Trouble.ANSWER_LOST:
                raise _Dropped
            case Trouble.BROKEN_AFTER:
                raise Refusal(20500)

    def _act(self, sent: bytes) -> Answer:
        """Do what is asked, and how it is answered; raises Refusal."""
        path = urlsplit(self.path).path
        for method, pattern, act in _ROUTES:
            found = re.fullmatch(pattern, path, re.ASCII)
            if found and method == self.command:
                named, own = found.groupdict(), self.server.exchange.account.sid
                if named.get("account", own) != own:
                    raise Refusal(20404, path)
                return act(self, named.get("sid", ""), sent)
        raise Refusal(20404, path)

    def send_text(self, _sid: str, sent: bytes) -> Answer:
        """Accept a message."""
        form = dict(parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True))
        text = self.server.exchange.accept(form, clock.now())
        answer = _as_json(201, text.as_json())
        self.server.delivery.add(text)
        return answer

    def place_call(self, _sid: str, sent: bytes) -> Answer:
        """Take a call, and begin to ring."""
        form = parse_qs(sent.decode("utf-8", "replace"), keep_blank_values=True)
        call = self.server.exchange.take(form, clock.now())
        answer = _as_json(201, call.as_json())
        self.server.stand_ins.ring(call)
        return answer

    def show_call(self, sid: str, _sent: bytes) -> Answer:
        """One call."""
        return _as_json(200, self.server.exchange.call(sid).as_json())

    def list_texts(self, _sid: str, _sent: bytes) -> Answer:
        """The newest message first, like Twilio, but all of them on one page."""
        wanted = dict(parse_qsl(urlsplit(self.path).query))
        texts = [
            text.as_json()
            for text in reversed(self.server.exchange.texts)
            if wanted.get("To", text.to) == text.to and wanted.get("From", text.sender) == text.sender
        ]
        uri = f"/{API}/Accounts/{self.server.exchange.account.sid}/Messages.json"
        pages = {"first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None, "uri": uri, "page": 0}
        sizes = {"start": 0, "end": max(0, len(texts) - 1), "page_size": max(50, len(texts))}
        return _as_json(200, {"messages": texts, **pages, **sizes})

    def show_text(self, sid: str, _sent: bytes) -> Answer:
        """One message."""
        return _as_json(200, self.server.exchange.text(sid).as_json())

    def show_recording(self, sid: str, _sent: bytes) -> Answer:
        """What is known of a recording."""
        return _as_json(200, self.server.exchange.recording(sid).as_json(self.server.exchange.account.sid))

    def play_recording(self, sid: str, _sent: bytes) -> Answer:
        """Its sound."""
        return 200, "audio/x-wav", self.server.exchange.recording(sid).sound

    def delete_recording(self, sid: str, _sent: bytes) -> Answer:
        """Forget it."""
        self.server.exchange.delete_recording(sid)
        return 204, _JSON, b""

    def keep_recording(self, sid: str, sent: bytes) -> Answer:
        """A practice phone has recorded."""
        call_sid = dict(parse_qsl(urlsplit(self.path).query)).get("CallSid", "")
        self.server.exchange.keep(Recording(sid, call_sid, sent, clock.now()))
        return 204, _JSON, b""

    def make_trouble(self, _sid: str, sent: bytes) -> Answer:
        """Misbehave as told: {"trouble": "broken", "times": 3}, {"refuses": {number: code}}, {"loses": ...}.

        {"operator": "does_not_answer", "caller": "busy"} is how calls go on from then.
        """
        told, exchange = json.loads(sent), self.server.exchange
        if "trouble" in told:
            exchange.misbehave(Trouble(told["trouble"]), told.get("times", 1))
        self.server.stand_ins.operator = OperatorDoes(told.get("operator", self.server.stand_ins.operator))
        self.server.stand_ins.caller = CallerDoes(told.get("caller", self.server.stand_ins.caller))
        for number, code in told.get("refuses", {}).items():
            exchange.refuse(number, code)
        for number, code in told.get("loses", {}).items():
            exchange.lose(number, code)
        return 204, _JSON, b""


_ROUTES: Final[tuple[tuple[str, str, Callable[[_Clerk, str, bytes], Answer]], ...]] = (
    ("POST", rf"{_ACCOUNT}/Messages\.json", _Clerk.send_text),
    ("POST", rf"{_ACCOUNT}/Calls\.json", _Clerk.place_call),
    ("GET", rf"{_ACCOUNT}/Calls/(?P<sid>\w+)\.json", _Clerk.show_call),
    ("GET", rf"{_ACCOUNT}/Messages\.json", _Clerk.list_texts),
    ("GET", rf"{_ACCOUNT}/Messages/(?P<sid>\w+)\.json", _Clerk.show_text),
    ("GET", rf"{_ACCOUNT}/Recordings/(?P<sid>\w+)\.json", _Clerk.show_recording),
    ("GET", rf"{_ACCOUNT}/Recordings/(?P<sid>\w+)(?:\.wav)?", _Clerk.play_recording),
    ("DELETE", rf"{_ACCOUNT}/Recordings/(?P<sid>\w+)(?:\.json)?", _Clerk.delete_recording),
    ("PUT", r"/practice/recordings/(?P<sid>RE\w+)", _Clerk.keep_recording),
    ("PUT", r"/practice/trouble", _Clerk.make_trouble),
)


def _as_json(status: int, what: dict[str, Any]) -> Answer:
    return status, _JSON, json.dumps(what).encode()
