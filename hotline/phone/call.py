"""A call from the first ring to the status callback."""

from dataclasses import dataclass, field
from email.utils import format_datetime
from math import ceil
from urllib.parse import urljoin

from hotline import clock
from hotline.phone import bridging, listening, recording
from hotline.phone.backdoor import Backdoor
from hotline.phone.faults import HTTP_CONNECTION_FAILURE, CallFailed, WebhookFault
from hotline.phone.handset import Handset
from hotline.phone.leg import CallerHungUp, Ending, Leg, Party, TooLong, new_sid
from hotline.phone.moments import Doing, Steps
from hotline.phone.transcript import Transcript
from hotline.phone.verbs import (
    Dial,
    Document,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)
from hotline.phone.webhooks import Ask


@dataclass(frozen=True, slots=True)
class Line:
    """How a telephone number is set up at the carrier. The URLs may carry connection overrides."""

    voice_url: str
    token: str = field(repr=False)
    account_sid: str
    number: str
    """The number that is dialled, in E.164."""
    status_url: str | None = None
    fallback_url: str | None = None
    sms_url: str | None = None
    """Where text messages to the number are sent on."""
    carrier_url: str | None = None
    """The practice carrier: it keeps recordings and brings text messages. None when there is none."""

    @property
    def backdoor(self) -> Backdoor | None:
        """The way to the practice carrier."""
        return None if self.carrier_url is None else Backdoor(self.carrier_url, self.account_sid, self.token)


class Call:
    """One call to a line. Drive `run()`: it yields waits and takes what happened meanwhile."""

    def __init__(
        self,
        line: Line,
        caller_number: str,
        transcript: Transcript,
        handset: Handset | None = None,
    ) -> None:
        self._line = line
        handset = handset or Handset()
        self._webhooks = handset.webhooks(line.token)
        self._leg = Leg(
            Party(line.account_sid, new_sid("CA"), caller_number, line.number),
            self._webhooks,
            transcript,
            fallback_url=line.fallback_url,
            backdoor=line.backdoor,
            handset=handset,
        )
        self._is_strict = not handset.forgives
        self._transcript = transcript

    @property
    def sid(self) -> str:
        """The CallSid."""
        return self._leg.party.call_sid

    @property
    def status(self) -> str:
        """The CallStatus that a webhook would be told now."""
        return self._leg.status

    @property
    def is_answered(self) -> bool:
        """Whether the line has picked up."""
        return self._leg.rang_s is not None

    @property
    def seconds(self) -> float:
        """How long the call has lasted, in the time of whoever drives it."""
        return self._leg.seconds

    def fields(self) -> dict[str, str]:
        """The standing fields of a request in this call, as of now."""
        return self._leg.fields()

    def run(self) -> Steps[None]:
        """The whole call; raises CallFailed when the line breaks it. The status callback is sent in any case."""
        try:
            yield from self._talk()
        except CallFailed:
            self._leg.status = "failed" if self._leg.rang_s is None else "completed"
            self._send_status(strictly=False)
            raise
        else:
            self._send_status(strictly=self._is_strict)
            self._leg.run_errands()
        finally:
            self._webhooks.close()

    def _talk(self) -> Steps[None]:
        leg = self._leg
        try:
            ending = yield from follow(leg, Ask(self._line.voice_url))
        except CallerHungUp:
            leg.hang_up()
        except TooLong:
            leg.hang_up()
            self._transcript.event("the call has lasted four hours and is cut")
        else:
            leg.status = ending.value if ending in (Ending.BUSY, Ending.NO_ANSWER) else "completed"
            rejected = leg.status != "completed"
            self._transcript.event("the line does not take the call" if rejected else "the line hangs up")

    def _send_status(self, *, strictly: bool) -> None:
        """Tell the status callback how the call ended.

        Twilio does its best to deliver it and no more, so an unreachable one is only noted; one that answers with an
        error is a fault of the line.
        """
        if self._line.status_url is None:
            return
        try:
            self._webhooks.ask(Ask(self._line.status_url, "POST", self._last_words()), self._leg.fields())
        except WebhookFault as fault:
            if strictly and fault.code != HTTP_CONNECTION_FAILURE:
                raise CallFailed(f"The status callback failed: {fault}") from fault
            self._transcript.event(f"{fault} The status callback is lost.")

    def _last_words(self) -> dict[str, str]:
        leg = self._leg
        talked = 0 if leg.rang_s is None else max(1, ceil(leg.seconds - leg.rang_s))
        return {
            "CallDuration": str(talked),
            "Duration": str(ceil(talked / 60)),
            "SequenceNumber": "0",
            "CallbackSource": "call-progress-events",
            "Timestamp": format_datetime(clock.now(), usegmt=True),
        }


def follow(leg: Leg, ask: Ask) -> Steps[Ending]:
    """Run document after document on the leg until one of them ends."""
    while True:
        url, document = leg.fetch(ask)
        outcome = yield from _perform(leg, url, document)
        if isinstance(outcome, Ending):
            return outcome
        ask = outcome


def _perform(leg: Leg, url: str, document: Document) -> Steps[Ask | Ending]:
    for verb in document.verbs:
        outcome = yield from _do(leg, verb, url, document)
        if outcome is not None:
            return outcome
    return Ending.OVER


def _do(leg: Leg, verb: Verb, url: str, document: Document) -> Steps[Ask | Ending | None]:
    """One verb; where the call goes on, or None for the next verb."""
    match verb:
        case Redirect():
            return Ask(urljoin(url, verb.url), verb.method)
        case Hangup():
            leg.answer()
            return Ending.HUNG_UP
        case Leave():
            return Ending.LEFT
        case Reject():
            return Ending(verb.status)
        case Pause() | Play() | Say():
            yield from _talk(leg, verb, url, document)
            return None
    leg.answer()
    match verb:
        case Gather():
            return (yield from listening.gather(leg, verb, url, _action(url, verb.action)))
        case Record():
            return (yield from recording.record(leg, verb, url, _action(url, verb.action)))
        case Dial():
            return (yield from bridging.dial(bridging.Place(leg, url, follow), verb))
        case Enqueue():
            return (yield from bridging.enqueue(bridging.Place(leg, url, follow), verb))


def _talk(leg: Leg, verb: Say | Play | Pause, url: str, document: Document) -> Steps[None]:
    # A Pause before anything else lets the telephone ring on.
    if not isinstance(verb, Pause):
        leg.answer()
    doing, seconds = leg.say(verb, url)
    if document.holds_the_line and not isinstance(verb, Say):
        doing = Doing.HOLDING
    yield from leg.sit_out(doing, seconds)


def _action(url: str, action: str | None) -> str:
    """Where a Gather or Record posts to; without an action it is the document's own URL."""
    return url if action is None else urljoin(url, action)
