"""Passkeys: what a browser is asked for."""

from typing import Any
from urllib.parse import urlsplit

from flask_security import WebauthnUtil
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hotline.console.accounts.here import accounts

ALONE = "first"
"""A passkey that signs in by itself: the device asks for a finger, a face or a PIN, which is the second factor."""

AFTER_PASSWORD = "secondary"
"""A passkey that is the second factor after the password."""


class Passkeys(WebauthnUtil):
    """What this console asks of passkeys."""

    def origin(self) -> str:
        """The address that browsers show. A proxy may speak with us by another."""
        address = urlsplit(accounts().desk.settings.console_url)
        return f"{address.scheme}://{address.netloc}"

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:  # noqa: ARG002
        """Which devices may keep it."""
        if usage == ALONE:
            return AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            )
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.DISCOURAGED
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:  # noqa: ARG002
        """Whether the device must ask who holds it."""
        if AFTER_PASSWORD in usage:
            return UserVerificationRequirement.DISCOURAGED
        return UserVerificationRequirement.REQUIRED
