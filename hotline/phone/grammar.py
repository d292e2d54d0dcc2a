"""Twilio's rules for voice documents: which element may stand where, with which attributes and values.

Twilio only warns of much of this and then does something else than was meant; the practice phone refuses it all.
The codes are those of Twilio's error list.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hotline.phone.ears import LISTEN_LANGUAGES, SPOKEN_AT_ALL
from hotline.phone.faults import INVALID_URL, SCHEMA_VIOLATION
from hotline.phone.voices import SAY_LANGUAGES

HINTS_LIMIT: Final = 500
HINT_LENGTH_LIMIT: Final = 100

SPEECH_LIMIT_S: Final = 60
"""Seconds for which a Gather listens to speech at most."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an attribute may say."""

    legal: str
    """The end of a sentence that begins with "it must be"."""
    allows: Callable[[str], bool]
    code: int = SCHEMA_VIOLATION


@dataclass(frozen=True, slots=True)
class Element:
    """What may stand in an element."""

    attributes: dict[str, Attribute]
    children: frozenset[str] = frozenset()
    takes_text: bool = False
    nested_code: int = SCHEMA_VIOLATION


def _one_of(*values: str, code: int = SCHEMA_VIOLATION) -> Attribute:
    return Attribute("one of " + ", ".join(repr(value) for value in values), lambda value: value in values, code)


def _whole(least: int, most: int, *, or_else: str | None = None, code: int = SCHEMA_VIOLATION) -> Attribute:
    def allows(value: str) -> bool:
        return value == or_else or (re.fullmatch(r"[0-9]{1,6}", value) is not None and least <= int(value) <= most)

    other = f" or {or_else!r}" if or_else else ""
    return Attribute(f"a whole number from {least} to {most}{other}", allows, code)


def _matching(pattern: str, legal: str, code: int = SCHEMA_VIOLATION) -> Attribute:
    return Attribute(legal, lambda value: re.fullmatch(pattern, value) is not None, code)


def _words(*values: str) -> Attribute:
    return Attribute(
        "one or more of " + ", ".join(values), lambda value: bool(value) and set(value.split()) <= set(values)
    )


def is_url(text: str) -> bool:
    """Whether Twilio can call this, absolute or relative: plain ASCII without blanks, HTTP if it names a scheme."""
    if not text or re.search(r"[^\x21-\x7e]|[<>\"{}|\\^`]", text):
        return False
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    return scheme is None or re.match(r"https?://[^/?#]", text) is not None


def _hints_fit(value: str) -> bool:
    hints = value.split(",")
    return len(hints) <= HINTS_LIMIT and all(0 < len(hint.strip()) <= HINT_LENGTH_LIMIT for hint in hints)


_ANY: Final = Attribute("anything", lambda _: True)
_BOOLEAN: Final = _one_of("true", "false")
_URL: Final = Attribute("a URL of plain ASCII, absolute with http or https, or relative", is_url, INVALID_URL)
_SECONDS: Final = 14_400
"""Twilio's longest call, four hours."""


def _method(code: int = SCHEMA_VIOLATION) -> Attribute:
    return _one_of("GET", "POST", code=code)


def _boolean(code: int) -> Attribute:
    return _one_of("true", "false", code=code)


_GATHER: Final = {
    "input": _one_of("dtmf", "speech", "dtmf speech", "speech dtmf", code=13326),
    "action": _URL,
    "method": _method(13312),
    "timeout": _whole(1, _SECONDS, or_else="auto", code=13313),
    "finishOnKey": _matching(r"[0-9*#]?", "one of the keys 0-9, * and #, or empty", 13310),
    "numDigits": _whole(1, 1000, code=13314),
    "actionOnEmptyResult": _boolean(13338),
    "language": Attribute("a language that Twilio understands", SPOKEN_AT_ALL.__contains__, 13331),
    "hints": Attribute(f"at most {HINTS_LIMIT} phrases of {HINT_LENGTH_LIMIT} characters", _hints_fit, 13330),
    "bargeIn": _boolean(13332),
    "profanityFilter": _boolean(13333),
    "speechTimeout": _whole(1, 600, or_else="auto", code=13327),
    "maxSpeechTime": _whole(1, SPEECH_LIMIT_S),
    "speechModel": _one_of(*LISTEN_LANGUAGES, code=13334),
    "enhanced": _BOOLEAN,
    "partialResultCallback": _URL,
    "partialResultCallbackMethod": _method(13329),
    "debug": _BOOLEAN,
}

_DIAL: Final = {
    "action": _URL,
    "method": _method(13210),
    "timeout": _whole(1, 600, code=13212),
    "hangupOnStar": _boolean(13213),
    "timeLimit": _whole(1, _SECONDS, code=13216),
    "callerId": _matching(r"\+[1-9][0-9]{6,14}", "a number like +81312345678", 13214),
    "record": _matching(r"do-not-record|record-from-(answer|ringing)(-dual)?", "one of Twilio's ways to record", 13217),
    "trim": _one_of("trim-silence", "do-not-trim"),
    "answerOnBridge": _boolean(13219),
    "ringTone": _matching(r"auto|[a-z]{2}(-old)?", "'auto' or a country code", 13220),
    "sequential": _boolean(13218),
    "recordingStatusCallback": _URL,
    "recordingStatusCallbackMethod": _method(),
    "recordingStatusCallbackEvent": _words("in-progress", "completed", "absent"),
    "recordingTrack": _one_of("both", "inbound", "outbound"),
    "recordingConfigurationId": _ANY,
    "referUrl": _URL,
    "referMethod": _method(),
    "events": _ANY,
    "passports": _ANY,
}

_NUMBER: Final = {
    "url": _URL,
    "method": _method(13221),
    "sendDigits": _matching(r"[0-9*#wW]+", "digits, *, # and w", 13222),
    "statusCallback": _URL,
    "statusCallbackMethod": _method(),
    "statusCallbackEvent": _words("initiated", "ringing", "answered", "completed"),
    "machineDetection": _one_of("Enable", "DetectMessageEnd"),
    "machineDetectionTimeout": _whole(3, 60),
    "machineDetectionSpeechThreshold": _whole(1000, 6000),
    "machineDetectionSpeechEndThreshold": _whole(500, 5000),
    "machineDetectionSilenceTimeout": _whole(2000, 10_000),
    "amdStatusCallback": _URL,
    "amdStatusCallbackMethod": _method(),
    "byoc": _matching(r"BY[0-9a-f]{32}", "a BYOC trunk SID"),
}

_RECORD: Final = {
    "action": _URL,
    "method": _method(13610),
    "timeout": _whole(1, _SECONDS, code=13611),
    "finishOnKey": _matching(r"[0-9*#]*", "keys out of 0-9, * and #, or empty", 13613),
    "maxLength": _whole(1, _SECONDS, code=13612),
    "playBeep": _boolean(13616),
    "trim": _one_of("trim-silence", "do-not-trim"),
    "recordingStatusCallback": _URL,
    "recordingStatusCallbackMethod": _method(),
    "recordingStatusCallbackEvent": _words("in-progress", "completed", "absent"),
    "transcribe": _boolean(13614),
    "transcribeCallback": _URL,
    "recordingConfigurationId": _ANY,
}

_ENQUEUE: Final = {
    "action": _URL,
    "method": _method(),
    "maxQueueSize": _whole(1, 5000),
    "waitUrl": _URL,
    "waitUrlMethod": _method(14206),
    "workflowSid": _matching(r"WW[0-9a-f]{32}", "a workflow SID"),
}

_SAY: Final = {
    "voice": _ANY,
    "language": Attribute("a language that a voice speaks", SAY_LANGUAGES.__contains__, 13512),
    "loop": _whole(0, 1000, code=13510),
}

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
MARKUP: Final = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})
"""The SSML elements that may stand inside a Say."""


def _markup(attributes: dict[str, Attribute]) -> Element:
    return Element(attributes, children=MARKUP, takes_text=True)


ELEMENTS: Final = {
    "Response": Element(
        {},
        children=frozenset(
            {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave", "Reject", "Dial", "Record", "Enqueue"}
        ),
    ),
    "Say": Element(_SAY, children=MARKUP, takes_text=True),
    "Play": Element(
        {"loop": _whole(0, 1000, code=13410), "digits": _matching(r"[0-9*#wW]+", "digits, *, # and w", 13430)},
        takes_text=True,
    ),
    "Pause": Element({"length": _whole(1, _SECONDS, code=13910)}),
    "Gather": Element(_GATHER, children=frozenset({"Say", "Play", "Pause"}), nested_code=13320),
    "Redirect": Element({"method": _method(13710)}, takes_text=True),
    "Hangup": Element({}),
    "Leave": Element({}),
    "Reject": Element({"reason": _one_of("rejected", "busy")}),
    "Dial": Element(_DIAL, children=frozenset({"Number"}), takes_text=True, nested_code=13215),
    "Number": Element(_NUMBER, takes_text=True),
    "Record": Element(_RECORD),
    "Enqueue": Element(_ENQUEUE, takes_text=True),
    "break": Element(
        {
            "strength": _one_of("none", "x-weak", "weak", "medium", "strong", "x-strong"),
            "time": _matching(r"[0-9]+(\.[0-9]+)?m?s", "a time like 500ms or 1.5s"),
        }
    ),
    "emphasis": _markup({"level": _one_of("strong", "moderate", "reduced")}),
    "lang": _markup({_LANG: _ANY}),
    "p": _markup({}),
    "s": _markup({}),
    "w": _markup({"role": _ANY}),
    "phoneme": _markup({"alphabet": _one_of("ipa", "x-sampa", "x-amazon-jyutping", "x-amazon-pinyin"), "ph": _ANY}),
    "prosody": _markup({"volume": _ANY, "rate": _ANY, "pitch": _ANY}),
    "say-as": _markup({"interpret-as": _ANY, "format": _ANY, "role": _ANY}),
    "sub": _markup({"alias": _ANY}),
}
"""Every element the practice phone knows. Others of Twilio's are refused too: this line has no use for them."""
