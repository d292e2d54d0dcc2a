"""Dispatchers are killed and frozen around handing over, and two share the work."""

from tests.waiting import eventually


def test_what_was_accepted_while_no_dispatcher_ran_is_handed_over_at_once_when_one_starts(line):
    line.kill("dispatcher")
    caller = line.is_promised()
    line.start("dispatcher")
    caller.waits_until_hears("is stopped", 20).hears_receipt_number()
    assert line.is_stopped_once(caller)["attempts"] == 1


def test_a_dispatcher_killed_between_claim_and_queue_leaves_a_request_that_is_driven_again(line):
    caller = _is_claimed_and_not_queued(line)
    line.kill("dispatcher", "valkey")
    line.start("valkey", "dispatcher")
    assert line.jobs_waiting() == []
    assert line.request_of(caller)["status"] == "accepted"
    line.time_passes()
    caller.waits_until_hears("is stopped", 20)
    line.is_stopped_once(caller)


def test_a_dispatcher_killed_after_handing_over_is_not_needed_for_the_stop(line):
    line.kill("worker-1")
    caller = line.is_promised()
    eventually(line.jobs_waiting, "the job is in the queue")
    line.kill("dispatcher")
    line.start("worker-1")
    caller.waits_until_hears("is stopped", 20)
    assert line.is_stopped_once(caller)["attempts"] == 1


def test_two_dispatchers_hand_over_each_request_once(line):
    line.kill("worker-1")
    line.start("dispatcher-2")
    callers = [line.confirms() for _ in range(8)]
    for caller in callers:
        caller.presses("1")
    for caller in callers:
        line.is_tried(caller)
    waiting = sorted(line.jobs_waiting())
    assert waiting == sorted(f"{line.request_of(caller)['id']}-1" for caller in callers)
    line.kill("dispatcher")
    line.start("worker-1")
    for caller in callers:
        assert line.is_stopped_once(caller)["attempts"] == 1


def test_the_other_dispatcher_goes_on_while_one_is_frozen(line):
    line.start("dispatcher-2")
    line.freeze("dispatcher")
    caller = line.is_promised()
    caller.waits_until_hears("is stopped", 20)
    finished = line.is_stopped_once(caller)
    line.kill("dispatcher-2")
    line.thaw("dispatcher")
    line.is_stopped_once(line.is_promised())
    assert line.request_of(caller) == finished


def test_a_dispatcher_frozen_between_claim_and_queue_changes_nothing_when_it_thaws(line):
    caller = _is_claimed_and_not_queued(line)
    line.freeze("dispatcher")
    line.kill("valkey")
    line.start("valkey", "dispatcher-2")
    line.time_passes()
    finished = line.is_stopped_once(caller)
    line.kill("dispatcher-2")
    line.thaw("dispatcher")
    line.is_stopped_once(line.is_promised())
    assert line.request_of(caller) == finished


def test_a_writer_who_waits_is_told_once_though_the_dispatcher_is_killed(line):
    """The dispatcher is who sends the answer; whoever writes has no line to hold."""
    line.kill("worker-1")
    texter = line.writes()
    line.kill("dispatcher")
    line.start("worker-1", "dispatcher")
    line.time_passes()
    texter.waits_until_reads("The card is stopped", 20).reads_receipt_number()
    _is_told_once(line, texter)


def test_a_writer_whose_card_was_stopped_while_no_dispatcher_ran_is_told_when_one_starts(line):
    line.kill("worker-1")
    texter = line.writes()
    eventually(line.jobs_waiting, "the job is in the queue")
    line.kill("dispatcher")
    line.start("worker-1")
    eventually(lambda: _request_of(line, texter)["finished_at"], "the card is stopped")
    texter.reads_nothing_of("is stopped")
    line.start("dispatcher")
    texter.waits_until_reads("The card is stopped", 20)
    _is_told_once(line, texter)


def test_two_dispatchers_tell_a_writer_once(line):
    line.start("dispatcher-2")
    texters = [line.writes() for _ in range(4)]
    for texter in texters:
        texter.waits_until_reads("The card is stopped", 20)
    for texter in texters:
        _is_told_once(line, texter)


def _request_of(line, texter):
    (request,) = line.rows(
        "SELECT requests.* FROM requests JOIN turns USING (call_sid) WHERE message_sid = %s", texter.message_sid
    )
    return request


def _is_told_once(line, texter):
    """The conversation goes on, and what was told is not told again."""
    request = _request_of(line, texter)
    assert [one["answers"] for one in line.applied(request)] == [{"card": "suspended"}]
    told = line.rows("SELECT status FROM texts WHERE call_sid = %s", request["call_sid"])
    assert len(told) == 1
    texter.writes("1").reads("for yourself").reads_nothing_of("The card is stopped")
    assert len([one for one in texter.messages if "The card is stopped" in one]) == 1


def _is_claimed_and_not_queued(line):
    """A caller whose request the dispatcher has just claimed, and now waits for a Valkey that stands still."""
    caller = line.confirms()
    line.freeze("valkey")
    caller.presses("1")
    line.is_tried(caller)
    return caller
