"""Fetching the sound of a recording from Twilio."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import requests

from hotline.carrier.client import TIMEOUT_S
from hotline.carrier.errors import Permanent, Retryable

TWILIO: Final = "https://api.twilio.com"

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of the largest recording that is read: seventeen minutes of a telephone's sound. The line takes two minutes."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """The recordings of one account. Threads may share it."""

    account_sid: str
    key: tuple[str, str] = field(repr=False)
    base_url: str | None = None
    """Where requests go instead of Twilio's own address."""

    def fetch(self, recording_sid: str) -> bytes:
        """The recording as a WAV file.

        Raises Permanent when there is none any more, and Retryable when it may be there another time.
        """
        url = f"{self.base_url or TWILIO}/2010-04-01/Accounts/{self.account_sid}/Recordings/{recording_sid}.wav"
        try:
            with requests.Session() as session:
                # Where the settings say, not through a proxy that happens to stand in the environment.
                session.trust_env = False
                asked = session.get(url, auth=self.key, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
                with asked as answer:
                    return _read(answer)
        except requests.RequestException as error:
            # Not `from error`: it holds the request and its key.
            raise Retryable(type(error).__name__) from None


def _read(answer: requests.Response) -> bytes:
    if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise Permanent("the recording is gone", None)
    if answer.status_code != HTTPStatus.OK:
        raise Retryable(f"status {answer.status_code}")
    sound = b""
    for part in answer.iter_content(64 * 1024):
        sound += part
        if len(sound) > LARGEST:
            raise Permanent("the recording is too long", None)
    return sound
