"""One telephone on which documents are run: the caller's, or an operator's before being connected."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urljoin

from hotline.phone import sounds
from hotline.phone.backdoor import Backdoor
from hotline.phone.faults import HTTP_CONNECTION_FAILURE, SCHEMA_VIOLATION, CallFailed, RefusedTwiml, WebhookFault
from hotline.phone.forgiving import without_the_unspeakable
from hotline.phone.handset import Handset
from hotline.phone.moments import CallerHangsUp, Doing, Happening, Keys, Steps, TimePassed, Wait, Words
from hotline.phone.transcript import Transcript, Who
from hotline.phone.twiml import read_twiml
from hotline.phone.verbs import Document, Gather, Leave, Pause, Play, Reject, Say, Talk, Verb
from hotline.phone.webhooks import Ask, Webhooks

CALL_LIMIT_S: Final = 14_400
"""Seconds after which Twilio ends a call by itself."""


class Ending(StrEnum):
    """How the documents came to their end."""

    OVER = "over"
    """The last verb was done."""
    HUNG_UP = "hung_up"
    LEFT = "left"
    """A Leave was reached."""
    BUSY = "busy"
    NO_ANSWER = "no-answer"


class CallerHungUp(Exception):
    """The caller put the receiver down."""


class TooLong(Exception):
    """The call reached CALL_LIMIT_S."""


def new_sid(kind: str) -> str:
    """A SID as Twilio makes them: two letters and 32 hexadecimal digits."""
    return kind + secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Party:
    """Who talks to whom in a leg."""

    account_sid: str
    call_sid: str
    from_number: str = field(repr=False)
    to_number: str
    direction: str = "inbound"
    parent_sid: str | None = None

    def fields(self, status: str) -> dict[str, str]:
        """What every request of this leg carries, at this status of the call."""
        ends = {"From": self.from_number, "Caller": self.from_number, "To": self.to_number, "Called": self.to_number}
        # Twilio sends the places of both ends, in Japan with the country only.
        places = {f"{end}{part}": "" for end in ends for part in ("City", "State", "Zip")}
        countries = {f"{end}Country": "JP" if number.startswith("+81") else "" for end, number in ends.items()}
        parent = {"ParentCallSid": self.parent_sid} if self.parent_sid else {}
        return {
            "CallSid": self.call_sid,
            "AccountSid": self.account_sid,
            "CallStatus": status,
            "ApiVersion": "2010-04-01",
            "Direction": self.direction,
            **ends,
            **places,
            **countries,
            **parent,
        }


@dataclass(slots=True)
class Leg:
    """One telephone in a call, with the keys that wait to be taken."""

    party: Party
    webhooks: Webhooks
    transcript: Transcript
    hearer: Who = Who.LINE
    """Under whose name the transcript has what is said to this telephone."""
    forbidden: tuple[type[Verb], ...] = (Leave,)
    """Verbs that Twilio does not allow where this leg is now."""
    fallback_url: str | None = None
    status: str = "ringing"
    seconds: float = 0.0
    """How long this telephone has been in the call, ringing included."""
    rang_s: float | None = None
    """How long it rang; None while it does."""
    keys_ahead: str = field(default="", repr=False)
    backdoor: Backdoor | None = None
    """The practice carrier, if one keeps the recordings."""
    errands: list[Ask] = field(default_factory=list)
    """What Twilio will tell the line apart from the call, as soon as it gets round to it."""
    handset: Handset = field(default_factory=Handset)
    _silent_webhooks: int = 0
    _sounds: dict[str, bool] = field(default_factory=dict)
    """URL -> whether it can be played."""

    def answer(self) -> None:
        """From now on the caller pays."""
        if self.rang_s is None:
            self.rang_s = self.seconds
            self.status = "in-progress"

    def hang_up(self) -> None:
        """The call is over, by whichever side."""
        self.status = "no-answer" if self.rang_s is None else "completed"

    def fields(self) -> dict[str, str]:
        """What a request carries now."""
        return self.party.fields(self.status)

    def wait(self, doing: Doing, seconds: float, *, hears_speech: bool = False) -> Steps[Happening | None]:
        """Let time pass until something happens; keys are put behind those that wait already."""
        happening = yield Wait(doing, seconds, hears_speech)
        if happening is not None:
            self._silent_webhooks = 0
        if happening is None or isinstance(happening, TimePassed):
            self.seconds += seconds
            happening = None
        else:
            self.seconds += min(happening.after_s, seconds)
        if isinstance(happening, CallerHangsUp):
            raise CallerHungUp
        if isinstance(happening, Keys):
            self.keys_ahead += happening.keys
        if self.seconds > CALL_LIMIT_S:
            raise TooLong
        return happening

    def sit_out(self, doing: Doing, seconds: float) -> Steps[None]:
        """Let all the time pass; keys that come meanwhile are kept, words are lost."""
        until = self.seconds + seconds
        while True:
            happening = yield from self.wait(doing, max(0.0, until - self.seconds))
            if happening is None:
                return
            if isinstance(happening, Words):
                self.transcript.event("nothing listens for words here")

    def take_key(self) -> str:
        """The key that waits longest, or an empty string."""
        key, self.keys_ahead = self.keys_ahead[:1], self.keys_ahead[1:]
        return key

    def say(self, verb: Talk, base: str) -> tuple[Doing, float]:
        """Begin to talk; what the line does now, and for how many seconds."""
        match verb:
            case Say():
                self.transcript.add(self.hearer, verb.text, verb.language)
                return Doing.TALKING, self.handset.loudspeaker.says(self.hearer, verb) * verb.repeats
            case Play(url=None):
                self.transcript.event(f"the tones {verb.digits} are played")
                return Doing.TALKING, len(verb.digits) * sounds.TONE_S * verb.repeats
            case Play():
                return Doing.TALKING, self._play(urljoin(base, verb.url or "")) * verb.repeats
            case Pause():
                return Doing.PAUSING, float(verb.seconds)

    def fetch(self, ask: Ask) -> tuple[str, Document]:
        """A document and where it came from; from the fallback URL when the webhook fails. Raises CallFailed."""
        self._silent_webhooks += 1
        if self._silent_webhooks > self.handset.silent_limit:
            raise CallFailed(
                f"The line goes in circles: {self.handset.silent_limit} documents followed each other without a key, "
                f"a word or a real wait; the next is {ask.url}."
            )
        try:
            fetched = self._fetch(ask)
            self.run_errands()
            return fetched
        except WebhookFault as fault:
            if self.fallback_url is None:
                raise CallFailed(str(fault)) from fault
            self.transcript.event(f"{fault} The fallback URL is asked.")
            extra = {"ErrorCode": str(fault.code), "ErrorUrl": ask.url}
        try:
            return self._fetch(Ask(self.fallback_url, "POST", extra))
        except WebhookFault as fault:
            raise CallFailed(f"The fallback URL failed as well: {fault}") from fault

    def run_errands(self) -> None:
        """Tell the line what is to be told apart from the call; raises CallFailed when it answers with an error.

        Twilio would go on with the call and only note the error; it is a fault of the line all the same.
        """
        errands, self.errands = self.errands, []
        who = {"AccountSid": self.party.account_sid, "CallSid": self.party.call_sid}
        for errand in errands:
            try:
                self.webhooks.ask(errand, who)
            except WebhookFault as fault:
                if fault.code != HTTP_CONNECTION_FAILURE and not self.handset.forgives:
                    raise CallFailed(f"A callback failed: {fault}") from fault
                self.transcript.event(f"{fault} The callback is lost.")

    def _fetch(self, ask: Ask) -> tuple[str, Document]:
        heard = self.webhooks.ask(ask, self.fields())
        document = read_twiml(self._pardoned(heard.body), heard.content_type)
        for verb in document.verbs:
            self._check_place(verb)
            for talk in verb.inside if isinstance(verb, Gather) else (verb,):
                if isinstance(talk, Play) and talk.url:
                    self._load_sound(urljoin(heard.url, talk.url))
        self.handset.loudspeaker.expects(document)
        return heard.url, document

    def _pardoned(self, body: bytes) -> bytes:
        """The document, without what is let pass."""
        if self.handset.forgives:
            body, notes = without_the_unspeakable(body)
            for note in notes:
                self.transcript.event(note)
        return body

    def _check_place(self, verb: Verb) -> None:
        name = type(verb).__name__
        if isinstance(verb, self.forbidden):
            raise RefusedTwiml(
                f"<{name}> may not stand in this document.", 13201 if name == "Dial" else SCHEMA_VIOLATION
            )
        if isinstance(verb, Reject) and self.rang_s is not None:
            raise RefusedTwiml("<Reject> comes too late: the call has been answered.", SCHEMA_VIOLATION)

    def _load_sound(self, url: str) -> None:
        if self._sounds.get(url):
            return
        try:
            self.handset.loudspeaker.keeps(url, self.webhooks.sound(url, self.fields()))
        except WebhookFault as fault:
            if not self.handset.forgives:
                raise
            self.transcript.event(f"{fault} It is left out, as Twilio would do.")
            self._sounds[url] = False
        else:
            self._sounds[url] = True

    def _play(self, url: str) -> float:
        """Begin to play a recording; how many seconds it lasts."""
        if not self._sounds[url]:
            return 0.0
        words = self.handset.words_of(url)
        if words is None:
            self.transcript.event(f"{url} is played")
        elif words:
            self.transcript.event(f"a recording is played: {words}")
        return self.handset.loudspeaker.plays(self.hearer, url)

    def tell(self, ask: Ask) -> None:
        """Send a request whose answer nobody hears any more; that it fails is only noted."""
        try:
            self.webhooks.ask(ask, self.fields())
        except WebhookFault as fault:
            self.transcript.event(f"{fault} Nobody is left to hear it.")
