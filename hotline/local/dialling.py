"""Dialling the line, and writing to it, from a terminal."""

from dataclasses import replace

from hotline.local.practice import line_of
from hotline.phone import terminal, text_terminal
from hotline.phone.call import Line
from hotline.phone.played import words_played
from hotline.settings import Settings, SettingsFault


def dial(settings: Settings, url: str | None, caller: str) -> int:
    """Call the voice URL, or without one the line that the settings are of; returns the exit code."""
    line = line_of(settings)
    handset = replace(terminal.HANDSET, words_of=words_played)
    return terminal.call(_elsewhere(line, voice_url=url) if url else line, caller, handset=handset)


def write(settings: Settings, url: str | None, writer: str, wait_s: float) -> int:
    """Write to the messaging URL, or without one to the line that the settings are of; returns the exit code.

    Raises SettingsFault when that line takes no text messages.
    """
    line = line_of(settings)
    if url:
        line = _elsewhere(line, sms_url=url)
    if line.sms_url is None:
        raise SettingsFault(
            "This line takes no text messages: TWILIO_API_KEY, TWILIO_API_SECRET and TEXT_SENDER are needed for that."
        )
    return text_terminal.run(line, writer, wait_s)


def _elsewhere(line: Line, **urls: str) -> Line:
    """Another line with the same account: where its calls end, and who carries its messages, is not known here."""
    return replace(line, status_url=None, carrier_url=None, **urls)
