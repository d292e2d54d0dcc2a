RECORD = (
    '<Say>After the tone.</Say><Record action="/recorded" timeout="3" maxLength="60" finishOnKey="#"/>'
    "<Say>Too quiet.</Say>"
)
BYE = "<Say>Goodbye.</Say><Hangup/>"


def test_what_is_said_is_recorded_until_a_silence(line, call):
    line.says("/recorded", BYE)
    call(RECORD).hears("after the tone").says("I lost my card in Ueno, thirty minutes ago.").stays_silent().hears(
        "goodbye"
    )
    (request,) = line.at("/recorded")
    assert request["RecordingSid"].startswith("RE")
    assert request["RecordingUrl"].endswith(request["RecordingSid"])
    assert (request["RecordingDuration"], request["Digits"]) == ("3", "")


def test_a_key_ends_the_recording(line, call):
    line.says("/recorded", BYE)
    call(RECORD).says("I lost my card.").presses("#").hears("goodbye")
    assert line.at("/recorded")[0]["Digits"] == "#"


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
