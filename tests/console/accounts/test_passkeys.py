"""Passkeys, with a key in software; how a browser asks for them is tested in the browser."""

import html
import json
import re

import pytest
from sqlalchemy import select

from hotline.console.access import Role
from hotline.console.accounts.keys import AFTER_PASSWORD, ALONE
from hotline.store.console_tables import audit, passkeys
from tests.console.accounts.authenticator import Authenticator
from tests.console.staff import csrf, enter_password, make_person, sign_in

ORIGIN = "http://localhost"
PASSKEYS = "/console/account/passkeys"
SIGN_IN = "/console/sign-in/passkey"


@pytest.fixture
def person(engine):
    return make_person(engine, Role.OPERATOR)


@pytest.fixture
def add(console):
    """Gives somebody a passkey."""

    def give(person, usage: str, key: Authenticator | None = None, name: str = "かぎ") -> Authenticator:
        client = console.test_client()
        sign_in(client, person)
        return _add(client, usage, key or Authenticator(ORIGIN), name)

    return give


def _add(client, usage, key, name="かぎ"):
    page = client.post(PASSKEYS, data={"csrf_token": csrf(client, PASSKEYS), "name": name, "usage": usage})
    answer = _send(client, page, key.create)
    assert answer.headers["Location"] == PASSKEYS, answer.text
    return key


def _send(client, page, device):
    """What passkeys.js does: has the device answer what the page asks, and sends it."""
    assert page.status_code == 200, page.headers
    form = re.search(
        r'<form method="post" action="([^"]+)" data-passkey="\w+" data-options="([^"]+)">(.*?)</form>', page.text, re.S
    )
    token = re.search(r'name="csrf_token" value="([^"]+)"', form[3])[1]
    credential = device(json.loads(html.unescape(form[2])))
    return client.post(html.unescape(form[1]), data={"csrf_token": token, "credential": credential})


def _with_passkey(client, key):
    return _send(client, client.post(SIGN_IN, data={"csrf_token": csrf(client)}), key.get)


def _after_password(client, person, key):
    """Password, then the passkey among the ways that are offered."""
    chosen = enter_password(client, person).headers["Location"]
    assert chosen.startswith("/console/sign-in/choose")
    token = csrf(client, chosen)
    page = client.post(chosen, data={"csrf_token": token, "which": "webauthn"}).headers["Location"]
    return _send(client, client.post(page, data={"csrf_token": csrf(client, page)}), key.get)


def _is_in(client) -> bool:
    return client.get("/console/account").status_code == 200


def test_a_passkey_signs_in_by_itself(console, add, person, engine):
    key, client = add(person, ALONE), console.test_client()
    assert _with_passkey(client, key).status_code == 302
    assert _is_in(client)
    with engine.connect() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.id)).all()
    assert [row.action for row in rows] == ["staff.signed_in", "staff.passkey_added", "staff.signed_in"]
    assert rows[-1].details == '{"how": "passkey"}'


def test_by_itself_it_must_know_who_holds_it(console, add, person):
    key, client = add(person, ALONE), console.test_client()
    key.asks_for_finger = False
    _with_passkey(client, key)
    assert not _is_in(client)
    assert person.row().failed_sign_ins == 1


def test_a_passkey_that_does_not_know_that_is_not_taken_for_it(console, person, engine):
    client = console.test_client()
    sign_in(client, person)
    with pytest.raises(AssertionError):
        assert _add(client, ALONE, Authenticator(ORIGIN, asks_for_finger=False)) is None
    with engine.connect() as connection:
        assert connection.execute(select(passkeys)).all() == []


def test_a_passkey_is_a_second_factor(console, add, person):
    key, client = add(person, AFTER_PASSWORD, Authenticator(ORIGIN, asks_for_finger=False)), console.test_client()
    assert _after_password(client, person, key).status_code == 302
    assert _is_in(client)


def test_a_passkey_for_after_the_password_does_not_do_without_it(console, add, person):
    key, client = add(person, AFTER_PASSWORD), console.test_client()
    _with_passkey(client, key)
    assert not _is_in(client)


def test_after_a_password_nobody_elses_passkey_counts(console, add, person, engine):
    """Whoever holds another's key and has a password of their own must not become the other by it."""
    other = make_person(engine, Role.ADMINISTRATOR)
    add(person, AFTER_PASSWORD)
    stolen, client = add(other, AFTER_PASSWORD), console.test_client()
    _after_password(client, person, stolen)
    assert not _is_in(client)


def test_a_passkey_of_another_console_is_refused(console, add, person):
    key, client = add(person, ALONE), console.test_client()
    key.origin = "https://elsewhere.example"
    _with_passkey(client, key)
    assert not _is_in(client)


def test_a_passkey_of_who_is_locked_is_refused(console, add, person, engine):
    from hotline.store.staff import lock

    key, client = add(person, ALONE), console.test_client()
    with engine.begin() as connection:
        lock(connection, person.id)
    _with_passkey(client, key)
    assert not _is_in(client)
    with engine.connect() as connection:
        actions = connection.execute(select(audit.c.action).order_by(audit.c.id)).scalars().all()
    assert actions[-1] == "staff.sign_in_failed"


def test_a_passkey_that_was_removed_is_refused(console, person):
    client = console.test_client()
    sign_in(client, person)
    key = _add(client, ALONE, Authenticator(ORIGIN), "ガギグ key-1")
    page = client.get(PASSKEYS).text
    assert "ガギグ key-1" in page
    client.post(f"{PASSKEYS}/remove", data={"csrf_token": csrf(client, PASSKEYS), "name": "ガギグ key-1"})
    assert "ガギグ key-1" not in client.get(PASSKEYS).text.split("You have none yet")[1]
    other = console.test_client()
    _with_passkey(other, key)
    assert not _is_in(other)
