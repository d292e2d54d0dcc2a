"""Twilio's form -> which call, who, and what happened."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import phonenumbers

from hotline.callflow.events import Event, KeysPressed, Recorded, Silence, Spoken, TransferEnded
from hotline.calls.by_text import Message

CALL_SID: Final = re.compile(r"CA[0-9a-f]{32}", re.ASCII)
MESSAGE_SID: Final = re.compile(r"(SM|MM)[0-9a-f]{32}", re.ASCII)
RECORDING_SID: Final = re.compile(r"RE[0-9a-f]{32}", re.ASCII)

WITHHELD: Final = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""What Twilio sends for callers without a number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE as keyed."""

LONGEST_WORDS: Final = 1000
"""Characters of speech or text that are looked at; more than anybody says in answer to a question."""


class ImpossibleForm(Exception):
    """The form names no call, message or recording that can exist."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that Twilio tells of."""

    call_sid: str
    sid: str
    seconds: int


def read_sid(form: Mapping[str, str], name: str = "CallSid") -> str:
    """The SID of a call; raises ImpossibleForm when there is none or it cannot be one."""
    sid = form.get(name, "")
    if not CALL_SID.fullmatch(sid):
        raise ImpossibleForm(f"The {name} is missing or is not CA and 32 hexadecimal digits.")
    return sid


def read_message_sid(form: Mapping[str, str]) -> str:
    """The SID of a text message; raises ImpossibleForm when there is none or it cannot be one."""
    sid = form.get("MessageSid", "")
    if not MESSAGE_SID.fullmatch(sid):
        raise ImpossibleForm("The MessageSid is missing or is not SM or MM and 32 hexadecimal digits.")
    return sid


def read_message(form: Mapping[str, str]) -> Message | None:
    """The message, or None when it comes from no number, so that it cannot be answered; raises ImpossibleForm."""
    sid, writer = read_message_sid(form), read_caller(form)
    if writer is None:
        return None
    return Message(sid, writer, form.get("To", "")[:32], form.get("Body", "")[:LONGEST_WORDS])


def read_recording(form: Mapping[str, str]) -> Recording | None:
    """The recording that is finished, or None when this tells of another state of it; raises ImpossibleForm."""
    call_sid = read_sid(form)
    sid = form.get("RecordingSid", "")
    if not RECORDING_SID.fullmatch(sid):
        raise ImpossibleForm("The RecordingSid is missing or is not RE and 32 hexadecimal digits.")
    seconds = _seconds(form)
    is_finished = form.get("RecordingStatus", "completed") == "completed"
    return Recording(call_sid, sid, seconds) if is_finished and seconds > 0 else None


def read_caller(form: Mapping[str, str]) -> str | None:
    """The caller's number in E.164, or None when it is withheld or is no number."""
    try:
        number = phonenumbers.parse(form.get("From", ""))
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if phonenumbers.is_possible_number(number) and written not in WITHHELD else None


def read_event(form: Mapping[str, str]) -> Event:
    """What happened since the last reply. Parameters that are not known change nothing."""
    if "DialCallStatus" in form:
        return _read_transfer(form)
    if RECORDING_SID.fullmatch(form.get("RecordingSid", "")):
        return Recorded(form["RecordingSid"], _seconds(form))
    if "Digits" in form:
        return _read_keys(form)
    return _read_speech(form) if form.get("SpeechResult") else Silence()


def _read_transfer(form: Mapping[str, str]) -> Event:
    """A voicemail that pressed nothing also counts as completed; only DialBridged says that somebody took the call."""
    picked_up = form["DialCallStatus"] in ("completed", "answered")
    bridged = form.get("DialBridged")
    return TransferEnded(answered=picked_up if bridged is None else bridged == "true", picked_up=picked_up)


def _read_keys(form: Mapping[str, str]) -> Event:
    """Empty digits are `#` alone, unless Twilio says that no key ended the entry."""
    if form["Digits"] == "" and form.get("FinishedOnKey", "#") == "":
        return Silence()
    return KeysPressed(form["Digits"])


def _read_speech(form: Mapping[str, str]) -> Event:
    try:
        confidence = float(form["Confidence"])
    except (KeyError, ValueError):
        confidence = math.nan
    # Not a number is no number between 0 and 1 either, though it is below no limit.
    said = confidence if 0 <= confidence <= 1 else None
    return Spoken(form["SpeechResult"][:LONGEST_WORDS], said)


def _seconds(form: Mapping[str, str]) -> int:
    told = form.get("RecordingDuration", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0
