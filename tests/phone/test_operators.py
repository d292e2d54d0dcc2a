import pytest

from hotline.phone.faults import CallFailed, NotAsExpected
from tests.phone.documents import menu, open_hold

OPERATORS = "<Number>+81312345678</Number><Number>+81312345679</Number>"
DIAL = f'<Say>Connecting.</Say><Dial action="/dialled" timeout="20">{OPERATORS}</Dial>'
WHISPERING = '<Dial action="/dialled"><Number url="/whisper?x=1">+81312345678</Number></Dial>'
BYE = "<Say>Goodbye.</Say><Hangup/>"


def outcome(line):
    (request,) = line.at("/dialled")
    return request["DialCallStatus"], request.form.get("DialCallDuration"), request["CallStatus"]


def test_an_operator_answers_talks_and_hangs_up(line, call):
    line.says("/dialled", BYE)
    caller = call(DIAL).hears("connecting").operator_answers(talks_s=90)
    caller.hears("goodbye").is_hung_up_on()
    assert outcome(line) == ("completed", "90", "in-progress")
    assert line.at("/dialled")[0]["DialBridged"] == "true"
    assert "EVENT the caller is connected with an operator" in caller.transcript


def test_nobody_answers(line, call):
    line.says("/dialled", menu("Shall we call you back?"))
    call(DIAL).operators_do_not_answer().hears("call you back")
    assert outcome(line) == ("no-answer", None, "in-progress")


def test_the_operators_are_engaged(line, call):
    line.says("/dialled", BYE)
    call(DIAL).operators_do_not_answer(busy=True).hears("goodbye")
    assert outcome(line) == ("busy", None, "in-progress")


def test_what_the_operators_do_can_be_said_before_they_are_called(line, call):
    line.says("/keyed", DIAL, BYE)
    line.says("/dialled", menu("And now?"))
    caller = call(menu()).operator_answers(talks_s=5).presses("0").hears("and now")
    caller.operators_do_not_answer().presses("1").hears("goodbye")
    assert len(line.at("/dialled")) == 1


def test_what_the_operators_do_is_said_for_one_time(line, call):
    line.says("/dialled", DIAL)
    with pytest.raises(NotAsExpected, match="The line is ringing"):
        call(menu(action="/dialled")).operator_answers(talks_s=5).presses("0").hears("goodbye")
    assert len(line.at("/dialled")) == 2


def test_what_the_operators_do_can_be_said_before_the_call(line):
    from hotline.phone.caller import Caller

    line.says("/voice", DIAL)
    line.says("/dialled", BYE)
    Caller(line.line()).operators_do_not_answer().dials().hears("goodbye")
    assert outcome(line)[0] == "no-answer"


def test_an_operator_who_stays_talks_until_one_of_them_hangs_up(line, call):
    line.says("/dialled", BYE)
    caller = call(DIAL).operator_answers(talks_s=None).is_connected_to_operator()
    assert line.at("/dialled") == []
    caller.operator_hangs_up().hears("goodbye")
    assert outcome(line)[0] == "completed"


def test_the_caller_who_hangs_up_on_an_operator_is_reported(line, call):
    line.says("/dialled", BYE)
    line.says("/status", "")
    caller = call(DIAL, status_url="/status").operator_answers(talks_s=None).hangs_up()
    assert outcome(line) == ("completed", "1", "completed")
    assert line.at("/status")[0]["CallStatus"] == "completed"
    caller.hears_nothing_of("goodbye")


def test_the_caller_who_hangs_up_while_it_rings_is_reported(line, call):
    line.says("/dialled", BYE)
    call(DIAL).hangs_up()
    assert outcome(line) == ("canceled", None, "completed")


def test_without_an_action_the_document_goes_on(line, call):
    call(f"<Dial>{OPERATORS}</Dial><Say>Nobody was there.</Say>").operators_do_not_answer().hears("nobody was there")


def test_the_operator_is_asked_before_being_connected(line, call):
    line.says("/whisper", '<Gather action="/accepted" numDigits="1"><Say>Press 1 to take it.</Say></Gather><Hangup/>')
    line.says("/accepted", "<Say>Thank you.</Say>")
    line.says("/dialled", BYE)
    caller = call(WHISPERING).operator_answers(pressing="1", talks_s=3).hears("goodbye")
    # Asking takes two seconds of the dialled call, in which the caller hears nothing of it.
    assert outcome(line) == ("completed", "5", "in-progress")
    assert line.at("/dialled")[0]["DialBridged"] == "true"
    (whisper,) = line.at("/whisper")
    assert whisper["ParentCallSid"] == caller.call_sid
    assert whisper["CallSid"] == line.at("/dialled")[0]["DialCallSid"] != caller.call_sid
    assert (whisper["To"], whisper["Direction"]) == ("+81312345678", "outbound-dial")
    assert line.at("/accepted")[0]["Digits"] == "1"
    assert "OPERATOR hears (en-US): Press 1 to take it." in caller.transcript
    assert "OPERATOR presses 1" in caller.transcript


def test_what_the_operator_is_told_the_caller_does_not_hear(line, call):
    line.says("/whisper", "<Say>A caller about a card.</Say>")
    line.says("/dialled", BYE)
    call(WHISPERING).operator_answers().hears_nothing_of("about a card").hears("goodbye")
    assert outcome(line)[0] == "completed"


def test_a_voicemail_does_not_take_the_call(line, call):
    line.says("/whisper", '<Gather action="/accepted" numDigits="1"><Say>Press 1 to take it.</Say></Gather><Hangup/>')
    line.says("/dialled", BYE)
    caller = call(WHISPERING).operator_answers(pressing="").hears("goodbye")
    # Twilio calls it completed, because somebody answered; only DialBridged tells that nobody took the call.
    assert outcome(line)[0] == "completed"
    assert line.at("/dialled")[0]["DialBridged"] == "false"
    assert line.at("/accepted") == []
    assert "EVENT whoever answered did not take the call" in caller.transcript
    assert not [entry for entry in caller.transcript if entry.startswith("OPERATOR presses")]


def test_an_operator_who_is_given_little_time_takes_the_call_all_the_same(line, call):
    line.says("/whisper", open_hold("Press 1.").replace("/held", "/accepted"))
    line.says("/accepted", "<Say>Thank you.</Say>")
    line.says("/dialled", BYE)
    call(WHISPERING).operator_answers(pressing="1", talks_s=3).hears("goodbye")
    assert line.at("/accepted")[0]["Digits"] == "1"


def test_the_one_who_is_quickest_is_asked_and_the_others_stop_ringing(line, call):
    line.says("/first", "<Say>For the first.</Say>")
    line.says("/second", "<Say>For the second.</Say>")
    line.says("/dialled", BYE)
    numbers = '<Number url="/first">+81312345678</Number><Number url="/second">+81312345679</Number>'
    caller = call(f'<Dial action="/dialled">{numbers}</Dial>').operator_answers(number="+81312345679", talks_s=5)
    caller.operator_hears("for the second").hears("goodbye")
    assert line.at("/first") == []
    assert line.at("/second")[0]["To"] == "+81312345679"
    with pytest.raises(NotAsExpected, match="No operator heard 'for the first'"):
        caller.operator_hears("for the first")


def test_nobody_answers_at_a_telephone_that_does_not_ring(call):
    with pytest.raises(ValueError, match=r"\+81399999999 cannot answer: what rings is \+81312345678"):
        call(DIAL).operator_answers(number="+81399999999")


IN_TURN = f'<Dial action="/dialled" timeout="20" sequential="true">{OPERATORS}</Dial>'


def test_operators_can_be_rung_in_turn(line, call):
    line.says("/dialled", BYE)
    caller = call(IN_TURN).operators_do_not_answer().operator_answers(talks_s=5).hears("goodbye")
    assert outcome(line) == ("completed", "5", "in-progress")
    assert "EVENT the operators' telephones ring: +81312345679" in caller.transcript


def test_when_the_last_in_turn_is_engaged_so_is_the_whole_dial(line, call):
    line.says("/dialled", BYE)
    call(IN_TURN).operators_do_not_answer().operators_do_not_answer(busy=True).hears("goodbye")
    assert outcome(line) == ("busy", None, "in-progress")


def test_the_caller_who_hangs_up_while_an_operator_is_asked_is_bridged_with_nobody(line, call):
    line.says("/whisper", '<Gather action="/accepted" numDigits="1"><Say>Press 1.</Say></Gather><Hangup/>')
    line.says("/dialled", BYE)
    call(WHISPERING).hangs_up()
    assert outcome(line) == ("canceled", None, "completed")
    assert line.at("/dialled")[0]["DialBridged"] == "false"


def test_a_dial_at_the_operators_ear_is_refused(line, call):
    line.says("/whisper", DIAL)
    with pytest.raises(CallFailed, match=r"<Dial> may not stand.*13201"):
        call(WHISPERING).operator_answers()


def test_keys_during_the_talk_are_the_operators(line, call):
    line.says("/dialled", menu("Anything else?"), BYE)
    line.says("/keyed", BYE)
    caller = call(DIAL).operator_answers(talks_s=None).keys("123").operator_hangs_up().hears("anything else")
    caller.presses("9")
    assert [one["Digits"] for one in line.at("/keyed")] == ["9"]


def test_hearing_while_it_rings_says_what_is_missing(call):
    with pytest.raises(NotAsExpected, match="The line is ringing"):
        call(DIAL).hears("goodbye")


WAIT = '<Enqueue action="/left" waitUrl="/wait">support</Enqueue>'


def result(line):
    (request,) = line.at("/left")
    return request["QueueResult"], request["QueueTime"], request["CallStatus"]


def test_a_queue_entertains_the_caller_until_an_operator_comes(line, call):
    line.says("/wait", '<Say>You are next.</Say><Pause length="10"/>')
    line.says("/left", BYE)
    caller = call(WAIT).hears("you are next").stays_silent().hears("you are next")
    caller.operator_answers(talks_s=30).hears("goodbye")
    # One second of talk, ten of pause, and one until the operator came.
    assert result(line) == ("bridged", "12", "in-progress")
    first, second = line.at("/wait")
    assert (first["QueuePosition"], first["QueueTime"]) == ("1", "0")
    assert int(second["QueueTime"]) >= 10
    assert first["AvgQueueTime"] == "0"
    assert first["QueueSid"] == line.at("/left")[0]["QueueSid"]


def test_the_document_of_the_queue_can_let_the_caller_out(line, call):
    line.says("/wait", menu("Press 1 for a call-back.") + "")
    line.says("/keyed", "<Leave/>")
    line.says("/left", BYE)
    call(WAIT).presses("1").hears("goodbye")
    assert result(line)[0] == "leave"


def test_the_document_of_the_queue_can_end_the_call(line, call):
    line.says("/wait", "<Say>We are closed.</Say><Hangup/>")
    call(WAIT).hears("we are closed").is_hung_up_on()
    assert line.at("/left") == []


def test_the_caller_who_leaves_the_queue_by_hanging_up_is_reported(line, call):
    line.says("/wait", '<Pause length="10"/>')
    line.says("/left", BYE)
    call(WAIT).hangs_up()
    assert result(line) == ("hangup", "1", "completed")


def test_operators_can_be_called_after_the_queue(line, call):
    line.says("/wait", '<Pause length="10"/>')
    line.says("/left", DIAL)
    line.says("/dialled", BYE)
    call(WAIT).operator_answers(talks_s=1).operators_do_not_answer().hears("goodbye")


def test_a_queue_without_a_document_just_waits(line, call):
    call("<Enqueue>support</Enqueue><Say>You were served.</Say>").operator_answers(talks_s=1).hears("you were served")


def test_what_may_not_stand_in_a_queue_is_refused(line, call):
    line.says("/wait", DIAL)
    with pytest.raises(CallFailed, match="<Dial> may not stand"):
        call(WAIT)
