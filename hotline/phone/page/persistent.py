"""Webhooks that are tried on while the line is away, so that a call survives its restart."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import urldefrag

from hotline import clock
from hotline.phone.faults import HTTP_CONNECTION_FAILURE, RefusedTwiml, WebhookFault
from hotline.phone.webhooks import Answer, Webhooks

OVERRIDES: Final = "#ct=1500&rt=5000&rc=2&rp=ct,rt,5xx&tt=12000"
"""How a URL is called that does not say it itself: as the README recommends it for the voice URL."""

TRIES_FOR_S: Final = 12.0
"""Seconds for which the page's phone tries on. Twilio's own tries follow each other at once; a restart takes longer."""

_PAUSE_S: Final = 0.4


class Impatient(Protocol):
    """Somebody who waits for the line."""

    def is_troubled(self) -> None:
        """The line does not answer and is tried again."""

    def is_relieved(self) -> None:
        """It answers again."""

    def waits(self, seconds: float) -> bool:
        """Let time pass; False when nobody waits for the line any more."""
        ...


class PersistentWebhooks(Webhooks):
    """The HTTP side of a call whose line may be restarted meanwhile."""

    def __init__(self, token: str, caller: Impatient) -> None:
        super().__init__(token)
        self._caller = caller
        self._is_sound = False

    def sound(self, url: str, fields: Mapping[str, str]) -> bytes:
        """A recording; one that the line fails to deliver is not worth a wait, only a line that is away is."""
        self._is_sound = True
        try:
            return super().sound(url, fields)
        finally:
            self._is_sound = False

    def attempt(self, url: str, method: str, fields: Mapping[str, str], limit: int) -> Answer:
        """Tried on for some seconds while nobody answers, or only with an error of the server."""
        url = url if urldefrag(url).fragment else url + OVERRIDES
        until = clock.now() + timedelta(seconds=TRIES_FOR_S)
        was_troubled = False
        while True:
            answer, fault = self._outcome(url, method, fields, limit)
            goes_on = self._is_worth_a_wait(answer, fault) and clock.now() < until
            if goes_on and not was_troubled:
                was_troubled = True
                self._caller.is_troubled()
            if goes_on and self._caller.waits(_PAUSE_S):
                continue
            if answer is None:
                assert fault is not None
                raise fault
            if was_troubled and answer.status < 500:
                self._caller.is_relieved()
            return answer

    def _outcome(
        self, url: str, method: str, fields: Mapping[str, str], limit: int
    ) -> tuple[Answer | None, WebhookFault | None]:
        try:
            return super().attempt(url, method, fields, limit), None
        except RefusedTwiml:
            raise
        except WebhookFault as fault:
            return None, fault

    def _is_worth_a_wait(self, answer: Answer | None, fault: WebhookFault | None) -> bool:
        if self._is_sound:
            return fault is not None and fault.code == HTTP_CONNECTION_FAILURE
        return answer is None or answer.status >= 500
