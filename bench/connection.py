"""One kept-alive HTTP connection with as little Python between two requests as possible."""

import asyncio
import re
from typing import Final

ANSWER_LIMIT_S: Final = 15.0
"""Where Twilio gives up."""

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class NoAnswer(Exception):
    """The connection broke, or the answer took longer than Twilio waits."""


class Connection(asyncio.Protocol):
    """Asks one thing at a time; connects when first used, and anew after it was closed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: asyncio.Future[bytes] | None = None
        self._received = b""

    async def ask(self, request: bytes) -> bytes:
        """The whole answer, head and body; raises NoAnswer."""
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing():
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self.port)
            except OSError as error:
                raise NoAnswer(f"no connection: {error.strerror}") from error
        assert self._transport is not None
        self._waiting = loop.create_future()
        limit = loop.call_later(ANSWER_LIMIT_S, self._break_off, "no answer in time")
        self._transport.write(request)
        try:
            return await self._waiting
        finally:
            limit.cancel()

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport, self._received = transport, b""

    def data_received(self, data: bytes) -> None:
        """Wait until the answer is complete; only its length tells."""
        received = self._received = self._received + data
        head = received.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _LENGTH.search(received, 0, head)
        if len(received) >= head + 4 + (int(length[1]) if length else 0):
            self._received = b""
            if self._waiting and not self._waiting.done():
                self._waiting.set_result(received)

    def connection_lost(self, _: Exception | None) -> None:
        """Closed by the server, or broken."""
        self._break_off("the connection was closed")
        self._transport = None

    def _break_off(self, why: str) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(NoAnswer(why))
            self.close()
