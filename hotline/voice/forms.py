"""Twilio's form -> which call, who, and what happened."""

import re
from collections.abc import Mapping
from typing import Final

import phonenumbers

from hotline.callflow.events import Event, KeysPressed, Silence, Spoken, TransferEnded

CALL_SID: Final = re.compile(r"CA[0-9a-f]{32}", re.ASCII)

WITHHELD: Final = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""What Twilio sends for callers without a number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE as keyed."""


class ImpossibleForm(Exception):
    """The form names no call that can exist."""


def read_sid(form: Mapping[str, str]) -> str:
    """The CallSid; raises ImpossibleForm when there is none or it cannot be one."""
    sid = form.get("CallSid", "")
    if not CALL_SID.fullmatch(sid):
        raise ImpossibleForm("The CallSid is missing or is not CA and 32 hexadecimal digits.")
    return sid


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
        return TransferEnded(answered=form["DialCallStatus"] in ("completed", "answered"))
    if "Digits" in form:
        return _read_keys(form)
    return Spoken() if form.get("SpeechResult") else Silence()


def _read_keys(form: Mapping[str, str]) -> Event:
    """Empty digits are `#` alone, unless Twilio says that no key ended the entry."""
    if form["Digits"] == "" and form.get("FinishedOnKey", "#") == "":
        return Silence()
    return KeysPressed(form["Digits"])
