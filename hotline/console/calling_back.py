"""Calling back from a page: the operator's own telephone, and why it may not work."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_login import current_user

from hotline import clock
from hotline.calls.call_backs import CallBacks, RefusedCallBack
from hotline.carrier.client import build_carrier
from hotline.console.advice import advice
from hotline.console.desk import Desk
from hotline.console.trail import trail
from hotline.console.words import named
from hotline.privacy import CannotUnseal
from hotline.store.call_backs import CallBackStatus
from hotline.store.database import Connection
from hotline.store.work import Work


@dataclass(frozen=True, slots=True)
class CallingBack:
    """Places call-backs for whoever is signed in."""

    desk: Desk
    call_backs: CallBacks | None
    """None without a key for Twilio's REST side."""

    @classmethod
    def of(cls, desk: Desk) -> "CallingBack":
        """As the settings allow."""
        settings, secret = desk.settings, desk.settings.twilio_api_secret
        carrier = build_carrier(
            settings.twilio_account_sid,
            settings.twilio_api_key,
            None if secret is None else secret.get_secret_value(),
            settings.twilio_api_url,
        )
        if carrier is None:
            return cls(desk, None)
        return cls(desk, CallBacks(desk.engine, desk.vault, carrier, settings.hotline_public_url))

    def why_not(self, work: Work) -> str:
        """Why the caller cannot be called back from here now; empty when it can be tried."""
        if self.call_backs is None:
            return str(_("Calling back needs the key for Twilio's REST side, which the settings lack."))
        if work.call_back_sealed is None and work.caller_sealed is None:
            return advice("refusal", "no_number")
        if current_user.telephone_sealed is None:
            return str(_("Say on your own page where your telephone is; then you can call back from here."))
        return ""

    def place(self, connection: Connection, work: Work) -> str:
        """Ring the operator for the caller of a follow-up; why it did not work, or nothing.

        The line in the audit trail is committed before Twilio is asked.
        """
        refused = self.why_not(work)
        if refused or self.call_backs is None:
            return refused
        try:
            own = str(self.desk.vault.unseal(current_user.telephone_sealed))
        except CannotUnseal:
            return str(_("Your telephone number cannot be read any more: enter it anew on your own page."))
        trail(connection, "caller.called_back", f"follow-up {work.id}", call_sid=work.call_sid)
        placed = self.call_backs.place(connection, work.id, current_user.id, own, clock.now())
        if isinstance(placed, RefusedCallBack):
            return advice("refusal", placed.why)
        if placed.status is CallBackStatus.RINGING_OPERATOR:
            return ""
        return named("call_back", placed.status)
