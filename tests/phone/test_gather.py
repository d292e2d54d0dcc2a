import pytest

from hotline.phone.call import Call
from hotline.phone.faults import NotAsExpected
from hotline.phone.moments import Doing, Keys, Words
from hotline.phone.transcript import Transcript
from tests.phone.documents import gather, menu

BYE = "<Say>Goodbye.</Say><Hangup/>"


def digits(line, path="/keyed"):
    """Digits and FinishedOnKey of the requests to a path."""
    return [(one.form.get("Digits"), one.form.get("FinishedOnKey")) for one in line.at(path)]


def test_the_finish_key_ends_the_entry_and_is_not_among_the_digits(line, call):
    line.says("/keyed", BYE)
    call(gather()).keys("19800301#").hears("goodbye")
    assert digits(line) == [("19800301", "#")]


def test_another_finish_key_leaves_the_hash_among_the_digits(line, call):
    line.says("/keyed", BYE)
    call(gather(finishOnKey="*")).keys("1#2*")
    assert digits(line) == [("1#2", "*")]


def test_without_a_finish_key_hash_and_star_are_digits(line, call):
    line.says("/keyed", menu(), BYE)
    call(menu()).presses("#", "*")
    assert digits(line) == [("#", ""), ("*", "")]


def test_the_last_of_so_many_digits_ends_the_entry(line, call):
    line.says("/keyed", BYE)
    call(gather(numDigits="3")).keys("123")
    assert digits(line) == [("123", "")]


def test_a_pause_between_digits_ends_the_entry(line, call):
    line.says("/keyed", BYE)
    caller = call(gather(timeout="4")).keys("12")
    assert digits(line) == [("12", "")]
    caller.hears("goodbye")


def test_silence_sends_no_request_and_falls_through(line, call):
    caller = call(gather(also="<Say>Nothing came.</Say><Hangup/>"))
    caller.stays_silent().hears("nothing came").is_hung_up_on()
    assert digits(line) == []


def test_a_hash_alone_sends_no_request_and_falls_through(line, call):
    call(gather(also="<Say>Nothing came.</Say><Hangup/>")).presses("#").hears("nothing came")
    assert digits(line) == []


def test_a_hash_alone_is_sent_where_empty_results_are_wanted(line, call):
    line.says("/keyed", BYE)
    call(gather(actionOnEmptyResult="true")).presses("#").hears("goodbye")
    assert digits(line) == [("", "#")]


def test_nothing_is_sent_where_empty_results_are_refused(line, call):
    caller = call(gather(actionOnEmptyResult="false", also="<Say>Nothing came.</Say>"))
    caller.presses("#").hears("nothing came")
    assert digits(line) == []


def test_silence_is_sent_where_empty_results_are_wanted(line, call):
    line.says("/keyed", BYE)
    call(gather(actionOnEmptyResult="true")).stays_silent().hears("goodbye")
    assert digits(line) == [("", "")]


def test_silence_after_the_last_verb_ends_the_call(call):
    call(gather()).stays_silent().is_hung_up_on()


def test_keys_ahead_answer_the_next_questions_without_hearing_them(line, call):
    line.says("/keyed", menu("Which one?"), gather("Your birth date?"), BYE)
    caller = call(menu()).keys("2119800301#")
    assert digits(line) == [("2", ""), ("1", ""), ("19800301", "#")]
    caller.hears("goodbye").hears_nothing_of("which one").hears_nothing_of("birth date")


def test_a_hash_after_the_last_digit_is_left_over_for_the_next_question(line, call):
    line.says("/keyed", gather("Postal code?", actionOnEmptyResult="true"), BYE)
    call(gather(numDigits="8")).keys("19800301#")
    assert digits(line) == [("19800301", ""), ("", "#")]


def test_keys_are_kept_through_a_document_that_does_not_listen(line, call):
    line.says("/keyed", "<Say>Thank you.</Say><Pause/><Redirect>/next</Redirect>", BYE)
    line.says("/next", menu("More?"))
    # The pause is a hold: hears() goes through it.
    call(menu()).keys("12").hears("thank you").hears("goodbye")
    assert digits(line) == [("1", ""), ("2", "")]


def test_an_entry_that_was_typed_half_ahead_waits_for_its_other_half(line, call):
    line.says("/keyed", gather("Birth date?"), BYE)
    call(menu()).keys("119").hears("goodbye")
    assert digits(line) == [("1", ""), ("19", "")]


def test_speech_is_sent_where_speech_is_listened_for(line, call):
    line.says("/keyed", BYE)
    call(gather(input="dtmf speech")).says("カードをなくしました").hears("goodbye")
    (request,) = line.at("/keyed")
    assert request["SpeechResult"] == "カードをなくしました"
    assert 0 < float(request["Confidence"]) <= 1
    assert "Digits" not in request


def test_the_first_key_shuts_the_ear_for_speech(line, call):
    line.says("/keyed", BYE)
    call(gather(input="dtmf speech")).presses("1").hears("goodbye")
    assert digits(line) == [("1", "")]
    assert "SpeechResult" not in line.at("/keyed")[0]


def test_how_sure_the_ear_is_can_be_said_and_left_out(line, call):
    line.says("/keyed", gather(input="dtmf speech"), BYE)
    call(gather(input="dtmf speech")).says("lost card", confidence=0.31).says("lost card", confidence=None)
    first, second = line.at("/keyed")
    assert first["Confidence"] == "0.31"
    assert second["SpeechResult"] == "lost card"
    assert "Confidence" not in second


def test_nobody_is_more_than_sure(call):
    with pytest.raises(ValueError, match="from 0 to 1"):
        call(gather(input="speech")).says("card", confidence=1.1)


def test_words_stop_the_talking(line):
    line.says("/voice", '<Gather input="dtmf speech" action="/keyed"><Say>Long.</Say><Say>Longer.</Say></Gather>')
    line.says("/keyed", "<Hangup/>")
    transcript = Transcript()
    steps = Call(line.line(), "", transcript).run()
    assert next(steps).doing is Doing.TALKING
    with pytest.raises(StopIteration):
        steps.send(Words("lost card", after_s=0.1))
    assert transcript.said == ["Long."]
    assert line.at("/keyed")[0]["SpeechResult"] == "lost card"


def test_words_do_not_stop_talking_that_does_not_yield(line):
    line.says("/voice", '<Gather input="speech" bargeIn="false" action="/keyed"><Say>Long.</Say></Gather>')
    line.says("/keyed", "<Hangup/>")
    transcript = Transcript()
    steps = Call(line.line(), "", transcript).run()
    next(steps)
    rest = steps.send(Words("lost card", after_s=0.1))
    assert rest.doing is Doing.TALKING
    assert str(transcript.entries[-1]) == "EVENT the line does not listen for words while it talks"
    assert steps.send(None).doing is Doing.LISTENING
    assert line.at("/keyed") == []


def test_words_after_the_first_key_are_lost(line):
    line.says("/voice", gather(input="dtmf speech"))
    line.says("/keyed", "<Hangup/>")
    steps = Call(line.line(), "", Transcript()).run()
    next(steps)
    assert steps.send(Keys("1")).doing is Doing.BETWEEN_KEYS
    assert steps.send(Words("lost card")).doing is Doing.BETWEEN_KEYS
    with pytest.raises(StopIteration):
        steps.send(None)
    assert digits(line) == [("1", "")]


def test_silence_where_only_words_are_heard_is_told_as_no_words(line, call):
    line.says("/keyed", BYE)
    call(gather(input="speech", actionOnEmptyResult="true")).stays_silent().hears("goodbye")
    assert line.at("/keyed")[0]["SpeechResult"] == ""
    assert "Digits" not in line.at("/keyed")[0]


def test_keys_are_not_taken_where_only_speech_is_listened_for(line, call):
    line.says("/keyed", menu(), BYE)
    caller = call(gather(input="speech")).presses("7")
    assert digits(line) == []
    caller.says("hello").hears("goodbye")
    assert [one.form.get("SpeechResult") for one in line.at("/keyed")] == ["hello", None]
    assert digits(line)[1] == ("7", "")


def test_speech_is_not_heard_where_only_keys_are_taken(line, call):
    line.says("/keyed", BYE)
    caller = call(gather()).says("hello")
    assert line.at("/keyed") == []
    assert "EVENT nothing listens for words here" in caller.transcript
    caller.presses("1").hears("goodbye")


def test_without_an_action_the_document_is_asked_again(line, call):
    line.says("/voice", "<Gather><Say>Again?</Say></Gather>", BYE)
    call().keys("5#").hears("goodbye")
    assert digits(line, "/voice") == [(None, None), ("5", "#")]


def test_a_get_action_carries_everything_in_its_signed_url(line, call):
    line.says("/keyed", BYE)
    call(gather(method="GET", action="/keyed?turn=2&amp;a=%E3%81%82")).keys("5#").hears("goodbye")
    (request,) = line.at("/keyed")
    assert (request.method, request.args["Digits"], request.args["turn"]) == ("GET", "5", "2")
    assert "CallSid" in request.args
    assert not request.form


def test_relative_urls_start_from_the_document_they_stand_in(line, call):
    line.says("/voice", "<Redirect>/deep/down/menu</Redirect>")
    line.says("/deep/down/menu", menu(action="keyed?turn=3"))
    line.says("/deep/down/keyed", "<Redirect>?turn=4</Redirect>", "<Redirect>../bye</Redirect>")
    line.says("/deep/bye", BYE)
    call().presses("1").hears("goodbye")
    assert [one.url.partition("?")[2] for one in line.at("/deep/down/keyed")] == ["turn=3", "turn=4"]


def test_presses_takes_single_keys_that_exist(call):
    caller = call(menu())
    with pytest.raises(ValueError, match="single keys"):
        caller.presses("12")
    with pytest.raises(ValueError, match="cannot be typed"):
        caller.keys("1a")


def test_nothing_can_be_pressed_in_a_call_that_is_over(call):
    caller = call("<Hangup/>")
    with pytest.raises(NotAsExpected, match="Too late for this: CALLER presses 1"):
        caller.presses("1")
