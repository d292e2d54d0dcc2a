"""Invitations: a link, good for three days and for one time, with which somebody chooses a password and a code."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from hotline.console.accounts.derived import Derived
from hotline.settings import Settings

VALID_FOR: Final = timedelta(days=3)
"""How long a link can be used: over a weekend, and no longer."""

PATH: Final = "/console/invitation/"
"""Where the page is; what follows in the address is signed."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link says."""

    staff_id: int
    made_at: datetime
    """By it the newest link of a person is known from all earlier ones."""

    def is_over(self, now: datetime) -> bool:
        """Whether its time is up."""
        return now - self.made_at >= VALID_FOR


class Invitations:
    """Writes and reads links. They are not kept: whoever reads the database cannot make one."""

    def __init__(self, settings: Settings) -> None:
        derived = Derived.of(settings.hotline_secret_key.get_secret_value())
        self._signer: Any = URLSafeSerializer(derived.invitations, salt="invitation")
        self._console = settings.console_url

    def link(self, invitation: Invitation) -> str:
        """The whole address, to be passed on to the person by a way that nobody else reads."""
        token = self._signer.dumps([invitation.staff_id, invitation.made_at.isoformat()])
        return f"{self._console}{PATH}{token}"

    def read(self, token: str) -> Invitation | None:
        """What the end of a link says; None when we did not write it."""
        try:
            staff_id, made_at = self._signer.loads(token)
        except BadData:
            return None
        return Invitation(staff_id, datetime.fromisoformat(made_at))
