"""The list of calls as a file for spreadsheets, written while it is read: however long it is, little of it is here."""

import csv
import io
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext as _

from hotline import clock
from hotline.console.words import named
from hotline.store.database import DATABASE_TROUBLE, Engine
from hotline.store.search import FoundCall, Sought, TakesTooLong, Way, find_calls

log = logging.getLogger(__name__)

PAGE: Final = 250
"""Calls that are read at a time, each time in a transaction of its own: a turn of a caller never waits for more."""

RESTS: Final = 5
"""How often as long as a page took the export rests after it: callers come first, a sixth is the export's."""

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would compute (OWASP, "CSV Injection"); in full width some compute it too."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported."""

    engine: Engine
    sought: Sought
    oldest_first: bool
    masked: Callable[[FoundCall], str]
    """The caller of a call, of whose number only the end is shown."""
    ended: Callable[[int, bool], None]
    """Told at the end how many calls were written, and whether those are all."""
    rest: Callable[[float], object] = time.sleep
    """Does nothing for so many seconds."""

    def lines(self) -> Iterator[bytes]:
        """The file, some of it at a time. When the database fails, its last line says so, and then it breaks off."""
        written, is_whole = 0, False
        try:
            yield "\ufeff".encode() + _line(_head())
            for page in self._pages():
                began = time.monotonic()
                lines = b"".join(_line(self._row(call)) for call in page)
                self.rest(RESTS * (time.monotonic() - began))
                yield lines
                written += len(page)
            is_whole = True
        except (TakesTooLong, *DATABASE_TROUBLE) as error:
            log.error("an export broke off", extra={"calls": written, "cause": type(error).__name__})
            yield _line([_("INCOMPLETE: the database stopped answering after %(count)d calls.", count=written)])
            # Without an end the browser, too, knows that something is missing.
            raise
        finally:
            self.ended(written, is_whole)

    def _pages(self) -> Iterator[Sequence[FoundCall]]:
        way = Way(oldest_first=self.oldest_first, limit=PAGE)
        while True:
            began = time.monotonic()
            with self.engine.connect() as connection:
                page = find_calls(connection, self.sought, way)
            self.rest(RESTS * (time.monotonic() - began))
            if page.calls:
                yield page.calls
            if page.further is None:
                return
            way = replace(way, start=page.further)

    def _row(self, call: FoundCall) -> list[str]:
        ended = call.ended_at
        return [
            call.sid,
            _in_japan(call.started_at),
            "" if ended is None else _in_japan(ended),
            "" if ended is None else str(round((ended - call.started_at).total_seconds())),
            named("language", call.language),
            named("channel", call.channel),
            self.masked(call),
            named("outcome", call.outcome),
            named("step", call.step),
            " ".join(request.receipt_number for request in call.requests),
            "; ".join(_each(request.targets, "target") for request in call.requests),
            "; ".join(named("status", request.status) for request in call.requests),
            "; ".join(named("reason", reason) for reason in call.reasons),
            "" if call.held_at is None else _in_japan(call.held_at),
        ]


def _head() -> list[str]:
    return [
        *(_("Call SID"), _("Began (Japan)"), _("Ended (Japan)"), _("Seconds"), _("Language"), _("Channel")),
        *(_("Caller, last digits"), _("Outcome"), _("Last step"), _("Receipt numbers"), _("Asked to stop")),
        *(_("What became of it"), _("Open follow-ups"), _("On legal hold since")),
    ]


def _each(names: Sequence[str], kind: str) -> str:
    return ", ".join(named(kind, name) for name in names)


def _in_japan(at: datetime) -> str:
    return clock.in_japan(at).isoformat(timespec="seconds")


def _line(cells: Sequence[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_harmless(str(cell)) for cell in cells])
    return line.getvalue().encode("utf-8", "replace")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell
