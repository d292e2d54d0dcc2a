"""Puts the accounts into the console."""

from typing import Final

from flask import Flask
from flask_security import MailUtil, Security, SQLAlchemySessionUserDatastore

from hotline.console.access import Permission, install_guard
from hotline.console.accounts.codes import Codes
from hotline.console.accounts.configuration import configuration
from hotline.console.accounts.derived import Derived
from hotline.console.accounts.elsewhere import elsewhere_blueprint
from hotline.console.accounts.forms import FORMS
from hotline.console.accounts.here import EXTENSION, Accounts
from hotline.console.accounts.keys import Passkeys
from hotline.console.accounts.noticed import install_notices
from hotline.console.accounts.own import account_blueprint
from hotline.console.accounts.person import Passkey, Person, StaffRole, prepare_people
from hotline.console.accounts.sessions import ask_again, install_sessions
from hotline.console.accounts.taking import invitation_blueprint
from hotline.console.desk import Desk
from hotline.store.staff import people_session

ROOT: Final = "/console"

_OPEN: Final = frozenset(
    {
        *("security.login", "security.two_factor_token_validation", "security.tf_select", "security.mf_recovery"),
        *("security.wan_signin", "security.wan_signin_response"),
        *("invitation.take", "elsewhere.start", "elsewhere.back"),
    }
)
"""Endpoints on the way in. They ask by themselves how far somebody has come."""

_OWN: Final = frozenset(
    {
        *("security.logout", "security.verify", "security.change_password"),
        *("security.two_factor_setup", "security.two_factor_setup_validate"),
        *("security.wan_register", "security.wan_register_response", "security.wan_delete"),
        *("security.wan_verify", "security.wan_verify_response"),
    }
)
"""Endpoints for whoever is signed in. What else the library brings is closed: help by mail, codes shown again."""


class Addresses(MailUtil):
    """E-mail addresses as they are kept. No mail is ever sent."""

    def normalize(self, email: str) -> str:
        """In small letters; raises ValueError for what is no address."""
        return str(super().normalize(email.strip())).lower()


def install_accounts(app: Flask, desk: Desk) -> None:
    """Sessions, the guard of every page, and the pages of signing in and of one's own account."""
    prepare_people()
    derived = Derived.of(desk.settings.hotline_secret_key.get_secret_value())
    app.config.update(configuration(desk.settings, derived, ROOT))
    session = people_session(desk.engine)
    app.extensions[EXTENSION] = Accounts(desk, derived, session)
    install_sessions(app)
    install_guard(app, "security.login", _asked_for)
    people = SQLAlchemySessionUserDatastore(session, Person, StaffRole, Passkey)
    security = Security(
        app,
        people,
        totp_cls=Codes,
        webauthn_util_cls=Passkeys,
        mail_util_cls=Addresses,
        **FORMS,  # type: ignore[arg-type]
    )
    # What a page looks like is asked of nobody: without this, each style sheet asks the database who is signed in.
    security.principal.skip_static = True
    security.want_json(lambda _request: False)
    security.reauthn_handler(ask_again)
    # Sessions are the only way in: neither a token in a header nor one in an address.
    security.login_manager.request_loader(lambda _request: None)
    install_notices(app)
    app.register_blueprint(invitation_blueprint(desk), url_prefix=ROOT)
    app.register_blueprint(account_blueprint(desk), url_prefix=ROOT)
    if desk.settings.signs_in_elsewhere:
        app.register_blueprint(elsewhere_blueprint(app, desk.settings), url_prefix=ROOT)


def _asked_for(endpoint: str) -> Permission | bool | None:
    if endpoint in _OPEN:
        return True
    return Permission.SELF if endpoint in _OWN else None
