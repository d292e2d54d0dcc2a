"""Operators and callers who are not there: the practice carrier rings them, and they do as they were told."""

from collections.abc import Generator
from dataclasses import dataclass
from email.utils import format_datetime
from enum import StrEnum
from threading import Condition, Event, Thread
from typing import Final
from urllib.parse import urlsplit

from hotline import clock
from hotline.phone.call import follow
from hotline.phone.exchange import Account
from hotline.phone.faults import CallFailed, WebhookFault
from hotline.phone.leg import CallerHungUp, Ending, Leg, Party, TooLong
from hotline.phone.moments import (
    CallerHangsUp,
    Doing,
    Happening,
    Keys,
    OperatorAnswers,
    OperatorIsBusy,
    Wait,
)
from hotline.phone.orders import PlacedCall
from hotline.phone.transcript import Transcript, Who
from hotline.phone.verbs import Leave, Reject
from hotline.phone.webhooks import Ask, Webhooks


class OperatorDoes(StrEnum):
    """What happens at the telephone that is rung first."""

    TAKES = "takes"
    """It is answered, and the key 1 is pressed."""
    DECLINES = "declines"
    """It is answered, and another key is pressed."""
    SAYS_NOTHING = "says_nothing"
    """A voicemail answers."""
    HANGS_UP = "hangs_up"
    """The key is pressed, and the receiver put down while the other telephone rings."""
    BUSY = "busy"
    DOES_NOT_ANSWER = "does_not_answer"


class CallerDoes(StrEnum):
    """What happens at the telephone of whoever is called back."""

    ANSWERS = "answers"
    BUSY = "busy"
    DOES_NOT_ANSWER = "does_not_answer"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in seconds."""

    rings_s: float = 0.0
    talks_s: float = 0.0


LIFELIKE: Final = Pace(rings_s=3.0, talks_s=10.0)
"""Slow enough for somebody who looks at a page to see each step."""

_KEYS: Final = {OperatorDoes.TAKES: "1", OperatorDoes.HANGS_UP: "1", OperatorDoes.DECLINES: "2"}
_STATUSES: Final = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


class StandIns:
    """Rings for each call that is placed, each in a thread of its own."""

    def __init__(self, account: Account, pace: Pace) -> None:
        self._account = account
        self._pace = pace
        self._changed = Condition()
        self._under_way = 0
        self._closing = Event()
        self.operator = OperatorDoes.TAKES
        """How the next calls go on."""
        self.caller = CallerDoes.ANSWERS
        self.in_disorder = False
        """Whether callbacks come again after the end, and the first of them as well."""
        self.faults: list[str] = []
        """What was wrong with what the line answered, one sentence each."""

    def ring(self, call: PlacedCall) -> None:
        """Begin a call that was placed."""
        with self._changed:
            self._under_way += 1
        Thread(target=self._run, args=(call,), name="practice carrier's call", daemon=True).start()

    def settled(self, within_s: float) -> bool:
        """Wait until every call is over; False when the time is over first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, within_s)

    def close(self) -> None:
        """Let go of whoever waits: what is left of a call takes no more time."""
        self._closing.set()
        self.settled(10.0)

    def _run(self, call: PlacedCall) -> None:
        webhooks = Webhooks(self._account.token)
        party = Party(call.account_sid, call.sid, call.order.caller_id, call.order.to, "outbound-api")
        leg = Leg(party, webhooks, Transcript(), hearer=Who.OPERATOR, forbidden=(Leave, Reject))
        try:
            _One(self, call, leg, self.operator, self.caller).goes_its_way()
        finally:
            webhooks.close()
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Let time pass, but for the end of the carrier."""
        self._closing.wait(seconds)

    @property
    def pace(self) -> Pace:
        """How long things take."""
        return self._pace


@dataclass(slots=True)
class _One:
    """One call to an operator."""

    stand_ins: StandIns
    call: PlacedCall
    leg: Leg
    operator: OperatorDoes
    caller: CallerDoes

    def goes_its_way(self) -> None:
        self._tell("initiated")
        self._tell("ringing")
        self.stand_ins.pause(self.stand_ins.pace.rings_s)
        match self.operator:
            case OperatorDoes.BUSY:
                self._end("busy")
            case OperatorDoes.DOES_NOT_ANSWER:
                self._end("no-answer")
            case _:
                self.leg.answer()
                self._tell("answered")
                self._listens()
                self._end("completed")

    def _listens(self) -> None:
        """Hear document after document, as Twilio would have it."""
        course = follow(self.leg, Ask(self.call.order.url, self.call.order.method))
        try:
            self._live(course)
        except (CallFailed, TooLong) as fault:
            self.stand_ins.faults.append(str(fault))
        except CallerHungUp:
            pass

    def _live(self, course: Generator[Wait, Happening | None, Ending]) -> None:
        keys = _KEYS.get(self.operator, "")
        try:
            wait = next(course)
            while True:
                presses = keys if wait.doing is Doing.LISTENING else ""
                keys = "" if presses else keys
                wait = course.send(Keys(presses) if presses else self._meanwhile(wait))
        except StopIteration:
            return

    def _meanwhile(self, wait: Wait) -> Happening | None:
        if wait.doing is Doing.CONNECTED:
            self.stand_ins.pause(self.stand_ins.pace.talks_s)
        if wait.doing is not Doing.RINGING:
            return None
        self.stand_ins.pause(self.stand_ins.pace.rings_s)
        if self.operator is OperatorDoes.HANGS_UP:
            return CallerHangsUp()
        match self.caller:
            case CallerDoes.ANSWERS:
                return OperatorAnswers(pressing="", talk_s=self.stand_ins.pace.talks_s)
            case CallerDoes.BUSY:
                return OperatorIsBusy()
            case CallerDoes.DOES_NOT_ANSWER:
                return None

    def _end(self, status: str) -> None:
        self.call.status = self.leg.status = status
        duration = "1" if status == "completed" else "0"
        self._send("completed", status, CallDuration=duration, Duration=duration)
        if self.stand_ins.in_disorder:
            self._send("ringing", "ringing")
            self._send("completed", status, CallDuration=duration, Duration=duration)

    def _tell(self, event: str) -> None:
        self.call.status = self.leg.status = _STATUSES[event]
        self._send(event, _STATUSES[event])

    def _send(self, event: str, status: str, **more: str) -> None:
        order = self.call.order
        if order.callback is None or event not in order.events:
            return
        when = {"Timestamp": format_datetime(clock.now(), usegmt=True), "CallbackSource": "call-progress-events"}
        try:
            self.leg.webhooks.ask(Ask(order.callback), {**self.leg.party.fields(status), **when, **more})
        except WebhookFault as fault:
            self.stand_ins.faults.append(f"{urlsplit(order.callback).path}: {fault}")
