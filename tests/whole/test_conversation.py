"""The same conversation by text message, for those who cannot hear or speak."""

from tests.waiting import eventually
from tests.whole.conftest import anybody
from tests.whole.talk import writes_facts


def test_a_card_is_stopped_from_the_first_message_to_the_last(line, texter, somebody):
    writes_facts(texter, somebody).writes("1").reads("The result comes as another message")
    texter.waits_until_reads("The card is stopped", 20).reads_receipt_number()
    (request,) = line.listed("requests", texter.receipt_number)
    assert (request["status"], request["call_sid"]) == ("suspended", line.conversation_of(texter))
    texter.writes("2").writes("1").reads("What to do next").reads("police").reads("千代田区").writes("#").reads(
        "Goodbye"
    )
    (call,) = line.listed("calls", request["call_sid"])
    assert (call["outcome"], call["status"], call["language"]) == ("stopped", "completed", "en")
    (sent,) = [one for one in line.listed("texts") if one["call_sid"] == request["call_sid"]]
    assert sent["purpose"] == "turn"


def test_a_message_that_is_delivered_twice_is_answered_the_same_and_counts_once(line, texter, somebody):
    writes_facts(texter, somebody).writes("1").sends_again()
    texter.waits_until_reads("The card is stopped", 20)
    sid = line.conversation_of(texter)
    assert len(line.rows("SELECT id FROM requests WHERE call_sid = :sid", sid=sid)) == 1
    assert len([one for one in texter.messages if "The card is stopped" in one]) == 1


def test_the_first_message_delivered_twice_begins_one_conversation(line, texter):
    texter.writes("Help").sends_again()
    first, second = texter.messages
    assert first == second
    sid = line.conversation_of(texter)
    assert len(line.rows("SELECT number FROM turns WHERE call_sid = :sid", sid=sid)) == 1


def test_the_language_can_be_changed_in_the_middle_and_stays_for_the_next_day(texter, somebody):
    texter.writes("2").reads("お電話ありがとうございます")
    texter.writes("2").writes("1").writes(somebody.birth_date).writes("9").writes("4").reads("우편번호")
    texter.writes(somebody.postal_code).writes("2-16-3").writes("1").waits_until_reads("정지", 20)
    texter.writes("#").writes("#").writes("#")
    texter.writes("다시").reads("분실").reads_nothing_of("マイナンバー")


def test_a_person_is_asked_for_and_will_write_back(line, texter):
    texter.writes("Help").writes("9").writes("1").writes("operator").reads("A person will write to you at this number")
    sid = line.conversation_of(texter)
    assert line.reasons(sid) == ["write_back"]
    assert line.listed("calls", sid)[0]["outcome"] == "call_back"


def test_three_messages_that_nobody_understands_lead_to_a_person(line, texter):
    texter.writes("Help").writes("9").writes("1")
    texter.writes("???").reads("Please write one of the numbers").writes("???").writes("???")
    texter.reads("A person will write to you")
    assert line.reasons(line.conversation_of(texter)) == ["write_back"]


def test_twelve_digits_are_refused_and_told_why(line, texter):
    texter.writes("Help").writes("9").writes("1").writes("2").writes("1").writes("1234 5678 9012")
    texter.reads("this line never asks for it").reads("It has not been saved")


def test_what_takes_longer_than_a_minute_is_told_and_what_became_of_it_is_told_to_who_asks(line, texter, somebody):
    line.faults(error_share=1)
    try:
        writes_facts(texter, somebody).writes("1").reads("another message")
        line.time_passes(61)
        texter.waits_until_reads("not carried out yet", 20).reads_receipt_number()
    finally:
        line.faults()
    line.time_passes()
    receipt = texter.receipt_number
    eventually(lambda: line.listed("requests", receipt)[0]["finished_at"], "it is finished")
    texter.writes("*").waits_until_reads("The card is stopped", 20)


def test_whoever_is_not_found_corrects_and_is(texter, somebody):
    writes_facts(texter, anybody()).writes("2").writes("2").writes(somebody.postal_code).writes("1")
    texter.waits_until_reads("found nobody", 20).writes("1").writes(somebody.birth_date).writes("1")
    texter.waits_until_reads("The card is stopped", 20)


def test_hanging_up_is_writing_no_more_and_the_next_message_goes_on_where_it_was(texter, somebody):
    writes_facts(texter, somebody)
    texter.writes("what?").reads("press 1 to stop").writes("1").waits_until_reads("The card is stopped", 20)
