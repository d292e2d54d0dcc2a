"""A backend that misbehaves on the wire in ways no server library would."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType

SILENCE = b"silence"
"""Say nothing until the other side gives up."""


@dataclass(frozen=True)
class Says:
    """Bytes to answer with, and whether the connection is closed after them. `KEY` becomes the key that was sent."""

    answer: bytes
    then_closes: bool = False


@dataclass
class Wire:
    """Answers the requests it gets with what it was told, one after the other, over however many connections."""

    script: list[Says]
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed_one: Event = field(default_factory=Event)

    def __enter__(self) -> "Wire":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = Event()
        self._talking: socket.socket | None = None
        self._thread = Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        # Wakes recv(), then accept().
        with suppress(OSError):
            if self._talking:
                self._talking.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname(), 1).close()
        self._thread.join()
        self._listener.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        while not self._over.is_set():
            connection, _ = self._listener.accept()
            with connection, suppress(OSError):
                if not self._over.is_set():
                    self.connections += 1
                    self._talking = connection
                    self._talk(connection)
            self.closed_one.set()

    def _talk(self, connection: socket.socket) -> None:
        while self.script and (request := _request(connection)):
            self.heard.append(request)
            says = self.script.pop(0)
            if says.answer == SILENCE:
                connection.recv(1)
                return
            connection.sendall(says.answer.replace(b"KEY", _key(request)))
            if says.then_closes:
                return


def _request(connection: socket.socket) -> bytes:
    seen = b""
    while b"\r\n\r\n" not in seen:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        seen += chunk
    head, _, body = seen.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _key(request: bytes) -> bytes:
    return next(line.split(b": ")[1] for line in request.split(b"\r\n") if line.lower().startswith(b"idempotency-key"))


@contextmanager
def a_port_where_nobody_listens() -> Iterator[str]:
    """The URL of a port that is taken and refuses connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


OK: dict[str, object] = {
    "id": "b-1",
    "key": "KEY",
    "targets": ["card", "smartphone"],
    "result": "identified",
    "answers": {"card": "suspended", "smartphone": "not_held"},
    "applied_at": "2026-11-23T12:00:00+00:00",
}
# The real key is 35 bytes longer than its placeholder.
LONGER = 36 - len("KEY")


def http(status: int, body: object = None, *headers: str) -> bytes:
    text = body if isinstance(body, str) else json.dumps(body)
    length = len(text) + (LONGER if "KEY" in text else 0)
    head = (f"HTTP/1.1 {status} Said", "Content-Type: application/json", f"Content-Length: {length}", *headers)
    return "\r\n".join((*head, "", text)).encode()


@contextmanager
def saying(*script: Says | bytes) -> Iterator[Wire]:
    with Wire([says if isinstance(says, Says) else Says(says) for says in script]) as wire:
        yield wire
