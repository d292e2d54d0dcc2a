"""Gather and Record: what is done with keys and words, exactly as Twilio does it."""

from hotline.phone.leg import CallerHungUp, Leg, new_sid
from hotline.phone.moments import Doing, Happening, Keys, Steps, Words
from hotline.phone.verbs import Gather, Record
from hotline.phone.webhooks import Ask

_CONFIDENCE = "0.9234"
"""How sure the practice phone's ear always is."""


def gather(leg: Leg, verb: Gather, base: str, action: str) -> Steps[Ask | None]:
    """Talk and listen; the request to the action, or None when the document goes on with its next verb."""
    words = yield from _talk(leg, verb, base)
    if words is None and verb.hears_keys and leg.keys_ahead:
        return (yield from _collect(leg, verb, action))
    while words is None:
        happening = yield from leg.wait(Doing.LISTENING, verb.timeout_s)
        if happening is None:
            return _entered(verb, action, "", "")
        if isinstance(happening, Keys) and verb.hears_keys:
            return (yield from _collect(leg, verb, action))
        words = _understood(leg, verb, happening)
    return Ask(action, verb.method, {"SpeechResult": words.text, "Confidence": _CONFIDENCE})


def _talk(leg: Leg, verb: Gather, base: str) -> Steps[Words | None]:
    """Say what is inside, until a key or, with bargeIn, a word comes. Keys typed ahead silence it from the start."""
    for talk in verb.inside:
        if verb.hears_keys and leg.keys_ahead:
            return None
        doing, seconds = leg.say(talk, base)
        until = leg.seconds + seconds
        while True:
            happening = yield from leg.wait(doing, max(0.0, until - leg.seconds))
            if happening is None or (isinstance(happening, Keys) and verb.hears_keys):
                break
            words = _understood(leg, verb, happening) if verb.barge_in else None
            if words is not None:
                return words
    return None


def _understood(leg: Leg, verb: Gather, happening: Happening) -> Words | None:
    if not isinstance(happening, Words):
        return None
    if verb.hears_speech:
        return happening
    leg.transcript.event("nothing listens for words here")
    return None


def _collect(leg: Leg, verb: Gather, action: str) -> Steps[Ask | None]:
    """Take keys until the finish key, the last digit or a pause; what is left over waits for the next Gather."""
    digits = ""
    while len(digits) != verb.num_digits:
        key = leg.take_key()
        if not key:
            happening = yield from leg.wait(Doing.BETWEEN_KEYS, verb.timeout_s)
            if happening is None:
                break
        elif key == verb.finish_key:
            return _entered(verb, action, digits, key)
        digits += key
    return _entered(verb, action, digits, "")


def _entered(verb: Gather, action: str, digits: str, finish_key: str) -> Ask | None:
    if not digits and not verb.action_on_empty_result:
        return None
    return Ask(action, verb.method, {"Digits": digits, "FinishedOnKey": finish_key})


def record(leg: Leg, verb: Record, action: str) -> Steps[Ask | None]:
    """Record until silence, a finish key or the greatest length; None when nothing was said."""
    spoken_s = 0.0
    leg.transcript.event("a tone sounds and the recording begins")
    try:
        while spoken_s < verb.max_length_s:
            happening = yield from leg.wait(Doing.RECORDING, min(verb.timeout_s, verb.max_length_s - spoken_s))
            key = leg.take_key()
            if happening is None or (key and key in verb.finish_keys):
                return _recorded(verb, action, spoken_s, key) if spoken_s else None
            if isinstance(happening, Words):
                spoken_s += max(1.0, len(happening.text) / 15)
    except CallerHungUp:
        leg.hang_up()
        if spoken_s:
            leg.tell(_recorded(verb, action, spoken_s, "hangup"))
        raise
    return _recorded(verb, action, verb.max_length_s, "")


def _recorded(verb: Record, action: str, seconds: float, digits: str) -> Ask:
    sid = new_sid("RE")
    return Ask(
        action,
        verb.method,
        {
            "RecordingSid": sid,
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Recordings/{sid}",
            "RecordingDuration": str(round(seconds)),
            "Digits": digits,
        },
    )
