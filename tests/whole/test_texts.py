"""Text messages that callers asked for."""

import pytest

from hotline.carrier.segments import count_segments
from hotline.phone.exchange import Trouble
from tests.waiting import eventually
from tests.whole.conftest import anybody
from tests.whole.running import new_mobile
from tests.whole.talk import has_stopped, keys_facts

SENT = ("sent", "delivered")


def asks_for_a_text(caller, person, *keys):
    """Has a card stopped, lost away from home, for oneself, and answers the offer with these keys."""
    number = has_stopped(caller, person)
    caller.presses("1", "1").hears("as a text message")
    for key in keys:
        caller.keys(key)
    return number


def bodies_to(line, number):
    return [one.body for one in line.carrier.messages if one.to == number]


def the_text_about(line, receipt_number, *statuses):
    def found():
        return [one for one in line.listed("texts", receipt_number) if one["status"] in statuses]

    (text,) = eventually(found, f"the text is {' or '.join(statuses)}")
    return text


def test_the_own_number_gets_the_receipt_number_and_the_next_steps_once(line, caller, texter, somebody):
    caller.from_number(texter.number)
    number = asks_for_a_text(caller, somebody, "1")
    caller.hears("The message is on its way").presses("#").is_hung_up_on()
    text = the_text_about(line, number, "delivered")
    (body,) = texter.messages
    assert f"Receipt number {number[:4]}-{number[4:]}" in body
    assert "The card is stopped" in body
    assert "police" in body
    assert "千代田区" in body
    # Twilio may tell that it was delivered before it answers whoever sent it: only then is it known how long it was.
    (text,) = eventually(
        lambda: [one for one in line.listed("texts", number) if one["segments"]], "its length is known"
    )
    assert text["segments"] == count_segments(body).count > 1
    assert (text["purpose"], text["language"], text["error_code"]) == ("steps", "en", None)


def test_lost_at_home_no_police_is_needed(line, caller, texter, somebody):
    caller.from_number(texter.number)
    has_stopped(caller, somebody)
    caller.presses("3", "1", "1").hears("on its way").presses("1").hears_nothing_of("police").hears("municipal")
    caller.hears("千代田区").hangs_up()
    texter.waits_until_reads("The card is stopped", 20).reads_nothing_of("police")


def test_after_a_disaster_its_certificate_takes_the_place_of_the_police(caller, somebody):
    has_stopped(caller, somebody)
    caller.presses("4", "1", "#").hears("disaster certificate").hears_nothing_of("Report it to the police")


def test_another_number_is_read_back_and_gets_it_in_the_language_of_the_call(line, caller, somebody):
    other = line.texter()
    caller.dials().presses("2", "1").keys(f"{somebody.keyed_birth_date}#").keys(f"{somebody.postal_code}#").keys("216#")
    caller.presses("1").hears("停止しました").presses("1", "1", "2").keys(f"0{other.number[3:]}#")
    caller.hears("ゼロ キュウ ゼロ、").presses("1").hangs_up()
    other.waits_until_reads("受付番号", 20).reads_nothing_of("receipt")


@pytest.mark.parametrize("number", ["0312345678#", "05012345678#", "09012#", "0901234567890#"])
def test_what_is_no_mobile_of_japan_gets_none(line, caller, somebody, number):
    asks_for_a_text(caller, somebody, "2", number)
    caller.hears("not a mobile number in Japan").hangs_up()
    assert line.rows("SELECT FROM texts WHERE call_sid = :sid", sid=caller.call_sid) == []


def test_whoever_calls_without_a_number_may_key_one(line, caller, somebody):
    other = new_mobile()
    caller.withheld()
    number = has_stopped(caller, somebody)
    caller.presses("1", "1").hears_nothing_of("You are calling from").presses("1").hears("does not work here")
    caller.presses("2").keys(f"0{other[3:]}#").presses("1").hears("on its way").hangs_up()
    the_text_about(line, number, *SENT)
    assert len(bodies_to(line, other)) == 1


def test_what_was_not_done_in_a_minute_is_told_by_text_when_it_is(line, caller, texter, somebody):
    caller.from_number(texter.number)
    line.faults(error_share=1)
    try:
        keys_facts(caller, somebody).presses("1").hears("One moment")
        line.time_passes(60)
        caller.hears("not carried out yet").hears_receipt_number()
        caller.presses("1", "1").hears("As soon as it is done").presses("1").hears("as soon as it is done").hangs_up()
        assert the_text_about(line, caller.receipt_number, "waiting")["purpose"] == "done"
        assert texter.messages == []
    finally:
        line.faults()
    line.time_passes()
    texter.waits_until_reads("The card is stopped", 20).reads_receipt_number()
    assert texter.receipt_number == caller.receipt_number


def test_a_text_that_does_not_arrive_is_left_to_a_person(line, caller, somebody):
    other = new_mobile()
    line.carrier.loses(other, 30003)
    number = asks_for_a_text(caller, somebody, "2", f"0{other[3:]}#", "1")
    caller.hangs_up()
    assert the_text_about(line, number, "undelivered")["error_code"] == 30003
    assert line.reasons(caller.call_sid) == ["text_not_delivered"]


def test_a_text_that_the_carrier_refuses_is_left_to_a_person(line, caller, somebody):
    other = new_mobile()
    line.carrier.refuses(other, 21610)
    number = asks_for_a_text(caller, somebody, "2", f"0{other[3:]}#", "1")
    caller.hangs_up()
    assert the_text_about(line, number, "failed")["error_code"] == 21610
    assert line.reasons(caller.call_sid) == ["text_not_delivered"]


def test_an_answer_of_the_carrier_that_is_lost_sends_nothing_twice(line, caller, somebody):
    other = new_mobile()
    line.carrier.misbehaves(Trouble.ANSWER_LOST)
    try:
        number = asks_for_a_text(caller, somebody, "2", f"0{other[3:]}#", "1")
        # The carrier's callback ends the doubt.
        the_text_about(line, number, "delivered")
    finally:
        line.carrier.misbehaves(Trouble.ANSWER_LOST, 0)
    assert len(bodies_to(line, other)) == 1


def test_a_number_that_got_three_texts_gets_no_more_and_the_caller_hears_the_receipt_number(line, somebody):
    other = new_mobile()
    for _ in range(3):
        asking = line.caller(holds_really=True)
        asks_for_a_text(asking, anybody(), "2", f"0{other[3:]}#", "1")
        asking.hears("on its way").hangs_up()
    fourth = line.caller(holds_really=True)
    number = asks_for_a_text(fourth, somebody, "2", f"0{other[3:]}#", "1")
    fourth.hears("We cannot send a message to that number now").hears_receipt_number()
    assert fourth.receipt_number == number


def test_nobody_can_have_many_texts_sent_to_others(line, caller):
    for _ in range(3):
        caller.dials()
        if caller.transcript[1].startswith("LINE (ja"):
            caller.presses("9", "1")
        person = anybody()
        caller.presses("2", "1").keys(f"{person.keyed_birth_date}#").keys(f"{person.postal_code}#").keys("216#")
        caller.presses("1").hears("is stopped").presses("1", "1", "2").keys(f"0{new_mobile()[3:]}#").presses("1")
        caller.hears("on its way").hangs_up()
    person = anybody()
    caller.dials().presses("2", "1").keys(f"{person.keyed_birth_date}#").keys(f"{person.postal_code}#").keys("216#")
    caller.presses("1")
    # A fourth card is stopped all the same, a little later, and a person is told.
    caller.hears("takes a little longer")
    line.time_passes()
    caller.hears("is stopped").presses("1", "1", "2").keys(f"0{new_mobile()[3:]}#").presses("1")
    caller.hears("We cannot send a message").hangs_up()
    assert set(line.reasons(caller.call_sid)) >= {"many_requests", "many_persons"}
