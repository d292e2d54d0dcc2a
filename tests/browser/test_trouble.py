"""What goes wrong around a call, and what the page says of it."""

import json

from playwright.sync_api import expect

from hotline import clock
from hotline.callflow.state import Step
from tests.browser.telephone import ENGLISH

STREAM = "text/event-stream"
BREAKS_VOICES = "Object.defineProperty(globalThis, 'speechSynthesis', { value: undefined })"
SPEAKS = """
globalThis.readAloud = [];
const voice = { lang: "en-US", name: "test" };
globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
const synthesis = {
  getVoices: () => [voice], speak: (one) => readAloud.push([one.lang, one.text]), cancel() {}, pending: false,
};
Object.defineProperty(globalThis, "speechSynthesis", { value: synthesis });
"""
"""A browser that has a voice: Chromium without a desktop has none. What it would read aloud is kept."""


def test_a_call_survives_a_restart_of_the_line(opens, phone_line):
    phone = opens().calls(ENGLISH).presses("2").reaches(Step.TARGET)
    phone_line.kill("web")
    phone.presses("1").reads("#alert", "The line does not answer for a moment")
    phone_line.start("web")
    phone.reaches(Step.BIRTH_DATE)
    expect(phone.page.locator("#alert")).to_be_empty()
    expect(phone.page.locator("#clock")).to_have_class("running")
    phone.hangs_up().is_over()


def test_a_restart_of_the_phone_cuts_the_call_off_and_calling_again_goes_on(opens, phone_server):
    phone = opens().calls(ENGLISH).presses("21").reaches(Step.BIRTH_DATE)
    phone_server.kill()
    phone.reads("#alert", "The practice phone does not answer").reads("#status", "trying again")
    phone_server.start()
    phone.reads("#alert", "cut off").reads("#alert", "key 7").is_over()
    expect(phone.captions.locator("kbd")).to_have_text(["2", "1"])
    with phone.page.expect_download() as download:
        phone.activates(phone.page.locator("#save"))
    assert "presses 2" in download.value.path().read_text("utf-8")
    phone.reads("#captions", "forgotten this call")
    phone.calls()
    expect(phone.page.locator("#alert")).to_be_empty()
    phone.hangs_up().is_over()


def test_a_page_that_was_open_for_a_day_says_so_and_calls_again(opens):
    phone = opens().calls(ENGLISH)
    phone.page.route("**/calls/*/keys", lambda route: route.fulfill(status=404, json={"error": "Unknown."}))
    phone.presses("2").reads("#alert", "cut off").is_over()
    phone.page.unroute("**/calls/*/keys")
    phone.calls().presses("2").reaches(Step.TARGET).hangs_up().is_over()


def test_a_page_that_is_loaded_anew_goes_on_with_its_call(opens):
    phone = opens().calls(ENGLISH).presses("2").reaches(Step.TARGET)
    phone.page.reload()
    phone.reaches(Step.TARGET)
    expect(phone.captions.locator("kbd")).to_have_text(["2"])
    phone.presses("1").reaches(Step.BIRTH_DATE).hangs_up().is_over()


def test_a_missing_sound_is_captioned_with_a_sentence_and_the_call_goes_on(opens):
    phone = opens()
    phone.page.route("**/sounds/*", lambda route: route.fulfill(status=404))
    phone.calls(ENGLISH).reads("#captions", "read along in the captions")
    phone.presses("2").reaches(Step.TARGET).hangs_up().is_over()
    expect(phone.captions.get_by_text("read along in the captions")).to_have_count(1)


def test_a_broken_sound_is_read_by_the_voice_of_the_browser(opens):
    phone = opens(voice=SPEAKS)
    phone.page.route("**/sounds/*", lambda route: route.fulfill(body=b"RIFF????WAVE", content_type="audio/wav"))
    phone.calls(ENGLISH).reads("#captions", "the browser's own voice reads it")
    assert phone.page.evaluate("readAloud[0][0]") == "en-US"
    phone.presses("2").reaches(Step.TARGET).hangs_up().is_over()
    assert phone.complaints == []


def test_a_browser_without_any_speech_still_captions(opens):
    phone = opens(voice=BREAKS_VOICES)
    phone.page.route("**/sounds/*", lambda route: route.fulfill(body=b"", content_type="audio/wav"))
    phone.calls(ENGLISH).reads("#captions", "is missing; read along").hangs_up().is_over()
    assert phone.complaints == []


def test_a_language_that_is_not_known_is_captioned_as_it_is(opens):
    sentence = {"who": "line", "text": "Words.", "language": "xx", "tag": "xx-XX", "sound": None, "seconds": 3}
    phone = opens(voice=SPEAKS)
    events = [("answered", {}), ("said", sentence), ("over", {"status": "completed", "seconds": 3, "by": "line"})]
    phone.page.route("**/calls/*/events", lambda route: route.fulfill(body=_stream(events), content_type=STREAM))
    phone.activates(phone.page.locator("#call")).reads("#captions .tag", "xx").reads(
        "#captions", "no voice here for xx"
    )
    expect(phone.captions.locator("[lang=xx]").first).to_be_attached()
    phone.is_over().reads("#status", "The line hung up")
    assert phone.complaints == []


def _stream(events):
    now = clock.now().isoformat()
    told = ((number, kind, json.dumps({"at": now, **what})) for number, (kind, what) in enumerate(events, 1))
    return "".join(f"id: {number}\nevent: {kind}\ndata: {what}\n\n" for number, kind, what in told)


def test_a_page_that_is_opened_before_the_phone_runs_finds_it_later(opens, phone_server):
    phone = opens()
    phone.page.route("**/line", lambda route: route.abort())
    phone.page.reload()
    phone.reads("#alert", "does not answer")
    phone.page.unroute("**/line")
    phone.reads("#status", "Ready")
    expect(phone.page.locator("#alert")).to_be_empty()
