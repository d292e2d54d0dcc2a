"""A call in real time: a thread drives it, whoever has the page acts in it, and everybody may watch."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import uuid4

import requests

from hotline import clock
from hotline.phone.call import Call, Line
from hotline.phone.faults import CallFailed
from hotline.phone.handset import Handset
from hotline.phone.moments import CallerHangsUp, Doing, Happening, Keys, TimePassed, Wait, Words
from hotline.phone.page.feed import Feed
from hotline.phone.page.persistent import PersistentWebhooks
from hotline.phone.page.shelf import Shelf
from hotline.phone.page.speaker import Speaker
from hotline.phone.page.tongues import Tongues
from hotline.phone.transcript import Entry, Transcript, Who

RINGS_S: Final = 1.5
"""Seconds for which it rings before the line is called: people expect to hear it ring."""

UNWATCHED_LIMIT_S: Final = 60
"""Seconds after which a call that no page watches is hung up."""

SILENT_LIMIT: Final = 500
"""Documents in a row without a sign of the caller before the call counts as a runaway: a person may simply watch."""

_log = logging.getLogger(__name__)


def really(wait: Wait) -> float:
    """As long as it lasts."""
    return wait.seconds


@dataclass(frozen=True, slots=True)
class Booth:
    """What every call of the page needs."""

    shelf: Shelf
    tongues: Tongues
    pace: Callable[[Wait], float] = really
    """How many real seconds a wait takes."""
    rings_s: float = RINGS_S


class LiveCall:
    """One call. It begins when it is made; any thread may act in it and watch it."""

    def __init__(self, line: Line, caller_number: str, booth: Booth) -> None:
        self.id = uuid4().hex
        self.feed = Feed()
        self.speaker = Speaker(booth.shelf, booth.tongues, self._tell)
        handset = Handset(
            self.speaker, partial(PersistentWebhooks, caller=self), forgives=True, silent_limit=SILENT_LIMIT
        )
        self._call = Call(line, caller_number, Transcript(listener=self._note), handset)
        self._booth = booth
        self._acts: queue.SimpleQueue[Happening] = queue.SimpleQueue()
        self._hung_up = threading.Event()
        self._lock = threading.Lock()
        self._watchers = 0
        self._unwatched_since: datetime | None = clock.now()
        self.doing: Doing | None = None
        """What goes on; None before and after."""
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.feed.add("dialled", to=line.number, **{"from": caller_number})
        threading.Thread(target=self._run, name=f"call {self.id[:8]}", daemon=True).start()

    @property
    def sid(self) -> str:
        """The CallSid."""
        return self._call.sid

    @property
    def is_over(self) -> bool:
        """Whether it has ended; what happens behind may go on."""
        return self.ended_at is not None

    # What people do

    def acts(self, happening: Happening) -> None:
        """Something happens, and is shown where the page cannot know it by itself."""
        match happening:
            case Keys(keys):
                self.feed.add("pressed", keys=keys)
            case Words(text):
                self.feed.add("spoke", words=text)
            case CallerHangsUp():
                self._hung_up.set()
        self._acts.put(happening)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Within, a page watches."""
        with self._lock:
            self._watchers += 1
            self._unwatched_since = None
        try:
            yield
        finally:
            with self._lock:
                self._watchers -= 1
                if not self._watchers:
                    self._unwatched_since = clock.now()

    @property
    def is_watched(self) -> bool:
        """Whether a page watches now."""
        with self._lock:
            return self._watchers > 0

    def hang_up_unwatched(self, now: datetime) -> None:
        """Hang up when no page has watched for too long."""
        with self._lock:
            since = self._unwatched_since
        is_due = since is not None and now - since > timedelta(seconds=UNWATCHED_LIMIT_S)
        if is_due and not self.is_over and not self._hung_up.is_set():
            self.feed.add("noted", text="Nobody has watched this call for a minute: it is hung up.")
            self.acts(CallerHangsUp())

    # What the line's absence means to the caller

    def is_troubled(self) -> None:
        """The line does not answer and is tried again."""
        self.feed.add("trouble", text="The line does not answer; it is tried again.")

    def is_relieved(self) -> None:
        """It answers again."""
        self.feed.add("recovered")

    def waits(self, seconds: float) -> bool:
        """Let time pass; False as soon as the caller has hung up."""
        return not self._hung_up.wait(seconds)

    # The thread that drives it

    def _run(self) -> None:
        try:
            self.feed.add("ringing")
            if self._hung_up.wait(self._booth.rings_s):
                self._end("no-answer")
                return
            self._drive()
        except CallFailed as failure:
            if self._hung_up.is_set():
                self._end(self._call.status)
            else:
                self._end("failed", text=str(failure))
        except requests.RequestException as trouble:
            _log.warning("a practice call ended: %s", type(trouble).__name__)
            self._end("failed", text="The practice carrier does not answer: start it again with `make run`.")
        finally:
            if not self.is_over:
                self._end("failed", text="The practice phone broke; its log says why. The line itself is not affected.")

    def _drive(self) -> None:
        steps = self._call.run()
        happening: Happening | None = None
        try:
            while True:
                happening = self._live(steps.send(happening))
        except StopIteration:
            self._end(self._call.status)

    def _live(self, wait: Wait) -> Happening:
        """Let real time pass until somebody does something or the wait is over."""
        self._answer()
        self.doing = wait.doing
        self.feed.add("doing", doing=wait.doing, seconds=round(wait.seconds, 3), hears_speech=wait.hears_speech)
        began = clock.now()
        try:
            happening = self._acts.get(timeout=max(0.0, self._booth.pace(wait)))
        except queue.Empty:
            self.speaker.has_finished()
            return TimePassed()
        if isinstance(happening, TimePassed) and wait.doing is Doing.TALKING:
            self.speaker.hushes()
        return _after(happening, (clock.now() - began).total_seconds())

    def _answer(self) -> None:
        if self.answered_at is None and self._call.is_answered:
            self.answered_at = clock.now()
            self.feed.add("answered")

    def _tell(self, kind: str, /, **told: Any) -> None:
        """What the loudspeaker does; the line has picked up by then."""
        self._answer()
        self.feed.add(kind, **told)

    def _note(self, entry: Entry) -> None:
        match entry:
            case Entry(Who.EVENT, text):
                self.feed.add("noted", text=text)
            case Entry(Who.OPERATOR, text, None):
                self.feed.add("noted", text=f"The operator {text}.")

    def _end(self, status: str, text: str | None = None) -> None:
        self.doing = None
        self.ended_at = clock.now()
        talked = self.ended_at - self.answered_at if self.answered_at else timedelta()
        told = {} if text is None else {"text": text}
        by = "caller" if self._hung_up.is_set() else "line"
        self.feed.add("over", status=status, seconds=round(talked.total_seconds()), by=by, **told)


def _after(happening: Happening, seconds: float) -> Happening:
    match happening:
        case Keys(keys):
            return Keys(keys, seconds)
        case Words(text):
            return Words(text, seconds)
        case CallerHangsUp():
            return CallerHangsUp(seconds)
    return happening
