"""Gather: what is done with keys and words, exactly as Twilio does it."""

from hotline.phone.leg import Leg
from hotline.phone.moments import Doing, Happening, Keys, Steps, Words
from hotline.phone.verbs import Gather
from hotline.phone.webhooks import Ask


def gather(leg: Leg, verb: Gather, base: str, action: str) -> Steps[Ask | None]:
    """Talk and listen; the request to the action, or None when the document goes on with its next verb.

    What comes first counts, a key or a word, and shuts the ear for the other. Twilio's reference of `<Gather>`, under
    "input", says so.
    """
    words = yield from _talk(leg, verb, base)
    if words is None and verb.hears_keys and leg.keys_ahead:
        return (yield from _collect(leg, verb, action))
    doing = Doing.HOLDING if verb.is_hold else Doing.LISTENING
    until = leg.seconds + verb.timeout_s
    while words is None:
        left = max(0.0, until - leg.seconds)
        happening = yield from leg.wait(doing, left, hears_speech=verb.hears_speech)
        if happening is None:
            return _nothing(verb, action)
        if isinstance(happening, Keys) and verb.hears_keys:
            return (yield from _collect(leg, verb, action))
        words = _understood(leg, verb, happening)
    return Ask(action, verb.method, {"SpeechResult": words.text, **_confidence(words)})


def _talk(leg: Leg, verb: Gather, base: str) -> Steps[Words | None]:
    """Say what is inside, until a key or, with bargeIn, a word comes. Keys typed ahead silence it from the start."""
    for talk in verb.inside:
        if verb.hears_keys and leg.keys_ahead:
            return None
        doing, seconds = leg.say(talk, base)
        until = leg.seconds + seconds
        while True:
            hears_speech = verb.hears_speech and verb.barge_in
            happening = yield from leg.wait(doing, max(0.0, until - leg.seconds), hears_speech=hears_speech)
            if isinstance(happening, Keys) and verb.hears_keys:
                leg.handset.loudspeaker.hushes()
                break
            if happening is None:
                break
            words = _understood(leg, verb, happening)
            if words is not None and verb.barge_in:
                leg.handset.loudspeaker.hushes()
                return words
            if words is not None:
                leg.transcript.event("the line does not listen for words while it talks")
    return None


def _understood(leg: Leg, verb: Gather, happening: Happening) -> Words | None:
    if not isinstance(happening, Words):
        return None
    if verb.hears_speech:
        return happening
    leg.transcript.event("nothing listens for words here")
    return None


def _confidence(words: Words) -> dict[str, str]:
    return {} if words.confidence is None else {"Confidence": str(words.confidence)}


def _collect(leg: Leg, verb: Gather, action: str) -> Steps[Ask | None]:
    """Take keys until the finish key, the last digit or a pause; what is left over waits for the next Gather."""
    digits = ""
    while len(digits) != verb.num_digits:
        key = leg.take_key()
        if not key:
            happening = yield from leg.wait(Doing.BETWEEN_KEYS, verb.timeout_s)
            if happening is None:
                break
            if isinstance(happening, Words):
                leg.transcript.event("the first key has shut the ear for words")
        elif key == verb.finish_key:
            return _entered(verb, action, digits, key)
        digits += key
    return _entered(verb, action, digits, "")


def _nothing(verb: Gather, action: str) -> Ask | None:
    if verb.action_on_empty_result and not verb.hears_keys:
        return Ask(action, verb.method, {"SpeechResult": ""})
    return _entered(verb, action, "", "")


def _entered(verb: Gather, action: str, digits: str, finish_key: str) -> Ask | None:
    if not digits and not verb.action_on_empty_result:
        return None
    return Ask(action, verb.method, {"Digits": digits, "FinishedOnKey": finish_key})
