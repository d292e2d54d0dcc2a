"""People with accounts, and how they sign in: by the real way, with password and code."""

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import count

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from hotline import clock
from hotline.console.access import Role
from hotline.console.accounts.codes import Codes
from hotline.store.console_tables import staff
from hotline.store.database import Engine
from hotline.store.staff import Invited, add_member

PASSWORD = "correct horse battery staple"

_numbers = count(1)


@dataclass(frozen=True)
class Colleague:
    """Somebody who can sign in."""

    engine: Engine
    id: int
    email: str
    password: str = PASSWORD
    totp: TOTP = field(default_factory=TOTP.new)

    def code(self) -> str:
        """What the authenticator app shows now. It counts again, although it may have been used half a minute ago."""
        with self.engine.begin() as connection:
            connection.execute(update(staff).where(staff.c.id == self.id).values(totp_counter=None))
        return str(self.totp.generate().token)

    def row(self):
        """The account as it is in the database."""
        with self.engine.connect() as connection:
            return connection.execute(select(staff).where(staff.c.id == self.id)).one()


def make_person(engine: Engine, *roles: Role, email: str | None = None, language: str = "en") -> Colleague:
    """Somebody with these roles, who took an invitation. The password counts from their first `sign_in` on."""
    number = next(_numbers)
    invited = Invited(
        email=email or f"person-{number}@hotline.example", name=f"Person {number}", language=language, roles=roles
    )
    with engine.begin() as connection:
        staff_id = add_member(connection, invited, clock.now())
    assert staff_id is not None
    return Colleague(engine, staff_id, invited.email)


def equip(app: Flask, person: Colleague) -> None:
    """Give them a password and an authenticator app, as taking an invitation does."""
    with app.app_context():
        codes = app.extensions["security"].totp_factory
        assert isinstance(codes, Codes)
        known = {
            "password": _hash(app.config["SECURITY_PASSWORD_SALT"], person.password),
            "tf_primary_method": "authenticator",
            "tf_totp_secret": codes.sealed(person.totp.base32_key),
        }
    with person.engine.begin() as connection:
        connection.execute(update(staff).where(staff.c.id == person.id, staff.c.password.is_(None)).values(known))


def sign_in(client: FlaskClient, person: Colleague) -> TestResponse:
    """Sign in with password and code; the answer that leads to the first page."""
    equip(client.application, person)
    answer = enter_password(client, person)
    assert answer.headers["Location"].startswith("/console/sign-in/code"), answer.text
    answer = enter_code(client, answer.headers["Location"], person.code())
    assert answer.status_code == 302, answer.text
    return answer


def sit_down(client: FlaskClient, person: Colleague) -> None:
    """Have them signed in as a real sign-in leaves a browser, without the second that each takes.

    The first in a process signs in by the real way; the others get the session that it left, as their own.
    """
    if not _left:
        sign_in(client, person)
        with client.session_transaction() as session:
            _left.update(
                {name: _ME if value == person.row().fs_uniquifier else value for name, value in session.items()}
            )
        return
    me = person.row().fs_uniquifier
    with client.session_transaction() as session:
        session.update({name: me if value is _ME else value for name, value in _left.items()})


_ME = object()
_left: dict[str, object] = {}


def enter_code(client: FlaskClient, page: str, code: str) -> TestResponse:
    """The second half, on the page to which the first one led."""
    return client.post(page, data={"csrf_token": csrf(client, page), "code": code})


def enter_password(client: FlaskClient, person: Colleague, password: str | None = None) -> TestResponse:
    """The first half of it."""
    fields = {"csrf_token": csrf(client), "email": person.email, "password": password or person.password}
    return client.post("/console/sign-in", data=fields)


def csrf(client: FlaskClient, page: str = "/console/sign-in") -> str:
    """The token that forms of this browser carry; `page` is any page with a form that it may see."""
    text = client.get(page, follow_redirects=True).text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert found, text
    return found[1]


@cache
def _hash(_salt: str, password: str) -> str:
    # Argon2 takes a fifth of a second each time: once for all tests with the same secret.
    from flask_security import hash_password

    return str(hash_password(password))
