"""Finding calls, and taking them out as a file."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from hotline import clock
from hotline.calls.prints import Prints
from hotline.console.access import Role
from tests.store.rows import end_call, start_call


def _rows(seat):
    return seat.page.locator("tbody [data-row]")


def _chips(seat):
    return seat.page.locator(".chip")


def _calls(seat):
    """The SIDs of the list, in its order."""
    links = _rows(seat).locator("a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    return [link.rpartition("/")[2] for link in links]


@pytest.fixture
def call_of(office):
    """A finished call from a number that ends so."""

    def make(ending):
        prints = Prints(office.settings.hotline_secret_key.get_secret_value())
        number, now = f"+8190{ending:>08}", clock.now()
        sid = start_call(
            office.engine,
            at=now,
            language="es",
            outcome="stopped",
            ended_step="goodbye",
            caller_sealed=office.vault.seal(number),
            caller_end_print=prints.of_last_digits(ending),
        )
        end_call(office.engine, sid, now)
        return sid

    return make


def test_a_call_is_found_by_the_last_digits_of_its_caller(sits_down, call_of, language):
    ending = {"en": "7391", "ja": "7392"}[language]
    sid = call_of(ending)
    seat = sits_down(Role.OPERATOR, language=language).at("/")
    search = seat.page.locator("header [data-search]")
    search.fill(ending)
    search.press("Enter")
    expect(_chips(seat)).to_have_count(1)
    assert _calls(seat) == [sid]
    expect(_rows(seat)).to_contain_text(f"…{ending}")
    expect(_rows(seat)).to_contain_text(seat.says("Spanish"))
    seat.clicks("take away", role="link")
    expect(_chips(seat)).to_have_count(0)
    assert len(_calls(seat)) == 50


def test_a_receipt_number_leads_to_its_call_at_once(sits_down, told):
    seat = sits_down(Role.OPERATOR).at("/follow-ups")
    search = seat.page.locator("header [data-search]")
    search.fill(f"{told.receipt[:4]} {told.receipt[4:]}")
    search.press("Enter")
    seat.is_at(f"/calls/{told.sid}").reads("Request %(receipt)s", receipt=told.receipt)


def test_filters_narrow_the_list_and_each_can_be_taken_away(sits_down, language):
    seat = sits_down(Role.OPERATOR, language=language).at("/calls")
    seat.chooses("Language", "ja").chooses("Outcome", "stopped").clicks("Search", exact=True)
    expect(_chips(seat)).to_have_count(2)
    assert set(_column(seat, "Language")) == {seat.says("Japanese")}
    assert set(_column(seat, "Outcome")) == {seat.says("Stopped")}
    seat.page.locator(".chip").filter(has_text=seat.says("Stopped")).click()
    expect(_chips(seat)).to_have_count(1)
    assert len(set(_column(seat, "Outcome"))) > 1
    seat.clicks("Clear all", role="link")
    expect(_chips(seat)).to_have_count(0)
    assert len(set(_column(seat, "Language"))) > 1


def _column(seat, name):
    expect(_rows(seat).first).to_be_visible()
    return _rows(seat).locator(f'td[data-label="{seat.says(name)}"]').all_inner_texts()


def test_a_wrong_filter_is_said_beside_it_and_the_others_count(sits_down):
    seat = sits_down(Role.OPERATOR).at("/calls?caller=12&language=ja")
    expect(seat.field("Caller's last four digits")).to_have_attribute("aria-invalid", "true")
    seat.reads("Write the last four digits of the caller's number, nothing else.")
    assert set(_column(seat, "Language")) == {"Japanese"}


def test_pages_lead_on_and_back_without_a_gap(sits_down):
    seat = sits_down(Role.OPERATOR).at("/calls?range=month&order=oldest")
    first = _calls(seat)
    expect(seat.page.locator("a[rel=prev]")).to_have_count(0)
    seat.page.locator("a[rel=next]").click()
    expect(seat.page).to_have_url(re.compile("after="))
    second = _calls(seat)
    assert len(first) == len(second) == 50
    assert not set(first) & set(second)
    seat.page.locator("a[rel=prev]").click()
    expect(seat.page).to_have_url(re.compile("before="))
    assert _calls(seat) == first


def test_a_view_is_saved_used_and_deleted(sits_down):
    seat = sits_down(Role.OPERATOR).at("/calls")
    seat.chooses("Outcome", "not_identified").clicks("Search", exact=True)
    expect(_chips(seat)).to_have_count(1)
    seat.page.get_by_text("Save these filters, or change your views").click()
    seat.fills("Name of the view", "Nobody was found").clicks("Save the view").reads("Saved as “Nobody was found”.")
    seat.at("/calls").clicks("Nobody was found", role="link")
    expect(_chips(seat)).to_have_count(1)
    assert set(_column(seat, "Outcome")) == {"Not identified"}
    seat.page.get_by_text("Save these filters, or change your views").click()
    seat.clicks("Delete Nobody was found")
    expect(seat.finds("link", "Nobody was found")).to_have_count(0)


def test_the_file_has_what_the_list_has(sits_down, language):
    seat = sits_down(Role.SUPERVISOR, language=language).at("/calls?language=ko&order=oldest")
    listed = _calls(seat)
    assert 0 < len(listed) < 50
    seat.page.get_by_text(seat.says("Take these calls out as a file")).click()
    seat.fills("Reason", "for the report")
    with seat.page.expect_download() as download:
        seat.clicks("Download CSV")
    file = download.value.path().read_bytes()
    assert file.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""))
    assert head[:2] == [seat.says("Call SID"), seat.says("Began (Japan)")]
    assert [row[0] for row in rows] == listed
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]


def test_without_a_reason_no_file_is_made(sits_down):
    seat = sits_down(Role.SUPERVISOR).at("/calls?language=ko").forgives(400)
    seat.page.get_by_text("Take these calls out as a file").click()
    seat.fills("Reason", "   ").clicks("Download CSV").reads("Write something here first.")
