"""Recorded prompts, which anybody may hear; and callbacks about what callers recorded, which only Twilio tells."""

import logging
from pathlib import Path

import pytest

from tests.voice.conftest import Twilio

RECORDING = "RE" + "a" * 32


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """The folder of all recordings, with one in it and secrets around it."""
    folder = tmp_path / "prompts" / "recordings"
    (folder / "ne").mkdir(parents=True)
    (folder / "ne" / "main_menu.greeting.wav").write_bytes(b"RIFF namaste")
    (tmp_path / "prompts" / "secret.toml").write_text("secret")
    (tmp_path / "prompts" / "recordings-of-others").mkdir()
    (tmp_path / "prompts" / "recordings-of-others" / "secret.wav").write_text("secret")
    (folder / "ne" / "linked.wav").symlink_to(tmp_path / "prompts" / "nowhere.wav")
    monkeypatch.setattr("hotline.voice.webhooks.recordings_folder", lambda: folder)
    return folder


def test_a_recorded_prompt_is_played_to_everybody_and_kept_for_a_day(twilio, folder):
    with twilio.client.get("/recordings/ne/main_menu.greeting.wav") as answer:
        assert (answer.status_code, answer.data) == (200, b"RIFF namaste")
        assert answer.content_type in ("audio/wav", "audio/x-wav", "audio/vnd.wave")
        assert answer.cache_control.max_age == 86400


@pytest.mark.parametrize(
    "path",
    [
        "ne",
        "ne/",
        "",
        "ne/none.wav",
        "ne/linked.wav",
        "../secret.toml",
        "ne/../../secret.toml",
        "%2e%2e/secret.toml",
        "..%2fsecret.toml",
        "..%5csecret.toml",
        "../recordings-of-others/secret.wav",
        "%2fetc/passwd",
        "/etc/passwd",
        "ne/main_menu.greeting.wav%00.toml",
    ],
)
def test_nothing_else_can_be_had(twilio, folder, path):
    answer = twilio.client.get(f"/recordings/{path}")
    assert answer.status_code in (308, 404)
    assert b"secret" not in answer.data.replace(b"/secret.toml", b"").replace(b"/secret.wav", b"")


def test_nobody_writes_there(twilio, folder):
    for method in ("POST", "PUT", "DELETE"):
        assert twilio.client.open("/recordings/ne/main_menu.greeting.wav", method=method).status_code == 405


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
