"""One's own account: name, telephone, password, app, recovery codes."""

import re

import pytest
from passlib.totp import TOTP
from sqlalchemy import select

from hotline.console.access import Role
from hotline.console.accounts.here import EXTENSION
from hotline.store.console_tables import audit
from tests.console.staff import csrf, enter_code, enter_password, make_person, sign_in

ACCOUNT = "/console/account"
NEW = "another five words of mine"


@pytest.fixture
def person(engine):
    return make_person(engine, Role.ON_CALL)


@pytest.fixture
def browser(console, person):
    client = console.test_client()
    sign_in(client, person)
    return client


@pytest.fixture
def post(browser):
    """Sends a form of one's own account."""

    def send(path="", **fields):
        fields = {"csrf_token": csrf(browser, ACCOUNT), **fields}
        return browser.post(f"{ACCOUNT}{path}", data=fields, follow_redirects=True)

    return send


def _last_act(engine):
    with engine.connect() as connection:
        row = connection.execute(select(audit).order_by(audit.c.id.desc()).limit(1)).one()
    return row.action, row.details


def _codes(page):
    return re.findall(r'<code class="secret">([0-9a-f-]{14})</code>', page)


def test_a_telephone_is_sealed_and_shown_to_its_owner(post, person, console, engine):
    answer = post(name="Person", language="en", telephone="03-1234-5678")
    assert 'value="+81312345678"' in answer.text
    sealed = person.row().telephone_sealed
    assert b"81312345678" not in sealed
    assert console.extensions[EXTENSION].desk.vault.unseal(sealed) == "+81312345678"
    assert _last_act(engine) == ("staff.account_changed", '{"what": "name, telephone"}')
    post(name="Person", language="en", telephone="")
    assert person.row().telephone_sealed is None


@pytest.mark.parametrize("wrong", ["12", "nobody", "+999123456789", "0990-504-123", "<b>", "1" * 40])
def test_what_is_no_ordinary_number_is_refused(post, person, wrong):
    assert 'class="error"' in post(name="Person", language="en", telephone=wrong).text
    assert person.row().telephone_sealed is None


def test_the_language_of_the_pages_is_the_persons(post, person):
    assert '<html lang="ja"' in post(name="Person", language="ja", telephone="").text
    assert person.row().language == "ja"


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 101}, {"name": "a\x00b"}, {"language": "xx"}])
def test_a_wrong_value_changes_nothing(post, person, wrong):
    before = person.row()
    assert post(**{"name": "Other", "language": "en", "telephone": "", **wrong}).status_code == 200
    assert person.row() == before


def test_a_new_password_signs_every_other_browser_out(console, browser, person, post, engine):
    other = console.test_client()
    sign_in(other, person)
    fields = {"password": person.password, "new_password": NEW, "new_password_confirm": NEW}
    assert "Every other browser is signed out" in post("/password", **fields).text
    assert browser.get(ACCOUNT).status_code == 200
    assert other.get(ACCOUNT).status_code == 303
    assert enter_password(console.test_client(), person, NEW).status_code == 302
    assert _last_act(engine) == ("staff.password_changed", "")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "wrong"}, "The password is wrong."),
        ({"new_password": "short", "new_password_confirm": "short"}, "Take at least 12 characters"),
        ({"new_password_confirm": "something else again"}, "The two new passwords are not the same."),
    ],
)
def test_a_password_that_does_not_do_is_refused(post, person, fields, said):
    right = {"password": person.password, "new_password": NEW, "new_password_confirm": NEW}
    before = person.row().password
    assert said in post("/password", **{**right, **fields}).text
    assert person.row().password == before
    assert person.row().failed_sign_ins == ("password" in fields)


def test_another_app_replaces_the_first(console, browser, person, post, engine):
    page = post("/second-factor", setup="authenticator").text
    assert 'src="data:image/svg+xml;base64,' in page
    key = re.search(r'<code class="secret">([^<]+)</code>', page)[1].replace("-", "")
    action = re.search(r'action="(/console/account/second-factor/[^"]+)"', page)[1]
    fields = {"csrf_token": csrf(browser, ACCOUNT), "code": TOTP(key=key).generate().token}
    assert "From now on the codes of the new app count" in browser.post(action, data=fields, follow_redirects=True).text
    assert _last_act(engine) == ("staff.second_factor_set", "")
    client = console.test_client()
    assert enter_code(client, enter_password(client, person).headers["Location"], person.code()).status_code == 200


def test_the_second_factor_cannot_be_taken_away(post, person):
    before = person.row().tf_totp_secret
    post("/second-factor", setup="disable")
    assert person.row().tf_totp_secret == before


def test_recovery_codes_are_shown_once_and_each_lets_in_once(console, browser, person, post):
    codes = _codes(post("/recovery-codes").text)
    assert len(set(codes)) == 10
    assert not any(code in browser.get(ACCOUNT).text for code in codes)
    assert not any(code in str(person.row().mf_recovery_codes) for code in codes)
    client = console.test_client()
    enter_password(client, person)
    answer = enter_code(client, "/console/sign-in/recovery-code", f" {codes[0].upper()} ")
    assert answer.headers["Location"] == "/console/"
    assert "9 recovery codes are left." in client.get(ACCOUNT).text
    other = console.test_client()
    enter_password(other, person)
    assert "or it was used already" in enter_code(other, "/console/sign-in/recovery-code", codes[0]).text
    assert person.row().failed_sign_ins == 1
