"""What an operator hears before a caller, and the one key that takes the call."""

from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from hotline.phone.twiml import read_twiml
from tests.voice.conftest import PUBLIC_URL, Twilio

OPERATOR_LEG = "CA" + "f" * 32


def asks(twilio: Twilio, path: str, **form: str) -> ElementTree.Element:
    """What Twilio gets for the operator's leg of the newest call."""
    leg = {"CallSid": OPERATOR_LEG, "ParentCallSid": twilio.sid, "From": twilio.number, "To": "+81312345678"}
    answer = twilio.signs(path, leg | form)
    assert answer.status_code == 200
    read_twiml(answer.data, answer.content_type)
    return ElementTree.fromstring(answer.data)


def said(root: ElementTree.Element) -> str:
    return " ".join(say.text or "" for say in root.iter("Say"))


def test_an_operator_hears_in_their_language_what_is_known(dial):
    twilio = dial(operator_language="en")
    answer = twilio.presses("9", "3", "2", "1", "0")
    assert "<Dial" in answer.text
    whispered = asks(twilio, "/operators/whisper")
    assert "Chinese" in said(whispered)
    assert "press 1" in said(whispered).lower()


def test_operators_hear_japanese_unless_another_language_is_set(twilio):
    twilio.presses("9", "1", "0")
    assert {say.get("language") for say in asks(twilio, "/operators/whisper").iter("Say")} == {"ja-JP"}


def test_nothing_that_was_keyed_is_whispered(dial):
    twilio = dial(operator_language="en")
    twilio.presses("9", "1", "2", "1", "19800301", "1000001", "216", "0")
    whispered = ElementTree.tostring(asks(twilio, "/operators/whisper"), "unicode")
    assert not any(keyed in whispered for keyed in ("1980", "1000001", "216", "9012345678"))


def test_a_voicemail_presses_nothing_and_is_hung_up_on(twilio):
    twilio.presses("0")
    gather, last = asks(twilio, "/operators/whisper")
    assert (gather.tag, gather.get("action"), last.tag) == ("Gather", "/operators/taken", "Hangup")
    assert gather.get("actionOnEmptyResult") == "false"


def test_one_takes_the_call(twilio):
    assert list(asks(twilio, "/operators/taken", Digits="1")) == []


@pytest.mark.parametrize("digits", ["2", "0", "#", "*", "11", ""])
def test_every_other_key_leaves_the_caller_to_the_next(twilio, digits):
    assert [verb.tag for verb in asks(twilio, "/operators/taken", Digits=digits)] == ["Hangup"]


def is_only_asked(root: ElementTree.Element) -> bool:
    return [verb.tag for verb in root] == ["Gather", "Hangup"] and len(list(root.iter("Say"))) == 1


def test_an_unknown_call_is_offered_without_a_word_about_it_and_taken_by_no_voicemail(twilio):
    assert is_only_asked(asks(twilio, "/operators/whisper"))


def test_a_call_that_was_erased_is_offered_all_the_same(twilio):
    twilio.presses("0")
    with twilio.client.application.extensions["hotline.engine"].connect() as connection:
        connection.execute(text("UPDATE calls SET sealed = NULL"))
    assert is_only_asked(asks(twilio, "/operators/whisper"))


def test_without_a_database_the_operator_is_still_asked(dial, free_port):
    twilio = dial(database_url=f"postgresql://postgres@127.0.0.1:{free_port}/nowhere")
    assert is_only_asked(asks(twilio, "/operators/whisper"))


@pytest.mark.parametrize("parent", ["", "CA1"])
def test_a_leg_without_its_call_is_refused(twilio, parent):
    answer = twilio.signs("/operators/whisper", {"CallSid": OPERATOR_LEG, "ParentCallSid": parent})
    assert (answer.status_code, answer.data) == (400, b"")


@pytest.mark.parametrize("path", ["/operators/whisper", "/operators/taken"])
def test_whoever_cannot_sign_takes_no_call(twilio, path):
    answer = twilio.client.post(path, data={"CallSid": OPERATOR_LEG, "ParentCallSid": twilio.sid, "Digits": "1"})
    assert (answer.status_code, answer.data) == (403, b"")


def numbers(answer) -> list[str | None]:
    return [number.text for number in ElementTree.fromstring(answer.data).iter("Number")]


def test_all_operators_are_rung_and_whispered_to(twilio):
    answer = twilio.presses("0")
    assert numbers(answer) == ["+81312345678", "+81312345679"]
    assert answer.text.count(f'url="{PUBLIC_URL}/operators/whisper"') == 2


def test_operators_are_rung_one_after_the_other_where_that_is_set(dial):
    twilio = dial(operator_ringing="in-turn")
    answer = twilio.presses("0")
    assert numbers(answer) == ["+81312345678"]
    answer = twilio.goes_on(answer, DialCallStatus="no-answer", DialBridged="false")
    assert numbers(answer) == ["+81312345679"]
    answer = twilio.goes_on(answer, DialCallStatus="completed", DialBridged="true")
    assert "<Hangup" in answer.text


def test_a_voicemail_that_picked_up_first_costs_the_caller_nothing(twilio):
    answer = twilio.goes_on(twilio.presses("0"), DialCallStatus="completed", DialBridged="false")
    assert numbers(answer) == ["+81312345678"]
    answer = twilio.goes_on(answer, DialCallStatus="completed", DialBridged="false")
    assert numbers(answer) == ["+81312345679"]


def test_a_second_caller_waits_while_the_only_operator_talks(dial):
    first = dial(operator_numbers="+81312345678")
    first.presses("9", "1", "0")
    second = Twilio(first.client, number="+819011112222")
    answer = second.presses("9", "1", "0")
    assert "<Dial" not in answer.text
    first.posts("/voice/status", CallStatus="completed")
    answer = second.goes_on(answer)
    assert numbers(answer) == ["+81312345678"]
