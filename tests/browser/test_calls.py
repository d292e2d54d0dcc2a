"""Whole calls on the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.telephone import By


def test_a_japanese_call_by_mouse_stops_a_card(opens, person):
    phone = opens(locale="ja-JP")
    phone.reads("h1", "カード紛失")
    phone.calls().hears("2番を押してください").presses("2").hears("カード").presses("1")
    phone.presses(person.keyed_birth_date, "#", "1000001#", "2163#").hears("1965年8月")
    phone.presses("1").hears("停止しました")
    _stopped(phone, "ja")


def test_an_english_call_by_touch_stops_a_card(opens, person):
    phone = opens(By.TOUCH, viewport={"width": 390, "height": 844}, is_mobile=True)
    phone.page.locator("#to").select_option("+81120017827")
    phone.calls().hears("lost or stolen").presses("21", person.keyed_birth_date, "#", "1000001#", "2163#")
    phone.hears("You want to stop the card").presses("1").hears("The card is stopped")
    _stopped(phone, "en")


def test_a_nepali_call_by_keyboard_alone_stops_a_card(opens, person):
    phone = opens(By.KEYBOARD)
    phone.calls().presses("9").hears("For English, press 1").presses("9").hears("नेपाली भाषाका लागि").presses("1")
    phone.hears("दुई नम्बर थिच्नुहोस्").presses("21", person.keyed_birth_date, "#", "1000001#", "2163#")
    phone.hears("ब्लक गर्न चाहनुहुन्छ").presses("1").hears("कार्ड ब्लक भयो")
    _stopped(phone, "ne")


def _stopped(phone, language):
    """The clock stands still, the caption is in the language, what happened behind is told, and the call is over."""
    expect(phone.page.locator("#clock")).to_have_class("stopped")
    seconds = phone.seconds
    assert 0 < seconds < 60
    assert phone.captions.locator(f".sentence[lang={language}]").count() > 3
    for kind in ("turn", "request", "queue", "backend", "good"):
        expect(phone.page.locator(f"#timeline .is-{kind}").first).to_be_attached()
    phone.hangs_up().is_over()
    expect(phone.page.locator("#summary-title")).to_contain_text(str(seconds))
    expect(phone.page.locator("#call")).to_have_attribute("aria-disabled", "false")
    assert phone.seconds == seconds
    _answered(phone)


def _answered(phone):
    """Sounds were asked for and came, nothing was asked of anybody else, and nothing was wrong."""
    assert phone.sounds
    assert {(sound.status, sound.headers["content-type"]) for sound in phone.sounds} == {(200, "audio/wav")}
    assert all(request.url.startswith((phone.address, "blob:")) for request in phone.requests)
    assert phone.complaints == []


def test_two_pages_at_once_do_not_disturb_each_other(opens):
    one, other = opens(), opens()
    one.calls()
    other.page.locator("#to").select_option("+81120017827")
    other.calls().hears("lost or stolen").presses("2").hears("To stop the card")
    one.presses("5")
    expect(one.captions.locator("kbd")).to_have_text(["5"])
    expect(other.captions.locator("kbd")).to_have_text(["2"])
    one.hangs_up().is_over()
    expect(other.page.locator("#clock")).to_have_class("running")
    other.presses("1").hears("date of birth")
    other.hangs_up().is_over()


def test_what_is_keyed_ahead_arrives_in_order(opens, person):
    phone = opens(By.KEYBOARD)
    phone.calls().presses("21", person.keyed_birth_date, "#", "1000001#2163#")
    phone.hears("番地")
    expect(phone.page.locator("#captions kbd")).to_have_text(list(f"21{person.keyed_birth_date}#1000001#2163#"))
    phone.reads("#timeline", "read back")
    phone.hangs_up().is_over()


def test_the_crib_keys_a_whole_fact_with_one_press(opens):
    phone = opens()
    phone.calls().presses("21")
    phone.activates(phone.page.locator(".fact").nth(0)).reads("#timeline", "postal code")
    assert "".join(phone.captions.locator("kbd").all_inner_texts()).endswith("#")
    phone.hangs_up().is_over()


def test_words_and_silence_are_heard(opens):
    phone = opens()
    phone.page.locator("#to").select_option("+81120017827")
    phone.calls().hears("lost or stolen")
    phone.page.locator("#words").fill("my card was stolen")
    phone.page.locator("#words").press("Enter")
    phone.reads("#captions .caller", "“my card was stolen”").reads("#timeline", "what to stop")
    expect(phone.page.locator("#silence")).to_have_text("Skip ahead")
    while phone.page.locator("#silence").inner_text() != "Stay silent":
        phone.page.locator("#silence").click()
    phone.page.locator("#silence").click()
    phone.hears("I did not hear anything")
    phone.hangs_up().is_over()


def test_the_transcript_can_be_kept(opens):
    phone = opens()
    phone.page.locator("#to").select_option("+81120017827")
    phone.calls().hears("lost or stolen").presses("5").hears("protect").hangs_up().is_over()
    with phone.page.expect_download() as download:
        phone.activates(phone.page.locator("#save"))
    text = download.value.path().read_text("utf-8")
    assert download.value.suggested_filename.startswith("call-")
    assert "LINE (en): If your card or smartphone is lost or stolen, press 2." in text
    assert "CALLER presses 5" in text
    assert re.search(r"^0:\d\d  CALLER ends the call", text, re.MULTILINE)


def test_a_text_message_appears_in_the_inbox(opens, person):
    phone = opens()
    phone.page.locator("#to").select_option("+81120017827")
    phone.calls().presses("21", person.keyed_birth_date, "#1000001#2163#").hears("You want to stop").presses("1")
    phone.hears("is stopped").presses("1").hears("called for yourself").presses("1").hears("send the receipt number").presses("1")
    phone.reads("#messages .message-body", "The card is stopped").reads("#timeline", "Text message")
    phone.hangs_up().is_over()


def test_an_operator_is_rung_and_answered_for(opens):
    phone = opens()
    phone.page.locator("#to").select_option("+81120017827")
    phone.calls().presses("0")
    answer = phone.page.locator("[data-operator=answers]")
    phone.activates(answer)
    phone.activates(phone.page.locator("[data-operator=hangs-up]"))
    phone.is_over()


@pytest.mark.parametrize("number", ["12", "abc", ""])
def test_a_number_that_is_none_is_said_beside_it(opens, number):
    phone = opens()
    phone.page.locator("#from").fill(number)
    phone.page.locator("#call").click()
    phone.reads("#from-wrong", "This is no telephone number")
    expect(phone.page.locator("#from")).to_be_focused()
    expect(phone.page.locator("#from")).to_have_attribute("aria-invalid", "true")
    phone.page.locator("#from").fill("090-1234-5678")
    expect(phone.page.locator("#from-wrong")).to_be_hidden()
    phone.calls().hangs_up().is_over()


def test_a_withheld_number_can_call(opens):
    phone = opens()
    phone.page.locator("#withheld").check()
    phone.reads("#inbox-empty", "withheld number")
    phone.calls().hangs_up().is_over()
