import io
import wave

import pytest

from hotline.phone.caller import Caller
from hotline.phone.faults import CallFailed
from hotline.phone.sounds import seconds_of, tone

RECORD = (
    '<Say>After the tone.</Say><Record action="/recorded" timeout="3" maxLength="60" finishOnKey="#"/>'
    "<Say>Too quiet.</Say>"
)
TOLD = (
    '<Record action="/recorded" timeout="3" recordingStatusCallback="/told"'
    ' recordingStatusCallbackEvent="in-progress completed absent"/><Say>Too quiet.</Say>'
)
BYE = "<Say>Goodbye.</Say><Hangup/>"


def test_what_is_said_is_recorded_until_a_silence(line, call):
    line.says("/recorded", BYE)
    call(RECORD).hears("after the tone").says("I lost my card in Ueno, thirty minutes ago.").stays_silent().hears(
        "goodbye"
    )
    (request,) = line.at("/recorded")
    assert request["RecordingSid"].startswith("RE")
    assert request["RecordingUrl"].endswith(f"{request['AccountSid']}/Recordings/{request['RecordingSid']}")
    assert (request["RecordingDuration"], request["Digits"]) == ("3", "")


def test_the_beginning_is_announced(call):
    assert "EVENT a tone sounds and the recording begins" in call(RECORD).transcript


def test_a_beginning_without_a_tone_is_seen(call):
    assert "EVENT the recording begins, no tone" in call('<Record playBeep="false"/>').transcript


def test_a_key_ends_the_recording(line, call):
    line.says("/recorded", BYE)
    call(RECORD).says("I lost my card.").presses("#").hears("goodbye")
    assert line.at("/recorded")[0]["Digits"] == "#"


def test_a_key_that_ends_nothing_is_spoken_over(line, call):
    line.says("/recorded", BYE)
    call(RECORD).says("I lost my card.").presses("1").says("Today.").presses("#")
    assert len(line.at("/recorded")) == 1


def test_silence_is_not_recorded(line, call):
    call(RECORD).stays_silent().hears("too quiet")
    assert line.at("/recorded") == []


def test_a_recording_ends_at_its_greatest_length(line, call):
    line.says("/recorded", BYE)
    call(RECORD).says("x" * 1000).hears("goodbye")
    assert line.at("/recorded")[0]["RecordingDuration"] == "60"


def test_a_recording_is_kept_when_the_caller_hangs_up(line, call):
    line.says("/recorded", BYE)
    call(RECORD).says("I lost my card.").hangs_up()
    (request,) = line.at("/recorded")
    assert (request["Digits"], request["CallStatus"]) == ("hangup", "completed")


def test_without_an_action_the_document_is_asked_with_the_recording(line, call):
    line.says("/voice", "<Record/>", BYE)
    call().says("hello").stays_silent().hears("goodbye")
    assert "RecordingSid" in line.at("/voice")[1]


def told(line):
    return [one["RecordingStatus"] for one in line.at("/told")]


def test_the_line_is_told_of_the_recording_apart_from_the_call(line, call):
    line.says("/recorded", BYE)
    line.answers("/told", "", status=204)
    caller = call(TOLD)
    assert told(line) == ["in-progress"]
    caller.says("I lost my card.").stays_silent().hears("goodbye")
    assert told(line) == ["in-progress", "completed"]
    began, done = line.at("/told")
    (action,) = line.at("/recorded")
    for name in ("RecordingSid", "RecordingUrl", "RecordingDuration"):
        assert done[name] == action[name]
    assert (done["CallSid"], done["AccountSid"]) == (action["CallSid"], action["AccountSid"])
    assert (done["RecordingSource"], done["RecordingChannels"]) == ("RecordVerb", "1")
    assert done["RecordingStartTime"].endswith("+0000")
    assert "CallStatus" not in done
    assert "RecordingDuration" not in began


def test_of_a_recording_at_whose_end_the_caller_hangs_up_the_line_is_told(line, call):
    line.says("/recorded", BYE)
    line.answers("/told", "", status=204)
    call(TOLD).says("I lost my card.").hangs_up()
    assert told(line) == ["in-progress", "completed"]


@pytest.mark.parametrize("ends", [Caller.stays_silent, Caller.hangs_up])
def test_of_a_recording_that_never_was_the_line_is_told(line, call, ends):
    line.answers("/told", "", status=204)
    ends(call(TOLD))
    assert told(line) == ["in-progress", "absent"]


def test_the_line_is_told_only_what_it_wants_to_know(line, call):
    line.says("/recorded", BYE)
    line.answers("/told", "", status=204)
    call('<Record action="/recorded" recordingStatusCallback="/told"/>').says("hello").stays_silent()
    assert told(line) == ["completed"]


def test_a_callback_that_answers_with_an_error_is_a_fault_of_the_line(line, call):
    line.says("/recorded", BYE)
    line.answers("/told", "", status=500)
    with pytest.raises(CallFailed, match=r"A callback failed: .*/told answered 500"):
        call(TOLD)


def test_a_callback_to_nowhere_is_only_noted(line, call):
    line.says("/recorded", BYE)
    record = '<Record action="/recorded" recordingStatusCallback="http://127.0.0.1:9/told"/>'
    caller = call(record).says("hello").stays_silent().hears("goodbye")
    assert any("The callback is lost." in entry for entry in caller.transcript)


def test_a_tone_is_a_recording_of_its_length():
    sound = tone(2.5)
    assert seconds_of(sound) == 2.5
    with wave.open(io.BytesIO(sound)) as recording:
        assert len(set(recording.readframes(200))) > 10
