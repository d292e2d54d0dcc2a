"""Nobody moves a clock here: what was dropped is taken up again by itself when the first pause is over."""

from tests.drills.people import somebody
from tests.waiting import eventually


def test_what_any_part_drops_is_taken_up_again_after_the_first_pause_without_a_human(line):
    dropped_by = (_the_worker, _the_backend, _postgres, _the_dispatcher, _valkey)
    for caller in [drops(line) for drops in dropped_by]:
        request = line.is_stopped_once(caller, within_s=60)
        caller.waits_until_hears("is stopped", 20).hears_nothing_of("already").hears_receipt_number()
        assert caller.receipt_number == request["receipt_number"]


def _the_worker(line):
    """Killed with a job that it had taken out of the queue."""
    line.freeze_waiting("worker-1")
    caller = line.is_promised()
    line.is_tried(caller)
    eventually(lambda: not line.jobs_waiting(), "the job is out of the queue")
    line.kill("worker-1")
    line.start("worker-1")
    return caller


def _the_backend(line):
    """Killed in mid-request."""
    keyed = somebody()
    with line.backend_held(keyed):
        caller = line.is_promised(keyed)
        line.backend_waits()
        line.kill("cardstatus")
    line.start("cardstatus")
    return caller


def _postgres(line):
    """Killed before the backend's answer could be written."""
    keyed = somebody()
    with line.backend_held(keyed):
        caller = line.is_promised(keyed)
        line.backend_waits()
        line.kill("postgres")
    line.says("worker-1", "a try failed")
    line.start("postgres")
    return caller


def _the_dispatcher(line):
    """Killed between claim and queue."""
    caller = line.confirms()
    line.freeze("valkey")
    caller.presses("1")
    line.is_tried(caller)
    line.kill("dispatcher", "valkey")
    line.start("valkey", "dispatcher")
    return caller


def _valkey(line):
    """Killed with a job in the queue, and its data lost."""
    line.kill("worker-1")
    caller = line.is_promised()
    eventually(line.jobs_waiting, "the job is in the queue")
    line.kill("valkey")
    line.servers["valkey"].forget()
    line.start("valkey", "worker-1")
    return caller
