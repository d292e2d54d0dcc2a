"""The first page keeps itself up to date while somebody works on it."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from hotline import clock
from hotline.callflow.effects import Reason
from hotline.console.access import Role
from tests.browser.console.office import Served
from tests.console.stories import CALLER, tell
from tests.store.rows import end_call, start_call

A_LOOK_MS = 3000
"""After so long the page asks again."""


@pytest.fixture
def live_call(office):
    """Somebody who waits for a person; they hang up when the test is over."""
    sids = []

    def begin():
        now = clock.now()
        sid = start_call(
            office.engine,
            at=now - timedelta(seconds=65),
            language="vi",
            step="in_line",
            in_line_since=now - timedelta(seconds=20),
            caller_sealed=office.vault.seal(CALLER),
        )
        sids.append(sid)
        return sid

    yield begin
    for sid in sids:
        end_call(office.engine, sid, clock.now())


def _looks(seat):
    """Time passes in the browser until it asks again."""
    seat.page.clock.run_for(A_LOOK_MS + 100)


def test_what_comes_in_appears_without_reloading_and_focus_stays(sits_down, office, told, live_call, language):
    seat = sits_down(Role.OPERATOR, language=language)
    seat.page.clock.install()
    seat.at("/")
    seat.page.evaluate("window.stays = true")
    first = seat.page.locator("#waiting-rows a").first
    first.focus()
    newest, sid = tell(office.engine, office.vault, reason=Reason.MESSAGE), live_call()
    _looks(seat)
    call = seat.page.locator(f"#call-{sid}")
    for text in (seat.says("In line for a person"), seat.says("Vietnamese"), "…5678"):
        expect(call).to_contain_text(text)
    expect(call.locator("td").first).to_have_text("1:05")
    expect(first).to_be_focused()
    assert seat.page.evaluate("window.stays")
    seat.page.clock.run_for(2000)
    expect(call.locator("td").first).not_to_have_text("1:05")
    end_call(office.engine, sid, clock.now())
    _looks(seat)
    expect(call).to_have_count(0)
    seat.at(f"/follow-ups/{newest.follow_up}").reads("Left a voice message")


def test_a_server_that_is_away_is_said_and_its_return_too(sits_down, office, told):
    elsewhere = Served(office.app)
    elsewhere.start()
    seat = sits_down(Role.OPERATOR)
    seat.page.clock.install()
    seat.page.goto(f"{elsewhere.address}/console/")
    away = seat.page.locator("#away")
    expect(away).to_be_hidden()
    elsewhere.stop()
    _looks(seat)
    expect(away).to_contain_text("the server does not answer")
    expect(seat.page.locator("#waiting-rows a").first).to_be_visible()
    elsewhere.start()
    _looks(seat)
    expect(away).to_be_hidden()
    elsewhere.stop()
    assert seat.complaints
    seat.complaints.clear()
