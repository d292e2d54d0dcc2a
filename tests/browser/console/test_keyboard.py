"""Everything by keyboard alone."""

import pytest
from playwright.sync_api import expect

from hotline.console.access import Role

FOCUSED = "document.activeElement"


@pytest.fixture
def seat(sits_down, told):
    return sits_down(Role.OPERATOR)


@pytest.fixture
def press(seat):
    def press_keys(*keys):
        for key in keys:
            seat.page.keyboard.press(key)

    return press_keys


def _focused_row(seat):
    return seat.page.evaluate(f"[...document.querySelectorAll('[data-row]')].indexOf({FOCUSED}.closest('[data-row]'))")


def test_rows_are_walked_and_opened(seat, press):
    seat.at("/follow-ups")
    press("j")
    assert _focused_row(seat) == 0
    press("j", "j", "k")
    assert _focused_row(seat) == 1
    expected = seat.page.evaluate(f"{FOCUSED}.href")
    press("Enter")
    expect(seat.page).to_have_url(expected)


def test_a_call_is_searched_for_without_a_mouse(seat, press, told):
    seat.at("/")
    press("/")
    seat.page.keyboard.type(f"j{told.receipt}")
    press("Home", "Delete", "Enter")
    seat.is_at(f"/calls/{told.sid}")


def test_the_list_of_keys_opens_and_closes(seat, press):
    seat.at("/calls")
    press("?")
    expect(seat.page.get_by_role("dialog")).to_be_visible()
    press("Escape")
    expect(seat.page.get_by_role("dialog")).to_have_count(0)
    press("/", "Escape", "?")
    expect(seat.page.get_by_role("dialog")).to_be_visible()


def test_two_keys_go_to_another_page(seat, press):
    seat.at("/calls")
    for key, path in (("f", "/follow-ups"), ("c", "/calls"), ("p", "/pictures"), ("t", "/")):
        press("g", key)
        seat.is_at(path)


def test_letters_in_a_field_are_letters(seat, press, told):
    seat.at(f"/calls/{told.sid}")
    note = seat.field("Note")
    note.focus()
    seat.page.keyboard.type("just a gt? /k")
    expect(note).to_have_value("just a gt? /k")


def test_the_first_tab_leads_past_the_menu(seat, press):
    seat.at("/follow-ups")
    press("Tab")
    skip = seat.page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    press("Enter", "Tab")
    assert seat.page.evaluate(f"document.querySelector('main').contains({FOCUSED})")


def test_a_follow_up_is_taken_and_resolved_by_keyboard_alone(seat, press, told):
    seat.at(f"/follow-ups/{told.follow_up}")
    _tabs_to(seat, press, seat.finds("button", "Take it"))
    press("Enter")
    seat.reads("It is yours now.")
    _tabs_to(seat, press, seat.field("What came of it"))
    seat.page.keyboard.type("Nothing")
    _tabs_to(seat, press, seat.finds("button", "Resolve", exact=True))
    press("Space")
    seat.reads("Resolved.").reads("Nothing was needed")


def _tabs_to(seat, press, wanted):
    for _ in range(60):
        if wanted.evaluate(f"one => one === {FOCUSED}"):
            return
        press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")
