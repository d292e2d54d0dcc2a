"""Valkey is killed, emptied and frozen: it is a hand-over that may be lost at any moment."""

import threading

from tests.drills.people import somebody
from tests.waiting import eventually


def test_a_job_in_the_queue_outlives_the_kill_where_valkey_keeps_its_data(line):
    line.kill("worker-1")
    caller = line.is_promised()
    waiting = eventually(line.jobs_waiting, "the job is in the queue")
    line.kill("valkey")
    line.start("valkey")
    assert line.jobs_waiting() == waiting
    line.start("worker-1")
    caller.waits_until_hears("is stopped", 20)
    assert line.is_stopped_once(caller)["attempts"] == 1


def test_a_job_that_was_lost_with_the_data_of_valkey_is_driven_again(line):
    line.kill("worker-1")
    caller = line.is_promised()
    eventually(line.jobs_waiting, "the job is in the queue")
    line.kill("valkey")
    line.servers["valkey"].forget()
    line.start("valkey", "worker-1")
    assert line.jobs_waiting() == []
    line.time_passes()
    caller.waits_until_hears("is stopped", 20)
    assert line.is_stopped_once(caller)["attempts"] == 2


def test_a_worker_in_the_middle_of_a_job_needs_no_valkey_to_finish_it(line):
    keyed = somebody()
    with line.backend_held(keyed):
        caller = line.is_promised(keyed)
        line.backend_waits()
        line.kill("valkey")
    caller.waits_until_hears("is stopped", 20)
    assert line.is_stopped_once(caller)["attempts"] == 1
    line.start("valkey")
    # The same worker and the same dispatcher find the new Valkey by themselves.
    line.is_promised().waits_until_hears("is stopped", 20)


def test_valkey_emptied_in_the_middle_of_a_job_changes_nothing(line):
    keyed = somebody()
    with line.backend_held(keyed), line.redis() as redis:
        caller = line.is_promised(keyed)
        line.backend_waits()
        redis.flushall()
    caller.waits_until_hears("is stopped", 20)
    assert line.is_stopped_once(caller)["attempts"] == 1
    line.is_promised().waits_until_hears("is stopped", 20)


def test_valkey_emptied_again_and_again_loses_no_request(line):
    """Every moment of a job's way is struck by some of the strokes."""
    enough = threading.Event()
    emptier = threading.Thread(target=_empties, args=(line, enough))
    emptier.start()
    try:
        callers = [line.is_promised() for _ in range(6)]
    finally:
        enough.set()
        emptier.join()
    line.settles()
    for caller in callers:
        line.is_stopped_once(caller)


def test_a_caller_hears_the_truth_when_valkey_is_down_for_the_whole_call(line):
    line.kill("valkey")
    caller = line.is_promised()
    _hears_the_truth(line, caller)
    line.start("valkey")
    assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number


def test_a_caller_hears_the_truth_when_valkey_stands_still(line):
    line.freeze("valkey")
    caller = line.is_promised()
    _hears_the_truth(line, caller)
    line.thaw("valkey")
    assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number


def _hears_the_truth(line, caller):
    """Accepted and not yet stopped, after a minute on hold, which is moved away by making the request older."""
    line.time_passes_for(caller, 60)
    caller.waits_until_hears("accepted and safe with us, but it is not carried out yet", 10)
    caller.hears("nothing is stopped at this moment").hears_nothing_of("is stopped.").hears_receipt_number()
    caller.presses("#", "#", "#", "#").hears("Goodbye").is_hung_up_on()


def _empties(line, enough):
    with line.redis() as redis:
        while not enough.wait(0.003):
            redis.flushall()
