"""The same webhook many times at once, through every process of the web server."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

TIMES = 20


def test_a_confirmation_that_comes_twenty_times_at_once_promises_once(line):
    caller = line.confirms()
    turn = line.next_turn_of(caller)
    answers = _all_at_once(lambda: caller.posts(turn, caller.fields(Digits="1")))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    caller.presses("1").hears("One moment").waits_until_hears("is stopped", 20).hears_receipt_number()
    assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number


def test_a_call_that_is_announced_twenty_times_at_once_is_answered_once(line):
    caller = line.caller().dials()
    # Another call, as nobody has seen it yet.
    fields = caller.fields(CallSid="CA" + caller.call_sid[:1:-1], CallStatus="ringing")
    answers = _all_at_once(lambda: caller.posts("/voice/incoming", fields))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(line.rows("SELECT FROM turns WHERE call_sid = %s", fields["CallSid"])) == 1


def _all_at_once(posts):
    together = Barrier(TIMES)

    def post(_):
        together.wait(20)
        return posts()

    with ThreadPoolExecutor(TIMES) as telephones:
        return list(telephones.map(post, range(TIMES)))
