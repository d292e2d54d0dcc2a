"""Single sign-on, at a provider that answers over HTTP."""

import time
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select, update

from hotline import clock
from hotline.console.access import Role
from hotline.console.accounts.configuration import FRESH_FOR
from hotline.console.app import create_console
from hotline.store.console_tables import audit, staff
from hotline.store.staff import make_invitation
from tests.console.accounts.conftest import EnglishBrowser
from tests.console.accounts.provider import CLIENT, SECRET, providing
from tests.console.conftest import console_settings
from tests.console.staff import make_person

START = "/console/sign-in/elsewhere"


@pytest.fixture(scope="module")
def running():
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(running):
    running.claims, running.signs_with = {}, None
    return running


@pytest.fixture
def console(database_url, provider):
    app = create_console(
        console_settings(
            database_url,
            oidc_issuer=provider.address,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_name="the city's sign-in",
        )
    )
    yield app
    app.extensions["hotline.engine"].dispose()


@pytest.fixture
def person(engine):
    somebody = make_person(engine, Role.ADMINISTRATOR, email="clerk@city.example")
    with engine.begin() as connection:
        make_invitation(connection, somebody.id, clock.now())
    return somebody


@pytest.fixture
def browser(console):
    return console.test_client()


@pytest.fixture
def come(browser, provider):
    """Goes to the provider and comes back."""

    def there_and_back(start: str = START, **claims):
        provider.claims = {"email": "clerk@city.example", "email_verified": True, **claims}
        address = browser.get(start).headers["Location"]
        assert address.startswith(f"{provider.address}/ask?")
        back = urlsplit(provider.ask(address))
        return browser.get(f"{back.path}?{back.query}")

    return there_and_back


def _told(browser) -> str:
    return browser.get("/console/sign-in", follow_redirects=True).text


def _is_in(browser) -> bool:
    return browser.get("/console/account").status_code == 200


def test_who_was_invited_is_let_in(come, browser, person, engine):
    assert "the city&#39;s sign-in" in browser.get("/console/sign-in").text
    answer = come(email="Clerk@City.example")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
    assert _is_in(browser)
    assert person.row().invited_at is None
    with engine.connect() as connection:
        [row] = connection.execute(select(audit)).all()
    assert (row.action, row.details) == ("staff.signed_in", '{"how": "single sign-on"}')


def test_it_leads_to_the_page_that_was_asked_for(come, person):
    assert come(f"{START}?next=/console/account").headers["Location"] == "/console/account"


def test_it_never_leads_out_of_the_console(come, person):
    assert come(f"{START}?next=https://elsewhere.example").headers["Location"] == "/console/"


def test_who_was_not_invited_is_not_let_in(come, browser, person):
    come(email="stranger@city.example")
    assert "stranger@city.example was not invited here" in _told(browser)
    assert not _is_in(browser)


def test_who_is_locked_is_not_let_in(come, browser, person, engine):
    with engine.begin() as connection:
        connection.execute(update(staff).values(active=False))
    come()
    assert "or is locked" in _told(browser)
    assert not _is_in(browser)


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": None}, {"email": ""}])
def test_an_address_that_nobody_vouches_for_is_not_enough(come, browser, person, claims):
    come(**claims)
    assert "does not vouch for your e-mail address" in _told(browser)
    assert not _is_in(browser)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"iss": "https://another.example"},
        {"exp": int(time.time()) - 3600},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(come, browser, person, claims):
    come(**claims)
    assert "did not let you in" in _told(browser)
    assert not _is_in(browser)


def test_a_token_that_somebody_else_signed_is_refused(come, browser, person, provider):
    provider.signs_with = RSAKey.generate_key(2048)
    come()
    assert "did not let you in" in _told(browser)
    assert not _is_in(browser)


def test_an_answer_that_was_not_asked_for_is_refused(browser, person):
    browser.get(f"{START}/back?code=1&state=2")
    assert "did not let you in" in _told(browser)


def test_who_says_no_at_the_provider_hears_it(browser, person):
    browser.get(f"{START}/back?error=access_denied&error_description=<b>no</b>")
    assert "did not let you in" in _told(browser)


def test_a_provider_that_is_away_is_told(database_url, person, provider, free_port):
    away = f"http://127.0.0.1:{free_port}"
    settings = console_settings(database_url, oidc_issuer=away, oidc_client_id=CLIENT, oidc_client_secret=SECRET)
    app = create_console(settings)
    app.test_client_class = EnglishBrowser
    client = app.test_client()
    assert client.get(START).status_code == 303
    assert f"{away} does not answer" in _told(client)
    app.extensions["hotline.engine"].dispose()


def test_it_shows_anew_who_somebody_is(come, browser, person):
    come()
    with browser.session_transaction() as session:
        session["fs_paa"] = time.time() - FRESH_FOR.total_seconds() - 1
        session.pop("fs_gexp", None)
    assert browser.get("/console/people").status_code == 303
    come(f"{START}?next=/console/people", auth_time=int(time.time()) - 3600)
    assert browser.get("/console/people").status_code == 303
    assert come(f"{START}?next=/console/people").headers["Location"] == "/console/people"
    assert browser.get("/console/people").status_code == 200


def test_who_signs_in_elsewhere_gets_no_other_way_in(come, browser, person):
    come()
    page = browser.get("/console/account").text
    assert "You sign in elsewhere" in page
    assert "/console/account/passkeys" not in page
