"""Who may call the routes, and what every kind of bad input gets."""

import logging
from xml.etree import ElementTree

import pytest
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from hotline.app import create_app
from hotline.callflow import flow
from hotline.settings import SettingsFault
from tests.voice.conftest import NEXT_TOKEN, PUBLIC_URL, Twilio, next_turn, settings_for


def calls_in(twilio: Twilio) -> list[tuple[object, ...]]:
    with twilio.client.application.extensions["hotline.engine"].connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT sid, turn, step, status FROM calls"))]


@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/turn?turn=1", "/voice/status", "/voice/recording"])
@pytest.mark.parametrize("signature", [None, "", "bm9wZQ==", "é"])
def test_whoever_cannot_sign_gets_403_and_an_empty_body(twilio, path, signature):
    headers = {} if signature is None else {"X-Twilio-Signature": signature.encode().decode("latin-1")}
    answer = twilio.client.post(path, data={"CallSid": twilio.sid}, headers=headers)
    assert (answer.status_code, answer.data) == (403, b"")
    assert calls_in(twilio) == []


def test_a_signature_over_other_values_is_refused(twilio):
    signature = RequestValidator(twilio.token).compute_signature(
        f"{PUBLIC_URL}/voice/turn?turn=1", {"CallSid": twilio.sid, "Digits": "2"}
    )
    answer = twilio.client.post(
        "/voice/turn?turn=1", data={"CallSid": twilio.sid, "Digits": "1"}, headers={"X-Twilio-Signature": signature}
    )
    assert answer.status_code == 403


def test_a_signature_over_another_turn_is_refused(twilio):
    body = {"CallSid": twilio.sid, "Digits": "1"}
    signature = RequestValidator(twilio.token).compute_signature(f"{PUBLIC_URL}/voice/turn?turn=1", body)
    answer = twilio.client.post("/voice/turn?turn=2", data=body, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 403


def test_a_forwarded_host_does_not_change_what_must_be_signed(twilio):
    body = {"CallSid": twilio.sid}
    signature = RequestValidator(twilio.token).compute_signature("https://evil.example/voice/incoming", body)
    headers = {
        "X-Twilio-Signature": signature,
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
    }
    assert twilio.client.post("/voice/incoming", data=body, headers=headers).status_code == 403


def test_the_next_auth_token_is_accepted_while_tokens_are_changed(twilio):
    twilio.token = NEXT_TOKEN
    assert twilio.posts("/voice/incoming").status_code == 200


@pytest.mark.parametrize("query", ["turn=1&x=a%2Cb%3A%2F%7Ec", "turn=1&x=%E3%81%82", "turn=1&x=a+b%20c"])
def test_a_query_is_checked_as_it_was_signed_with_all_its_escapes(twilio, query):
    twilio.posts("/voice/incoming")
    assert twilio.posts(f"/voice/turn?{query}", Digits="2").status_code == 200


def test_a_repeated_parameter_and_unknown_ones_are_accepted(twilio):
    from werkzeug.datastructures import MultiDict

    body = MultiDict([("CallSid", twilio.sid), ("Called", "+81"), ("Called", "+82"), ("Novelty", "名")])
    signature = RequestValidator(twilio.token).compute_signature(f"{PUBLIC_URL}/voice/incoming", body)
    answer = twilio.client.post("/voice/incoming", data=body, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200


@pytest.mark.parametrize("sid", ["", "CA", "CA" + "0" * 31, "CA" + "0" * 33, "ca" + "0" * 32, "CA" + "g" * 32, "'; --"])
@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/turn?turn=1", "/voice/status", "/voice/recording"])
def test_no_or_an_impossible_call_sid_is_refused_with_400(twilio, sid, path):
    twilio.sid = sid
    answer = twilio.posts(path, CallStatus="completed")
    assert (answer.status_code, answer.data) == (400, b"")


def test_a_missing_call_sid_is_refused_with_400(twilio):
    signature = RequestValidator(twilio.token).compute_signature(f"{PUBLIC_URL}/voice/incoming", {"From": "x"})
    answer = twilio.client.post("/voice/incoming", data={"From": "x"}, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/turn?turn=1", "/voice/status", "/voice/recording"])
def test_a_megabyte_is_refused_with_413(twilio, path):
    assert twilio.posts(path, Junk="x" * 1_000_000).status_code == 413


@pytest.mark.parametrize("turn", ["0", "1", "99", "-1", "x", "", "9" * 99, "2.5"])
def test_a_turn_that_is_not_the_newest_gets_the_newest_reply(twilio, turn):
    newest = twilio.presses("2", "1")
    again = twilio.posts(f"/voice/turn?turn={turn}", Digits="19800301")
    assert (again.status_code, again.data) == (200, newest.data)
    assert calls_in(twilio) == [(twilio.sid, 3, "birth_date", "in-progress")]


def test_a_turn_without_a_number_gets_the_newest_reply(twilio):
    newest = twilio.presses("2")
    assert twilio.posts("/voice/turn", Digits="1").data == newest.data


def test_a_turn_of_a_call_that_is_not_known_is_answered_like_a_new_call(twilio):
    answer = twilio.posts("/voice/turn?turn=7", Digits="1")
    assert answer.status_code == 200
    assert calls_in(twilio) == [(twilio.sid, 1, "main_menu", "in-progress")]


def test_incoming_twice_gives_the_newest_reply(twilio):
    newest = twilio.presses("2")
    assert twilio.posts("/voice/incoming").data == newest.data


def speech_heard(answer) -> str | None:
    """The language in which the answer listens to words, None when only keys count."""
    gather = next(ElementTree.fromstring(answer.data).iter("Gather"))
    return gather.get("language") if gather.get("input") == "dtmf speech" else None


def test_words_are_as_good_as_keys_in_the_language_of_the_call(twilio):
    answer = twilio.presses("9", "1")
    assert speech_heard(answer) == "en-US"
    answer = twilio.goes_on(answer, SpeechResult="I lost my card", Confidence="0.91")
    assert calls_in(twilio)[0][2] == "target"
    answer = twilio.goes_on(answer, SpeechResult="Smartphone.", Confidence="0.91")
    assert calls_in(twilio)[0][2] == "birth_date"


@pytest.mark.parametrize(("key", "heard"), [("2", "ja-JP"), ("3", "cmn-Hans-CN"), ("4", "ko-KR"), ("5", "vi-VN")])
def test_each_language_is_listened_to_in_itself(twilio, key, heard):
    assert speech_heard(twilio.presses("9", key)) == heard


def test_words_that_are_not_certain_are_a_miss_and_after_two_only_keys_count(twilio):
    answer = twilio.presses("9", "1")
    answer = twilio.goes_on(answer, SpeechResult="I lost my card", Confidence="0.2")
    assert speech_heard(answer) == "en-US"
    answer = twilio.goes_on(answer, SpeechResult="my cat is on the mat", Confidence="0.9")
    assert speech_heard(answer) is None
    answer = twilio.goes_on(answer, Digits="2")
    assert (calls_in(twilio)[0][2], speech_heard(answer)) == ("target", None)


def test_a_key_pressed_ahead_while_waiting_answers_no_later_question(twilio):
    answer = twilio.presses("9", "1", "2", "1", "19800301", "1000001", "216", "1")
    for key in ("1", "2", "1"):
        answer = twilio.goes_on(answer, Digits=key)
    assert calls_in(twilio)[0][2] == "waiting"
    assert len(twilio.rows("requests")) == 1


def test_a_hold_without_a_key_comes_back_as_silence_however_twilio_writes_it(twilio):
    answer = twilio.presses("9", "1", "2", "1", "19800301", "1000001", "216", "1")
    with twilio.client.application.extensions["hotline.engine"].connect() as connection:
        done = "UPDATE requests SET status = 'suspended', due_at = NULL, answers = '{\"card\": \"suspended\"}'"
        connection.execute(text(done))
    answer = twilio.goes_on(answer, Digits="")
    assert "is stopped" in answer.text


@pytest.mark.parametrize(
    ("settings", "called", "language"),
    [
        ({}, "+81120950178", "ja"),
        ({"number_languages": "+81120017827=en,+81120950178=pt"}, "+81120017827", "en"),
        ({"number_languages": "+81120017827=en"}, "+81120950178", "ja"),
        ({"hotline_languages": "en,zh"}, "+81120950178", "en"),
        ({"hotline_languages": "zh,ja"}, "+81120950178", "ja"),
    ],
)
def test_the_number_that_is_dialled_decides_on_the_first_language(dial, settings, called, language):
    twilio = dial(**settings)
    twilio.posts("/voice/incoming", To=called)
    assert twilio.rows("calls")[0]["language"] == language


@pytest.mark.parametrize(
    ("offered", "heard"), [("", {"ja-JP", "en-US", "cmn-CN"}), ("ja,en", {"ja-JP", "en-US"}), ("ja", {"ja-JP"})]
)
def test_the_greeting_invites_to_no_language_that_is_switched_off(dial, offered, heard):
    answer = dial(hotline_languages=offered).posts("/voice/incoming")
    assert {say.get("language") for say in ElementTree.fromstring(answer.data).iter("Say")} == heard


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hotline_languages": "ja,xx"}, "HOTLINE_LANGUAGES is wrong: xx is no language of the line. They are en, ja,"),
        ({"number_languages": "+81120017827=de"}, "NUMBER_LANGUAGES is wrong: de is no language of the line."),
        ({"operator_language": "klingon"}, "OPERATOR_LANGUAGE is wrong: klingon is no language of the line."),
        (
            {"hotline_languages": "ja,en", "number_languages": "+81120017827=zh"},
            "NUMBER_LANGUAGES is wrong: zh is switched off, add it to HOTLINE_LANGUAGES.",
        ),
    ],
)
def test_a_language_that_the_line_does_not_speak_stops_the_start(settings, said):
    with pytest.raises(SettingsFault) as raised:
        create_app(settings_for(database_url="postgresql://nobody@127.0.0.1:1/nowhere", **settings))
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_a_status_callback_closes_the_call_once(twilio, status):
    twilio.presses("2")
    for told in (status, "in-progress", "completed"):
        answer = twilio.posts("/voice/status", CallStatus=told)
        assert (answer.status_code, answer.data) == (204, b"")
    assert calls_in(twilio) == [(twilio.sid, 2, "target", status)]


@pytest.mark.parametrize("status", ["completed", "", "nonsense" * 50])
def test_a_status_callback_for_an_unknown_call_is_answered_politely(twilio, status):
    assert twilio.posts("/voice/status", CallStatus=status).status_code == 204


def test_a_bug_in_a_step_gives_an_apology_in_the_callers_language_and_a_person(twilio, monkeypatch, caplog):
    answer = twilio.presses("9", "1", "2", "1")

    def fails(*_: object) -> object:
        raise RuntimeError("keyed 19800301")

    monkeypatch.setattr(flow, "take", fails)
    with caplog.at_level(logging.INFO):
        answer = twilio.posts(f"/voice/turn?turn={next_turn(answer)}", Digits="19800301")
    assert answer.status_code == 200
    assert "Something went wrong on our side" in answer.text
    assert calls_in(twilio)[0][2] == "operator"
    assert [row["reason"] for row in twilio.rows("follow_ups")] == ["error"]
    assert "19800301" not in "".join(str(record.__dict__) for record in caplog.records)


def test_without_a_database_the_caller_hears_the_last_resort(dial, free_port, caplog):
    twilio = dial(database_url=f"postgresql://postgres@127.0.0.1:{free_port}/nowhere")
    with caplog.at_level(logging.INFO):
        answer = twilio.posts("/voice/incoming")
    assert answer.status_code == 200
    root = ElementTree.fromstring(answer.text)
    assert root.tag == "Response"
    assert [number.text for number in root.iter("Number")] == ["+81312345678", "+81312345679"]
    assert "+819012345678" not in "".join(str(record.__dict__) for record in caplog.records)


def test_other_methods_and_paths_are_refused(twilio):
    assert twilio.client.get("/voice/incoming").status_code == 405
    assert twilio.client.post("/voice/other").status_code == 404


def test_healthz_answers_without_a_database_and_readyz_says_what_is_missing(dial, free_port):
    client = dial(database_url=f"postgresql://postgres@127.0.0.1:{free_port}/nowhere").client
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "DATABASE_URL" in answer.text


def test_readyz_is_ready_over_a_migrated_database_and_not_over_an_empty_one(twilio, dial, empty_database_url):
    assert twilio.client.get("/readyz").status_code == 200
    answer = dial(database_url=empty_database_url).client.get("/readyz")
    assert answer.status_code == 503
    assert "hotline migrate" in answer.text


@pytest.mark.parametrize("status", ["queued", "initiated", "ringing", "in-progress", "answered", "COMPLETED", "", "\0"])
def test_a_status_that_is_no_end_ends_nothing(twilio, status):
    answer = twilio.posts("/voice/incoming")
    assert twilio.posts("/voice/status", CallStatus=status).status_code == 204
    assert 'turn=2"' in twilio.goes_on(answer, Digits="2").text


@pytest.mark.parametrize("status", ["taken-up", "lost"])
@pytest.mark.parametrize("off", [0, -1])
def test_a_caller_who_is_still_in_a_call_that_the_line_ended_is_connected_to_a_person(twilio, status, off):
    answer = twilio.presses("9", "1", "2")
    with twilio.client.application.extensions["hotline.engine"].begin() as connection:
        connection.execute(text("UPDATE calls SET status = :status, ended_at = now()"), {"status": status})
    before = calls_in(twilio)
    answer = twilio.posts(f"/voice/turn?turn={next_turn(answer) + off}", Digits="1")
    root = ElementTree.fromstring(answer.text)
    assert [number.text for number in root.iter("Number")] == ["+81312345678", "+81312345679"]
    assert calls_in(twilio) == before


def test_a_late_webhook_of_a_call_that_twilio_ended_gets_the_newest_reply(twilio):
    answer = twilio.presses("2")
    twilio.posts("/voice/status", CallStatus="completed")
    assert twilio.goes_on(answer, Digits="1").data == answer.data
