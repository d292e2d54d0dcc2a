"""How long a session lasts, and what ends it."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hotline.console.access import Role
from hotline.console.accounts.configuration import FRESH_FOR, SESSION_LIMIT
from hotline.console.accounts.sessions import HALF_LIMIT, IDLE_LIMIT, LIVE
from hotline.console.app import create_console
from hotline.store.console_tables import audit, staff
from tests.console.conftest import console_settings
from tests.console.staff import csrf, enter_code, enter_password, equip, make_person, sign_in

ACCOUNT = "/console/account"


@pytest.fixture
def person(engine):
    return make_person(engine, Role.ADMINISTRATOR)


@pytest.fixture
def browser(console, person):
    client = console.test_client()
    sign_in(client, person)
    return client


def _turn_back(browser, by: timedelta, *names: str) -> None:
    with browser.session_transaction() as session:
        for name in names:
            session[name] -= by.total_seconds()


def _is_in(browser, **options) -> bool:
    return browser.get(ACCOUNT, **options).status_code == 200


def test_who_does_nothing_for_half_an_hour_is_signed_out(browser):
    _turn_back(browser, IDLE_LIMIT - timedelta(seconds=30), "seen_at")
    assert _is_in(browser)
    _turn_back(browser, IDLE_LIMIT + timedelta(seconds=1), "seen_at")
    assert not _is_in(browser)
    assert "You were signed out" in browser.get("/console/sign-in").text


def test_who_goes_on_stays_in(browser):
    for _ in range(3):
        _turn_back(browser, timedelta(minutes=20), "seen_at")
        assert _is_in(browser)


def test_a_page_that_keeps_itself_up_to_date_keeps_nobody_in(browser):
    _turn_back(browser, timedelta(minutes=20), "seen_at")
    assert _is_in(browser, headers={LIVE: "1"})
    _turn_back(browser, timedelta(minutes=11), "seen_at")
    assert not _is_in(browser)


def test_nobody_stays_in_for_more_than_twelve_hours(browser):
    _turn_back(browser, SESSION_LIMIT + timedelta(seconds=1), "began_at")
    assert not _is_in(browser)


def test_a_password_waits_ten_minutes_for_its_code(console, engine):
    person, client = make_person(engine, Role.OPERATOR), console.test_client()
    equip(console, person)
    page = enter_password(client, person).headers["Location"]
    client.get(page)
    _turn_back(client, HALF_LIMIT + timedelta(seconds=1), "half_since")
    assert enter_code(client, page, person.code()).headers["Location"].endswith("/console/sign-in")


def test_who_is_locked_is_out_at_once(browser, person):
    with person.engine.begin() as connection:
        connection.execute(update(staff).where(staff.c.id == person.id).values(active=False))
    assert not _is_in(browser)


def test_signing_out_ends_the_session(browser):
    answer = browser.post("/console/sign-out", data={"csrf_token": csrf(browser, ACCOUNT)})
    assert answer.headers["Location"] == "/console/sign-in"
    assert not _is_in(browser)


def test_signing_out_everywhere_ends_every_session(console, browser, person, engine):
    other = console.test_client()
    sign_in(other, person)
    other.post(f"{ACCOUNT}/sign-out-everywhere", data={"csrf_token": csrf(other, ACCOUNT)})
    assert not _is_in(other)
    assert not _is_in(browser)
    with engine.connect() as connection:
        assert connection.execute(select(audit.c.action)).scalars().all()[-1] == "staff.signed_out_everywhere"


def test_sensitive_pages_ask_again_after_a_while(browser, person):
    assert browser.get("/console/people").status_code == 200
    with browser.session_transaction() as session:
        session["fs_paa"] = time.time() - FRESH_FOR.total_seconds() - 1
        session.pop("fs_gexp")
    answer = browser.get("/console/people")
    assert answer.headers["Location"] == "/console/confirm?next=/console/people"
    assert browser.get("/console/account/passkeys").status_code == 303
    fields = {"csrf_token": csrf(browser, answer.headers["Location"]), "password": "wrong"}
    assert "The password is wrong." in browser.post(answer.headers["Location"], data=fields).text
    assert person.row().failed_sign_ins == 1
    confirmed = browser.post(answer.headers["Location"], data={**fields, "password": person.password})
    assert confirmed.headers["Location"] == "/console/people"
    assert browser.get("/console/people").status_code == 200


def test_cookies_are_for_this_console_alone(console, person, database_url):
    for address, name, is_secure in (
        ("http://localhost:8003", "hotline", False),
        ("https://a.example", "__Host-hotline", True),
    ):
        app = create_console(console_settings(database_url, hotline_console_url=address))
        cookie = app.test_client().get("/console/sign-in").headers["Set-Cookie"]
        app.extensions["hotline.engine"].dispose()
        assert cookie.startswith(f"{name}=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert ("Secure" in cookie.split("; ")) is is_secure
        assert "Domain" not in cookie
