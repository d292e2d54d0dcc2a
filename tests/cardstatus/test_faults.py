"""Misbehaving on demand."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests

from hotline.cardstatus.reference.bodies import Faults
from hotline.cardstatus.reference.people import Person
from hotline.cardstatus.reference.trouble import WAITING_LIMIT, Fate, Trouble
from tests.cardstatus.running import DEADLINE_S, Backend, new_key, wanted
from tests.waiting import eventually

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NONE = {"latency_ms": 0, "error_share": 0, "drop_share": 0, "drop": "either", "down_s": 0}


def test_without_faults_nothing_is_in_force(backend: Backend) -> None:
    assert backend.ask("GET", "/faults").json() == NONE


def test_faults_are_replaced_as_a_whole(backend: Backend) -> None:
    assert backend.ask("PUT", "/faults", json={"error_share": 0.5, "drop": "after"}).json() == NONE | {
        "error_share": 0.5,
        "drop": "after",
    }
    assert backend.ask("PUT", "/faults", json={"latency_ms": 1}).json() == NONE | {"latency_ms": 1}
    assert backend.ask("GET", "/faults").json() == NONE | {"latency_ms": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"latency_ms": -1},
        {"latency_ms": 60_001},
        {"error_share": 1.1},
        {"drop_share": "0.5"},
        {"drop": "sometimes"},
        {"down_s": 86_401},
    ],
)
def test_faults_that_cannot_be_are_refused_and_change_nothing(backend: Backend, wrong: dict[str, object]) -> None:
    response = backend.ask("PUT", "/faults", json=wrong)
    assert response.status_code == 400
    assert f"`{next(iter(wrong))}` is" in response.json()["detail"]
    assert backend.ask("GET", "/faults").json() == NONE


def test_an_error_comes_without_an_effect(backend: Backend, person: Person) -> None:
    key = new_key()
    backend.misbehaves(error_share=1)
    assert backend.post(wanted(person), key).status_code == 503
    backend.misbehaves()
    assert backend.post(wanted(person), key).status_code == 201


def test_a_connection_dropped_before_the_effect_leaves_none(backend: Backend, person: Person) -> None:
    key = new_key()
    backend.misbehaves(drop_share=1, drop="before")
    with pytest.raises(requests.ConnectionError):
        backend.post(wanted(person), key)
    backend.misbehaves()
    assert backend.applied(key) == []


def test_a_connection_dropped_before_the_effect_leaves_none_though_all_of_it_arrived(
    backend: Backend, person: Person
) -> None:
    key, body = new_key(), json.dumps(wanted(person))
    backend.misbehaves(drop_share=1, drop="before")
    answer = backend.sends(
        b"POST /v1/suspensions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\n"
        + f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    assert answer == ""
    backend.misbehaves()
    assert backend.applied(key) == []


def test_a_connection_dropped_after_the_effect_leaves_it(backend: Backend, person: Person) -> None:
    key = new_key()
    backend.misbehaves(drop_share=1, drop="after")
    with pytest.raises(requests.ConnectionError):
        backend.post(wanted(person), key)
    backend.misbehaves()
    assert len(backend.applied(key)) == 1
    assert backend.post(wanted(person), key).status_code == 200


def test_latency_comes_before_the_effect(backend: Backend, person: Person) -> None:
    backend.misbehaves(latency_ms=200)
    key, started = new_key(), time.monotonic()
    assert backend.post(wanted(person), key).status_code == 201
    assert time.monotonic() - started >= 0.2


def test_ending_latency_frees_those_who_wait(backend: Backend, person: Person) -> None:
    backend.misbehaves(latency_ms=60_000)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(backend.post, wanted(person))
        while waiting.running() and backend.ask("GET", "/faults").json()["latency_ms"]:
            backend.misbehaves()
        assert waiting.result(DEADLINE_S).status_code == 201


def test_latency_can_be_ended_however_many_wait(backend: Backend, person: Person) -> None:
    backend.misbehaves(latency_ms=60_000)
    many = WAITING_LIMIT + 10
    with ThreadPoolExecutor(many) as pool:
        waiting = [pool.submit(backend.post, wanted(person)) for _ in range(many)]
        eventually(lambda: sum(one.done() for one in waiting) == many - WAITING_LIMIT, "some that were not let wait")
        refused = [one for one in waiting if one.done()]
        backend.misbehaves()
        assert {one.result().status_code for one in refused} == {429}
        assert {one.result(DEADLINE_S).status_code for one in waiting if one not in refused} == {201}


def test_while_down_everything_is_refused_but_the_way_back(backend: Backend, person: Person) -> None:
    backend.misbehaves(down_s=60)
    refused = backend.post(wanted(person))
    assert refused.status_code == 503
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert backend.ask("GET", "/v1/suspensions").status_code == 503
    assert requests.get(f"{backend.url}/healthz", timeout=10).status_code == 503
    assert 0 < backend.ask("GET", "/faults").json()["down_s"] <= 60
    backend.misbehaves()
    assert backend.post(wanted(person)).status_code == 201


def test_down_ends_by_itself(backend: Backend, person: Person) -> None:
    backend.misbehaves(down_s=0.2)
    deadline = time.monotonic() + DEADLINE_S
    while (response := backend.post(wanted(person))).status_code == 503 and time.monotonic() < deadline:
        pass
    assert response.json()["answers"]["card"] == "suspended"


def test_faults_are_off_unless_asked_for(own_backend: Callable[..., Backend]) -> None:
    backend = own_backend(faults=False).start()
    for response in (backend.ask("GET", "/faults"), backend.ask("PUT", "/faults", json={})):
        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
    assert requests.put(f"{backend.url}/faults", json={}, timeout=10).status_code == 401


def fates(faults: Faults) -> list[Fate]:
    """What becomes of a thousand requests whose rolls lie evenly."""
    trouble = Trouble()
    trouble.set(faults, NOON)
    return [trouble.fate(NOON, roll / 1000) for roll in range(1000)]


def test_shares_are_shares_of_all_requests() -> None:
    seen = fates(Faults(drop_share=0.2, error_share=0.3))
    counted = [seen.count(fate) for fate in Fate]
    assert dict(zip(Fate, counted, strict=True)) == {
        Fate.SERVED: 500,
        Fate.REFUSED: 0,
        Fate.FAILED: 300,
        Fate.DROPPED_BEFORE: 100,
        Fate.DROPPED_AFTER: 100,
    }


@pytest.mark.parametrize(("when", "fate"), [("before", Fate.DROPPED_BEFORE), ("after", Fate.DROPPED_AFTER)])
def test_a_drop_can_be_told_when_to_come(when: str, fate: Fate) -> None:
    seen = fates(Faults.model_validate({"drop_share": 0.2, "drop": when}))
    assert seen.count(fate) == 200
    assert seen.count(Fate.SERVED) == 800


def test_down_is_over_when_its_time_is_up() -> None:
    trouble = Trouble()
    trouble.set(Faults(down_s=30), NOON)
    assert trouble.down_for(NOON + timedelta(seconds=29)) == 1
    assert trouble.in_force(NOON + timedelta(seconds=29)).down_s == 1
    assert trouble.fate(NOON + timedelta(seconds=29), 0.9) is Fate.REFUSED
    assert trouble.down_for(NOON + timedelta(seconds=31)) == 0
    assert trouble.fate(NOON + timedelta(seconds=30), 0.9) is Fate.SERVED
