"""Dialling the line from a terminal."""

from hotline.local.practice import DIALLED
from hotline.phone.terminal import run
from hotline.settings import Settings


def dial(settings: Settings, url: str | None, caller: str) -> int:
    """Call the voice URL, or without one the line that the settings are of; returns the exit code."""
    public, token = settings.hotline_public_url, settings.twilio_auth_token.get_secret_value()
    status_url = None if url else f"{public}/voice/status"
    return run(
        url or f"{public}/voice/incoming", token, settings.twilio_account_sid, caller, DIALLED, status_url=status_url
    )
