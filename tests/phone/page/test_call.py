"""A call over HTTP: what the page is told, and what it can do."""

import itertools

from hotline.phone import sounds
from tests.phone.documents import gather, menu
from tests.phone.scripted_line import ACCOUNT_SID
from tests.waiting import eventually

HELLO = '<Say language="en-US" voice="Polly.Joanna-Neural">{}</Say>'
MENU = menu("Press one key.")
BYE = HELLO.format("Goodbye.") + "<Hangup/>"


def test_a_call_is_told_from_the_first_ring_to_the_end(line, browser):
    line.says("/voice", HELLO.format("Welcome.") + MENU)
    line.says("/keyed", BYE)
    browser.dials(caller="+819012345679").presses("2").sees("over")
    kinds = [kind for kind, _ in itertools.groupby(browser.kinds) if kind != "doing"]
    assert kinds[:4] == ["dialled", "ringing", "answered", "said"]
    assert [event.number for event in browser.events] == list(range(1, len(browser.events) + 1))
    assert browser.all("dialled")[0].told.items() >= {"to": "+81120950178", "from": "+819012345679"}.items()
    assert browser.said == "Welcome. Press one key. Goodbye."
    assert [event.told["keys"] for event in browser.all("pressed")] == ["2"]
    over = browser.all("over")[0].told
    assert (over["status"], over["by"]) == ("completed", "line")
    assert line.at("/voice")[0]["CallSid"] == browser.sid
    assert line.at("/voice")[0]["AccountSid"] == ACCOUNT_SID
    assert line.at("/keyed")[0]["Digits"] == "2"


def test_what_is_said_can_be_heard_and_lasts_as_long_as_it_sounds(line, browser):
    line.says("/voice", HELLO.format("Welcome to the line.") + MENU)
    said = browser.dials().sees("said").told
    assert (said["who"], said["language"], said["tag"]) == ("line", "en", "en-US")
    sound = browser.asks("GET", said["sound"])
    assert sound.headers["Content-Type"] == "audio/wav"
    assert "immutable" in sound.headers["Cache-Control"]
    assert said["seconds"] == round(sounds.seconds_of(sound.content), 3) == 0.2
    assert browser.sees("doing", doing="talking").told["seconds"] == 0.2


def test_a_language_that_nothing_reads_is_shown_and_lasts_as_long_as_a_voice_needs(line, browser):
    line.says("/voice", '<Say language="th-TH" voice="Google.th-TH-Neural2-C">สวัสดีค่ะ ยินดีต้อนรับค่ะ</Say>' + MENU)
    said = browser.dials().sees("said").told
    assert (said["language"], said["sound"]) == ("th", None)
    assert said["seconds"] > 1


def test_two_languages_of_one_tag_are_told_apart_by_their_voices(line, browser, page):
    line.says("/voice", '<Say language="ja-JP" voice="Polly.Tomoko-Neural">こんにちは。</Say>' + MENU)
    assert browser.dials().sees("said").told["language"] == "ja-easy"
    assert ("こんにちは。", "ja-easy") in page.read


def test_what_comes_next_is_read_aloud_while_the_first_sentence_is_heard(line, browser, page):
    page.pace.talking_s = 60.0
    line.says("/voice", HELLO.format("One.") + HELLO.format("Two.") + MENU)
    browser.dials().sees("said", text="One.")
    eventually(lambda: ("Press one key.", "en") in page.read, "the last sentence is read")
    assert not browser.all("said", text="Two.")


def test_a_key_in_mid_sentence_cuts_it_off(line, browser, page):
    page.pace.talking_s = 60.0
    line.says("/voice", MENU)
    line.says("/keyed", BYE)
    browser.dials().sees("doing", doing="talking")
    browser.does("keys", keys="3")
    browser.sees("hushed")
    page.pace.talking_s = 0.0
    browser.sees("said", text="Goodbye.")
    assert line.at("/keyed")[0]["Digits"] == "3"


def test_a_key_during_words_that_do_not_listen_cuts_nothing_off_and_is_kept(line, browser, page):
    page.pace.talking_s = 60.0
    line.says("/voice", HELLO.format("Welcome.") + MENU)
    line.says("/keyed", BYE)
    browser.dials().sees("doing", doing="talking")
    browser.does("keys", keys="4")
    browser.sees("pressed")
    browser.does("silence")
    browser.sees("over")
    assert line.at("/keyed")[0]["Digits"] == "4"
    assert len(browser.all("hushed")) == 1, "only what was skipped"


def test_keys_are_typed_ahead(line, browser):
    line.says("/voice", gather("Your birth date?"))
    line.says("/keyed", gather("Your postal code?", action="/then"))
    line.says("/then", BYE)
    browser.dials().is_listened_to()
    browser.does("keys", keys="19800301#1000001#")
    browser.sees("over")
    assert (line.at("/keyed")[0]["Digits"], line.at("/then")[0]["Digits"]) == ("19800301", "1000001")


def test_words_reach_the_line_where_it_hears_them(line, browser):
    line.says("/voice", menu("Say something.", input="dtmf speech", language="en-US", speechTimeout="auto"))
    line.says("/keyed", MENU)
    browser.dials().sees("doing", doing="listening", hears_speech=True)
    browser.does("words", words="my card is lost")
    browser.sees("said", text="Press one key.")
    assert line.at("/keyed")[0]["SpeechResult"] == "my card is lost"
    assert browser.all("spoke")[0].told["words"] == "my card is lost"
    assert not browser.sees("doing", doing="listening", hears_speech=False).told["hears_speech"]


def test_silence_is_heard_at_once(line, browser):
    line.says("/voice", MENU)
    line.says("/silent", BYE)
    browser.dials().is_listened_to()
    assert browser.does("silence").status_code == 204
    browser.sees("over")
    assert len(line.at("/silent")) == 1


def test_the_caller_hangs_up(line, browser):
    line.says("/voice", MENU)
    browser.dials().is_listened_to()
    assert browser.does("hang-up").status_code == 204
    over = browser.sees("over").told
    assert (over["status"], over["by"]) == ("completed", "caller")
    late = browser.does("keys", keys="1")
    assert (late.status_code, late.json()["code"]) == (409, "call_over")
    assert late.json()["error"] == "This call is over. Dial again to begin another."


def test_an_operator_answers_is_told_and_hangs_up(line, browser):
    whisper = '<Dial action="/done"><Number url="/whisper">+81312345678</Number></Dial>'
    line.says("/voice", whisper)
    line.says("/whisper", gather("A caller waits. Press 1.", action="/taken") + "<Hangup/>")
    line.says("/taken", HELLO.format("Connected."))
    line.says("/done", BYE)
    browser.dials()
    assert browser.does("operator", does="hangs-up").json()["code"] == "operator_not_now"
    browser.sees("doing", doing="ringing")
    browser.does("operator", does="answers")
    browser.sees("doing", doing="connected")
    assert browser.sees("said", who="operator").told["text"] == "A caller waits. Press 1."
    browser.does("operator", does="hangs-up")
    browser.sees("over")
    assert line.at("/done")[0]["DialBridged"] == "true"


def test_a_voicemail_and_a_busy_operator_do_not_take_the_call(line, browser):
    line.says(
        "/voice",
        '<Dial action="/voice"><Number url="/whisper">+81312345678</Number></Dial>',
        '<Dial action="/voice"><Number url="/whisper">+81312345678</Number></Dial>',
        BYE,
    )
    line.says("/whisper", gather("Press 1.", action="/taken") + "<Hangup/>")
    browser.dials().sees("doing", doing="ringing")
    browser.does("operator", does="voicemail")
    browser.sees("noted", text="whoever answered did not take the call")
    browser.sees_now("doing", doing="ringing")
    browser.does("operator", does="busy")
    browser.sees("over")
    assert [one["DialBridged"] for one in line.at("/voice")[1:]] == ["false", "false"]
    assert line.at("/voice")[2]["DialCallStatus"] == "busy"


def test_a_recording_is_announced_by_a_tone(line, browser):
    line.says("/voice", '<Record action="/done" timeout="5" playBeep="true"/>')
    line.says("/done", BYE)
    browser.dials().sees("tone")
    browser.sees("doing", doing="recording", hears_speech=True)
    browser.does("words", words="please call me back")
    browser.sees_now("doing", doing="recording")
    browser.does("keys", keys="#")
    browser.sees("over")
    assert int(line.at("/done")[0]["RecordingDuration"]) >= 1


def test_two_calls_at_once_do_not_mix(line, at, page):
    line.says("/voice", MENU)
    line.says("/keyed", MENU)
    one, other = at(caller="+819011111111"), at(caller="anonymous")
    one.presses("1")
    other.presses("2", "3")
    one.does("hang-up")
    one.sees("over")
    assert not other.all("over")
    assert [event.told["keys"] for event in one.all("pressed")] == ["1"]
    assert [event.told["keys"] for event in other.all("pressed")] == ["2", "3"]
    keyed = {(received["CallSid"], received["Digits"]) for received in line.at("/keyed")}
    assert keyed == {(one.sid, "1"), (other.sid, "2"), (other.sid, "3")}
    assert {received["From"] for received in line.at("/voice")} == {"+819011111111", "anonymous"}


def test_a_page_that_lost_its_stream_goes_on_where_it_was(line, browser):
    line.says("/voice", MENU)
    line.says("/keyed", MENU)
    browser.dials().presses("1").is_listened_to()
    seen = browser.events[-1].number
    browser.looks_away()
    browser.does("keys", keys="2")
    browser.follows(last=seen)
    browser.sees("pressed", keys="2")
    assert browser.events[0].number == seen + 1


def test_a_stream_whose_events_were_all_told_is_not_opened_again(line, browser, page):
    line.says("/voice", BYE)
    browser.dials().sees("over")
    page.switchboard.find(browser.call).feed.close()
    number = browser.events[-1].number
    answer = browser.asks("GET", f"/calls/{browser.call}/events", headers={"Last-Event-ID": str(number)})
    assert answer.status_code == 204


def test_the_transcript_can_be_kept(line, browser):
    line.says("/voice", MENU)
    line.says("/keyed", BYE)
    browser.dials().presses("2").sees("over")
    answer = browser.asks("GET", f"/calls/{browser.call}/transcript.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = [line.partition("  ")[2] for line in answer.text.splitlines()]
    assert lines == [
        "CALLER dials +81120950178",
        "LINE answers",
        "LINE (en): Press one key.",
        "CALLER presses 2",
        "LINE (en): Goodbye.",
        "· the line hangs up",
        "LINE ends the call: completed",
    ]


def test_a_call_that_breaks_is_told_with_a_reason(line, browser):
    line.answers("/voice", "no TwiML")
    over = browser.dials().sees("over").told
    assert (over["status"], over["by"]) == ("failed", "line")
    assert "does not begin with" in over["text"]


def test_a_call_that_the_phone_does_not_know_is_refused_with_advice(browser):
    browser.call = "0" * 32
    for answer in (browser.does("keys", keys="1"), browser.asks("GET", f"/calls/{browser.call}/events")):
        assert (answer.status_code, answer.json()["code"]) == (404, "call_unknown")
        assert "Dial again" in answer.json()["error"]
