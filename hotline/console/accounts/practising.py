"""An account that is there without an invitation, for practice on one's own machine."""

from dataclasses import dataclass, field

from flask import Flask
from flask_security import hash_password

from hotline import clock
from hotline.calls.prints import Prints
from hotline.console.accounts.install import install_accounts
from hotline.console.desk import Desk
from hotline.privacy import Vault
from hotline.settings import Settings
from hotline.store import staff
from hotline.store.database import Connection, connect_to
from hotline.store.staff import Invited


@dataclass(frozen=True, slots=True, kw_only=True)
class Practising:
    """Who practises."""

    email: str
    name: str
    roles: tuple[str, ...]
    password: str = field(repr=False)
    codes: str = field(repr=False)
    """The secret of the authenticator app, in base 32."""


def equip(settings: Settings, practising: Practising) -> None:
    """Make the account, or give it back all of this. It signs in as everybody does."""
    secret = settings.hotline_secret_key.get_secret_value()
    engine = connect_to(settings.database_url.get_secret_value(), application="hotline run", connections=1)
    app = Flask("hotline.console")
    vault = Vault(key.get_secret_value() for key in settings.hotline_encryption_keys)
    install_accounts(app, Desk(engine, vault, Prints(secret), settings))
    with app.app_context():
        password = hash_password(practising.password)
        codes = app.extensions["security"].totp_factory.sealed(practising.codes)
    with engine.begin() as connection:
        staff_id = _account(connection, practising)
        staff.set_roles(connection, staff_id, practising.roles)
        staff.unlock(connection, staff_id)
        staff.give_factors(connection, staff_id, password, codes)
    engine.dispose()


def _account(connection: Connection, practising: Practising) -> int:
    member = staff.find_member_by_email(connection, practising.email)
    if member is not None:
        return member.id
    invited = Invited(email=practising.email, name=practising.name, language="en", roles=practising.roles)
    added = staff.add_member(connection, invited, clock.now())
    assert added is not None
    return added
