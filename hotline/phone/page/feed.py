"""What happens in a call, in order, for as many pages as want to see it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hotline import clock


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    number: int
    """Counted from 1 in its call."""
    kind: str
    at: datetime
    told: Mapping[str, Any] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """What the page gets of it."""
        return {"at": as_text(self.at), **self.told}


class Feed:
    """The events of one call. Any thread may add to it, and any may read."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing will be added any more."""
        with self._changed:
            return self._is_closed

    def add(self, kind: str, /, **told: Any) -> None:
        """Something happens now."""
        with self._changed:
            self._events.append(Event(len(self._events) + 1, kind, clock.now(), told))
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing will be added any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def after(self, number: int, within_s: float = 0.0) -> list[Event]:
        """The events behind that number; when there are none, wait so long for one. Empty when none came."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or len(self._events) > number, within_s)
            return self._events[max(0, number) :]


def as_text(moment: datetime) -> str:
    """A moment as the page reads it: ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
