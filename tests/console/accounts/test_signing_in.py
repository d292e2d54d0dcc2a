"""Signing in with a password and a code, and being kept out."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hotline import clock
from hotline.console.access import Role
from hotline.store.console_tables import audit, staff
from hotline.store.staff import FAILURES
from tests.console.staff import csrf, enter_code, enter_password, equip, make_person, sign_in

WRONG = "a password that is wrong"


@pytest.fixture
def person(console, engine):
    somebody = make_person(engine, Role.OPERATOR)
    equip(console, somebody)
    return somebody


@pytest.fixture
def browser(console):
    return console.test_client()


def _actions(engine):
    with engine.connect() as connection:
        return connection.execute(select(audit.c.action).order_by(audit.c.id)).scalars().all()


def test_password_and_code_lead_to_the_first_page(browser, person, engine):
    answer = sign_in(browser, person)
    assert answer.headers["Location"] == "/console/"
    assert browser.get("/console/").status_code == 200
    assert _actions(engine) == ["staff.signed_in"]


def test_they_lead_to_the_page_that_was_asked_for(browser, person):
    location = browser.get("/console/account").headers["Location"]
    assert location == "/console/sign-in?next=%2Fconsole%2Faccount"
    fields = {"csrf_token": csrf(browser, location), "email": person.email, "password": person.password}
    page = browser.post(location, data=fields).headers["Location"]
    assert enter_code(browser, page, person.code()).headers["Location"] == "/console/account"


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_they_never_lead_out_of_the_console(browser, person, elsewhere):
    fields = {"csrf_token": csrf(browser), "email": person.email, "password": person.password, "next": elsewhere}
    page = browser.post("/console/sign-in", data=fields).headers.get("Location")
    if page:
        last = enter_code(browser, page, person.code()).headers["Location"]
        assert re.match(r"/(console|%5C)", last)


def test_the_password_alone_opens_nothing(browser, person):
    assert enter_password(browser, person).status_code == 302
    assert browser.get("/console/account").headers["Location"].startswith("/console/sign-in")


def test_passwords_are_kept_as_argon2id(person):
    assert person.row().password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_secret_of_the_app_is_sealed(person):
    assert person.totp.base32_key not in person.row().tf_totp_secret


def test_a_code_counts_once(browser, person, console):
    page = enter_password(browser, person).headers["Location"]
    code = person.code()
    assert enter_code(browser, page, code).status_code == 302
    other = console.test_client()
    page = enter_password(other, person).headers["Location"]
    answer = enter_code(other, page, code)
    assert answer.status_code == 200
    assert "was used already" in answer.text


def test_strangers_and_wrong_passwords_get_the_same_answer(console, browser, person):
    known = enter_password(browser, person, WRONG)
    stranger = make_person(person.engine, Role.OPERATOR)
    with person.engine.begin() as connection:
        connection.execute(staff.delete().where(staff.c.id == stranger.id))
    unknown = enter_password(console.test_client(), stranger)

    assert _told(known) == _told(unknown)
    assert "That did not work." in known.text


def test_ten_wrong_passwords_in_a_row_shut_the_account(browser, person, engine):
    for _ in range(FAILURES - 1):
        enter_password(browser, person, WRONG)
    assert person.row().locked_until is None
    last = enter_password(browser, person, WRONG)
    assert person.row().locked_until > clock.now()
    assert _told(enter_password(browser, person)) == _told(last)
    assert _actions(engine)[-2:] == ["staff.shut_out", "staff.sign_in_failed"]


def test_it_opens_again_by_itself(browser, person, engine):
    _shut(person, clock.now() - timedelta(seconds=1))
    assert sign_in(browser, person).status_code == 302
    assert person.row().locked_until is None


def test_wrong_codes_count_as_well(browser, person, engine):
    page = enter_password(browser, person).headers["Location"]
    for _ in range(FAILURES):
        assert enter_code(browser, page, "000000").status_code == 200
    assert person.row().locked_until > clock.now()
    assert enter_code(browser, page, person.code()).status_code == 200
    assert browser.get("/console/account").status_code == 303


def test_a_right_password_does_not_set_back_the_count_of_wrong_codes(browser, person):
    for _ in range(3):
        page = enter_password(browser, person).headers["Location"]
        enter_code(browser, page, "000000")
    assert person.row().failed_sign_ins == 3


def test_a_right_sign_in_sets_the_count_back(browser, person):
    enter_password(browser, person, WRONG)
    sign_in(browser, person)
    assert person.row().failed_sign_ins == 0


def test_the_address_of_a_stranger_is_not_written_down(browser, person, engine):
    fields = {"csrf_token": csrf(browser), "email": "my-secret@password.example", "password": WRONG}
    browser.post("/console/sign-in", data=fields)
    with engine.connect() as connection:
        [row] = connection.execute(select(audit)).all()
    assert (row.action, row.subject) == ("staff.sign_in_failed", "no account")
    assert "my-secret" not in str(row)


def test_too_many_wrong_sign_ins_from_one_network_are_no_longer_tried(browser, person, monkeypatch):
    monkeypatch.setattr("hotline.console.accounts.here.FAILURES_FROM_ONE_ADDRESS", 2)
    for _ in range(2):
        enter_password(browser, person, WRONG)
    assert "from your network" in enter_password(browser, person).text


def test_who_is_locked_is_not_let_in(browser, person):
    _lock(person)
    assert "That did not work." in enter_password(browser, person).text


def test_who_is_locked_between_password_and_code_is_not_let_in(browser, person):
    page = enter_password(browser, person).headers["Location"]
    _lock(person)
    enter_code(browser, page, person.code())
    assert browser.get("/console/account").status_code == 303


def test_who_has_no_second_factor_is_not_let_in(browser, person):
    with person.engine.begin() as connection:
        connection.execute(update(staff).values(tf_totp_secret=None, tf_primary_method=None))
    answer = enter_password(browser, person)
    assert "That did not work." in answer.text


def test_nobody_is_remembered(browser, person):
    fields = {"csrf_token": csrf(browser), "email": person.email, "password": person.password, "remember": "y"}
    page = browser.post("/console/sign-in", data=fields).headers["Location"]
    enter_code(browser, page, person.code())
    assert browser.get("/console/account").status_code == 200
    assert [cookie for cookie in browser._cookies.values() if "remember" in cookie.key] == []


def test_a_form_from_elsewhere_is_refused(browser, person):
    answer = browser.post("/console/sign-in", data={"email": person.email, "password": person.password})
    assert answer.status_code == 400


def test_json_is_not_understood(browser, person):
    token = csrf(browser)
    answer = browser.post(
        "/console/sign-in",
        json={"email": person.email, "password": {"a": 1}},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )
    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/console/sign-in/rescue", "/console/account/codes", "/console/register"])
def test_other_ways_of_the_library_are_closed(browser, person, path):
    sign_in(browser, person)
    assert browser.get(path).status_code in (403, 404)


def _told(answer):
    """What stands on the page, without what differs each time."""
    return re.sub(r'value="[^"]*"', "", answer.text.split("<main")[1])


def _shut(person, until):
    with person.engine.begin() as connection:
        connection.execute(update(staff).where(staff.c.id == person.id).values(locked_until=until))


def _lock(person):
    with person.engine.begin() as connection:
        connection.execute(update(staff).where(staff.c.id == person.id).values(active=False))
