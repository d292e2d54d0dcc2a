"""PostgreSQL is frozen, not dead: its socket takes what it is sent, and nothing ever comes back."""

import time
from concurrent.futures import ThreadPoolExecutor

from hotline.local.ports import is_well
from hotline.phone.caller import Caller
from hotline.store.patience import ANSWER_LIMIT_S
from tests.drills.line import DrillLine
from tests.drills.test_postgres_killed import SORRY
from tests.waiting import eventually

THREADS = 8
A_BUSY_MACHINE_S = 2.5


def test_every_caller_hears_the_last_resort_in_time_and_the_calls_go_on_afterwards(line):
    """Three times as many as the web server has threads: no thread is lost to one who waits for ever."""
    callers = [line.confirms() for _ in range(2)] + [line.caller().dials() for _ in range(3 * THREADS - 2)]
    turns = [line.next_turn_of(caller) for caller in callers]
    before = dict(line.running.children)
    line.freeze("postgres")
    with ThreadPoolExecutor(len(callers)) as telephones:
        answers = list(telephones.map(_presses_1, callers, turns))
    assert all(SORRY in text for _, text in answers)
    assert max(seconds for seconds, _ in answers) < ANSWER_LIMIT_S + A_BUSY_MACHINE_S
    line.thaw("postgres")
    eventually(lambda: _all_answer(line), "every process of the web server has its database again")
    for caller in callers[:2]:
        caller.presses("1").waits_until_hears("is stopped", 20).hears_receipt_number()
        assert line.is_stopped_once(caller)["receipt_number"] == caller.receipt_number
    assert line.running.children == before
    assert all(child.poll() is None for child in before.values())


def _presses_1(caller: Caller, turn: str) -> tuple[float, str]:
    began = time.monotonic()
    answer = caller.posts(turn, caller.fields(Digits="1"))
    return time.monotonic() - began, answer.text


def _all_answer(line: DrillLine) -> bool:
    """Which of the web server's processes is asked is left to chance."""
    return all(is_well(line.running.port, "/readyz") for _ in range(10))
