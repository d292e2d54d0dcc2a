"""The people of the console as Flask-Security knows them."""

from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from flask_security.utils import get_message

from hotline import clock
from hotline.console.accounts.here import accounts
from hotline.store.staff import map_people


class StaffRole(RoleMixin):
    """One role of one person."""

    name: str


class Passkey(WebAuthnMixin):
    """A key pair of which a person's device keeps the secret half."""

    user_id: int


class Person(UserMixin):
    """Somebody with an account."""

    id: int
    name: str
    language: str
    invited_at: datetime | None
    telephone_sealed: bytes | None
    failed_sign_ins: int
    locked_until: datetime | None
    totp_counter: int | None
    tf_phone_number: str | None = None
    """Flask-Security asks for it; nobody is ever sent a code."""

    @property
    def role_names(self) -> frozenset[str]:
        """What they are here for."""
        return frozenset(role.name for role in self.roles)

    @property
    def has_second_factor(self) -> bool:
        """Whether there is an authenticator app, or a passkey for after the password."""
        return bool(self.tf_totp_secret) or any(passkey.usage == "secondary" for passkey in self.webauthn)

    def check_tf_required(self, tf_setup_methods: Any, tf_fresh: bool) -> tuple[bool, Any]:  # noqa: ARG002
        """A second factor is asked for, of everybody and every time: nothing turns that off."""
        return True, tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        """Nobody can be without one."""
        return True

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """Whether a right password is not enough now: too many wrong ones came before it, or nothing would follow it.

        Who has no second factor would be asked to set one up, with nothing but a password that somebody else may know.
        """
        is_shut = self.locked_until is not None and self.locked_until > clock.now()
        is_refused = is_shut or not self.has_second_factor
        if is_refused and form_error is not None:
            form_error.append(get_message("GENERIC_AUTHN_FAILED")[0])
        return is_refused

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:
        """Count it, and write it into the audit trail."""
        accounts().failed(self, f"second factor: {auth_type}" if tfa else auth_type)
        super().track_failed_authn(auth_type, tfa)


def prepare_people() -> None:
    """Have these classes stand for the database's rows."""
    map_people(Person, StaffRole, Passkey)
