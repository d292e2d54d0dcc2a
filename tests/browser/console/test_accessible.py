"""Everybody can use every page: axe-core finds nothing, and nothing is cut off, however it is looked at."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from hotline import clock
from hotline.callflow.effects import Reason
from hotline.console.access import Role
from hotline.console.accounts.invitations import Invitation, Invitations
from hotline.console.accounts.messages import MESSAGES
from hotline.store.staff import make_invitation
from tests.browser.test_accessible import RULES
from tests.console.staff import make_person
from tests.console.stories import tell

EVERYTHING = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
SMALL, WIDE = {"width": 320, "height": 700}, {"width": 1440, "height": 900}
OF_LOOKS = ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable"]
"""Rules whose answer changes with colours and width: the second look is for these alone."""

LOOKS = {
    # Every two of language, colours and width meet on every page, for the price of three looks and not of eight.
    "en": ((RULES, "light", SMALL), (OF_LOOKS, "dark", WIDE)),
    "ja": ((RULES, "dark", SMALL), ((), "light", WIDE)),
}
"""Which rules are asked in which colours and width; in the last look only whether everything is in its place."""

PAGES = {
    "today": "/",
    "follow-ups": "/follow-ups",
    "follow-ups-none": "/follow-ups?whose=mine&reason=many_tries",
    "follow-up": "/follow-ups/{told.follow_up}",
    "calls": "/calls?language=vi",
    "calls-wrong": "/calls?caller=12&step=nowhere&language=vi",
    "calls-none": "/calls?receipt=10000009&held=yes&step=answers",
    "call": "/calls/{told.sid}",
    "send-again": "/requests/{told.receipt}/again",
    "pictures": "/pictures",
    "prompts": "/prompts?language=ne&part=common",
    "prompt": "/prompts/ne/common.silence",
    "people": "/people",
    "audit": "/audit",
    "audit-none": "/audit?who=nobody",
    "account": "/account",
    "passkeys": "/account/passkeys",
    "password": "/account/password",
    "second-factor": "/account/second-factor",
    "confirm": "/confirm",
    "missing": "/nothing-of-this-name",
}
"""For who is signed in."""

SMALL_TARGETS = """[...document.querySelectorAll("button, input, select, textarea, summary")]
    .filter((one) => one.checkVisibility() && !one.closest(".unseen"))
    .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
    .filter(([, box]) => box.height < 23.9 || box.width < 23.9).map(([name]) => name)"""

CUT_OFF = """[...document.querySelectorAll("main *, header *")]
    .filter((one) => one.checkVisibility() && !one.closest(".unseen, thead, [role=region]"))
    .filter((one) => {
        const sheet = one.closest(".card, main, header").getBoundingClientRect();
        return one.getBoundingClientRect().right > sheet.right + 0.5;
    })
    .map((one) => one.outerHTML.slice(0, 120))"""
"""What reaches beyond the sheet that it is on; tables in regions of their own may."""


@pytest.fixture(scope="module")
def told(office):
    """One call for all of them: with each more the lists would grow."""
    return tell(office.engine, office.vault)


@pytest.fixture
def looks(language, tmp_path):
    """Looks at the page of a seat in two ways, and keeps pictures of it where HOTLINE_SCREENSHOTS says."""
    wanted = os.environ.get("HOTLINE_SCREENSHOTS")

    def look(seat, name):
        for rules, scheme, size in LOOKS[language]:
            seat.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            seat.page.set_viewport_size(size)
            if wanted:
                path = Path(wanted) / f"{name}-{language}-{scheme}-{size['width']}.png"
                seat.page.screenshot(path=path, full_page=True)
            if rules:
                found = Axe().run(seat.page, options={"runOnly": rules, "resultTypes": ["violations"]})
                assert found.violations_count == 0, f"{name}, {scheme}, {size}: {found.generate_report()}"
            _fits(seat.page, f"{name}, {scheme}, {size}")

    return look


def _fits(page, where):
    """Nothing must be scrolled sideways or is cut off, and whatever is pressed is at least 24 pixels high and wide."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, where
    assert page.evaluate(SMALL_TARGETS) == [], where
    assert page.evaluate(CUT_OFF) == [], where


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_who_is_signed_in(sits_down, told, looks, language, name):
    seat = sits_down(*EVERYTHING, language=language).forgives(404)
    looks(seat.at(PAGES[name].format(told=told)), name)


def test_what_opens_and_what_is_wrong_on_a_page(sits_down, office, told, looks, language):
    seat = sits_down(*EVERYTHING, language=language).forgives(400)
    seat.at(f"/calls/{told.sid}").field("Reason", "#keyed-facts").fill("called back")
    seat.clicks("Show for a minute").reads("1980-03-01")
    looks(seat, "call-revealed")
    seat.at(f"/requests/{told.receipt}/again")
    # What browsers check themselves would keep the answer of the server from being seen.
    seat.page.evaluate("document.querySelectorAll('form').forEach((one) => { one.noValidate = true; })")
    seat.clicks("Send it to the backend").reads("Write something here first.")
    looks(seat, "send-again-wrong")
    resolved = tell(office.engine, office.vault, reason=Reason.MESSAGE)
    seat.at(f"/follow-ups/{resolved.follow_up}").chooses("What came of it", "told")
    seat.clicks("Resolve", exact=True).reads("Resolved.")
    looks(seat, "follow-up-resolved")
    seat.at("/audit").clicks("Verify the chain").reads("The trail is whole: no row was changed, taken out or put in.")
    looks(seat, "audit-verified")
    seat.at("/calls").page.keyboard.press("?")
    looks(seat, "keys")
    seat.at(f"/calls/{told.sid}")
    seat.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    looks(seat, "call-open")


def test_what_strangers_see(sits_down, office, looks, language):
    person = make_person(office.engine, Role.OPERATOR, language=language)
    seat = sits_down(language=language).forgives(410)
    looks(seat.at("/sign-in"), "sign-in")
    seat.enters_password(person, "a wrong one, and long").reads(MESSAGES["GENERIC_AUTHN_FAILED"])
    looks(seat, "sign-in-wrong")
    seat.enters_password(person).reads("Take a recovery code instead")
    looks(seat, "code")
    seat.clicks("Take a recovery code instead", role="link").reads("Take a code of the app instead")
    looks(seat, "recovery-code")
    made_at = clock.now()
    with office.engine.begin() as connection:
        make_invitation(connection, person.id, made_at)
    seat.page.goto(Invitations(office.settings).link(Invitation(person.id, made_at)))
    looks(seat, "invitation")
    looks(seat.at("/invitation/none"), "invitation-over")
