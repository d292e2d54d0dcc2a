"""Everything is killed again and again while many call; afterwards every promise is kept, and nothing else was done."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic

import psycopg
import redis

from tests.drills.line import DrillLine
from tests.drills.people import Keyed, neighbour_of, somebody
from tests.drills.stubborn import StubbornCaller

SEED = 20250301
STORM_S = 20.0
CALLS_BEGIN_WITHIN_S = 16.0
KILLED = ("web", "web", "worker-1", "worker-1", "dispatcher", "dispatcher", "valkey", "cardstatus", "postgres")
"""Callers talk to the web server, so that it is killed more often; PostgreSQL's recovery would take all the time."""

MOST_PATIENT_S = 60.0


def test_a_storm_of_kills_loses_no_promise_and_stops_nobody_else(line):
    chance = random.Random(SEED)
    callers = _callers(line, chance)
    line.confirmed += [caller.keyed.person for caller in callers if caller.confirms and _is_registered(caller)]
    with ThreadPoolExecutor(len(callers)) as telephones:
        talks = [telephones.submit(caller.talks) for caller in callers]
        try:
            _storm(line, chance, until=lambda: all(talk.done() for talk in talks))
            line.mend()
            _time_passes(line, until=lambda: all(talk.done() for talk in talks))
        finally:
            for caller in callers:
                caller.given_up.set()
    for talk in talks:
        talk.result()
    line.settles()
    for caller in callers:
        _was_told_the_truth(line, caller)
    assert sum(caller.webhooks_lost for caller in callers) > 0, "the storm met no caller"


def _callers(line: DrillLine, chance: random.Random) -> list[StubbornCaller]:
    """Who stops a card, a smartphone or both; neighbours at once; two for one person; and who must stop nothing."""
    stopping = [somebody(targets) for targets in "123" * 6]
    beside = [Keyed(neighbour_of(keyed.person), "2*16*30") for keyed in stopping[:4]]
    twice = [stopping[-1]]
    nobody = [Keyed(neighbour_of(somebody().person), "9*9*9") for _ in range(2)]
    wavering = [somebody() for _ in range(5)]
    number = line.running.telephone_line()
    callers = [
        StubbornCaller(number, keyed, confirms=keyed not in wavering)
        for keyed in (*stopping, *beside, *twice, *nobody, *wavering)
    ]
    for caller in callers:
        caller.begins_after_s = chance.uniform(0, CALLS_BEGIN_WITHIN_S)
    return callers


def _is_registered(caller: StubbornCaller) -> bool:
    return caller.keyed.house_number != "9*9*9"


def _storm(line: DrillLine, chance: random.Random, until: Callable[[], bool]) -> None:
    """The moments are drawn by chance; nothing waits for anything to be ready."""
    over, calm = monotonic() + STORM_S, threading.Event()
    while monotonic() < over and not until():
        if chance.random() < 0.15:
            _empties(line)
        else:
            name = chance.choice(KILLED)
            line.kill(name)
            calm.wait(chance.uniform(0, 0.5))
            line.launch(name)
        calm.wait(chance.uniform(0.1, 0.9))
        with suppress(psycopg.OperationalError):
            line.time_passes()


def _empties(line: DrillLine) -> None:
    with line.redis() as client, suppress(redis.RedisError):
        client.flushall()


def _time_passes(line: DrillLine, until: Callable[[], bool]) -> None:
    latest, moment = monotonic() + MOST_PATIENT_S, threading.Event()
    while not until():
        assert monotonic() < latest, "some callers still hold, though everything is back"
        line.time_passes()
        moment.wait(1)


def _was_told_the_truth(line: DrillLine, caller: StubbornCaller) -> None:
    requests = line.rows("SELECT * FROM requests WHERE call_sid = %s", caller.party.call_sid)
    if not caller.confirms:
        assert not requests
        return
    (request,) = requests
    if not _is_registered(caller):
        assert request["status"] == "not_found"
        return
    assert request["status"] in ("suspended", "already_suspended")
    assert caller.receipt_number == request["receipt_number"]
