"""What the client makes of answers, refusals and silence."""

import json
import logging
import time
import traceback
from contextlib import suppress
from datetime import date

import pytest

from hotline.callflow.effects import Facts
from hotline.callflow.events import Answer, Target
from hotline.cardstatus.client import Answered, CardStatus
from hotline.cardstatus.errors import Permanent, Retryable
from hotline.cardstatus.reference.made_up import DEMO
from hotline.cardstatus.reference.people import Person
from tests.cardstatus.running import TOKEN, Backend, facts, new_key
from tests.cardstatus.wire import OK, SILENCE, Says, Wire, a_port_where_nobody_listens, http, saying

BOTH = (Target.CARD, Target.SMARTPHONE)
SOMEBODY = Facts(date(1973, 5, 5), "7305501", "7305*502")
KEYED = ("1973-05-05", "19730505", "7305501", "7305*502", "7305502")


def ask(wire: Wire, targets: tuple[Target, ...] = BOTH) -> Answered:
    with CardStatus(wire.url, TOKEN) as backend:
        return backend.suspend(new_key(), targets, SOMEBODY)


def test_an_answer_for_each_target_comes_back(backend: Backend, person: Person) -> None:
    with backend.client() as client:
        key = new_key()
        first = client.suspend(key, BOTH, facts(person))
        assert first.answers == dict.fromkeys(BOTH, Answer.SUSPENDED)
        assert backend.ask("GET", f"/v1/suspensions/{first.backend_id}").json()["key"] == str(key)
        assert client.suspend(key, BOTH, facts(person)) == first
        assert client.suspend(new_key(), BOTH[:1], facts(person)).answers == {Target.CARD: Answer.ALREADY_SUSPENDED}


@pytest.mark.parametrize(
    ("asked", "answer"),
    [(Facts(date(1899, 1, 1), "0000000"), Answer.NOT_FOUND), (facts(DEMO[-1]), Answer.AMBIGUOUS)],
)
def test_an_answer_for_the_whole_is_given_for_each_target(backend: Backend, asked: Facts, answer: Answer) -> None:
    with backend.client() as client:
        assert client.suspend(new_key(), BOTH, asked).answers == dict.fromkeys(BOTH, answer)


def test_the_municipality_comes_with_the_answer(backend: Backend, person: Person) -> None:
    with backend.client() as client:
        assert client.suspend(new_key(), BOTH, facts(person)).municipality == person.municipality
        assert client.suspend(new_key(), BOTH, facts(DEMO[-1])).municipality is None


def test_a_skipped_house_number_is_left_out(backend: Backend, person: Person) -> None:
    with backend.client() as client:
        said = client.suspend(new_key(), BOTH, Facts(person.birth_date, person.postal_code))
    assert said.answers == dict.fromkeys(BOTH, Answer.SUSPENDED)


def test_the_question_is_the_one_of_the_contract() -> None:
    key = new_key()
    with saying(http(201, OK)) as wire, CardStatus(f"{wire.url}/", "tokén") as backend:
        backend.suspend(key, BOTH, SOMEBODY)
    head, _, body = wire.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/suspensions HTTP/1.1\r\n")
    assert f"Idempotency-Key: {key}".encode() in head
    assert "Authorization: Bearer tokén".encode() in head
    assert json.loads(body) == {
        "targets": ["card", "smartphone"],
        "birth_date": "1973-05-05",
        "postal_code": "7305501",
        "house_number": "7305*502",
    }


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_these_mean_again(status: int) -> None:
    with saying(http(status, OK)) as wire, pytest.raises(Retryable, match=f"status {status}"):
        ask(wire)
    assert len(wire.heard) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 415, 422, 451])
def test_any_other_refusal_stays(status: int) -> None:
    with saying(http(status, OK)) as wire, pytest.raises(Permanent, match=f"status {status}"):
        ask(wire)
    assert len(wire.heard) == 1


@pytest.mark.parametrize(("status", "kind"), [(429, Retryable), (503, Retryable), (413, Permanent)])
def test_a_backend_that_names_a_time_is_not_waited_for(status: int, kind: type[Exception]) -> None:
    with saying(http(status, None, "Retry-After: 60")) as wire, pytest.raises(kind, match=f"status {status}"):
        ask(wire)
    assert len(wire.heard) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_was_keyed_is_not_carried_elsewhere(status: int) -> None:
    with saying(http(status, None, "Location: /elsewhere"), http(201, OK)) as wire, pytest.raises(Permanent):
        ask(wire)
    assert len(wire.heard) == 1


@pytest.mark.parametrize("status", [200, 201])
def test_both_kinds_of_yes_count(status: int) -> None:
    with saying(http(status, OK)) as wire:
        assert ask(wire) == Answered("b-1", {Target.CARD: Answer.SUSPENDED, Target.SMARTPHONE: Answer.NOT_HELD})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "null",
        '{"id": "b-1"',
        OK | {"id": ""},
        OK | {"id": 7},
        OK | {"id": "x" * 65},
        OK | {"key": "00000000-0000-4000-8000-000000000000"},
        OK | {"result": "maybe"},
        OK | {"answers": {"card": "suspended"}},
        OK | {"answers": {"card": "suspended", "smartphone": "not_found"}},
        OK | {"answers": {}},
        OK | {"answers": None},
        {name: OK[name] for name in ("id", "key", "answers")},
        {name: OK[name] for name in ("id", "result", "answers")},
    ],
)
def test_a_yes_that_cannot_be_read_means_again(body: object) -> None:
    with saying(http(201, body)) as wire, pytest.raises(Retryable, match="not in the contract"):
        ask(wire)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({}, None),
        ({"municipality": None}, None),
        ({"municipality": "千代田区"}, "千代田区"),
        ({"municipality": " 大阪市\u3000北区\r\n"}, "大阪市 北区"),
        ({"municipality": "千\x00代\x1b田\u202e区\uffff"}, "千代田区"),
        ({"municipality": "区" * 64}, "区" * 64),
        ({"municipality": "区" * 65}, None),
        ({"municipality": "\x00 \n"}, None),
        ({"municipality": 13101}, None),
        ({"municipality": {"name": "千代田区"}}, None),
        ({"municipality": "千代田区", "result": "ambiguous", "answers": {}}, None),
    ],
)
def test_a_municipality_is_one_short_line_or_nothing_and_never_costs_the_answer(
    said: dict[str, object], heard: str | None
) -> None:
    with saying(http(201, OK | said)) as wire:
        answered = ask(wire)
    assert answered.municipality == heard
    assert answered.answers.keys() == set(BOTH)


def test_where_somebody_lives_does_not_show_in_repr() -> None:
    with saying(http(201, OK | {"municipality": "千代田区"})) as wire:
        assert "千代田区" not in repr(ask(wire))


def test_an_answer_without_a_body_means_again() -> None:
    with saying(b"HTTP/1.1 204 Said\r\n\r\n") as wire, pytest.raises(Retryable, match="status 204"):
        ask(wire)


def test_half_a_body_means_again() -> None:
    with saying(Says(http(201, OK)[:-40], then_closes=True)) as wire, pytest.raises(Retryable):
        ask(wire)


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00\xff" * 50])
def test_garbage_means_again(garbage: bytes) -> None:
    with saying(*[Says(garbage, then_closes=True)] * 2) as wire, pytest.raises(Retryable):
        ask(wire)


def test_nobody_there_means_again() -> None:
    with a_port_where_nobody_listens() as url, CardStatus(url, TOKEN) as backend, pytest.raises(Retryable):
        backend.suspend(new_key(), BOTH, SOMEBODY)


def test_silence_means_again_after_the_timeout_and_is_not_waited_for_twice() -> None:
    started = time.monotonic()
    with saying(SILENCE, SILENCE) as wire, pytest.raises(Retryable, match="ReadTimeout"):
        ask(wire)
    assert 2 <= time.monotonic() - started < 3.5
    assert len(wire.heard) == 1


def test_a_connection_that_the_backend_closed_meanwhile_costs_nothing() -> None:
    with saying(Says(http(201, OK), then_closes=True), http(200, OK)) as wire, CardStatus(wire.url, TOKEN) as backend:
        backend.suspend(new_key(), BOTH, SOMEBODY)
        assert wire.closed_one.wait(5)
        backend.suspend(new_key(), BOTH, SOMEBODY)
    assert wire.connections == 2


def test_a_connection_that_closes_on_the_question_is_tried_once_more() -> None:
    with saying(http(201, OK), Says(b"", then_closes=True), http(200, OK)) as wire:
        with CardStatus(wire.url, TOKEN) as backend:
            backend.suspend(new_key(), BOTH, SOMEBODY)
            backend.suspend(new_key(), BOTH, SOMEBODY)
        first, closed_on, once_more = wire.heard
    assert closed_on == once_more
    assert first != closed_on


def test_connections_that_keep_breaking_are_given_up() -> None:
    with saying(*[Says(b"", then_closes=True)] * 5) as wire, pytest.raises(Retryable, match="ConnectionError"):
        ask(wire)
    assert len(wire.heard) == 2


def test_connections_are_kept_for_the_next_question() -> None:
    with saying(*[http(201, OK)] * 3) as wire, CardStatus(wire.url, TOKEN) as backend:
        for _ in range(3):
            backend.suspend(new_key(), BOTH, SOMEBODY)
    assert wire.connections == 1


def test_a_proxy_in_the_environment_never_hears_what_was_keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    with saying(http(201, OK)) as proxy, saying(http(201, OK)) as wire:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        ask(wire)
    assert proxy.heard == []


def test_a_dropped_connection_before_the_effect_is_asked_again_and_acts_once(backend: Backend, person: Person) -> None:
    dropped_and_asked_again(backend, person, "before", applied_meanwhile=0)


def test_a_lost_answer_after_the_effect_is_asked_again_and_acts_once(backend: Backend, person: Person) -> None:
    dropped_and_asked_again(backend, person, "after", applied_meanwhile=1)


def dropped_and_asked_again(backend: Backend, person: Person, when: str, *, applied_meanwhile: int) -> None:
    key = new_key()
    with backend.client() as client:
        backend.misbehaves(drop_share=1, drop=when)
        with pytest.raises(Retryable):
            client.suspend(key, BOTH, facts(person))
        backend.misbehaves()
        assert len(backend.applied(key)) == applied_meanwhile
        assert client.suspend(key, BOTH, facts(person)).answers == dict.fromkeys(BOTH, Answer.SUSPENDED)
    assert len(backend.applied(key)) == 1


@pytest.mark.parametrize("faults", [{"error_share": 1}, {"down_s": 60}])
def test_a_backend_that_cannot_work_means_again(backend: Backend, person: Person, faults: dict[str, float]) -> None:
    backend.misbehaves(**faults)
    with backend.client() as client, pytest.raises(Retryable, match="status 503"):
        client.suspend(new_key(), BOTH, facts(person))


def test_a_slow_backend_means_again_and_its_effect_is_found_later(backend: Backend, person: Person) -> None:
    key = new_key()
    backend.misbehaves(latency_ms=60_000)
    with backend.client() as client:
        with pytest.raises(Retryable, match="ReadTimeout"):
            client.suspend(key, BOTH, facts(person))
        backend.misbehaves()
        assert client.suspend(key, BOTH, facts(person)).answers == dict.fromkeys(BOTH, Answer.SUSPENDED)
    assert len(backend.applied(key)) == 1


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_wrong_token_is_a_refusal(backend: Backend, person: Person, token: str) -> None:
    with CardStatus(backend.url, token) as client, pytest.raises(Permanent, match="status 401"):
        client.suspend(new_key(), BOTH, facts(person))


def test_a_key_with_other_facts_is_a_refusal(backend: Backend, person: Person, other_person: Person) -> None:
    key = new_key()
    with backend.client() as client:
        client.suspend(key, BOTH, facts(person))
        with pytest.raises(Permanent, match="status 422"):
            client.suspend(key, BOTH, facts(other_person))


@pytest.mark.parametrize("asked", [Facts(postal_code="7305501"), Facts(birth_date=date(1973, 5, 5)), Facts()])
def test_missing_facts_are_not_even_asked_with(asked: Facts) -> None:
    with a_port_where_nobody_listens() as url, CardStatus(url, TOKEN) as backend, pytest.raises(Permanent):
        backend.suspend(new_key(), BOTH, asked)


FAILURES = {
    "refused": [http(400, {"detail": "7305*502 is wrong"})],
    "again": [http(503, {"detail": "7305*502 is wrong"})],
    "unreadable": [http(201, {"detail": "7305*502 is wrong"})],
    "broken": [Says(b"", then_closes=True), Says(b"", then_closes=True)],
    "half": [Says(http(201, OK)[:-9], then_closes=True)],
}


@pytest.mark.parametrize("script", FAILURES.values(), ids=FAILURES.keys())
def test_failures_carry_ids_and_never_what_was_keyed(
    script: list[Says | bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = new_key()
    with saying(*script) as wire, CardStatus(wire.url, TOKEN) as backend:
        with pytest.raises((Retryable, Permanent)) as failed:
            backend.suspend(key, BOTH, SOMEBODY)
        told = "".join(traceback.format_exception(failed.value)) + repr(failed.value) + repr(backend) + caplog.text
    assert str(key) in str(failed.value)
    assert failed.value.key == key
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    assert not [digits for digits in (*KEYED, TOKEN) if digits in told]


@pytest.mark.parametrize(
    ("script", "outcome"), [([http(201, OK)], "201"), ([http(400)], "400"), ([Says(b"x", True)] * 2, "ConnectionError")]
)
def test_every_question_is_timed_in_the_log(
    script: list[Says | bytes], outcome: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hotline")
    key = new_key()
    with saying(*script) as wire, CardStatus(wire.url, TOKEN) as backend, suppress(Retryable, Permanent):
        backend.suspend(key, BOTH, SOMEBODY)
    (record,) = (record for record in caplog.records if record.name.startswith("hotline"))
    assert (record.__dict__["request"], record.__dict__["outcome"]) == (str(key), outcome)
    assert record.__dict__["ms"] >= 0
