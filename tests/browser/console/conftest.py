"""The console before a real Chromium, once for all tests of its pages; each test has a browser of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from hotline.console.access import Role
from hotline.local.embedded import Postgres
from tests.browser.console.office import Office, open_office
from tests.browser.console.seat import Seat
from tests.console.staff import Colleague, make_person
from tests.console.stories import Told, tell

LOCALES = {"en": "en-GB", "ja": "ja-JP"}

SitsDown = Callable[..., Seat]


@pytest.fixture(scope="session")
def office(browser: Browser, postgres_server: Postgres, migrated_template: str) -> Iterator[Office]:
    """Only where there is a browser: without one nothing needs to start."""
    postgres_server.create_database("browser_console", migrated_template)
    with open_office(postgres_server.url("browser_console")) as office:
        yield office
    postgres_server.drop_database("browser_console")


@pytest.fixture(scope="session")
def signed_in(office: Office, browser: Browser) -> Callable[..., tuple[Colleague, Any]]:
    """Somebody with these roles and what their browser keeps after they signed in on the real pages; once for each."""
    known: dict[tuple[object, ...], tuple[Colleague, Any]] = {}

    def sign_in(language: str, roles: tuple[Role, ...], which: int) -> tuple[Colleague, Any]:
        key = (language, roles, which)
        if key not in known:
            person = make_person(office.engine, *roles, language=language)
            context = browser.new_context(locale=LOCALES[language])
            Seat(context, context.new_page(), office, language).signs_in(person).is_at("/")
            known[key] = person, context.storage_state()
            context.close()
        return known[key]

    return sign_in


@pytest.fixture
def sits_down(office: Office, browser: Browser, signed_in: Callable[..., Any]) -> Iterator[SitsDown]:
    """Opens a browser for somebody with these roles, or for a stranger when there are none; `which` tells two apart.

    In the end no browser has complained of anything.
    """
    seats: list[Seat] = []

    def open_seat(*roles: Role, language: str = "en", which: int = 1, **how: Any) -> Seat:
        person, state = signed_in(language, roles, which) if roles else (None, None)
        how = {"locale": LOCALES[language], "timezone_id": "Asia/Tokyo", "storage_state": state} | how
        context = browser.new_context(**how)
        seats.append(Seat(context, context.new_page(), office, language, person))
        return seats[-1]

    yield open_seat
    for seat in seats:
        seat.context.close()
    assert [wrong for seat in seats for wrong in seat.wrongs] == []


@pytest.fixture
def told(office: Office) -> Told:
    """A call of this test."""
    return tell(office.engine, office.vault)


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    """In which the pages are."""
    return str(request.param)
