import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from hotline.phone.backdoor import Backdoor
from hotline.phone.caller import Caller
from hotline.phone.carrier import PracticeCarrier, practice_carrier
from hotline.phone.exchange import Account, Trouble
from hotline.phone.sounds import tone
from tests.phone.scripted_line import ACCOUNT_SID, TOKEN

ACCOUNT = Account(ACCOUNT_SID, TOKEN, "SK" + "1" * 32, "the secret of the key")
LINE = "+815031234567"
MOBILE = "+819012345678"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"


@pytest.fixture
def carrier() -> Iterator[PracticeCarrier]:
    with practice_carrier(ACCOUNT) as running:
        yield running


def client_of(carrier: PracticeCarrier, *, name=ACCOUNT.api_key, secret=ACCOUNT.api_secret, timeout=5.0) -> Client:
    """Twilio's own client, with the host replaced."""
    logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
    client = Client(name, secret, ACCOUNT_SID, http_client=TwilioHttpClient(timeout=timeout))
    client.api.base_url = carrier.url
    return client


@pytest.fixture
def client(carrier) -> Client:
    return client_of(carrier)


def refusal(client, **changes):
    order = {"to": MOBILE, "from_": LINE, "body": "停止しました。", **changes}
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**{name: value for name, value in order.items() if value is not None})
    return refused.value.status, refused.value.code


def test_twilios_own_client_sends_a_message(carrier, client):
    sent = client.messages.create(to=MOBILE, from_=LINE, body="停止しました。")
    assert (sent.status, sent.to, sent.from_, sent.direction) == ("queued", MOBILE, LINE, "outbound-api")
    assert (sent.account_sid, sent.num_segments, sent.error_code) == (ACCOUNT_SID, "1", None)
    assert sent.sid.startswith("SM")
    assert sent.date_created.tzinfo is not None
    (kept,) = carrier.messages
    assert (kept.sid, kept.to, kept.body) == (sent.sid, MOBILE, "停止しました。")
    assert carrier.settles()
    assert client.messages(sent.sid).fetch().status == "delivered"


def test_the_account_and_its_token_are_good_as_well(carrier):
    client = client_of(carrier, name=ACCOUNT_SID, secret=TOKEN)
    assert client.messages.create(to=MOBILE, from_=LINE, body="x").sid


def test_a_pool_of_numbers_chooses_who_sends(carrier, client):
    sent = client.messages.create(to=MOBILE, messaging_service_sid="MG" + "a" * 32, body="x")
    assert (sent.status, sent.from_, sent.num_segments) == ("accepted", None, "0")
    assert carrier.settles()
    arrived = client.messages(sent.sid).fetch()
    assert (arrived.status, arrived.from_, arrived.num_segments) == ("delivered", LINE, "1")


def test_messages_are_listed_with_the_newest_first(client):
    for to in (MOBILE, "+818011112222", MOBILE):
        client.messages.create(to=to, from_=LINE, body=f"for {to}")
    client.messages.create(to=MOBILE, from_=LINE, body="the last")
    assert [one.body for one in client.messages.list()][:2] == ["the last", f"for {MOBILE}"]
    assert [one.to for one in client.messages.list(to=MOBILE)] == [MOBILE] * 3
    assert [one.body for one in client.messages.list(to="+818011112222")] == ["for +818011112222"]
    assert client.messages.list(from_="+815011112222") == []


@pytest.mark.parametrize(
    ("name", "secret"),
    [(ACCOUNT.api_key, TOKEN), (ACCOUNT_SID, "wrong"), ("SK" + "2" * 32, ACCOUNT.api_secret)],
)
def test_who_does_not_know_the_secret_is_refused(carrier, name, secret):
    assert refusal(client_of(carrier, name=name, secret=secret)) == (401, 20003)
    assert carrier.messages == []


@pytest.mark.parametrize("header", [None, "Bearer x", "Basic !", "Basic eA=="])
def test_who_brings_no_credentials_is_refused(carrier, header):
    headers = {} if header is None else {"Authorization": header}
    answer = requests.post(carrier.url + MESSAGES, data={"To": MOBILE}, headers=headers, timeout=5)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.json()["code"] == 20003
    assert answer.json()["more_info"] == "https://www.twilio.com/docs/errors/20003"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "09012345678"}, 21211),
        ({"to": "anonymous"}, 21211),
        ({"to": "+8190123456789012"}, 21211),
        ({"to": "+8190123"}, 21211),
        ({"to": "+14155550123"}, 21408),
        ({"to": "+81312345678"}, 21614),
        ({"to": LINE}, 21266),
        ({"from_": None}, 21603),
        ({"from_": "0120950178"}, 21212),
        ({"from_": None, "messaging_service_sid": "MG1"}, 21705),
        ({"body": None}, 21602),
        ({"body": "  "}, 21602),
        ({"body": "あ" * 1601}, 21617),
        ({"body": "😀" * 801}, 21617),
        ({"status_callback": "/told"}, 21609),
    ],
)
def test_what_twilio_would_not_send_is_refused(carrier, client, changes, code):
    assert refusal(client, **changes) == (400, code)
    assert carrier.messages == []


def test_a_message_may_have_1600_characters(client):
    assert client.messages.create(to=MOBILE, from_=LINE, body="あ" * 1600).num_segments == "24"


def test_a_number_that_is_not_the_accounts_sends_nothing():
    with practice_carrier(Account(ACCOUNT_SID, TOKEN, senders=frozenset({LINE}))) as carrier:
        client = client_of(carrier, name=ACCOUNT_SID, secret=TOKEN)
        assert refusal(client, from_="+815099998888") == (400, 21606)
        assert client.messages.create(to=MOBILE, from_=LINE, body="x").sid


def test_a_refusal_shows_nobodys_whole_number(client):
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to="+81312345678", from_=LINE, body="x")
    assert "+8131234XXXX" in refused.value.msg
    assert "+81312345678" not in refused.value.msg


@pytest.mark.parametrize("code", [21608, 21610, 21612])
def test_a_number_can_be_one_that_twilio_refuses(carrier, client, code):
    carrier.refuses(MOBILE, code)
    assert refusal(client) == (400, code)
    carrier.refuses(MOBILE, None)
    assert client.messages.create(to=MOBILE, from_=LINE, body="x").sid


def told(line):
    return [(one["MessageStatus"], one.form.get("ErrorCode")) for one in line.at("/told")]


def test_the_line_is_told_how_far_a_message_has_come(line, carrier, client):
    line.answers("/told", "", status=204)
    sent = client.messages.create(to=MOBILE, from_=LINE, body="x", status_callback=f"{line.address}/told")
    assert carrier.settles()
    assert told(line) == [("sent", None), ("delivered", None)]
    first, last = line.at("/told")
    assert first["MessageSid"] == first["SmsSid"] == sent.sid
    assert (first["To"], first["From"], first["SmsStatus"]) == (MOBILE, LINE, "sent")
    assert first["AccountSid"] == ACCOUNT_SID
    assert "Body" not in first
    assert "RawDlrDoneDate" in last
    assert carrier.lost_callbacks == []


def test_callbacks_can_come_in_disorder(line, carrier, client):
    line.answers("/told", "", status=204)
    carrier.tells_in_disorder()
    client.messages.create(to=MOBILE, from_=LINE, body="x", status_callback=f"{line.address}/told")
    assert carrier.settles()
    assert [status for status, _ in told(line)] == ["delivered", "sent", "delivered"]


def test_a_message_can_be_one_that_does_not_arrive(line, carrier, client):
    line.answers("/told", "", status=204)
    carrier.loses(MOBILE, 30003)
    sent = client.messages.create(to=MOBILE, from_=LINE, body="x", status_callback=f"{line.address}/told")
    assert carrier.settles()
    assert told(line) == [("sent", None), ("undelivered", "30003")]
    lost = client.messages(sent.sid).fetch()
    assert (lost.status, lost.error_code) == ("undelivered", 30003)


def test_a_callback_that_nobody_takes_stops_nothing(line, carrier, client):
    line.answers("/told", "", status=500)
    client.messages.create(to=MOBILE, from_=LINE, body="x", status_callback=f"{line.address}/told")
    client.messages.create(to=MOBILE, from_=LINE, body="y")
    assert carrier.settles()
    assert [one.standing for one in carrier.messages] == ["delivered", "delivered"]
    assert len(carrier.lost_callbacks) == 2
    assert "answered 500" in carrier.lost_callbacks[0]


@pytest.mark.parametrize(
    ("trouble", "answer"),
    [
        (Trouble.TOO_MANY, (429, 20429)),
        (Trouble.UNAVAILABLE, (503, 20503)),
        (Trouble.BROKEN, (500, 20500)),
    ],
)
def test_trouble_is_answered_so_often_and_no_more(carrier, client, trouble, answer):
    carrier.misbehaves(trouble, times=2)
    assert [refusal(client), refusal(client)] == [answer, answer]
    assert carrier.messages == []
    assert client.messages.create(to=MOBILE, from_=LINE, body="x").sid


def test_looking_is_never_in_trouble(carrier, client):
    carrier.misbehaves(Trouble.BROKEN)
    assert client.messages.list() == []
    assert refusal(client) == (500, 20500)


def test_an_answer_can_be_lost_though_the_message_is_sent(carrier, client):
    carrier.misbehaves(Trouble.ANSWER_LOST)
    with pytest.raises(requests.ConnectionError):
        client.messages.create(to=MOBILE, from_=LINE, body="x")
    assert carrier.settles()
    assert [one.standing for one in carrier.messages] == ["delivered"]


def test_an_error_can_be_answered_though_the_message_is_sent(carrier, client):
    carrier.misbehaves(Trouble.BROKEN_AFTER)
    assert refusal(client) == (500, 20500)
    assert carrier.settles()
    assert [one.standing for one in carrier.messages] == ["delivered"]


def test_a_connection_can_be_lost_before_anything_is_done(carrier, client):
    carrier.misbehaves(Trouble.DROPPED)
    with pytest.raises(requests.ConnectionError):
        client.messages.create(to=MOBILE, from_=LINE, body="x")
    assert carrier.messages == []


def test_there_may_be_no_answer_at_all(carrier):
    carrier.misbehaves(Trouble.SILENT)
    with pytest.raises((requests.Timeout, TwilioException)):
        client_of(carrier, timeout=0.2).messages.create(to=MOBILE, from_=LINE, body="x")
    assert carrier.messages == []


def backdoor(carrier) -> Backdoor:
    return Backdoor(carrier.url, ACCOUNT_SID, TOKEN)


def test_trouble_can_be_made_from_another_process(carrier, client):
    backdoor(carrier).make_trouble(trouble="broken", times=1, refuses={"+818011112222": 21610}, loses={MOBILE: 30008})
    assert refusal(client) == (500, 20500)
    assert refusal(client, to="+818011112222") == (400, 21610)
    client.messages.create(to=MOBILE, from_=LINE, body="x")
    assert carrier.settles()
    assert carrier.messages[0].error_code == 30008


SID = "RE" + "e" * 32


def test_a_recording_is_kept_played_and_deleted_once(carrier, client):
    backdoor(carrier).keep_recording(SID, "CA" + "c" * 32, tone(2.0))
    kept = client.recordings(SID).fetch()
    assert (kept.call_sid, kept.duration, kept.status) == ("CA" + "c" * 32, "2", "completed")
    url = f"{carrier.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{SID}"
    for ending in ("", ".wav"):
        played = requests.get(url + ending, auth=(ACCOUNT_SID, TOKEN), timeout=5)
        assert (played.headers["Content-Type"], played.content) == ("audio/x-wav", tone(2.0))
    assert requests.get(url, timeout=5).status_code == 401
    assert client.recordings(SID).delete()
    with pytest.raises(TwilioRestException) as gone:
        client.recordings(SID).delete()
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert requests.get(url, auth=(ACCOUNT_SID, TOKEN), timeout=5).status_code == 404
    assert carrier.recordings == []


def test_deleting_meets_trouble_too(carrier, client):
    backdoor(carrier).keep_recording(SID, "CA" + "c" * 32, tone(1.0))
    carrier.misbehaves(Trouble.ANSWER_LOST)
    with pytest.raises(requests.ConnectionError):
        client.recordings(SID).delete()
    assert carrier.recordings == []


def test_what_a_caller_records_is_kept_by_the_carrier(line, carrier):
    line.says("/recorded", "<Hangup/>")
    line.says("/voice", '<Record action="/recorded"/>')
    setup = replace(line.line(), carrier_url=carrier.url)
    caller = Caller(setup).dials().says("I lost my card in Ueno.").stays_silent()
    (kept,) = carrier.recordings
    (action,) = line.at("/recorded")
    assert kept.call_sid == caller.call_sid
    assert action["RecordingUrl"] == f"{carrier.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{kept.sid}"
    assert requests.get(action["RecordingUrl"], auth=(ACCOUNT_SID, TOKEN), timeout=5).content == kept.sound


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", f"/2010-04-01/Accounts/{'AC' + '9' * 32}/Messages.json"),
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/SM1.json"),
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages"),
        ("POST", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Queues.json"),
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/CA1.json"),
        ("DELETE", MESSAGES),
    ],
)
def test_everything_else_is_not_found(carrier, method, path):
    answer = requests.request(method, carrier.url + path, auth=(ACCOUNT_SID, TOKEN), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_many_messages_may_be_sent_at_once(carrier):
    def send() -> None:
        client_of(carrier).messages.create(to=MOBILE, from_=LINE, body="x")

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert carrier.settles()
    assert len({one.sid for one in carrier.messages}) == 8


def test_numbers_texts_and_secrets_show_in_no_repr(carrier, client):
    client.messages.create(to=MOBILE, from_=LINE, body="four eight two")
    shown = repr((carrier.messages, ACCOUNT, backdoor(carrier)))
    assert not [one for one in (MOBILE, "four eight", TOKEN, ACCOUNT.api_secret) if one in shown]


PROGRAM = (sys.executable, "-m", "hotline.phone.carrier")


def test_it_runs_as_a_program_and_ends_when_it_is_told(free_port, tmp_path):
    environment = dict(os.environ) | {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": TOKEN}
    environment["PYTHONPATH"] = os.getcwd()
    program = subprocess.Popen(
        (*PROGRAM, f"--port={free_port}"), env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    with program:
        assert program.stdout.readline() == f"the practice carrier listens on http://127.0.0.1:{free_port}\n"
        client = Client(ACCOUNT_SID, TOKEN)
        client.api.base_url = f"http://127.0.0.1:{free_port}"
        assert client.messages.create(to=MOBILE, from_=LINE, body="x").status == "queued"
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0


def test_a_program_that_cannot_listen_says_why(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = dict(os.environ) | {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": TOKEN}
        environment["PYTHONPATH"] = os.getcwd()
        port = taken.getsockname()[1]
        done = subprocess.run(
            (*PROGRAM, f"--port={port}"), env=environment, capture_output=True, text=True, cwd=tmp_path, check=False
        )
    assert done.returncode == 2
    assert f"port {port} on 127.0.0.1 cannot be used" in done.stderr


def test_a_program_without_an_account_says_what_is_missing(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")}
    environment["PYTHONPATH"] = os.getcwd()
    done = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "TWILIO_ACCOUNT_SID is missing" in done.stderr
