"""Invitations: one page, one time, three days."""

import re
from datetime import timedelta

import pytest
from passlib.totp import TOTP
from sqlalchemy import select, update

from hotline import clock
from hotline.console.access import Role
from hotline.console.accounts.invitations import VALID_FOR, Invitation, Invitations
from hotline.store.console_tables import audit, passkeys, staff
from hotline.store.staff import make_invitation
from tests.console.staff import enter_password, make_person, sign_in

CHOSEN = "five words of my own"


@pytest.fixture
def person(engine):
    return make_person(engine, Role.OPERATOR)


@pytest.fixture
def link(invite, person):
    return invite(person)


@pytest.fixture
def invite(engine, settings):
    """Makes an invitation, and gives the path of its link."""

    def make(person, made_at=None):
        made_at = made_at or clock.now()
        with engine.begin() as connection:
            make_invitation(connection, person.id, made_at)
        return Invitations(settings).link(Invitation(person.id, made_at)).removeprefix(settings.console_url)

    return make


@pytest.fixture
def browser(console):
    return console.test_client()


def _read(page: str) -> dict[str, str]:
    """The hidden fields of the page, and a code of an app that has looked at the picture."""
    fields = dict(re.findall(r'<input id="(?:csrf_token|secret)" name="(\w+)" type="hidden" value="([^"]*)"', page))
    key = re.search(r'<code class="secret">([^<]+)</code>', page)[1]
    return {name: value.replace("&#34;", '"') for name, value in fields.items()} | {
        "code": TOTP(key=key.replace("-", "")).generate().token,
        "password": CHOSEN,
        "again": CHOSEN,
    }


def _take(browser, link, **others):
    return browser.post(link, data={**_read(browser.get(link).text), **others})


def test_an_invitation_leads_in_with_a_password_and_a_code(browser, link, person, engine):
    answer = _take(browser, link)
    assert answer.status_code == 200
    assert len(re.findall(r'<code class="secret">[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}</code>', answer.text)) == 10
    assert browser.get("/console/").status_code == 200
    assert person.row().invited_at is None
    with engine.connect() as connection:
        actions = connection.execute(select(audit.c.action).order_by(audit.c.id)).scalars().all()
    assert actions == ["staff.invitation_taken", "staff.signed_in"]


def test_the_new_password_counts_from_then_on(browser, link, person, console):
    _take(browser, link)
    assert enter_password(console.test_client(), person, CHOSEN).status_code == 302


def test_an_invitation_works_once(browser, link, console, person):
    first = _read(browser.get(link).text)
    _take(console.test_client(), link)
    assert browser.get(link).status_code == 410
    before = person.row().password
    assert browser.post(link, data=first).status_code == 410
    assert person.row().password == before


def test_an_invitation_is_over_after_three_days(browser, invite, person):
    assert browser.get(invite(person, clock.now() - VALID_FOR + timedelta(minutes=1))).status_code == 200
    assert browser.get(invite(person, clock.now() - VALID_FOR)).status_code == 410


def test_a_newer_invitation_ends_the_older(browser, invite, person):
    older = invite(person, clock.now() - timedelta(hours=1))
    newer = invite(person)
    assert browser.get(older).status_code == 410
    assert browser.get(newer).status_code == 200


def test_an_invitation_of_who_is_locked_is_over(browser, link, person):
    with person.engine.begin() as connection:
        connection.execute(update(staff).values(active=False))
    assert browser.get(link).status_code == 410


def test_a_link_that_we_did_not_write_is_over(browser, link):
    # Not the last letter: some of its bits mean nothing.
    start, letter, end = link[:-9], link[-9], link[-8:]
    assert browser.get(f"{start}{'a' if letter != 'a' else 'b'}{end}").status_code == 410
    assert browser.get("/console/invitation/nothing").status_code == 410


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"password": "short", "again": "short"}, "Take at least 12 characters"),
        ({"again": "five words of others"}, "The two new passwords are not the same."),
        ({"code": "000000"}, "The code is wrong"),
        ({"code": "<script>"}, "The code is wrong"),
        ({"secret": "made up"}, "The code is wrong"),
        ({"secret": '{"type": "totp", "v": 1, "key": "x"}'}, "The code is wrong"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(browser, link, person, others, said):
    answer = _take(browser, link, **others)
    assert answer.status_code == 200
    assert said in answer.text
    assert person.row().password is None
    assert person.row().invited_at is not None


def test_an_invitation_replaces_everything_by_which_somebody_got_in(browser, invite, person, engine, console):
    signed_in = console.test_client()
    sign_in(signed_in, person)
    with engine.begin() as connection:
        row = {"user_id": person.id, "name": "key", "usage": "first", "credential_id": b"1", "public_key": b"2"}
        row |= {"backup_state": False, "device_type": "single_device", "lastuse_datetime": clock.now()}
        connection.execute(passkeys.insert().values(row))
    _take(browser, invite(person))
    assert signed_in.get("/console/account").status_code == 303
    assert enter_password(console.test_client(), person).status_code == 200
    with engine.connect() as connection:
        assert connection.execute(select(passkeys)).all() == []
