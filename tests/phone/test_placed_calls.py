"""Calls that the practice carrier places: rung, asked, connected, and told of, as Twilio does it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from hotline.phone.backdoor import Backdoor
from hotline.phone.carrier import PracticeCarrier, practice_carrier
from hotline.phone.exchange import Account, Trouble
from hotline.phone.stand_ins import CallerDoes, OperatorDoes
from tests.phone.scripted_line import ACCOUNT_SID, TOKEN, ScriptedLine
from tests.phone.test_carrier import ACCOUNT, client_of

LINE = "+81120950178"
OPERATOR = "+81312345678"
CALLER = "+819012345678"
EVENTS = ["initiated", "ringing", "answered", "completed"]

ASKS = '<Gather input="dtmf" action="/keyed" method="POST" timeout="5" numDigits="1" finishOnKey=""/><Hangup/>'
CONNECTS = (
    f'<Dial action="/over" method="POST" timeout="30" callerId="{LINE}" timeLimit="60">'
    '<Number statusCallback="/told" statusCallbackMethod="POST" statusCallbackEvent="initiated ringing answered '
    f'completed">{CALLER}</Number></Dial>'
)


@pytest.fixture
def carrier() -> Iterator[PracticeCarrier]:
    with practice_carrier(ACCOUNT) as running:
        yield running


@pytest.fixture
def client(carrier: PracticeCarrier) -> Client:
    return client_of(carrier)


@pytest.fixture
def scripted(line: ScriptedLine) -> ScriptedLine:
    """A line that asks the operator for a key and then connects."""
    line.says("/answer", ASKS)
    line.says("/keyed", CONNECTS)
    line.says("/over", "<Hangup/>")
    line.answers("/told", "", status=204)
    return line


def order(line: ScriptedLine | None = None, **changes: Any) -> dict[str, Any]:
    address = "http://127.0.0.1:1" if line is None else line.address
    given = {
        "to": OPERATOR,
        "from_": LINE,
        "url": f"{address}/answer",
        "status_callback": f"{address}/told",
        "status_callback_event": EVENTS,
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def place(carrier: PracticeCarrier, client: Client, line: ScriptedLine, **changes: Any) -> str:
    """Place a call and wait for its end; its SID."""
    sid: str = client.calls.create(**order(line, **changes)).sid
    assert carrier.settles()
    return sid


def told(line: ScriptedLine, sid: str) -> list[str]:
    """What the line was told of the operator's call, or of the call that hangs on it."""
    return [one["CallStatus"] for one in line.at("/told") if one["CallSid"] == sid]


def told_of_caller(line: ScriptedLine, sid: str) -> list[str]:
    return [one["CallStatus"] for one in line.at("/told") if one.form.get("ParentCallSid") == sid]


def test_the_operator_takes_the_call_and_talks_with_the_caller(carrier, client, scripted):
    sid = place(carrier, client, scripted)
    assert re.fullmatch("CA[0-9a-f]{32}", sid)
    assert told(scripted, sid) == ["initiated", "ringing", "in-progress", "completed"]
    assert told_of_caller(scripted, sid) == ["initiated", "ringing", "in-progress", "completed"]
    (asked,), (keyed,), (over,) = (scripted.at(path) for path in ("/answer", "/keyed", "/over"))
    assert (asked["CallSid"], asked["To"], asked["From"], asked["Direction"]) == (sid, OPERATOR, LINE, "outbound-api")
    assert (asked["CallStatus"], keyed["Digits"]) == ("in-progress", "1")
    assert (over["CallSid"], over["DialCallStatus"], over["DialBridged"]) == (sid, "completed", "true")
    child = next(one for one in scripted.at("/told") if one.form.get("ParentCallSid") == sid)
    assert (child["To"], child["From"], child["Direction"]) == (CALLER, LINE, "outbound-dial")
    assert carrier.lost_callbacks == []
    assert client.calls(sid).fetch().status == "completed"


@pytest.mark.parametrize(
    ("operator", "end"), [(OperatorDoes.BUSY, "busy"), (OperatorDoes.DOES_NOT_ANSWER, "no-answer")]
)
def test_an_operator_who_does_not_answer_hears_nothing(carrier, client, scripted, operator, end):
    carrier.practises(operator)
    sid = place(carrier, client, scripted)
    assert told(scripted, sid) == ["initiated", "ringing", end]
    assert scripted.at("/answer") == []


def test_a_voicemail_presses_nothing(carrier, client, scripted):
    carrier.practises(OperatorDoes.SAYS_NOTHING)
    sid = place(carrier, client, scripted)
    assert told(scripted, sid)[-1] == "completed"
    assert (len(scripted.at("/answer")), scripted.at("/keyed")) == (1, [])


def test_an_operator_may_press_another_key(carrier, client, scripted):
    carrier.practises(OperatorDoes.DECLINES)
    place(carrier, client, scripted)
    assert scripted.at("/keyed")[0]["Digits"] == "2"


@pytest.mark.parametrize(("caller", "end"), [(CallerDoes.BUSY, "busy"), (CallerDoes.DOES_NOT_ANSWER, "no-answer")])
def test_a_caller_may_not_be_reached(carrier, client, scripted, caller, end):
    carrier.practises(caller=caller)
    sid = place(carrier, client, scripted)
    assert told_of_caller(scripted, sid) == ["initiated", "ringing", end]
    assert scripted.at("/over")[0]["DialCallStatus"] == end


def test_an_operator_may_hang_up_while_the_caller_is_rung(carrier, client, scripted):
    carrier.practises(OperatorDoes.HANGS_UP)
    sid = place(carrier, client, scripted)
    assert told_of_caller(scripted, sid)[-1] == "canceled"
    assert scripted.at("/over")[0]["DialCallStatus"] == "canceled"
    assert told(scripted, sid)[-1] == "completed"


def test_only_what_was_asked_for_is_told(carrier, client, scripted):
    sid = place(carrier, client, scripted, status_callback_event=["answered"])
    assert told(scripted, sid) == ["in-progress"]
    sid = place(carrier, client, scripted, status_callback_event=None)
    assert told(scripted, sid) == ["completed"]
    assert place(carrier, client, scripted, status_callback=None)


def test_callbacks_can_come_in_disorder(carrier, client, scripted):
    carrier.tells_in_disorder()
    sid = place(carrier, client, scripted)
    assert told(scripted, sid)[-3:] == ["completed", "ringing", "completed"]


def test_what_twilio_would_refuse_in_a_document_is_noted(carrier, client, scripted):
    scripted.forget()
    scripted.answers("/told", "", status=204)
    scripted.says("/answer", "<Dail>+81312345678</Dail>")
    sid = place(carrier, client, scripted)
    assert "Dail" in carrier.lost_callbacks[0]
    assert told(scripted, sid)[-1] == "completed"


def test_a_line_that_is_not_there_is_noted_and_ends_the_call(carrier, client, free_port):
    nowhere = f"http://127.0.0.1:{free_port}/answer"
    client.calls.create(**order(url=nowhere, status_callback=None))
    assert carrier.settles()
    assert "cannot be connected to" in carrier.lost_callbacks[0]
    assert carrier.calls[0].status == "completed"


def refusal(client: Client, **changes: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(**order(**changes))
    return refused.value.status, refused.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "0312345678"}, 21211),
        ({"to": "+12025550123"}, 21215),
        ({"from_": ""}, 21213),
        ({"from_": "anonymous"}, 21212),
        ({"url": "nowhere"}, 21205),
        ({"status_callback": "ftp://nowhere"}, 21609),
        ({"status_callback_event": ["answered", "talking"]}, 21626),
        ({"timeout": 0}, 21223),
        ({"time_limit": 14_401}, 21223),
    ],
)
def test_what_twilio_would_not_place_is_refused(carrier, client, changes, code):
    assert refusal(client, **changes) == (400, code)
    assert carrier.calls == []


def test_a_number_that_is_not_the_accounts_calls_nobody():
    with practice_carrier(Account(ACCOUNT_SID, TOKEN, senders=frozenset({LINE}))) as carrier:
        client = client_of(carrier, name=ACCOUNT_SID, secret=TOKEN)
        assert refusal(client, from_="+81120017827") == (400, 21210)


def test_a_number_can_be_one_that_twilio_refuses(carrier, client):
    carrier.refuses(OPERATOR, 21215)
    assert refusal(client) == (400, 21215)


@pytest.mark.parametrize(("trouble", "answer"), [(Trouble.BROKEN, (500, 20500)), (Trouble.UNAVAILABLE, (503, 20503))])
def test_trouble_places_nothing(carrier, client, trouble, answer):
    carrier.misbehaves(trouble)
    assert refusal(client) == answer
    assert carrier.calls == []


def test_an_error_can_be_answered_though_the_call_is_placed(carrier, client, scripted):
    carrier.misbehaves(Trouble.BROKEN_AFTER)
    with pytest.raises(TwilioRestException):
        client.calls.create(**order(scripted))
    assert carrier.settles()
    assert [one.status for one in carrier.calls] == ["completed"]


def test_how_calls_go_on_can_be_told_from_another_process(carrier, client, scripted):
    backdoor = Backdoor(carrier.url, ACCOUNT_SID, TOKEN)
    backdoor.make_trouble(operator="busy")
    assert told(scripted, place(carrier, client, scripted))[-1] == "busy"
    backdoor.make_trouble(operator="takes", caller="busy")
    assert told_of_caller(scripted, place(carrier, client, scripted))[-1] == "busy"


def test_numbers_show_in_no_repr(carrier, client, scripted):
    place(carrier, client, scripted)
    assert "312345678" not in repr(carrier.calls)


def test_who_does_not_know_the_secret_places_nothing(carrier):
    url = f"{carrier.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json"
    assert requests.post(url, data={"To": OPERATOR}, auth=("SK", "wrong"), timeout=5).status_code == 401
    assert carrier.calls == []
