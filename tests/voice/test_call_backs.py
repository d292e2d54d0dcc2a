"""What Twilio is told, and what is believed of it, while an operator calls somebody back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from hotline import clock
from hotline.callflow.effects import Reason
from hotline.phone.twiml import read_twiml
from hotline.privacy import Vault, new_key
from hotline.store.call_backs import CallBackStatus, NewCallBack
from hotline.store.database import Engine
from tests.store.call_back_rows import CALLER, LINE, begin, hire, leave, number_of, stands
from tests.store.rows import start_call
from tests.voice.conftest import PUBLIC_URL, Dial, Twilio

S = CallBackStatus
OPERATOR = "+81312345678"
KEYS = {key: new_key() for key in ("kept", "lost")}
VAULT = Vault([KEYS["kept"]])


def new_sid() -> str:
    return "CA" + uuid4().hex


@dataclass
class Wish:
    """A call-back in Twilio's hands, and Twilio."""

    twilio: Twilio
    id: int
    sid: str = field(default_factory=new_sid)
    """Of the call to the operator."""
    callers_sid: str = field(default_factory=new_sid)

    @property
    def engine(self) -> Engine:
        return self.twilio.client.application.extensions["hotline.engine"]

    @property
    def stands(self) -> CallBackStatus:
        return stands(self.engine, self.id).status

    @property
    def has_number(self) -> bool:
        return number_of(self.engine, self.id) is not None

    def asks(self, route: str, **form: str) -> ElementTree.Element:
        """The document for the operator's ear."""
        leg = {"CallSid": self.sid, "From": LINE, "To": OPERATOR, "CallStatus": "in-progress"}
        answer = self.twilio.signs(f"/call-backs/{route}?call_back={self.id}", leg | form)
        assert answer.status_code == 200
        read_twiml(answer.data, answer.content_type)
        return ElementTree.fromstring(answer.data)

    def tells(self, status: str, **form: str) -> CallBackStatus:
        """A callback about the operator's call; how the call-back stands then."""
        answer = self.twilio.signs(
            f"/call-backs/status?call_back={self.id}", {"CallSid": self.sid, "CallStatus": status} | form
        )
        assert (answer.status_code, answer.data) == (204, b"")
        return self.stands

    def tells_of_caller(self, status: str, **form: str) -> CallBackStatus:
        return self.tells(status, **({"CallSid": self.callers_sid, "ParentCallSid": self.sid} | form))

    def connects(self) -> ElementTree.Element:
        self.asks("answer")
        return self.asks("taken", Digits="1")


Make = Callable[..., Wish]


@pytest.fixture
def make(dial: Dial) -> Iterator[Make]:
    """Makes a call-back that Twilio was asked for."""

    def made(reason: Reason = Reason.CALL_BACK, vault: Vault = VAULT, **call: object) -> Wish:
        twilio = dial(operator_language="en", hotline_encryption_keys=KEYS["kept"])
        wish = Wish(twilio, 0)
        sid = start_call(wish.engine, **call)
        staff_id, follow_up_id = hire(wish.engine), leave(wish.engine, sid, reason)
        new = NewCallBack(sid, follow_up_id, staff_id, vault.seal(CALLER), LINE, clock.now())
        wish.id = begin(wish.engine, new) or 0
        return wish

    return made


@pytest.fixture
def wish(make: Make) -> Wish:
    return make()


def tags(root: ElementTree.Element) -> list[str]:
    return [verb.tag for verb in root]


def said(root: ElementTree.Element) -> str:
    return " ".join(say.text or "" for say in root.iter("Say"))


def test_the_operator_hears_which_call_this_is_and_must_press_a_key(make: Make) -> None:
    wish = make(Reason.NOT_CONFIRMED, language="ko")
    asked = wish.asks("answer")
    gather, last = asked
    assert (gather.tag, last.tag) == ("Gather", "Hangup")
    assert gather.get("action") == f"/call-backs/taken?call_back={wish.id}"
    assert "Korean" in said(asked)
    assert "reporting the loss" in said(asked)
    assert "press 1" in said(asked).lower()
    assert wish.stands is S.ASKING_OPERATOR


def test_nothing_that_identifies_the_caller_is_whispered_nor_dialled_before_the_key(wish: Wish) -> None:
    whispered = ElementTree.tostring(wish.asks("answer"), "unicode")
    assert "9012345678" not in whispered
    assert "<Dial" not in whispered


def test_the_right_key_rings_the_caller_from_the_lines_own_number_for_half_an_hour_at_most(wish: Wish) -> None:
    connected = wish.connects()
    (dial,) = connected
    (number,) = dial
    assert (dial.tag, dial.get("callerId"), dial.get("timeLimit")) == ("Dial", LINE, "1800")
    assert dial.get("action") == f"/call-backs/over?call_back={wish.id}"
    assert (number.text, number.get("statusCallbackEvent")) == (CALLER, "answered completed")
    assert number.get("statusCallback") == f"{PUBLIC_URL}/call-backs/status?call_back={wish.id}"
    assert wish.stands is S.CONNECTING


@pytest.mark.parametrize("digits", ["2", "0", "#", "*", "11", "", "１"])
def test_every_other_key_hangs_up_and_rings_nobody(wish: Wish, digits: str) -> None:
    wish.asks("answer")
    assert tags(wish.asks("taken", Digits=digits)) == ["Hangup"]
    assert wish.tells("completed") is S.NOT_TAKEN


def test_a_voicemail_presses_nothing_and_rings_nobody(wish: Wish) -> None:
    wish.asks("answer")
    assert tags(wish.asks("taken")) == ["Hangup"]
    assert wish.tells("completed") is S.NOT_TAKEN
    assert not wish.has_number


def test_both_talk_and_it_is_over(wish: Wish) -> None:
    assert wish.tells("initiated") is S.PLACING
    assert wish.tells("ringing") is S.RINGING_OPERATOR
    assert wish.tells("in-progress") is S.ASKING_OPERATOR
    wish.connects()
    assert wish.tells_of_caller("in-progress") is S.TALKING
    assert wish.has_number
    over = wish.asks("over", DialCallStatus="completed", DialCallDuration="61", DialBridged="true")
    assert tags(over) == ["Hangup"]
    assert (wish.stands, wish.has_number) == (S.COMPLETED, False)
    assert wish.tells("completed") is S.COMPLETED
    assert stands(wish.engine, wish.id).talked_s == 61


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("busy", S.CALLER_BUSY),
        ("no-answer", S.CALLER_DID_NOT_ANSWER),
        ("failed", S.FAILED),
        ("canceled", S.GIVEN_UP),
        ("completed", S.COMPLETED),
        ("answered", S.COMPLETED),
        ("in-progress", S.CONNECTING),
        ("something new", S.CONNECTING),
    ],
)
def test_how_the_call_to_the_caller_ended_is_believed_of_dial(wish: Wish, told: str, status: CallBackStatus) -> None:
    wish.connects()
    assert tags(wish.asks("over", DialCallStatus=told)) == ["Hangup"]
    assert wish.stands is status


def test_who_was_never_connected_did_not_answer(wish: Wish) -> None:
    wish.connects()
    wish.asks("over", DialCallStatus="completed", DialBridged="false")
    assert wish.stands is S.CALLER_DID_NOT_ANSWER


@pytest.mark.parametrize("told", ["busy", "no-answer", "canceled"])
def test_an_operator_who_did_not_answer_is_told_as_such(wish: Wish, told: str) -> None:
    wish.tells("ringing")
    assert wish.tells(told) is S.OPERATOR_DID_NOT_ANSWER
    assert not wish.has_number


def test_an_operator_who_hangs_up_while_it_rings_has_given_up(wish: Wish) -> None:
    wish.connects()
    assert wish.tells("completed") is S.GIVEN_UP


def test_callbacks_that_cross_come_to_the_same_end(wish: Wish) -> None:
    wish.connects()
    assert wish.tells("completed") is S.GIVEN_UP
    assert wish.tells_of_caller("completed", CallDuration="12") is S.COMPLETED
    assert wish.tells_of_caller("in-progress") is S.COMPLETED
    wish.asks("over", DialCallStatus="completed", DialCallDuration="13", DialBridged="true")
    assert wish.tells("ringing") is wish.tells("completed") is S.COMPLETED
    assert stands(wish.engine, wish.id).talked_s == 12


def test_a_late_status_changes_nothing(wish: Wish) -> None:
    wish.connects()
    for told in ("initiated", "ringing", "in-progress", "queued", "", "nonsense"):
        assert wish.tells(told) is S.CONNECTING


def test_the_same_webhook_again_gets_the_same_answer(wish: Wish) -> None:
    first, again = (ElementTree.tostring(wish.asks("answer")) for _ in range(2))
    assert first == again
    first, again = (ElementTree.tostring(wish.asks("taken", Digits="1")) for _ in range(2))
    assert first == again
    assert b"<Dial" in first


def test_a_key_without_a_question_rings_nobody(wish: Wish) -> None:
    wish.tells("ringing")
    assert tags(wish.asks("taken", Digits="1")) == ["Hangup"]
    assert wish.stands is S.RINGING_OPERATOR


def test_what_is_replayed_after_the_end_rings_nobody_and_tells_nothing(wish: Wish) -> None:
    wish.connects()
    wish.tells("completed")
    assert tags(wish.asks("taken", Digits="1")) == ["Hangup"]
    assert tags(wish.asks("answer")) == ["Hangup"]
    assert wish.stands is S.GIVEN_UP


def test_an_operator_who_answers_after_the_key_was_pressed_elsewhere_is_not_asked_again(wish: Wish) -> None:
    wish.connects()
    assert tags(wish.asks("answer")) == ["Hangup"]


@pytest.mark.parametrize("route", ["answer", "taken", "over"])
@pytest.mark.parametrize("told", ["99", "-1", "0", "", "x", "1e3", "9" * 40, "１"])
def test_an_id_that_is_none_rings_nobody(wish: Wish, route: str, told: str) -> None:
    wish.asks("answer")
    wish.id, right = told, wish.id  # type: ignore[assignment]
    # Twilio signs an address as it is; one of these would have been escaped by whoever wrote it.
    if told.isascii():
        assert tags(wish.asks(route, Digits="1", DialCallStatus="busy")) == ["Hangup"]
    wish.id = right
    assert wish.stands is S.ASKING_OPERATOR


def test_another_call_cannot_use_the_id(wish: Wish) -> None:
    wish.asks("answer")
    stranger = {"CallSid": new_sid()}
    assert tags(wish.asks("answer", **stranger)) == ["Hangup"]
    assert tags(wish.asks("taken", Digits="1", **stranger)) == ["Hangup"]
    assert tags(wish.asks("over", DialCallStatus="busy", **stranger)) == ["Hangup"]
    assert wish.tells("completed", **stranger) is S.ASKING_OPERATOR
    assert wish.tells_of_caller("busy", ParentCallSid=new_sid()) is S.ASKING_OPERATOR


@pytest.mark.parametrize("route", ["answer", "taken", "over", "status"])
def test_a_form_that_names_no_call_is_refused(wish: Wish, route: str) -> None:
    answer = wish.twilio.signs(f"/call-backs/{route}?call_back={wish.id}", {"CallSid": "CA1", "Digits": "1"})
    assert (answer.status_code, answer.data) == (400, b"")


@pytest.mark.parametrize("route", ["answer", "taken", "over", "status"])
def test_whoever_cannot_sign_is_refused(wish: Wish, route: str) -> None:
    wish.asks("answer")
    body = {"CallSid": wish.sid, "Digits": "1", "CallStatus": "completed", "DialCallStatus": "busy"}
    path = f"/call-backs/{route}?call_back={wish.id}"
    wish.twilio.token = "a token of somebody else"
    assert wish.twilio.signs(path, body).status_code == 403
    assert wish.twilio.client.post(path, data=body).status_code == 403
    assert wish.stands is S.ASKING_OPERATOR


def test_a_signature_for_one_id_is_none_for_another(wish: Wish) -> None:
    body, path = {"CallSid": wish.sid, "Digits": "1"}, f"/call-backs/taken?call_back={wish.id}"
    signed: dict[str, str] = {}

    def note(told: str, **given: dict[str, str]) -> None:
        signed.update(given["headers"])

    original, wish.twilio.client.post = wish.twilio.client.post, note  # type: ignore[method-assign, assignment]
    wish.twilio.signs(path, body)
    wish.twilio.client.post = original  # type: ignore[method-assign]
    answer = wish.twilio.client.post(f"/call-backs/taken?call_back={wish.id + 1}", data=body, headers=signed)
    assert answer.status_code == 403


def test_a_number_whose_key_is_gone_rings_nobody_and_is_told_as_failed(make: Make) -> None:
    wish = make(vault=Vault([KEYS["lost"]]))
    assert tags(wish.connects()) == ["Hangup"]
    assert wish.stands is S.FAILED


def test_without_a_database_the_operator_is_hung_up_on(dial: Dial, free_port: int) -> None:
    twilio = dial(database_url=f"postgresql://postgres@127.0.0.1:{free_port}/nowhere")
    answer = twilio.signs("/call-backs/answer?call_back=1", {"CallSid": new_sid()})
    assert answer.status_code == 200
    assert tags(ElementTree.fromstring(answer.data)) == ["Hangup"]


def test_no_number_is_logged(wish: Wish, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    wish.connects()
    wish.tells_of_caller("in-progress", To=CALLER)
    wish.asks("over", DialCallStatus="busy", To=CALLER)
    written = " ".join(str(vars(record)) for record in caplog.records)
    assert "a call-back is over" in written
    assert "9012345678" not in written
