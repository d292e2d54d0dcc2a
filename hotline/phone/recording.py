"""Record: what the caller says is kept at the carrier, and the line is told twice, in the call and apart from it."""

from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Final
from urllib.parse import urljoin

from hotline import clock
from hotline.phone import sounds
from hotline.phone.leg import CallerHungUp, Leg, new_sid
from hotline.phone.moments import Doing, Steps, Words
from hotline.phone.verbs import Record, seconds_to_say
from hotline.phone.webhooks import Ask

TWILIO: Final = "https://api.twilio.com"
"""Where recordings are when no practice carrier keeps them; nothing is ever asked there."""


@dataclass(slots=True)
class _Tape:
    """One recording while it is made. Its callbacks carry what Twilio lists under recordingStatusCallback."""

    leg: Leg
    verb: Record
    base: str
    sid: str = field(default_factory=lambda: new_sid("RE"))
    began: str = field(default_factory=lambda: format_datetime(clock.now(), usegmt=False))
    spoken_s: float = 0.0

    @property
    def url(self) -> str:
        """Where the recording is fetched."""
        backdoor = self.leg.backdoor
        host = TWILIO if backdoor is None else backdoor.url
        return f"{host}/2010-04-01/Accounts/{self.leg.party.account_sid}/Recordings/{self.sid}"

    @property
    def seconds(self) -> str:
        """Its length as Twilio tells it."""
        return str(round(self.spoken_s))

    def keep(self, action: str, digits: str) -> Ask:
        """It is over: the carrier keeps the sound; the request to the action."""
        if self.leg.backdoor is not None:
            self.leg.backdoor.keep_recording(self.sid, self.leg.party.call_sid, sounds.tone(self.spoken_s))
        self.leg.transcript.event(f"{self.seconds} seconds are recorded")
        self.tell("completed")
        fields = {"RecordingSid": self.sid, "RecordingUrl": self.url, "RecordingDuration": self.seconds}
        return Ask(action, self.verb.method, {**fields, "Digits": digits})

    def tell(self, status: str) -> None:
        """Have the line told apart from the call, if it wants to know."""
        if self.verb.callback is None or status not in self.verb.callback_events:
            return
        fields = {
            "RecordingSid": self.sid,
            "RecordingUrl": self.url,
            "RecordingStatus": status,
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
            "RecordingStartTime": self.began,
        }
        if status != "in-progress":
            fields["RecordingDuration"] = self.seconds
        self.leg.errands.append(Ask(urljoin(self.base, self.verb.callback), self.verb.callback_method, fields))
        if status == "in-progress":
            self.leg.run_errands()


def record(leg: Leg, verb: Record, base: str, action: str) -> Steps[Ask | None]:
    """Record until silence, a finish key or the greatest length; None when nothing was said."""
    tape = _Tape(leg, verb, base)
    leg.transcript.event("a tone sounds and the recording begins" if verb.beeps else "the recording begins, no tone")
    if verb.beeps:
        leg.handset.loudspeaker.beeps()
    tape.tell("in-progress")
    try:
        key = yield from _listen(tape)
    except CallerHungUp:
        leg.hang_up()
        if tape.spoken_s:
            leg.tell(tape.keep(action, "hangup"))
        else:
            tape.tell("absent")
        raise
    if not tape.spoken_s:
        tape.tell("absent")
        return None
    return tape.keep(action, key)


def _listen(tape: _Tape) -> Steps[str]:
    """Until it is over; the key that ended it."""
    leg, verb = tape.leg, tape.verb
    while tape.spoken_s < verb.max_length_s:
        left = min(verb.timeout_s, verb.max_length_s - tape.spoken_s)
        happening = yield from leg.wait(Doing.RECORDING, left, hears_speech=True)
        key = leg.take_key()
        if happening is None or (key and key in verb.finish_keys):
            return key
        if isinstance(happening, Words):
            tape.spoken_s += max(1.0, seconds_to_say(happening.text))
    tape.spoken_s = verb.max_length_s
    return ""
