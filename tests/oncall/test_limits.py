from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.oncall.limits import LIMITS, Severity, check
from hotline.oncall.standing import Standing, Told
from hotline.oncall.status import as_json, screen, worst
from hotline.store.standing import Breath, Kept, OpenRequest, Pause, Promises
from hotline.suspensions.standing import Keeping, QueueState, Worker
from tests.store.rows import NOON

SECOND = timedelta(seconds=1)
REQUEST = "8d1c2a52-0d52-4c41-9f0f-3b5d7f2f5d10"

QUIET = Told(
    Promises(0, 0, None, None, 0, 0, {}, 0, 0, 0, None),
    (),
    Kept(0, 0, 0, None, None),
    (Breath("dispatcher a-host 7", "dispatcher", NOON, NOON),),
    None,
)
KEEPING = Keeping(1_000, 0, "noeviction", 0, appends=True, writes=True)
WORKER = Worker("0123456789abcdef", "idle", "a-host", NOON, NOON, None)
QUEUE = QueueState(0, None, 0, 0, 0, [WORKER], KEEPING, frozenset())


def standing(told: Told | None = QUIET, queue: QueueState | None = QUEUE) -> Standing:
    return Standing(NOON, told, queue)


def promising(**changes: object) -> Standing:
    return standing(replace(QUIET, promises=replace(QUIET.promises, **changes)))


def keeping(**changes: object) -> Standing:
    return standing(queue=replace(QUEUE, keeping=replace(KEEPING, **changes)))


def broken(at: Standing) -> list[str]:
    return [breach.limit.name for breach in check(at)]


def late(attempts: int = 1) -> OpenRequest:
    return OpenRequest(REQUEST, "CA1", "48213079", NOON - 90 * SECOND, attempts, NOON, "timeout")


def test_on_a_quiet_line_nothing_is_broken():
    assert broken(standing()) == []


CASES = {
    "database_away": standing(told=None),
    "unanswered": promising(open=1, oldest=NOON - 121 * SECOND),
    "needs_operator": promising(needs_operator=1),
    "no_worker": standing(queue=replace(QUEUE, workers=[replace(WORKER, breathed_at=NOON - 31 * SECOND)])),
    "no_dispatcher": standing(replace(QUIET, breaths=(replace(QUIET.breaths[0], at=NOON - 61 * SECOND),))),
    "dispatch_lag": promising(overdue_since=NOON - 31 * SECOND),
    "redis_evicts": keeping(evicted=1),
    "redis_policy": keeping(policy="allkeys-lru"),
    "redis_memory": keeping(limit_bytes=1_090),
    "redis_away": standing(queue=None),
    "redis_writes": keeping(writes=False),
    "lost_in_queue": standing(replace(QUIET, late=(late(),))),
    "texts_late": promising(texts_due=1, texts_due_since=NOON - 301 * SECOND),
    "queue_paused": standing(replace(QUIET, pause=Pause(1, "maintenance", NOON - 601 * SECOND, 1))),
}
JUST_RIGHT = {
    "unanswered": promising(open=1, oldest=NOON - 120 * SECOND),
    "no_worker": standing(queue=replace(QUEUE, workers=[replace(WORKER, breathed_at=NOON - 30 * SECOND)])),
    "no_dispatcher": standing(replace(QUIET, breaths=(replace(QUIET.breaths[0], at=NOON - 60 * SECOND),))),
    "dispatch_lag": standing(
        replace(
            QUIET,
            promises=replace(QUIET.promises, overdue_since=NOON - 90 * SECOND),
            pause=Pause(1, "maintenance", NOON - 91 * SECOND, 1),
        )
    ),
    "redis_memory": keeping(limit_bytes=1_112),
    "lost_in_queue": standing(
        replace(QUIET, late=(late(), replace(late(), attempts=0))),
        replace(QUEUE, ids=frozenset([f"{REQUEST}-1"])),
    ),
}


def test_each_limit_has_a_case():
    assert CASES.keys() == {limit.name for limit in LIMITS}


@pytest.mark.parametrize("name", CASES)
def test_what_is_too_much_breaks_its_limit_and_no_other(name):
    assert broken(CASES[name]) == [name]


@pytest.mark.parametrize("name", JUST_RIGHT)
def test_what_is_just_not_too_much_breaks_nothing(name):
    assert broken(JUST_RIGHT[name]) == []


def test_a_line_that_never_had_a_dispatcher_is_without_one():
    assert broken(standing(replace(QUIET, breaths=()))) == ["no_dispatcher"]


def test_a_breach_says_how_much():
    (breach,) = check(CASES["unanswered"])
    assert breach.said == "A caller who was told that the card will be stopped has waited 121 s for it."


def test_a_page_is_worse_than_a_ticket():
    pages, tickets = list(check(CASES["unanswered"])), list(check(CASES["redis_away"]))
    assert worst([]) is None
    assert worst(tickets) is Severity.TICKET
    assert worst(tickets + pages) is Severity.PAGE


@pytest.mark.parametrize("name", [*CASES, "quiet"])
def test_the_screen_fits_and_names_what_is_wrong(name):
    at = CASES.get(name, standing())
    breaches = list(check(at))
    lines = list(screen(at, breaches))
    assert len(lines) <= 24
    assert all(len(line) < 140 for line in lines)
    for breach in breaches:
        assert any(breach.said in line for line in lines)
        assert any(f"hotline runbook {breach.limit.name}" in line for line in lines)
    assert any("Nothing is wrong." in line for line in lines) == (not breaches)


def test_late_requests_are_shown_with_what_became_of_them():
    at = CASES["lost_in_queue"]
    lines = list(screen(at, []))
    assert "  48213079  1 min 30 s, 1 tries, timeout, not in Redis" in lines


def test_programs_get_the_same():
    at = CASES["unanswered"]
    told = as_json(at, list(check(at)))
    assert told["broken"][0]["limit"] == "unanswered"
    assert told["broken"][0]["value"] == 121
    assert told["database"]["promises"]["open"] == 1
    assert told["queue"]["keeping"]["policy"] == "noeviction"
