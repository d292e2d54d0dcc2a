"""Workers are killed and frozen while the backend is asked."""

from tests.drills.people import somebody
from tests.waiting import eventually


def test_a_worker_killed_while_the_backend_is_slow_is_made_up_for_by_the_next(line):
    line.running.faults(latency_ms=1500)
    caller = line.is_promised()
    eventually(lambda: line.is_at_work("worker-1"), "a worker has taken the job")
    line.kill("worker-1")
    line.running.faults()
    line.start("worker-1")
    line.time_passes()
    caller.waits_until_hears("is stopped", 20).hears_receipt_number()
    assert line.is_stopped_once(caller)["attempts"] == 2


def test_a_stop_whose_answer_died_with_the_worker_is_found_done_and_not_done_again(line):
    keyed = somebody()
    with line.backend_held(keyed):
        caller = line.is_promised(keyed)
        line.backend_waits()
        line.kill("worker-1")
    line.is_applied(caller)
    assert line.request_of(caller)["status"] == "accepted"
    line.start("worker-1")
    line.time_passes()
    caller.waits_until_hears("is stopped", 20).hears_nothing_of("already")
    line.is_stopped_once(caller)


def test_a_job_that_a_frozen_worker_took_with_it_into_death_is_driven_again(line):
    """Valkey hands the job to the connection of a worker that never reads it: out of the queue and in no hands."""
    line.freeze_waiting("worker-1")
    caller = line.is_promised()
    line.is_tried(caller)
    eventually(lambda: not line.jobs_waiting(), "the job is out of the queue")
    line.kill("worker-1")
    line.start("worker-1")
    line.time_passes()
    line.is_stopped_once(caller)


def test_a_worker_that_thaws_with_an_old_job_in_hand_does_nothing_with_it(line):
    line.freeze_waiting("worker-1")
    caller = line.is_promised()
    line.is_tried(caller)
    eventually(lambda: not line.jobs_waiting(), "the job is out of the queue")
    line.start("worker-2")
    line.time_passes()
    finished = line.is_stopped_once(caller)
    line.kill("worker-2")
    line.thaw("worker-1")
    # It takes the next job only after the old one.
    line.is_stopped_once(line.is_promised())
    assert line.request_of(caller) == finished


def test_a_worker_that_thaws_with_an_old_answer_in_hand_writes_nothing(line):
    keyed = somebody()
    with line.backend_held(keyed):
        caller = line.is_promised(keyed)
        line.backend_waits()
        line.freeze("worker-1")
    line.start("worker-2")
    line.time_passes()
    finished = line.is_stopped_once(caller)
    line.kill("worker-2")
    line.thaw("worker-1")
    line.is_stopped_once(line.is_promised())
    assert line.request_of(caller) == finished
