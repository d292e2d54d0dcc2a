"""What people do with their accounts, written into the audit trail in the transaction in which it is done."""

from typing import Any, Final

from flask import Flask, flash, request, session
from flask_babel import ngettext
from flask_security import (
    password_changed,
    tf_profile_changed,
    user_authenticated,
)
from flask_security.signals import wan_deleted, wan_registered

from hotline.console.accounts.here import accounts
from hotline.console.accounts.sessions import begin_session
from hotline.store.staff import forget_failures

_HOW: Final = {
    "security.two_factor_token_validation": "password and code",
    "security.mf_recovery": "password and recovery code",
    "invitation.take": "invitation",
}


def install_notices(app: Flask) -> None:
    """Listen to what Flask-Security tells."""
    user_authenticated.connect(_signed_in, app, weak=False)
    password_changed.connect(_noting("staff.password_changed"), app, weak=False)
    tf_profile_changed.connect(_noting("staff.second_factor_set"), app, weak=False)
    wan_registered.connect(_noting("staff.passkey_added"), app, weak=False)
    wan_deleted.connect(_noting("staff.passkey_removed"), app, weak=False)


def _signed_in(_app: Flask, user: Any, authn_via: list[str] | None = None, **_more: Any) -> None:
    if authn_via == ["change"]:
        # A new password gives the same session a new cookie.
        return
    begin_session()
    forget_failures(accounts().session.connection(), user.id)
    accounts().note("staff.signed_in", f"staff {user.id}", how=_how(authn_via))
    if request.endpoint == "security.mf_recovery":
        left = len(user.mf_recovery_codes or ())
        flash(ngettext("%(num)d recovery code is left.", "%(num)d recovery codes are left.", left), "info")


def _how(authn_via: list[str] | None) -> str:
    if request.endpoint == "security.wan_signin_response":
        return "passkey" if authn_via == ["webauthn"] else "password and passkey"
    return _HOW.get(request.endpoint or "") or ", ".join(authn_via or ["?"])


def _noting(action: str) -> Any:
    def note(_app: Flask, user: Any, name: str | None = None, **_more: Any) -> None:
        session.pop("tf_totp_secret", None)
        accounts().note(action, f"staff {user.id}", **({"passkey": name} if name else {}))

    return note
