"""The card-status backend is killed, silent, refusing, and loses its answers."""

from tests.drills.people import somebody
from tests.waiting import eventually


def test_a_backend_killed_while_it_stops_a_card_stops_it_once_when_it_is_back(line):
    keyed = somebody()
    with line.backend_held(keyed):
        caller = line.is_promised(keyed)
        line.backend_waits()
        line.kill("cardstatus")
    line.start("cardstatus")
    assert not line.applied(line.request_of(caller))
    line.time_passes()
    caller.waits_until_hears("is stopped", 20).hears_nothing_of("already")
    line.is_stopped_once(caller)


def test_a_backend_killed_after_an_answer_that_was_lost_still_knows_the_key(line):
    line.running.faults(drop_share=1, drop="after")
    caller = line.is_promised()
    line.says("worker-1", "the backend did not answer")
    line.running.faults()
    assert line.applied(line.request_of(caller))
    line.kill("cardstatus")
    assert line.request_of(caller)["status"] == "accepted"
    line.start("cardstatus")
    line.time_passes()
    caller.waits_until_hears("is stopped", 20).hears_nothing_of("already")
    line.is_stopped_once(caller)


def test_a_backend_down_for_minutes_is_asked_until_it_is_back(line):
    line.kill("cardstatus")
    caller = line.is_promised()
    line.is_tried(caller)
    line.time_passes_for(caller, 60)
    caller.waits_until_hears("nothing is stopped at this moment", 10).hears_receipt_number().hangs_up()
    for tries in (2, 3, 4, 5):
        eventually(lambda: _is_over(line), "the try is over")
        line.time_passes()
        line.is_tried(caller, tries)
    eventually(lambda: _is_over(line), "the try is over")
    line.start("cardstatus")
    line.time_passes()
    request = line.is_stopped_once(caller)
    assert request["attempts"] == 6
    assert request["receipt_number"] == caller.receipt_number


def test_a_backend_that_answers_503_is_asked_again(line):
    line.running.faults(error_share=1)
    caller = line.is_promised()
    line.says("worker-1", "status 503")
    line.running.faults()
    line.time_passes()
    caller.waits_until_hears("is stopped", 20)
    assert line.is_stopped_once(caller)["attempts"] == 2


def test_a_backend_that_stands_still_and_wakes_up_stops_the_card_once(line):
    """It finds the question that nobody waits for any more in its ear, and does what it asks."""
    line.freeze("cardstatus")
    caller = line.is_promised()
    line.says("worker-1", "ReadTimeout")
    line.thaw("cardstatus")
    line.is_applied(caller)
    line.time_passes()
    caller.waits_until_hears("is stopped", 20).hears_nothing_of("already")
    line.is_stopped_once(caller)


def _is_over(line):
    return not line.jobs_waiting() and not line.is_at_work("worker-1")
