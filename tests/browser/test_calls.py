"""Whole calls on the page."""

import re

import pytest
from playwright.sync_api import expect

from hotline.callflow.state import Step
from tests.browser.telephone import ENGLISH, By, Telephone
from tests.waiting import eventually
from tests.whole.conftest import Person


def test_a_japanese_call_by_mouse_stops_a_card(opens, person):
    phone = opens(locale="ja-JP")
    phone.reads("h1", "カード紛失").calls().presses("2").reaches(Step.TARGET).presses("1").reaches(Step.BIRTH_DATE)
    _stops_the_card_of(person, phone, "ja")


def test_an_english_call_by_touch_stops_a_card(opens, person):
    phone = opens(By.TOUCH, viewport={"width": 390, "height": 844}, is_mobile=True)
    phone.calls(ENGLISH).presses("21")
    _stops_the_card_of(person, phone, "en")


def test_a_nepali_call_by_keyboard_alone_stops_a_card(opens, person):
    phone = opens(By.KEYBOARD)
    phone.calls().presses("9").reaches(Step.LANGUAGE).presses("9").reaches(Step.LANGUAGE_MORE).presses("1")
    phone.reaches(Step.MAIN_MENU, times=2).presses("21").reaches(Step.BIRTH_DATE)
    _stops_the_card_of(person, phone, "ne")


def _stops_the_card_of(person: Person, phone: Telephone, language: str) -> None:
    phone.presses(person.keyed_birth_date, "#", "1000001#", "2163#").reaches(Step.CONFIRM).presses("1")
    phone.hears("result.card.suspended", language)
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
    _was_answered(phone)


def _was_answered(phone: Telephone) -> None:
    """Sounds were asked for and came, nothing was asked of anybody else, and nothing was wrong."""
    assert phone.sounds
    assert {(sound.status, sound.headers["content-type"]) for sound in phone.sounds} == {(200, "audio/wav")}
    assert [request.url for request in phone.requests if not request.url.startswith(phone.address)] == []
    assert phone.complaints == []


def test_two_pages_at_once_do_not_disturb_each_other(opens):
    one, other = opens().calls(), opens().calls(ENGLISH)
    other.presses("2").reaches(Step.TARGET)
    one.presses("5").reaches(Step.PROTECTION)
    expect(one.captions.locator("kbd")).to_have_text(["5"])
    expect(other.captions.locator("kbd")).to_have_text(["2"])
    one.hangs_up().is_over()
    expect(other.page.locator("#clock")).to_have_class("running")
    other.presses("1").reaches(Step.BIRTH_DATE).hangs_up().is_over()


def test_what_is_keyed_ahead_arrives_in_order(opens, person):
    phone = opens(By.KEYBOARD)
    keys = f"21{person.keyed_birth_date}#1000001#2163#"
    phone.calls().presses(keys).reaches(Step.CONFIRM)
    expect(phone.captions.locator("kbd")).to_have_text(list(keys))
    phone.hangs_up().is_over()


def test_the_newest_stays_in_sight_until_somebody_scrolls_up_to_read(opens):
    phone = opens(viewport={"width": 1280, "height": 800}).calls().presses("9")
    phone.reaches(Step.LANGUAGE).presses("*").reaches(Step.LANGUAGE, times=2)
    above = "frame => frame.scrollTop"
    below = "frame => frame.scrollHeight - frame.scrollTop - frame.clientHeight"
    eventually(lambda: phone.captions.evaluate(above) > 200, "there is more than fits")
    eventually(lambda: phone.captions.evaluate(below) < 2, "the newest is in sight")
    phone.captions.hover()

    def scrolls_up():
        # A line that comes while the wheel still turns is followed once more: people turn it again.
        phone.page.mouse.wheel(0, -5000)
        return phone.captions.evaluate(above) == 0

    eventually(scrolls_up, "the oldest is in sight")
    phone.presses("1").reaches(Step.MAIN_MENU, times=2).hangs_up().is_over()
    assert phone.captions.evaluate(above) == 0


def test_keys_that_are_typed_into_a_field_are_not_pressed(opens):
    phone = opens(By.KEYBOARD).calls()
    phone.tabs_to(phone.page.locator("#words")).presses("5")
    expect(phone.page.locator("#words")).to_have_value("5")
    phone.page.keyboard.press("Escape")
    expect(phone.page.locator("#keypad")).to_be_focused()
    phone.page.locator("#keyboard").uncheck()
    phone.presses("4")
    phone.page.locator("#keyboard").check()
    phone.presses("2").reaches(Step.TARGET)
    expect(phone.captions.locator("kbd")).to_have_text(["2"])
    phone.hangs_up().is_over()


def test_escape_hangs_up_only_when_it_is_pressed_again(opens):
    phone = opens(By.KEYBOARD).calls()
    phone.page.keyboard.press("Escape")
    expect(phone.page.locator("#hang-up")).to_be_focused()
    phone.reads("#status", "once more")
    expect(phone.page.locator("#clock")).to_have_class("running")
    phone.page.keyboard.press("Escape")
    phone.is_over().reads("#status", "You hung up")
    expect(phone.page.locator("#call")).to_be_focused()


def test_the_crib_keys_a_whole_fact_with_one_press(opens):
    phone = opens().calls().presses("21").reaches(Step.BIRTH_DATE)
    phone.activates(phone.page.locator(".fact").first).reaches(Step.POSTAL_CODE)
    phone.hangs_up().is_over()


def test_words_and_silence_are_heard(opens):
    phone = opens().calls(ENGLISH)
    phone.page.locator("#words").fill("my card was stolen")
    phone.page.locator("#words").press("Enter")
    phone.reads("#captions .caller", "“my card was stolen”").reaches(Step.TARGET)
    phone.skips_until(phone.page.locator("#timeline [data-step=target]").nth(1))
    expect(phone.captions.locator("kbd")).to_have_count(0)
    phone.hangs_up().is_over()


def test_the_transcript_can_be_kept(opens):
    phone = opens().calls(ENGLISH).presses("5").reaches(Step.PROTECTION).hangs_up().is_over()
    with phone.page.expect_download() as download:
        phone.activates(phone.page.locator("#save"))
    text = download.value.path().read_text("utf-8")
    assert re.fullmatch(r"call-[\d-]+\.txt", download.value.suggested_filename)
    assert "LINE (en): " in text
    assert "CALLER presses 5" in text
    assert re.search(r"^0:\d\d  CALLER ends the call", text, re.MULTILINE)


def test_a_text_message_appears_in_the_inbox(opens, person):
    phone = opens().calls(ENGLISH).presses("21", person.keyed_birth_date, "#1000001#2163#").reaches(Step.CONFIRM)
    phone.presses("1").hears("result.card.suspended", "en").presses("1").reaches(Step.FOR_WHOM)
    phone.presses("1").reaches(Step.TEXT_OFFER).presses("1")
    phone.reads("#messages .message-body", re.compile(r"\d{4}"))
    expect(phone.page.locator("#timeline .is-text").first).to_be_attached()
    phone.hangs_up().is_over()


def test_an_operator_is_rung_and_answered_for(opens):
    phone = opens().calls(ENGLISH).presses("0")
    answers, hangs_up = (phone.page.locator(f"[data-operator={does}]") for does in ("answers", "hangs-up"))
    phone.activates(answers).reads("#captions .operator", "Operator hears")
    phone.reads("#doing-text", "Connected with an operator").activates(hangs_up).is_over()


@pytest.mark.parametrize("number", ["12", ""])
def test_a_number_that_is_none_is_said_beside_it(opens, number):
    phone = opens()
    phone.page.locator("#from").fill(number)
    phone.page.locator("#call").click()
    phone.reads("#from-wrong", "This is no telephone number")
    expect(phone.page.locator("#from")).to_be_focused()
    expect(phone.page.locator("#from")).to_have_attribute("aria-invalid", "true")
    phone.page.locator("#from").fill("090-1234-5678")
    expect(phone.page.locator("#from-wrong")).to_be_hidden()


def test_a_withheld_number_can_call(opens):
    phone = opens()
    phone.page.locator("#withheld").check()
    phone.reads("#inbox-empty", "withheld number").calls().hangs_up().is_over()
