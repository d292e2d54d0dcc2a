"""What answers in Twilio's place: over real HTTP, and badly when it is told to."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Final
from urllib.parse import parse_qsl
from uuid import uuid4

ACCOUNT: Final = "AC" + "0" * 32
KEY: Final = "SK" + "1" * 32
SECRET: Final = "the secret of a test"


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    form: dict[str, str]
    key: tuple[str, str]
    """API key and secret."""


@dataclass(frozen=True)
class Says:
    """An answer in place of the usual one."""

    status: int
    body: object = None

    def written(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Silent:
    """Take it, and never answer."""


@dataclass(frozen=True)
class Cut:
    """Take it, and close the connection before the answer."""


@dataclass(frozen=True)
class CutShort:
    """Take it, and close the connection in the middle of the answer."""


Fault = Says | Silent | Cut | CutShort


def refusal(status: int, code: int, text: str = "refused") -> Says:
    """As Twilio words an error, with what was asked repeated in it."""
    return Says(status, {"code": code, "message": text, "more_info": "https://www.twilio.com/docs", "status": status})


@dataclass
class TwilioHere:
    """Twilio's REST API as far as the line uses it: texts and calls that leave, and recordings that are deleted."""

    faults: list[Fault] = field(default_factory=list)
    """What happens to the next requests, one after the other; after these all goes well."""
    segments: str = "1"
    recordings: set[str] = field(default_factory=set)
    heard: list[Heard] = field(default_factory=list)
    asked: Event = field(default_factory=Event)
    """Set as soon as a request has arrived."""
    over: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    url: str = ""

    @property
    def texts(self) -> list[dict[str, str]]:
        """The texts that were asked for, each as often as it was asked for."""
        return [one.form for one in self.heard if one.path.endswith("/Messages.json")]

    def hear(self, one: Heard) -> Fault:
        with self._lock:
            self.heard.append(one)
            self.asked.set()
            if self.faults:
                return self.faults.pop(0)
        if one.method == "DELETE":
            return self._delete(one.path.rpartition("/")[2].removesuffix(".json"))
        if one.path.endswith("/Calls.json"):
            return Says(201, {"sid": "CA" + uuid4().hex, "status": "queued"})
        return Says(201, {"sid": "SM" + uuid4().hex, "status": "queued", "num_segments": self.segments})

    def _delete(self, sid: str) -> Says:
        if sid not in self.recordings:
            return refusal(404, 20404)
        self.recordings.remove(sid)
        return Says(204, b"")


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """What is given several times, like the events of a call, with blanks between."""
    return {name: " ".join(value for given, value in pairs if given == name) for name, _ in pairs}


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = False


@contextmanager
def twilio_here() -> Iterator[TwilioHere]:
    """Answers on a port of loopback until the end of the context."""
    twilio = TwilioHere()

    class Answer(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            fault = twilio.hear(self._request())
            match fault:
                case Says():
                    self._say(fault.status, fault.written())
                case Silent():
                    twilio.over.wait()
                case CutShort():
                    self._say(201, b'{"sid": "SM', 1000)
                case Cut():
                    pass
            self.close_connection = True

        do_POST = do_DELETE = _answer  # noqa: N815  the names that the server looks for

        def _request(self) -> Heard:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            key, _, secret = (
                base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
            )
            return Heard(self.command, self.path, _joined(parse_qsl(body)), (key, secret))

        def _say(self, status: int, body: bytes, length: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Answer)
    twilio.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield twilio
    finally:
        twilio.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
