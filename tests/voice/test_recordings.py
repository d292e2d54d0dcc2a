"""Recorded prompts, which anybody may hear; and callbacks about what callers recorded, which only Twilio tells."""

import logging
from pathlib import Path

import pytest

from tests.voice.conftest import Twilio

RECORDING = "RE" + "a" * 32
FILE, LINKED = f"{'a1' * 16}.wav", f"{'b2' * 16}.wav"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of all recordings, with one in it and secrets around it."""
    folder = tmp_path / "prompts" / "rendered"
    (folder / "ne").mkdir(parents=True)
    (folder / "ne" / FILE).write_bytes(b"RIFF namaste")
    (folder / "ne" / "index.json").write_text("secret")
    (folder / "secret").mkdir()
    (folder / "secret" / FILE).write_text("secret")
    (tmp_path / "prompts" / "ne").mkdir()
    (tmp_path / "prompts" / "ne" / FILE).write_text("secret")
    (folder / "ne" / LINKED).symlink_to(tmp_path / "prompts" / "nowhere.wav")
    return folder


@pytest.fixture
def line(dial, folder) -> Twilio:
    """A line that plays what is in the folder."""
    return dial(hotline_recordings=str(folder))


def test_a_recording_is_played_to_everybody_and_kept_for_ever(line):
    with line.client.get(f"/recordings/ne/{FILE}") as answer:
        assert (answer.status_code, answer.data) == (200, b"RIFF namaste")
        assert answer.content_type == "audio/wav"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        *("", "ne", "ne/", "ne/index.json", "ne/.lock", f"ne/{LINKED}", f"ne/{'0' * 32}.wav", f"ja/{FILE}"),
        *(f"../ne/{FILE}", f"%2e%2e/{FILE}", f"..%2fne/{FILE}", f"ne/..%2f..%2fne%2f{FILE}", f"..%5cne/{FILE}"),
        *(f"secret/{FILE}", f"ne/../secret/{FILE}", f"ne/{FILE}%00.wav", f"ne/{FILE}%0a", f"ne/{FILE.upper()}"),
        *("%2fetc/passwd", "/etc/passwd", f"ne//{FILE}", f"ne/ne/{FILE}"),
    ],
)
def test_nothing_else_can_be_had(line, path):
    answer = line.client.get(f"/recordings/{path}")
    assert answer.status_code in (308, 404)
    assert b"namaste" not in answer.data
    assert b"secret" not in answer.data.replace(b"/secret/", b"")


def test_nobody_writes_there(line):
    for method in ("POST", "PUT", "DELETE"):
        assert line.client.open(f"/recordings/ne/{FILE}", method=method).status_code == 405


def tells(twilio: Twilio, **form: str) -> int:
    told = {"RecordingSid": RECORDING, "RecordingDuration": "7", "RecordingStatus": "completed"}
    return twilio.posts("/voice/recording", **(told | form)).status_code


def to_the_tone(twilio: Twilio):
    """A caller who speaks after the tone."""
    answer = twilio.goes_on(twilio.presses("0"), DialCallStatus="no-answer")
    return twilio.goes_on(answer, Digits="3")


def messages(twilio: Twilio) -> list[tuple[str, int]]:
    return [(row["recording_sid"], row["seconds"]) for row in twilio.rows("messages")]


@pytest.mark.parametrize("order", ["turn first", "callback first", "callback only"])
def test_a_message_is_kept_once_however_twilio_tells_it(twilio, order):
    answer = to_the_tone(twilio)
    assert "<Record" in answer.text
    form = {"RecordingSid": RECORDING, "RecordingDuration": "7"}
    if order == "turn first":
        assert "<Hangup" in twilio.goes_on(answer, **form).text
    assert tells(twilio) == 204
    if order == "callback first":
        assert "<Hangup" in twilio.goes_on(answer, **form).text
    assert tells(twilio) == 204
    assert messages(twilio) == [(RECORDING, 7)]
    assert [row["reason"] for row in twilio.rows("follow_ups")] == ["message"]


def test_a_callback_after_the_call_keeps_the_message(twilio):
    to_the_tone(twilio)
    twilio.posts("/voice/status", CallStatus="completed")
    assert tells(twilio) == 204
    assert messages(twilio) == [(RECORDING, 7)]


@pytest.mark.parametrize("form", [{"RecordingStatus": "failed"}, {"RecordingDuration": "0"}])
def test_what_is_no_message_is_not_kept(twilio, form):
    to_the_tone(twilio)
    assert tells(twilio, **form) == 204
    assert messages(twilio) == []


@pytest.mark.parametrize("form", [{"RecordingSid": "RE1"}, {"RecordingSid": ""}, {"CallSid": "CA1"}])
def test_an_impossible_callback_is_refused(twilio, form):
    assert tells(twilio, **form) == 400


def test_a_recording_of_an_unknown_call_is_answered_politely_and_told_to_on_call(twilio, caplog):
    with caplog.at_level(logging.ERROR):
        assert tells(twilio) == 204
    assert "a recording belongs to no known call" in caplog.text
    assert messages(twilio) == []


@pytest.mark.parametrize(("secret", "is_offered"), [("the secret of the key", True), ("", False)])
def test_a_message_is_offered_only_where_recordings_can_be_deleted(dial, secret, is_offered):
    twilio = dial(operator_numbers="", twilio_api_secret=secret, number_languages="+81120950178=en")
    assert ("leave a message" in twilio.presses("0").text) is is_offered
