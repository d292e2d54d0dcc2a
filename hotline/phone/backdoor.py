"""How the practice phones reach the practice carrier where a real telephone would use the network."""

from dataclasses import dataclass, field
from typing import Any, Final

import requests

_LIMIT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Backdoor:
    """The practice carrier at a URL, for one account."""

    url: str
    account_sid: str
    token: str = field(repr=False)

    def keep_recording(self, sid: str, call_sid: str, sound: bytes) -> None:
        """Have the carrier keep what was recorded; raises requests.RequestException when it does not."""
        self._ask("PUT", f"/practice/recordings/{sid}", params={"CallSid": call_sid}, data=sound)

    def make_trouble(self, **told: Any) -> None:
        """Have it misbehave: `trouble="broken", times=3`, `refuses={number: code}`, `loses={number: code}`.

        The names are those of Trouble; the codes are Twilio's, and None as a code ends it.
        """
        self._ask("PUT", "/practice/trouble", json=told)

    def texts_to(self, number: str) -> list[dict[str, Any]]:
        """The messages that reached this number, oldest first; raises requests.RequestException."""
        listed = self._ask("GET", f"/2010-04-01/Accounts/{self.account_sid}/Messages.json", params={"To": number})
        return [one for one in reversed(listed.json()["messages"]) if one["status"] == "delivered"]

    def _ask(self, method: str, path: str, **what: Any) -> requests.Response:
        with requests.Session() as session:
            # A proxy or a password from the environment would not be the carrier's.
            session.trust_env = False
            session.auth = (self.account_sid, self.token)
            answer = session.request(method, self.url + path, timeout=_LIMIT_S, **what)
        answer.raise_for_status()
        return answer
