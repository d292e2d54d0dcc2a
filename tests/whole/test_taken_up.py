"""A call that broke off is taken up again."""

from tests.waiting import eventually
from tests.whole.running import new_mobile
from tests.whole.talk import has_stopped, keys_facts, writes_facts


def goes_on(caller, person):
    return caller.presses("7").keys(f"{person.keyed_birth_date}#").hears("We go on where you were")


def test_at_the_read_back_nothing_is_asked_twice_and_nothing_is_left_to_a_person(line, caller, somebody):
    keys_facts(caller, somebody).hangs_up()
    first = caller.call_sid
    assert line.reasons(first) == ["not_confirmed"]
    goes_on(caller.dials(), somebody).hears("Nothing has been stopped yet").hears("Postal code")
    caller.presses("1").hears("is stopped").hears_receipt_number()
    assert all(one["resolved_at"] for one in line.listed("follow-ups") if one["call_sid"] == first)
    (request,) = line.listed("requests", caller.receipt_number)
    assert request["call_sid"] == caller.call_sid


def test_while_waiting_the_next_call_tells_what_became_of_it_and_stops_nothing_again(line, caller, somebody):
    line.faults(error_share=1)
    try:
        keys_facts(caller, somebody).presses("1").hears("One moment").hangs_up()
        first = caller.call_sid
    finally:
        line.faults()
    line.time_passes()
    goes_on(caller.dials(), somebody).hears("is stopped").hears_receipt_number()
    (request,) = line.listed("requests", caller.receipt_number)
    assert (request["call_sid"], request["status"]) == (first, "suspended")
    caller.presses("3").hears("for yourself").hangs_up()
    (loss,) = line.rows("SELECT loss FROM requests WHERE receipt_number = :number", number=caller.receipt_number)
    assert loss == {"loss": "home"}


def test_while_it_still_goes_on_the_next_call_holds_as_the_first_did(line, caller, somebody):
    line.faults(error_share=1)
    try:
        keys_facts(caller, somebody).presses("1").hears("One moment").hangs_up()
        goes_on(caller.dials(), somebody).hears_nothing_of("is stopped.")
        line.time_passes(60)
        caller.hears("not carried out yet").hears_receipt_number().hangs_up()
    finally:
        line.faults()
    line.time_passes()
    (request,) = eventually(
        lambda: [one for one in line.listed("requests", caller.receipt_number) if one["finished_at"]]
    )
    assert request["status"] == "suspended"


def test_another_birth_date_opens_nothing_and_the_second_begins_anew(caller, somebody):
    keys_facts(caller, somebody).hangs_up()
    caller.dials().presses("7").keys("19991231#").hears("does not fit")
    caller.keys("19991230#").hears("We begin anew").hears_nothing_of("Postal code")
    caller.presses("7").hears("That key does not work here")


def test_from_another_telephone_nothing_is_offered(line, caller, somebody):
    keys_facts(caller, somebody).hangs_up()
    line.caller().dials().presses("9", "1").hears_nothing_of("your last call broke off")


def test_a_call_that_broke_off_is_taken_up_in_writing(line, texter, somebody):
    caller = line.caller(holds_really=True, number=texter.number)
    keys_facts(caller, somebody).hangs_up()
    texter.writes("Hello").reads("To go on where your last call broke off, 7")
    texter.writes("7").writes(somebody.birth_date).reads("We go on where you were").reads("press 1 to stop")
    texter.writes("1").waits_until_reads("The card is stopped", 20)


def test_a_conversation_that_broke_off_is_taken_up_by_telephone(line, caller, somebody):
    texter = line.texter()
    writes_facts(texter, somebody)
    caller.from_number(texter.number).dials()
    goes_on(caller, somebody).presses("1").hears("is stopped")


def test_a_call_that_had_its_result_is_not_told_it_as_news(line, caller, somebody):
    number = has_stopped(caller, somebody)
    caller.presses("1").hangs_up()
    goes_on(caller.dials(), somebody).hears("is stopped").hears_receipt_number().hears("for yourself")
    assert caller.receipt_number == number


def test_whoever_is_still_in_the_call_that_was_taken_up_is_connected_to_a_person(line, caller, somebody):
    number = new_mobile()
    keys_facts(caller.from_number(number), somebody)
    goes_on(line.caller().from_number(number).dials(), somebody).presses("1").hears("is stopped").hangs_up()
    caller.operator_answers().presses("1").hears("You are being connected to a person")
