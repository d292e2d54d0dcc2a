"""What pages ask for, read and checked."""

from typing import Any, Final

import phonenumbers

from hotline.phone.caller import KEYS
from hotline.phone.moments import Doing, Happening, Keys, OperatorAnswers, OperatorHangsUp, OperatorIsBusy, Words
from hotline.phone.page.live import LiveCall
from hotline.phone.page.refusals import Refused

WITHHELD: Final = "anonymous"
"""What Twilio sends as the number of a caller who withholds it."""

KEYS_LIMIT: Final = 64
WORDS_LIMIT: Final = 500
"""Characters at once."""

_HOME: Final = "JP"

_OPERATORS: Final[dict[str, Happening]] = {
    "answers": OperatorAnswers(),
    "voicemail": OperatorAnswers(pressing=""),
    "busy": OperatorIsBusy(),
    "hangs-up": OperatorHangsUp(),
}
_WHEN_RINGING: Final = frozenset({Doing.RINGING, Doing.QUEUED})


def number(text: str) -> str:
    """A telephone number in E.164, however it is written; raises Refused."""
    try:
        parsed = phonenumbers.parse(text, _HOME)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise Refused(
            400, "number_wrong", "This is no telephone number: write it like +819012345678, or like 090-1234-5678."
        )
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def caller(text: str) -> str:
    """The number of a caller, who may withhold it; raises Refused."""
    return WITHHELD if text == WITHHELD else number(text)


def text(body: Any, name: str) -> str:
    """A text in the body; raises Refused when it is not there."""
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise Refused(400, "body_wrong", f"The request lacks the text {name!r}: reload the page.")
    return value.strip()


def keys(body: Any) -> Keys:
    """What is keyed; raises Refused."""
    typed = text(body, "keys")
    if not set(typed) <= KEYS or len(typed) > KEYS_LIMIT:
        raise Refused(
            400, "keys_wrong", f"A telephone has the keys 0-9, * and #; up to {KEYS_LIMIT} are taken at once."
        )
    return Keys(typed)


def words(body: Any) -> Words:
    """What is said; raises Refused."""
    said = text(body, "words")
    if len(said) > WORDS_LIMIT:
        raise Refused(400, "words_wrong", f"Up to {WORDS_LIMIT} characters are understood at once: say less.")
    return Words(said)


def operator(body: Any, call: LiveCall) -> Happening:
    """What an operator does; raises Refused when none can do that now."""
    does = text(body, "does")
    if does not in _OPERATORS:
        raise Refused(400, "operator_wrong", f"An operator does one of: {', '.join(_OPERATORS)}.")
    is_time = call.doing is Doing.CONNECTED if does == "hangs-up" else call.doing in _WHEN_RINGING
    if not is_time:
        raise Refused(409, "operator_not_now", "No operator's telephone rings, or none is connected, at this moment.")
    return _OPERATORS[does]
