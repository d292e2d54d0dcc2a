"""All the calls of the page: begun, found, ended when nobody watches, forgotten after a day."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from hotline.phone.call import Line
from hotline.phone.page.live import Booth, LiveCall
from hotline.phone.page.refusals import Refused

CALLS_LIMIT: Final = 20
"""Calls at once. Each holds a thread, a page's connection, and a place at the line."""

KEPT: Final = 200
KEPT_FOR: Final = timedelta(hours=24)
"""How many calls that are over are kept for their transcripts, and how long."""


class Switchboard:
    """The calls of one phone. Any thread may use it."""

    def __init__(self, line: Line, booth: Booth) -> None:
        self._line = line
        self._booth = booth
        self._lock = threading.Lock()
        self._calls: dict[str, LiveCall] = {}
        self.has_call = threading.Event()
        """Set when a call begins; cleared by whoever looks after them."""

    @property
    def line(self) -> Line:
        """The line that is called."""
        return self._line

    @property
    def calls(self) -> list[LiveCall]:
        """All that are kept, oldest first."""
        with self._lock:
            return list(self._calls.values())

    def dial(self, to_number: str, from_number: str) -> LiveCall:
        """Begin a call; raises Refused when there are too many."""
        with self._lock:
            if sum(not call.is_over for call in self._calls.values()) >= CALLS_LIMIT:
                raise Refused(
                    429, "too_many_calls", f"{CALLS_LIMIT} calls are open already: hang one up, then dial again."
                )
            call = LiveCall(replace(self._line, number=to_number), from_number, self._booth)
            self._calls[call.id] = call
        self.has_call.set()
        return call

    def find(self, call_id: str) -> LiveCall:
        """The call; raises Refused when it is not known, or not any more."""
        with self._lock:
            call = self._calls.get(call_id)
        if call is None:
            raise Refused(
                404,
                "call_unknown",
                "The practice phone does not know this call: it was started again, or a day has passed. Dial again.",
            )
        return call

    def find_open(self, call_id: str) -> LiveCall:
        """The call, while it goes on; raises Refused."""
        call = self.find(call_id)
        if call.is_over:
            raise Refused(409, "call_over", "This call is over. Dial again to begin another.")
        return call

    def look_after(self, now: datetime) -> None:
        """Hang up what nobody watches, and forget what is old."""
        for call in self.calls:
            call.hang_up_unwatched(now)
        with self._lock:
            over = [call for call in self._calls.values() if call.ended_at]
            too_many = over[: max(0, len(over) - KEPT)]
            too_old = [call for call in over if call.ended_at and now - call.ended_at > KEPT_FOR]
            for call in {*too_many, *too_old}:
                call.feed.close()
                del self._calls[call.id]
