"""What Twilio's forms say: what happened, who called or wrote, and which forms cannot be."""

import pytest

from hotline.callflow.events import KeysPressed, Recorded, Silence, Spoken, TransferEnded
from hotline.calls.by_text import Message
from hotline.voice.forms import (
    LONGEST_WORDS,
    ImpossibleForm,
    Recording,
    read_caller,
    read_event,
    read_message,
    read_recording,
)

CALL, RECORDING, MESSAGE = "CA" + "0" * 32, "RE" + "a" * 32, "SM" + "b" * 32


@pytest.mark.parametrize(
    ("form", "event"),
    [
        ({"Digits": "19800301"}, KeysPressed("19800301")),
        ({"Digits": "", "FinishedOnKey": "#"}, KeysPressed("")),
        ({"Digits": ""}, KeysPressed("")),
        ({"Digits": "", "FinishedOnKey": ""}, Silence()),
        ({"Digits": "1", "SpeechResult": "two"}, KeysPressed("1")),
        ({"SpeechResult": "hello", "Confidence": "0.9"}, Spoken("hello", 0.9)),
        ({"SpeechResult": "hello"}, Spoken("hello")),
        ({"SpeechResult": "hello", "Confidence": ""}, Spoken("hello")),
        ({"SpeechResult": "hello", "Confidence": "very"}, Spoken("hello")),
        ({"SpeechResult": "x" * 5000}, Spoken("x" * LONGEST_WORDS)),
        ({"SpeechResult": ""}, Silence()),
        ({"UnstableSpeechResult": "hel"}, Silence()),
        ({}, Silence()),
        ({"DialCallStatus": "completed", "DialBridged": "true"}, TransferEnded(answered=True, picked_up=True)),
        ({"DialCallStatus": "completed", "DialBridged": "false"}, TransferEnded(answered=False, picked_up=True)),
        ({"DialCallStatus": "completed"}, TransferEnded(answered=True, picked_up=True)),
        ({"DialCallStatus": "answered"}, TransferEnded(answered=True, picked_up=True)),
        ({"DialCallStatus": "busy", "DialBridged": "false"}, TransferEnded(answered=False)),
        ({"DialCallStatus": "no-answer"}, TransferEnded(answered=False)),
        ({"DialCallStatus": "failed"}, TransferEnded(answered=False)),
        ({"RecordingSid": RECORDING, "RecordingDuration": "7"}, Recorded(RECORDING, 7)),
        ({"RecordingSid": RECORDING, "RecordingDuration": "7", "Digits": "hangup"}, Recorded(RECORDING, 7)),
        ({"RecordingSid": RECORDING, "RecordingDuration": "-1"}, Recorded(RECORDING, 0)),
        ({"RecordingSid": RECORDING}, Recorded(RECORDING, 0)),
        ({"RecordingSid": "RE1", "RecordingDuration": "7"}, Silence()),
    ],
)
def test_a_form_says_what_happened(form, event):
    assert read_event(form) == event


@pytest.mark.parametrize(
    ("written", "caller"),
    [
        ("+819012345678", "+819012345678"),
        ("+12025550123", "+12025550123"),
        ("anonymous", None),
        ("Restricted", None),
        ("unknown", None),
        ("", None),
        ("+266696687", None),
        ("+7378742833", None),
        ("+86282452253", None),
        ("client:someone", None),
        ("BANK", None),
        ("20180", None),
        ("+1", None),
    ],
)
def test_a_withheld_number_is_no_number(written, caller):
    assert read_caller({"From": written}) == caller


@pytest.mark.parametrize("form", [{"CallSid": "anonymous"}, {"CallSid": CALL}])
def test_a_form_without_a_caller_has_none(form):
    assert read_caller(form) is None


def test_a_message_is_read_without_showing_what_it_says():
    form = {"MessageSid": MESSAGE, "From": "+819012345678", "To": "+81120950178", "Body": "１９８００３０１"}
    message = read_message(form)
    assert message == Message(MESSAGE, "+819012345678", "+81120950178", "１９８００３０１")
    assert "９" not in repr(message)
    assert "9012345678" not in repr(message)


def test_a_picture_without_words_is_a_message_without_words():
    message = read_message({"MessageSid": "MM" + "0" * 32, "From": "+819012345678", "NumMedia": "1"})
    assert message is not None
    assert message.body == ""


def test_of_a_very_long_message_the_beginning_is_read():
    message = read_message({"MessageSid": MESSAGE, "From": "+819012345678", "Body": "1" * 5000})
    assert message is not None
    assert len(message.body) == LONGEST_WORDS


@pytest.mark.parametrize("writer", ["BANK", "20180", "", "+266696687", "anonymous"])
def test_whoever_cannot_be_answered_has_written_nothing(writer):
    assert read_message({"MessageSid": MESSAGE, "From": writer, "Body": "1"}) is None


@pytest.mark.parametrize("sid", ["", "SM", "SM1", "CA" + "0" * 32, "SM" + "g" * 32])
def test_an_impossible_message_is_refused(sid):
    with pytest.raises(ImpossibleForm):
        read_message({"MessageSid": sid, "From": "+819012345678"})


def told(**others: str) -> dict[str, str]:
    return {"CallSid": CALL, "RecordingSid": RECORDING, "RecordingDuration": "7", **others}


def test_a_finished_recording_is_told():
    for form in (told(), told(RecordingStatus="completed")):
        assert read_recording(form) == Recording(CALL, RECORDING, 7)


@pytest.mark.parametrize(
    "form", [told(RecordingStatus="in-progress"), told(RecordingStatus="absent"), told(RecordingDuration="0")]
)
def test_no_other_state_of_a_recording_counts(form):
    assert read_recording(form) is None


@pytest.mark.parametrize("form", [told(RecordingSid="RE"), told(RecordingSid=""), told(CallSid="CA1"), {}])
def test_an_impossible_recording_is_refused(form):
    with pytest.raises(ImpossibleForm):
        read_recording(form)


@pytest.mark.parametrize("told", ["nan", "NaN", "inf", "-inf", "1e999", "-0.1", "1.01", "2", "0.9x", "", "９" * 5000])
def test_a_confidence_that_is_none_says_nothing(told):
    assert read_event({"SpeechResult": "yes", "Confidence": told}) == Spoken("yes", None)
