"""What goes wrong: a sentence that helps, and the call goes on."""

from datetime import timedelta

import pytest
import requests
from flask import Response

from hotline import clock
from hotline.phone import sounds
from hotline.phone.moments import Doing
from hotline.phone.page.live import UNWATCHED_LIMIT_S
from hotline.phone.page.persistent import TRIES_FOR_S
from hotline.phone.page.switchboard import CALLS_LIMIT, KEPT_FOR
from tests.phone.documents import menu
from tests.phone.page.browser import JAPANESE
from tests.waiting import eventually

MENU = menu("Press one key.")
PLAYED = "<Play>/recordings/en/0123.wav</Play>"


def test_a_recording_is_passed_on_with_its_words(line, browser):
    line.answers("/recordings/en/0123.wav", sounds.tone(2.0), content_type="audio/wav")
    line.says("/voice", PLAYED + MENU)
    played = browser.dials().sees("played").told
    assert (played["text"], played["language"], played["tag"], played["seconds"]) == ("Welcome.", "en", "en-US", 2.0)
    assert browser.asks("GET", played["sound"]).content == sounds.tone(2.0)
    browser.hears("Press one key.")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Response(status=404), "answered 404"),
        (Response(b"RIFF\0\0\0\0WAVE", content_type="audio/wav"), "is a broken recording"),
        (Response(b"no sound at all, but words", content_type="audio/wav"), "is a broken recording"),
        (Response("<html>", content_type="text/html"), "which is no sound"),
    ],
    ids=["missing", "cut", "broken", "page"],
)
def test_a_recording_that_cannot_be_played_is_left_out_and_the_call_goes_on(line, browser, answer, why):
    line.does("/recordings/en/0123.wav", lambda: answer)
    line.says("/voice", PLAYED + MENU)
    browser.dials().hears("Press one key.")
    assert why in browser.notes
    assert "It is left out, as Twilio would do." in browser.notes
    assert not browser.all("played")
    browser.is_listened_to()


def test_a_sentence_that_no_voice_speaks_is_left_out_and_noted(line, browser):
    line.says("/voice", '<Say language="xx-XX">Hello?</Say>' + MENU)
    browser.dials().hears("Press one key.")
    assert "no voice speaks xx-XX. It reads: Hello?" in browser.notes
    assert "Hello?" not in browser.said


def test_a_line_that_is_away_for_a_moment_is_tried_again(line, browser):
    line.says("/voice", MENU)
    line.answers("/keyed", "", status=503)
    line.answers("/keyed", "", status=503)
    line.answers("/keyed", "", status=503)
    line.says("/keyed", "<Say>Here we are again.</Say><Hangup/>")
    browser.dials().presses("1").sees("over")
    assert browser.kinds.index("trouble") < browser.kinds.index("recovered")
    assert len(browser.all("trouble")) == 1
    browser.hears("Here we are again.")
    digits = {received["Digits"] for received in line.at("/keyed")}
    assert digits == {"1"}, "every try carries what was keyed"


def test_a_line_that_stays_away_ends_the_call_with_a_reason(line, browser, monkeypatch):
    monkeypatch.setattr("hotline.phone.page.persistent.TRIES_FOR_S", TRIES_FOR_S / 12)
    line.says("/voice", MENU)
    line.answers("/keyed", "", status=503)
    over = browser.dials().presses("1").sees("over").told
    assert over["status"] == "failed"
    assert "/keyed answered 503." in over["text"]


def test_whoever_hangs_up_while_the_line_is_away_need_not_wait(line, browser):
    line.says("/voice", MENU)
    line.answers("/keyed", "", status=503)
    browser.dials().presses("1").sees("trouble")
    browser.does("hang-up")
    assert browser.sees("over").told["by"] == "caller"


def test_an_error_of_the_status_callback_is_noted_only(line, browser, page):
    line.says("/voice", MENU)
    line.answers("/status", "", status=404)
    page.switchboard._line = line.line(status_url="/status")
    browser.dials().is_listened_to()
    browser.does("hang-up")
    assert browser.sees("over").told["status"] == "completed"
    assert "The status callback is lost." in browser.notes


@pytest.mark.parametrize("number", ["12", "not a number", "+8190", "+81 90 1234 5678 9012 3456"])
def test_a_number_that_is_none_is_refused(browser, number):
    answer = browser.asks("POST", "/calls", json={"to": JAPANESE, "from": number})
    assert (answer.status_code, answer.json()["code"]) == (400, "number_wrong")
    assert "+819012345678" in answer.json()["error"]


def test_a_number_may_be_written_as_people_write_it(line, browser):
    line.says("/voice", MENU)
    browser.dials(to="0120-950-178", caller="090-1234-5678").is_listened_to()
    assert line.at("/voice")[0]["From"] == "+819012345678"


def test_a_number_that_the_line_does_not_have_is_refused_with_those_that_it_has(browser):
    answer = browser.asks("POST", "/calls", json={"to": "+81312345678", "from": "anonymous"})
    assert (answer.status_code, answer.json()["code"]) == (400, "number_unanswered")
    assert JAPANESE in answer.json()["error"]


@pytest.mark.parametrize(
    ("what", "body", "code"),
    [
        ("keys", {"keys": "1a"}, "keys_wrong"),
        ("keys", {"keys": "1" * 65}, "keys_wrong"),
        ("keys", {"keys": 1}, "body_wrong"),
        ("keys", {}, "body_wrong"),
        ("words", {"words": "a" * 501}, "words_wrong"),
        ("operator", {"does": "sings"}, "operator_wrong"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_and_the_call_goes_on(line, browser, what, body, code):
    line.says("/voice", MENU)
    browser.dials().is_listened_to()
    answer = browser.does(what, **body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert browser.does("keys", keys="1").status_code == 204


def test_a_body_that_is_no_json_or_too_long_is_refused(browser):
    form = browser.asks("POST", "/calls", data={"to": JAPANESE, "from": "anonymous"})
    assert (form.status_code, form.json()["code"]) == (415, "body_wrong")
    broken = browser.asks("POST", "/calls", data="{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400
    long = browser.asks("POST", "/calls", json={"to": "1" * 20_000, "from": "anonymous"})
    assert long.status_code == 413
    assert all("error" in answer.json() for answer in (form, broken, long))


def test_one_call_too_many_is_refused_until_another_is_over(line, at, browser):
    line.says("/voice", MENU)
    calls = [at() for _ in range(CALLS_LIMIT)]
    answer = browser.asks("POST", "/calls", json={"to": JAPANESE, "from": "anonymous"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_calls")
    calls[0].does("hang-up")
    calls[0].sees("over")
    browser.dials().sees("ringing")


def test_a_call_that_nobody_watches_is_hung_up(line, page):
    line.says("/voice", MENU)
    call = page.switchboard.dial(JAPANESE, "anonymous")
    with page.app.test_client().get(f"/calls/{call.id}/events", headers={"Host": "localhost"}) as stream:
        next(stream.response)
        assert call.is_watched
        page.switchboard.look_after(clock.now() + timedelta(days=1))
    assert not call.is_watched
    page.switchboard.look_after(clock.now() + timedelta(seconds=UNWATCHED_LIMIT_S - 5))
    eventually(lambda: call.doing is Doing.LISTENING)
    assert "noted" not in [event.kind for event in call.feed.after(0)]
    page.switchboard.look_after(clock.now() + timedelta(seconds=UNWATCHED_LIMIT_S + 5))
    eventually(lambda: call.is_over)
    told = {event.kind: event.told for event in call.feed.after(0)}
    assert "Nobody has watched this call for a minute" in told["noted"]["text"]
    assert told["over"]["by"] == "caller"


def test_a_call_that_one_of_two_pages_watches_goes_on(line, browser, page):
    line.says("/voice", MENU)
    browser.dials().is_listened_to()
    with page.switchboard.find(browser.call).watched():
        pass
    page.switchboard.look_after(clock.now() + timedelta(days=1))
    assert browser.does("keys", keys="1").status_code == 204


def test_a_call_is_forgotten_a_day_after_it_was_over(line, browser, page):
    line.says("/voice", "<Hangup/>")
    browser.dials().sees("over")
    page.switchboard.look_after(clock.now() + KEPT_FOR - timedelta(minutes=1))
    assert browser.asks("GET", f"/calls/{browser.call}/transcript.txt").ok
    page.switchboard.look_after(clock.now() + KEPT_FOR + timedelta(minutes=1))
    answer = browser.asks("GET", f"/calls/{browser.call}/transcript.txt")
    assert (answer.status_code, answer.json()["code"]) == (404, "call_unknown")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "line.example"},
        {"Host": "127.0.0.1.example:8002"},
        {"Host": "[::1"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_other_websites_are_refused_everything(page, headers):
    for method, path in (("GET", "/line"), ("GET", "/"), ("POST", "/calls"), ("GET", "/static/phone.css")):
        answer = requests.request(method, page.address + path, headers=headers, json={}, timeout=10)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign"), path


def test_a_link_to_the_page_can_be_followed_from_anywhere(page):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert requests.get(page.address, headers=link, timeout=10).status_code == 200
    assert requests.get(f"{page.address}/line", headers=link, timeout=10).status_code == 403


def test_the_page_may_use_nothing_but_its_own(page):
    for path in ("/", "/line", "/static/icon.svg", "/nothing"):
        headers = requests.get(page.address + path, timeout=10).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self';"), path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store"), path


def test_the_page_works_under_each_name_of_this_machine(page):
    port = page.address.rpartition(":")[2]
    for name in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        own = {"Host": name, "Origin": f"http://{name}", "Sec-Fetch-Site": "same-origin"}
        assert requests.get(f"{page.address}/line", headers=own, timeout=10).status_code == 200, name


def test_the_line_tells_what_to_dial_and_for_whom(page, browser):
    line = browser.asks("GET", "/line").json()
    assert line["numbers"] == [{"number": JAPANESE, "language": "ja"}]
    assert line["people"] == [{"birth_date": "19800301", "postal_code": "1000001", "house_number": "2163"}]
    assert line["languages"][0] == {"code": "ja", "name": "日本語", "tag": "ja-JP", "has_voice": True}
    assert line["texts"] is False


def test_an_inbox_without_a_carrier_says_so(browser):
    answer = browser.asks("GET", "/inbox", params={"number": "+819012345678"})
    assert answer.json() == {"messages": [], "error": "No practice carrier runs here, so no text messages arrive."}


def test_a_sound_that_is_not_kept_any_more_is_told(browser):
    answer = browser.asks("GET", f"/sounds/{'0' * 32}.wav")
    assert (answer.status_code, answer.json()["code"]) == (404, "sound_unknown")
