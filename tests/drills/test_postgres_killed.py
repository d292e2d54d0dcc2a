"""PostgreSQL is killed and recovers: what was promised is in it, and every program finds it again by itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.drills.people import somebody
from tests.waiting import eventually

SORRY = "We are sorry. This line has a fault at the moment."


def test_a_caller_hears_the_last_resort_while_it_is_down_and_the_call_goes_on_afterwards(line):
    caller = line.confirms()
    turn = line.next_turn_of(caller)
    line.takes_a_moment()
    before = dict(line.running.children)
    line.kill("postgres")
    answer = caller.posts(turn, caller.fields(Digits="1"))
    assert answer.status_code == 200
    assert SORRY in answer.text
    line.start("postgres")
    caller.presses("1").waits_until_hears("is stopped", 20).hears_receipt_number()
    assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number
    assert line.running.children == before
    assert all(child.poll() is None for child in before.values())


def test_a_confirmation_cut_off_in_its_commit_promises_nothing_and_is_taken_when_repeated(line):
    caller = line.confirms()
    turn = line.next_turn_of(caller)
    line.takes_a_moment()
    with ThreadPoolExecutor() as telephone, line.held(caller):
        confirmation = telephone.submit(caller.posts, turn, caller.fields(Digits="1"))
        line.turn_waits()
        line.kill("postgres")
        assert SORRY in confirmation.result().text
    line.start("postgres")
    assert not line.requests_of(caller)
    caller.presses("1").waits_until_hears("is stopped", 20)
    line.is_stopped_once(caller)


def test_turns_that_it_forgot_are_asked_again_and_stop_nothing(line, lazy_postgres):
    """Turns that promise nothing do not wait for the disk. The key for a forgotten question answers no other one."""
    caller = line.confirms()
    line.confirmed.clear()
    turn = line.next_turn_of(caller)
    line.kill("postgres")
    line.start("postgres")
    assert line.next_turn_of(caller) != turn
    caller.presses("1").hears("press").hears_nothing_of("One moment").hangs_up()
    assert not line.requests_of(caller)


@pytest.fixture
def lazy_postgres(line):
    """What need not be on disk at once is not for ten seconds."""
    line.told_to_postgres("ALTER SYSTEM SET wal_writer_delay = '10s'")
    yield
    line.told_to_postgres("ALTER SYSTEM RESET wal_writer_delay")


def test_a_request_committed_a_moment_before_the_kill_is_still_there_and_is_carried_out(line):
    line.kill("dispatcher")
    caller = line.confirms()
    line.takes_a_moment()
    caller.presses("1")
    line.kill("postgres")
    line.start("postgres")
    assert line.request_of(caller)["status"] == "accepted"
    line.start("dispatcher")
    caller.hears("One moment").waits_until_hears("is stopped", 20).hears_receipt_number()
    assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number


def test_an_answer_that_could_not_be_written_is_asked_for_again(line):
    keyed = somebody()
    with line.backend_held(keyed):
        caller = line.is_promised(keyed)
        line.backend_waits()
        request = line.request_of(caller)
        line.kill("postgres")
    eventually(lambda: line.applied(request), "the backend has stopped it")
    line.says("worker-1", "a try failed; the request is due again")
    line.start("postgres")
    assert line.request_of(caller)["status"] == "accepted"
    line.time_passes()
    caller.waits_until_hears("is stopped", 20).hears_nothing_of("already")
    line.is_stopped_once(caller)


def test_calls_and_texts_are_answered_at_once_when_it_is_back(line):
    """The web server's connections have died with it, and each of its workers finds that out by itself."""
    for _ in range(8):
        line.caller().dials().hears("press 9").hangs_up()
    line.kill("postgres")
    line.start("postgres")
    for _ in range(8):
        line.caller().dials().hears("press 9").hangs_up()
        line.running.texter().writes("Hello").reads("press 9")
