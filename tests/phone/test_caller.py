import subprocess
import sys
import threading

import pytest

from hotline.phone.caller import Caller
from hotline.phone.faults import CallFailed, NotAsExpected
from tests.phone.documents import gather, hold, menu, open_hold

JA = '<Say language="ja-JP" voice="Polly.Kazuha-Neural">{}</Say>'


def test_words_are_heard_whatever_their_case_and_spacing(call):
    call("<Say>Your  card\n is  STOPPED.</Say>").hears("YOUR card\n is  stopped")


def test_words_may_go_on_from_one_sentence_to_the_next(call):
    call("<Say>Your card</Say><Say>is stopped.</Say>").hears("card is stopped")


def test_only_what_was_said_since_the_last_act_counts(line, call):
    line.says("/keyed", "<Say>Second.</Say>")
    caller = call(menu("First.")).hears("first").presses("1").hears("second").hears_nothing_of("first")
    with pytest.raises(NotAsExpected):
        caller.hears("first")


def test_a_caller_who_hears_something_else_shows_the_whole_call(line, call):
    line.says("/keyed", JA.format("停止しました。"))
    with pytest.raises(NotAsExpected) as complaint:
        call(menu("Press 2.")).presses("2").hears("is stopped")
    assert str(complaint.value) == (
        "The caller never heard 'is stopped'. The call is over.\n"
        "CALLER dials +81120950178\n"
        "LINE (en-US): Press 2.\n"
        "CALLER presses 2\n"
        "LINE (ja-JP): 停止しました。\n"
        "EVENT the line hangs up"
    )


def test_a_caller_who_hears_too_much_complains(call):
    with pytest.raises(NotAsExpected, match=r"heard 'card'. The line is listening"):
        call(menu("Your card.")).hears_nothing_of("card")


def test_a_caller_who_expected_to_be_hung_up_on_complains(call):
    with pytest.raises(NotAsExpected, match="did not hang up"):
        call(menu()).is_hung_up_on()


def test_the_transcript_has_every_act_of_the_caller(line, call):
    line.says("/silent", menu("Please press a key."))
    line.says("/keyed", menu("Again."))
    caller = call(menu()).stays_silent().presses("1").says("hello").hangs_up()
    assert caller.transcript == [
        "CALLER dials +81120950178",
        "LINE (en-US): Press one key.",
        "CALLER silent",
        "LINE (en-US): Please press a key.",
        "CALLER presses 1",
        "LINE (en-US): Again.",
        "CALLER says: hello",
        "EVENT nothing listens for words here",
        "CALLER hangs up",
    ]


def test_silence_can_be_repeated(line, call):
    line.says("/silent", menu("Once."), menu("Twice."), "<Say>A person.</Say>")
    call(menu()).stays_silent(times=3).hears("a person")
    assert len(line.at("/silent")) == 3


def test_lines_are_told_as_they_come(line):
    line.says("/voice", menu("Hello."))
    told = []
    caller = Caller(line.line())
    caller.listener = lambda entry: told.append(str(entry))
    caller.dials().hangs_up()
    assert told == caller.transcript
    assert told[1] == "LINE (en-US): Hello."


def test_a_receipt_number_is_remembered(line, call):
    line.says("/keyed", JA.format("受付番号は、よん はち にい、ゼロ いち きゅう、さん なな、です。"))
    caller = call("<Say>Your number is</Say><Say>4 8 2.</Say><Say>0 1 9, 3 8.</Say>" + menu())
    caller.hears_receipt_number()
    assert caller.receipt_number == "48201938"
    caller.presses("1").hears_receipt_number()
    assert caller.receipt_number == "48201937"


def test_a_caller_without_a_receipt_number_complains(call):
    with pytest.raises(NotAsExpected, match="never heard a receipt number"):
        call(menu("Press 1 for the card, 2 for the telephone.")).hears_receipt_number()


def test_a_hold_is_rested_in_until_something_is_expected(line, call):
    line.says("/keyed", hold())
    line.says("/held", hold("Still a moment."), menu("Your card is stopped."))
    caller = call(menu()).presses("1").hears("one moment").hears_nothing_of("stopped")
    assert line.at("/held") == []
    caller.hears("is stopped")
    assert len(line.at("/held")) == 2


def test_a_hold_can_be_sat_through_one_at_a_time(line, call):
    line.says("/held", hold("Still a moment."), menu("Your card is stopped."))
    caller = call(hold()).stays_silent().hears("still a moment").hears_nothing_of("stopped")
    caller.stays_silent().hears("stopped")


def test_a_key_during_a_hold_waits_for_the_next_question(line, call):
    line.says("/held", menu("Your card is stopped."))
    line.says("/keyed", "<Say>A person.</Say>")
    call(hold()).presses("0").hears("a person")
    assert line.at("/keyed")[0]["Digits"] == "0"


def test_keys_that_wait_stay_in_their_order(line, call):
    line.says("/held", gather("Number?"))
    line.says("/keyed", "<Say>Goodbye.</Say>")
    call(hold()).presses("1", "2", "#").hears("goodbye")
    assert line.at("/keyed")[0]["Digits"] == "12"


def test_a_hold_that_listens_is_rested_in_and_passed_through_like_any_other(line, call):
    line.says("/keyed", open_hold())
    line.says("/held", open_hold("Still a moment."), menu("Your card is stopped."))
    caller = call(menu()).presses("1").hears("one moment").hears_nothing_of("stopped")
    assert line.at("/held") == []
    caller.hears("still a moment").hears("is stopped")
    assert [(one["Digits"], one["FinishedOnKey"]) for one in line.at("/held")] == [("", ""), ("", "")]


@pytest.mark.parametrize("key", ["0", "#", "*"])
def test_a_key_during_a_hold_that_listens_is_heard_at_once(line, call, key):
    line.says("/held", "<Say>A person.</Say>")
    call(open_hold()).hears("one moment").presses(key).hears("a person")
    assert [one["Digits"] for one in line.at("/held")] == [key]


def test_a_hold_that_listens_may_be_followed_by_its_way_back(line, call):
    line.says("/held", menu("Your card is stopped."))
    call(open_hold(also="<Redirect>/silent</Redirect>")).stays_silent().hears("is stopped")
    assert line.at("/silent") == []


def test_a_hold_that_listens_is_waited_out_really(line):
    backend = holding(line, ready_after_s=7, document=open_hold)
    Caller(line.line(), holds_really=True, wait=backend.wait).dials().hears("is stopped")
    assert backend.waits == [3, 3, 3]


def test_holds_that_listen_for_ever_fail_the_call_when_nothing_really_waits(line, call):
    line.says("/held", open_hold())
    with pytest.raises(CallFailed, match="goes in circles"):
        call(open_hold()).hears("something else")


def test_a_pause_before_a_question_is_no_hold(line, call):
    line.says("/silent", "<Say>Are you there?</Say>")
    call("<Say>Welcome.</Say><Pause/>" + menu()).stays_silent().hears("are you there")


class Backend:
    """Lets real time be waited for without a clock: the line gives its answer after so many seconds of waiting."""

    def __init__(self, ready_after_s: float) -> None:
        self.waits: list[float] = []
        self._ready_after_s = ready_after_s

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def is_ready(self) -> bool:
        return sum(self.waits) >= self._ready_after_s


def holding(line, ready_after_s: float, seconds: int = 3, document=hold) -> Backend:
    from werkzeug import Response

    backend = Backend(ready_after_s)
    stopped = f"<Response>{menu('Your card is stopped. Number 1 2 3 4 5 6 7 8.')}</Response>"
    wait = f"<Response>{document(seconds=seconds)}</Response>"
    answer = lambda: Response(stopped if backend.is_ready else wait, content_type="text/xml")  # noqa: E731
    line.says("/voice", document(seconds=seconds))
    line.does("/held", answer)
    return backend


def test_holds_can_be_waited_out_really(line):
    backend = holding(line, ready_after_s=7)
    caller = Caller(line.line(), wait=backend.wait).dials()
    caller.waits_until_hears("is stopped", within_s=60)
    assert backend.waits == [3, 3, 3]


def test_a_receipt_number_can_be_waited_for_really(line):
    backend = holding(line, ready_after_s=4)
    caller = Caller(line.line(), wait=backend.wait).dials().waits_until_hears_receipt_number(within_s=60)
    assert (backend.waits, caller.receipt_number) == ([3, 3], "12345678")


def test_hears_waits_really_for_a_caller_who_was_told_so(line):
    backend = holding(line, ready_after_s=7)
    Caller(line.line(), holds_really=True, wait=backend.wait).dials().hears("is stopped")
    assert backend.waits == [3, 3, 3]


def test_real_waiting_is_no_circle_however_long_it_takes(line):
    backend = holding(line, ready_after_s=200)
    Caller(line.line(), wait=backend.wait).dials().waits_until_hears("is stopped", within_s=60)
    assert len(backend.waits) == 67


def test_waiting_ends_when_its_time_is_over(line):
    line.says("/voice", hold(seconds=600))
    caller = Caller(line.line()).dials()
    with pytest.raises(NotAsExpected, match=r"did not hear 'is stopped' within 0\.1 s\. The line is holding"):
        caller.waits_until_hears("is stopped", within_s=0.1)


def test_a_waiting_caller_is_silent_where_the_line_listens(line):
    line.says("/voice", menu())
    line.says("/silent", "<Say>Are you there?</Say>")
    backend = Backend(0)
    Caller(line.line(), wait=backend.wait).dials().waits_until_hears("are you there", within_s=60)
    assert backend.waits == [5]


def test_waiting_in_vain_where_nothing_will_come_ends_at_once(call):
    with pytest.raises(NotAsExpected, match="The call is over"):
        call("<Hangup/>").waits_until_hears("hello", within_s=60)


def test_many_callers_may_call_at_once(line):
    line.says("/voice", menu())
    line.says("/keyed", "<Say>Goodbye.</Say>")
    heard = []

    def call() -> None:
        heard.append(Caller(line.line()).dials().presses("1").hears("goodbye").call_sid)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(heard)) == 8


def test_nothing_is_known_of_a_call_before_dialling(line):
    with pytest.raises(ValueError, match="dials"):
        _ = Caller(line.line()).call_sid


def test_the_phone_needs_neither_flask_nor_twilios_library_nor_the_line():
    code = (
        "import sys, hotline.phone.practice, hotline.phone.terminal, hotline.phone.texter, hotline.phone.carrier\n"
        "parts = ('flask', 'twilio', 'sqlalchemy', 'redis', 'hotline.voice', 'hotline.calls', 'hotline.speech')\n"
        "sys.exit(' '.join(part for part in parts if part in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_keyed_or_said_shows_in_no_repr():
    from hotline.phone.moments import Keys, Words
    from hotline.phone.practice import PracticePerson

    assert "19800301" not in repr((Keys("19800301"), Words("19800301"), PracticePerson("19800301", "19800301", "1")))
