import re

import pytest
from werkzeug import Response

from hotline.phone.call import Call
from hotline.phone.caller import Caller
from hotline.phone.faults import CallFailed, NotAsExpected
from hotline.phone.moments import Doing, Keys
from hotline.phone.transcript import Transcript
from tests.phone.documents import gather, hold, menu
from tests.phone.scripted_line import ACCOUNT_SID, NUMBER

BYE = "<Say>Goodbye.</Say><Hangup/>"


def test_the_first_request_is_that_of_a_ringing_call(line, call):
    caller = call(menu())
    (request,) = line.received
    assert request.method == "POST"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=UTF-8"
    assert re.fullmatch("CA[0-9a-f]{32}", request["CallSid"])
    assert request["CallSid"] == caller.call_sid
    assert request["AccountSid"] == ACCOUNT_SID
    assert request["CallStatus"] == "ringing"
    assert request["ApiVersion"] == "2010-04-01"
    assert request["Direction"] == "inbound"
    assert request["From"] == request["Caller"] == "+819012345678"
    assert request["To"] == request["Called"] == NUMBER
    assert request["FromCountry"] == request["CalledCountry"] == "JP"
    assert request["CallerCity"] == request["ToZip"] == ""


def test_later_requests_are_those_of_an_answered_call(line, call):
    line.says("/keyed", BYE)
    call(menu()).presses("1")
    assert [one["CallStatus"] for one in line.received] == ["ringing", "in-progress"]
    assert len({one["CallSid"] for one in line.received}) == 1


def test_a_pause_before_anything_else_lets_the_call_ring_on(line, call):
    line.says("/held", "<Redirect>/more</Redirect>")
    line.says("/more", menu())
    line.says("/keyed", BYE)
    call('<Pause length="3"/><Redirect>/held</Redirect>').hears("press one key").presses("1")
    assert [one["CallStatus"] for one in line.received] == ["ringing", "ringing", "ringing", "in-progress"]


def test_cookies_last_for_the_call_and_no_longer(line, call):
    line.answers("/voice", "<Response><Redirect>/next</Redirect></Response>", headers={"Set-Cookie": "turn=7; Path=/"})
    line.says("/next", "<Hangup/>")
    call().dials()
    assert [one.cookies for one in line.at("/next")] == [{"turn": "7"}, {"turn": "7"}]
    assert [one.cookies for one in line.at("/voice")] == [{}, {}]
    assert len({one["CallSid"] for one in line.received}) == 2


@pytest.mark.parametrize("number", ["+819011112222", "anonymous", "Restricted", "+266696687", ""])
def test_a_caller_may_call_from_any_number_or_none(line, number):
    line.says("/voice", "<Hangup/>")
    Caller(line.line()).from_number(number).dials()
    assert line.received[0]["From"] == line.received[0]["Caller"] == number


def test_a_withheld_number_arrives_as_a_word(line):
    line.says("/voice", "<Hangup/>")
    Caller(line.line()).withheld().dials()
    assert line.received[0]["From"] == "anonymous"


def test_the_end_of_the_document_ends_the_call(line, call):
    line.says("/status", "")
    caller = call("<Say>That was all.</Say>", status_url="/status").hears("that was all").is_hung_up_on()
    assert caller.transcript[-1] == "EVENT the line hangs up"
    assert line.at("/status")[0]["CallStatus"] == "completed"


def test_the_caller_who_hangs_up_sends_no_keys_but_the_status_callback(line, call):
    line.answers("/status", "", status=204)
    call(gather(), status_url="/status").hangs_up()
    assert line.at("/keyed") == []
    (status,) = line.at("/status")
    assert status["CallStatus"] == "completed"
    assert int(status["CallDuration"]) >= 1
    assert status["Duration"] == "1"
    assert status["SequenceNumber"] == "0"
    assert status["CallSid"] == line.at("/voice")[0]["CallSid"]
    assert status["Timestamp"].endswith("GMT")


def test_the_duration_counts_the_virtual_seconds_since_the_answer(line, call):
    line.says("/status", "")
    caller = call('<Pause length="30"/><Say>Hello.</Say><Pause length="61"/><Hangup/>', status_url="/status")
    caller.is_hung_up_on()
    assert line.at("/status")[0]["CallDuration"] == "62"
    assert line.at("/status")[0]["Duration"] == "2"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_is_never_answered(line, call, reason, status):
    line.says("/status", "")
    caller = call(f'<Reject reason="{reason}"/>', status_url="/status").is_hung_up_on()
    assert caller.transcript[-1] == "EVENT the line does not take the call"
    assert (line.at("/status")[0]["CallStatus"], line.at("/status")[0]["CallDuration"]) == (status, "0")


def test_a_reject_after_the_answer_is_refused(line, call):
    line.says("/keyed", "<Reject/>")
    with pytest.raises(CallFailed, match="comes too late"):
        call(menu()).presses("1")


def test_a_leave_outside_a_queue_is_refused(call):
    with pytest.raises(CallFailed, match="<Leave> may not stand"):
        call("<Leave/>")


def test_a_status_callback_that_answers_with_an_error_fails_the_call(line, call):
    line.answers("/status", "", status=500)
    with pytest.raises(CallFailed, match=r"status callback failed: .* answered 500"):
        call("<Hangup/>", status_url="/status")


def test_an_unreachable_status_callback_is_only_noted(line):
    line.says("/voice", "<Hangup/>")
    setup = line.line()
    nowhere = type(setup)(setup.voice_url, setup.token, setup.account_sid, setup.number, "http://127.0.0.1:9/status")
    assert "The status callback is lost." in Caller(nowhere).dials().transcript[-1]


def test_documents_that_follow_each_other_for_ever_fail_the_call(line, call):
    with pytest.raises(CallFailed, match="goes in circles: 50 documents"):
        call("<Redirect>/voice</Redirect>")
    assert len(line.at("/voice")) == 50


def test_a_key_now_and_then_makes_a_long_call_no_circle(line, call):
    line.says("/keyed", menu())
    caller = call(menu())
    for _ in range(60):
        caller.presses("1")
    assert len(line.at("/keyed")) == 60


def test_holds_that_never_end_fail_the_call_when_nothing_really_waits(line, call):
    line.says("/held", hold())
    with pytest.raises(CallFailed, match="goes in circles"):
        call(hold()).hears("something else")


def test_a_call_is_cut_after_four_hours(line, call):
    line.says("/status", "")
    caller = call('<Say>A</Say><Pause length="14400"/><Say>Still here?</Say>', status_url="/status")
    caller.hears_nothing_of("still here")
    assert "EVENT the call has lasted four hours and is cut" in caller.transcript
    assert line.at("/status")[0]["CallDuration"] == "14401"


def test_a_recording_is_fetched_signed_and_once(line, call):
    line.answers("/hello.wav", wav(2.5), content_type="audio/wav")
    line.says("/keyed", "<Play>/hello.wav</Play><Hangup/>")
    caller = call('<Gather action="/keyed"><Play loop="2">/hello.wav</Play></Gather>').presses("1").is_hung_up_on()
    assert [one.method for one in line.at("/hello.wav")] == ["GET"]
    assert f"EVENT {line.address}/hello.wav is played" in caller.transcript


def test_a_recording_lasts_as_long_as_it_is(line):
    line.answers("/hello.wav", wav(2.5), content_type="audio/wav")
    line.says("/voice", '<Play loop="2">/hello.wav</Play>')
    waits = list(Call(line.line(), "", Transcript()).run())
    assert [(wait.doing, wait.seconds) for wait in waits] == [(Doing.TALKING, 5.0)]


@pytest.mark.parametrize(("content_type", "code"), [("text/html", "13420"), ("video/mp4", "13420")])
def test_a_recording_that_is_no_sound_fails_the_call(line, call, content_type, code):
    line.answers("/hello.wav", wav(1), content_type=content_type)
    with pytest.raises(CallFailed, match=code):
        call("<Play>/hello.wav</Play>")


def test_a_missing_recording_fails_the_call(call):
    with pytest.raises(CallFailed, match=r"missing.wav answered 404"):
        call("<Play>/missing.wav</Play>")


def test_tones_are_played_without_a_file(call):
    assert "EVENT the tones 1w2 are played" in call('<Play digits="1w2"/>').transcript


def test_a_key_stops_the_talking(line):
    line.says("/voice", '<Gather action="/keyed" numDigits="1"><Say>Long.</Say><Say>Longer.</Say></Gather>')
    line.says("/keyed", "<Hangup/>")
    transcript = Transcript()
    steps = Call(line.line(), "", transcript).run()
    assert next(steps).doing is Doing.TALKING
    with pytest.raises(StopIteration):
        steps.send(Keys("1", after_s=0.1))
    assert transcript.said == ["Long."]
    assert line.at("/keyed")[0]["Digits"] == "1"


def test_a_key_does_not_stop_talk_that_nothing_listens_to(line):
    line.says("/voice", "<Say>Long long talk.</Say><Say>More.</Say>" + menu())
    line.says("/keyed", "<Hangup/>")
    steps = Call(line.line(), "", Transcript()).run()
    first = next(steps)
    rest = steps.send(Keys("1", after_s=0.25))
    assert (rest.doing, rest.seconds) == (Doing.TALKING, pytest.approx(first.seconds - 0.25))
    # The key waits for the menu after the second sentence, and answers it before a word of it is said.
    assert steps.send(None).doing is Doing.TALKING
    with pytest.raises(StopIteration):
        steps.send(None)
    assert line.at("/keyed")[0]["Digits"] == "1"


def test_calls_end_where_the_line_breaks(line, call):
    line.says("/status", "")
    line.answers("/keyed", "not xml")
    with pytest.raises(CallFailed, match="does not begin") as failure:
        call(menu("Which?"), status_url="/status").presses("1")
    # The sentence comes with the whole transcript.
    assert "LINE (en-US): Which?\nCALLER presses 1" in str(failure.value)
    assert line.at("/status")[0]["CallStatus"] == "completed"


def test_a_call_whose_first_webhook_breaks_has_failed(line, call):
    line.says("/status", "")
    line.does("/voice", lambda: Response(status=503))
    with pytest.raises(CallFailed, match="answered 503"):
        call(status_url="/status")
    assert line.at("/status")[0]["CallStatus"] == "failed"


def test_dialling_twice_needs_a_hang_up_between(call):
    caller = call(menu())
    with pytest.raises(ValueError, match="hangs_up"):
        caller.dials()
    caller.hangs_up().dials().hears("press one key")


def test_a_hung_up_caller_is_not_hung_up_on(call):
    with pytest.raises(NotAsExpected, match="The caller hung up"):
        call(menu()).hangs_up().is_hung_up_on()


def wav(seconds: float) -> bytes:
    import io
    import wave

    sound = io.BytesIO()
    with wave.open(sound, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(8000)
        recording.writeframes(bytes(round(8000 * seconds)))
    return sound.getvalue()
