import logging
import re
import socket
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotline.carrier.client import Carrier, build_carrier
from hotline.carrier.errors import Permanent, Retryable, Unknown
from tests.carrier.stranger import a_stranger
from tests.carrier.twilio_here import ACCOUNT, KEY, SECRET, Cut, CutShort, Fault, Says, Silent, TwilioHere, refusal
from tests.conftest import unused_port

TO = "+819012345678"
FROM = "+815012345678"
BODY = "Receipt number 4829 1736"
CALLBACK = "https://line.example/sms/status"


def send(carrier: Carrier, sender: str = FROM) -> object:
    return carrier.send_text(TO, sender, BODY, CALLBACK)


def test_a_text_is_asked_for_once_with_the_key_of_the_account(carrier: Carrier, twilio: TwilioHere) -> None:
    sent = carrier.send_text(TO, FROM, BODY, CALLBACK)
    assert sent.message_sid.startswith("SM")
    assert [(one.method, one.path, one.key) for one in twilio.heard] == [
        ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", (KEY, SECRET))
    ]
    assert twilio.texts == [{"To": TO, "From": FROM, "Body": BODY, "StatusCallback": CALLBACK}]


def test_a_pool_of_numbers_may_send_as_well(carrier: Carrier, twilio: TwilioHere) -> None:
    pool = "MG" + "2" * 32
    send(carrier, pool)
    assert twilio.texts == [{"To": TO, "MessagingServiceSid": pool, "Body": BODY, "StatusCallback": CALLBACK}]


def test_a_text_of_every_script_arrives_as_it_is(carrier: Carrier, twilio: TwilioHere) -> None:
    body = "カードは止まりました。\n카드 ประเทศ नेपाली + & = %"
    carrier.send_text(TO, FROM, body, CALLBACK)
    assert twilio.texts[0]["Body"] == body


def test_twilio_says_in_how_many_parts_it_goes(carrier: Carrier, twilio: TwilioHere) -> None:
    twilio.segments = "3"
    assert carrier.send_text(TO, FROM, BODY, CALLBACK).segments == 3


def test_parts_that_a_pool_has_not_counted_yet_are_counted_here(carrier: Carrier, twilio: TwilioHere) -> None:
    twilio.segments = "0"
    assert carrier.send_text(TO, FROM, "あ" * 71, CALLBACK).segments == 2


@pytest.mark.parametrize("fault", [refusal(429, 20429), refusal(503, 20503), Says(503, b"<html>")], ids=repr)
def test_what_was_certainly_not_taken_may_be_asked_again(carrier: Carrier, twilio: TwilioHere, fault: Fault) -> None:
    twilio.faults.append(fault)
    with pytest.raises(Retryable):
        send(carrier)
    assert len(twilio.heard) == 1


def test_a_connection_that_was_never_made_may_be_asked_for_again() -> None:
    nobody = Carrier(ACCOUNT, KEY, SECRET, f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(Retryable, match="ConnectionError"):
        send(nobody)


def test_a_connection_that_never_comes_about_may_be_asked_for_again() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        silent = Carrier(ACCOUNT, KEY, SECRET, f"http://127.0.0.1:{full.getsockname()[1]}", timeout_s=0.3)
        with pytest.raises(Retryable, match="ConnectTimeout"):
            send(silent)
        for one in waiting:
            one.close()


def test_a_stranger_in_twilios_place_is_told_nothing_and_twilio_may_be_asked_again(tmp_path: Path) -> None:
    with a_stranger(tmp_path) as (url, heard):
        with pytest.raises(Retryable, match="SSLError"):
            send(Carrier(ACCOUNT, KEY, SECRET, url))
        assert heard.get(timeout=10) == b""


def test_a_name_that_nobody_knows_may_be_asked_for_again() -> None:
    with pytest.raises(Retryable, match="ConnectionError"):
        send(Carrier(ACCOUNT, KEY, SECRET, "http://twilio.invalid"))


LOST = {
    "silence": Silent(),
    "cut": Cut(),
    "cut short": CutShort(),
    "500": refusal(500, 20500),
    "502": Says(502, b"<html>"),
    "504": Says(504, b"<html>"),
    "no JSON": Says(201, b"<html>"),
    "not an object": Says(201, []),
    "nothing": Says(201, None),
    "no SID": Says(201, {"status": "queued"}),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_what_may_have_been_taken_is_not_asked_again(carrier: Carrier, twilio: TwilioHere, fault: Fault) -> None:
    twilio.faults.append(fault)
    with pytest.raises(Unknown):
        send(carrier)
    assert len(twilio.heard) == 1


def test_a_refusal_carries_twilios_code(carrier: Carrier, twilio: TwilioHere) -> None:
    twilio.faults.append(refusal(400, 21211))
    with pytest.raises(Permanent) as raised:
        send(carrier)
    assert (raised.value.code, raised.value.cause) == (21211, "status 400, code 21211")


def test_a_refusal_in_the_newer_form_carries_twilios_code_as_well(carrier: Carrier, twilio: TwilioHere) -> None:
    problem = {"type": "about:blank", "title": f"no {TO}", "status": 400, "code": 21610, "detail": BODY}
    twilio.faults.append(Says(400, problem))
    with pytest.raises(Permanent) as raised:
        send(carrier)
    assert (raised.value.code, TO in str(raised.value)) == (21610, False)


@pytest.mark.parametrize("fault", [Says(404, b"<html>"), Says(307, b"")], ids=["404", "307"])
def test_a_refusal_without_a_code_has_none(carrier: Carrier, twilio: TwilioHere, fault: Fault) -> None:
    twilio.faults.append(fault)
    with pytest.raises(Permanent) as raised:
        send(carrier)
    assert raised.value.code is None


FAILING = {**LOST, "429": refusal(429, 20429, f"{TO} {BODY}"), "400": refusal(400, 21211, f"{TO} {BODY}")}


@pytest.mark.parametrize("fault", FAILING.values(), ids=FAILING.keys())
def test_no_error_tells_whom_or_what(
    carrier: Carrier, twilio: TwilioHere, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    twilio.faults.append(fault)
    with pytest.raises((Retryable, Permanent, Unknown)) as raised:
        send(carrier)
    error = raised.value
    assert error.__cause__ is None
    assert error.__context__ is None, "what the library raised holds the whole request"
    written = "".join(traceback.format_exception(error)) + repr(error) + str([vars(one) for one in caplog.records])
    assert TO.removeprefix("+") not in written
    # Both halves, in whatever writing: half of them alone stands in many a time of a log.
    assert not re.search(r"4829(\W|20)*1736", written)


def test_one_line_in_the_log_says_how_it_went(
    carrier: Carrier, twilio: TwilioHere, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    send(carrier)
    (line,) = caplog.records
    assert (line.message, vars(line)["outcome"]) == ("Twilio asked", "taken")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_no_proxy_that_stands_in_the_environment_is_asked(
    carrier: Carrier, twilio: TwilioHere, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    send(carrier)
    assert len(twilio.heard) == 1


def test_threads_that_share_a_carrier_get_their_own_answers(carrier: Carrier, twilio: TwilioHere) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: carrier.send_text(TO, FROM, BODY, CALLBACK).message_sid, range(40)))
    assert len(set(sent)) == 40


RECORDING = "RE" + "3" * 32


def test_a_recording_is_deleted(carrier: Carrier, twilio: TwilioHere) -> None:
    twilio.recordings.add(RECORDING)
    carrier.delete_recording(RECORDING)
    assert not twilio.recordings
    assert [(one.method, one.path) for one in twilio.heard] == [
        ("DELETE", f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}.json")
    ]


def test_a_recording_that_is_gone_counts_as_deleted(carrier: Carrier) -> None:
    carrier.delete_recording(RECORDING)


DELETED_LATER = {"silence": Silent(), "cut": Cut(), "500": refusal(500, 20500), "429": refusal(429, 20429)}


@pytest.mark.parametrize("fault", DELETED_LATER.values(), ids=DELETED_LATER.keys())
def test_deleting_may_always_be_tried_again(carrier: Carrier, twilio: TwilioHere, fault: Fault) -> None:
    twilio.faults.append(fault)
    with pytest.raises(Retryable):
        carrier.delete_recording(RECORDING)


def test_deleting_without_the_right_key_is_refused_for_good(carrier: Carrier, twilio: TwilioHere) -> None:
    twilio.faults.append(refusal(401, 20003))
    with pytest.raises(Permanent, match="code 20003"):
        carrier.delete_recording(RECORDING)


@pytest.mark.parametrize(("key", "secret"), [(None, None), (KEY, None), (None, SECRET), ("", "")])
def test_without_a_key_there_is_no_carrier(key: str | None, secret: str | None) -> None:
    assert build_carrier(ACCOUNT, key, secret) is None
    assert build_carrier(ACCOUNT, KEY, SECRET) is not None


@pytest.mark.parametrize("name", ["TWILIO_REGION", "TWILIO_EDGE", "NOTHING"])
def test_by_default_twilio_itself_is_asked_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Without a network: the name is looked up, and that is all."""
    monkeypatch.setenv(name, "ie1")
    asked: list[object] = []

    def look_up(host: object, port: object, *_: object, **__: object) -> list[object]:
        asked.append((host, port))
        raise socket.gaierror("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Retryable):
        send(Carrier(ACCOUNT, KEY, SECRET))
    assert asked == [("api.twilio.com", 443)]


ANSWER = "https://line.example/call-backs/answer?call_back=7"
TOLD = "https://line.example/call-backs/status?call_back=7"


def place(carrier: Carrier) -> str:
    return carrier.place_call(TO, FROM, ANSWER, TOLD, 1980).call_sid


def test_a_call_is_asked_for_once_with_all_that_it_needs(carrier: Carrier, twilio: TwilioHere) -> None:
    assert place(carrier).startswith("CA")
    assert [(one.method, one.path, one.key) for one in twilio.heard] == [
        ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json", (KEY, SECRET))
    ]
    assert twilio.heard[0].form == {
        "To": TO,
        "From": FROM,
        "Url": ANSWER,
        "Method": "POST",
        "StatusCallback": TOLD,
        "StatusCallbackMethod": "POST",
        "StatusCallbackEvent": "initiated ringing answered completed",
        "Timeout": "30",
        "TimeLimit": "1980",
    }


@pytest.mark.parametrize("fault", [refusal(429, 20429), refusal(503, 20503)], ids=repr)
def test_a_call_that_was_certainly_not_placed_may_be_asked_for_again(
    carrier: Carrier, twilio: TwilioHere, fault: Fault
) -> None:
    twilio.faults.append(fault)
    with pytest.raises(Retryable):
        place(carrier)
    assert len(twilio.heard) == 1


def test_a_call_that_twilio_refuses_is_refused_with_its_code(carrier: Carrier, twilio: TwilioHere) -> None:
    twilio.faults.append(refusal(400, 21215, f"not authorised to call {TO}"))
    with pytest.raises(Permanent) as refused:
        place(carrier)
    assert refused.value.code == 21215
    assert TO not in str(refused.value)


@pytest.mark.parametrize(
    "fault", [refusal(500, 20500), Silent(), Cut(), CutShort(), Says(201, {"status": "queued"})], ids=repr
)
def test_whether_a_call_was_placed_may_be_unknown_and_it_is_not_asked_for_again(
    carrier: Carrier, twilio: TwilioHere, fault: Fault
) -> None:
    twilio.faults.append(fault)
    with pytest.raises(Unknown):
        place(carrier)
    assert len(twilio.heard) == 1
