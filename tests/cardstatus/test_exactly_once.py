"""One key, one effect: at the same moment, after a kill, with another body."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import psycopg
import pytest
import requests

from hotline.cardstatus.reference.made_up import DEMO
from hotline.cardstatus.reference.people import Person
from tests.cardstatus.running import DEADLINE_S, Backend, new_key, wanted
from tests.waiting import eventually

MANY = 16


def all_at_once(asked: list[Callable[[], requests.Response]]) -> list[requests.Response]:
    barrier = Barrier(len(asked))

    def ask(one: Callable[[], requests.Response]) -> requests.Response:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(ask, asked))


@contextmanager
def somebody_else_works_on(backend: Backend, person: Person) -> Iterator[psycopg.Connection]:
    with backend.database() as other:
        query = "SELECT 1 FROM people WHERE birth_date = %s AND postal_code = %s FOR UPDATE"
        assert other.execute(query, (person.birth_date, person.postal_code)).fetchall()
        yield other


def test_a_repeated_key_gets_the_first_answer_again(backend: Backend, person: Person) -> None:
    key = new_key()
    first, again = backend.post(wanted(person), key), backend.post(wanted(person), key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert backend.applied(key) == [first.json()]


@pytest.mark.parametrize("facts", [{"postal_code": "9999999"}, {"birth_date": "1992-07-15", "postal_code": "0600001"}])
def test_answers_that_stopped_nothing_are_given_again_too(backend: Backend, facts: dict[str, str]) -> None:
    key, body = new_key(), wanted(DEMO[0]) | facts | {"house_number": "3*7"}
    first, again = backend.post(body, key), backend.post(body, key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_many_at_the_same_moment_with_one_key_act_once(backend: Backend, person: Person) -> None:
    key = new_key()
    said = all_at_once([lambda: backend.post(wanted(person), key)] * MANY)
    assert sorted(one.status_code for one in said) == [200] * (MANY - 1) + [201]
    assert {one.text for one in said} == {said[0].text}
    assert said[0].json()["answers"] == {"card": "suspended", "smartphone": "suspended"}
    assert len(backend.applied(key)) == 1


def test_of_two_keys_for_one_person_the_second_sees_what_the_first_did(backend: Backend, person: Person) -> None:
    with ThreadPoolExecutor() as pool:
        with somebody_else_works_on(backend, person):
            asked = [pool.submit(backend.post, wanted(person, "card")) for _ in range(2)]
            eventually(lambda: backend.so_many_wait_for_a_lock() == 2, "both wait for the person")
        answers = sorted(one.result().json()["answers"]["card"] for one in asked)
    assert answers == ["already_suspended", "suspended"]


def test_many_keys_for_one_person_suspend_once(backend: Backend, person: Person) -> None:
    said = all_at_once([lambda: backend.post(wanted(person, "card"))] * MANY)
    answers = sorted(one.json()["answers"]["card"] for one in said)
    assert answers == ["already_suspended"] * (MANY - 1) + ["suspended"]


@pytest.mark.parametrize(
    "change", [{"targets": ["card"]}, {"postal_code": "0000000"}, {"birth_date": "1900-01-01"}, {"house_number": "*"}]
)
def test_a_key_with_another_body_is_refused_and_does_nothing(
    backend: Backend, person: Person, other_person: Person, change: dict[str, object]
) -> None:
    key = new_key()
    backend.post(wanted(person), key)
    refused = backend.post(wanted(person) | change, key)
    assert refused.status_code == 422
    assert "another body" in refused.json()["detail"]
    assert backend.post(wanted(other_person), key).status_code == 422
    assert backend.post(wanted(other_person)).json()["answers"]["card"] == "suspended"


def test_the_same_wish_in_other_words_is_the_same_body(backend: Backend, person: Person) -> None:
    key = new_key()
    first = backend.post(wanted(person, "card", "smartphone"), key)
    again = backend.post(dict(reversed(wanted(person, "smartphone", "card").items())), key)
    assert (again.status_code, again.json()) == (200, first.json())


def test_whoever_waits_too_long_is_told_to_ask_again_and_nothing_is_kept(backend: Backend, person: Person) -> None:
    key = new_key()
    with somebody_else_works_on(backend, person):
        waited = backend.post(wanted(person), key)
    assert waited.status_code == 409
    assert "send it again" in waited.json()["detail"]
    assert backend.applied(key) == []
    assert backend.post(wanted(person), key).json()["answers"]["card"] == "suspended"


def test_a_key_waits_for_the_one_that_came_first_and_goes_on_when_that_fails(backend: Backend, person: Person) -> None:
    key = new_key()
    with ThreadPoolExecutor() as pool:
        with somebody_else_works_on(backend, person):
            first = pool.submit(backend.post, wanted(person), key)
            eventually(backend.so_many_wait_for_a_lock, "the first one waits")
            second = pool.submit(backend.post, wanted(person), key)
            assert first.result().status_code == 409
        assert second.result().status_code in (201, 409)
    assert backend.post(wanted(person), key).ok
    assert len(backend.applied(key)) == 1


def test_a_page_waits_for_what_came_before_it(backend: Backend, person: Person) -> None:
    with ThreadPoolExecutor() as pool, backend.database() as other:
        earlier = new_key()
        other.execute(
            "INSERT INTO suspensions (id, key, body, targets, result, answers, applied_at)"
            " VALUES (gen_random_uuid(), %s, '', '{card}', 'identified', '{\"card\": \"suspended\"}', now())",
            (str(earlier),),
        )
        later = new_key()
        assert backend.post(wanted(person), later).ok
        listed = pool.submit(lambda: [one["key"] for one in backend.all_applied()])
        eventually(backend.so_many_wait_for_a_lock, "the page waits")
        other.commit()
        assert [key for key in listed.result() if key in (str(earlier), str(later))] == [str(earlier), str(later)]


def test_keys_and_suspensions_survive_a_restart(own_backend: Callable[..., Backend]) -> None:
    person, key, backend = DEMO[0], new_key(), own_backend().start()
    first = backend.post(wanted(person), key).json()
    assert backend.stop() == 0
    backend.start()
    assert backend.post(wanted(person), key).json() == first
    assert backend.post(wanted(person) | {"targets": ["card"]}, key).status_code == 422
    assert backend.post(wanted(person)).json()["answers"] == {
        "card": "already_suspended",
        "smartphone": "already_suspended",
    }
    assert backend.applied(key) == [first]


def test_a_kill_in_the_middle_leaves_nothing_half_done(own_backend: Callable[..., Backend]) -> None:
    person, key, backend = DEMO[0], new_key(), own_backend().start()
    with ThreadPoolExecutor() as pool, somebody_else_works_on(backend, person):
        cut_short = pool.submit(backend.post, wanted(person), key)
        eventually(backend.so_many_wait_for_a_lock, "the key is taken and the person is waited for")
        backend.kill()
        with pytest.raises(requests.ConnectionError):
            cut_short.result()
    backend.start()
    assert backend.post(wanted(person), key).status_code == 201
    assert len(backend.applied(key)) == 1


def test_other_people_replace_the_former_but_the_same_or_wrong_ones_do_not(
    own_backend: Callable[..., Backend], csv_file: Callable[..., object]
) -> None:
    hanako = "見本 花子,1980-03-01,1000001,2-16-3 402,千代田区,active,active"
    backend = own_backend(csv_file(hanako)).start()
    assert backend.post(wanted(DEMO[0], "card")).json()["answers"] == {"card": "suspended"}
    backend.stop()
    backend.start()
    assert backend.post(wanted(DEMO[0], "card")).json()["answers"] == {"card": "already_suspended"}
    backend.stop()
    backend.people = csv_file(hanako.replace("1980", "7305"))
    assert backend.launch().wait(DEADLINE_S) == 1
    backend.people = csv_file(hanako.replace("2-16-3", "2-16-4"))
    backend.start()
    assert backend.post(wanted(DEMO[0], "card")).json()["result"] == "not_found"
    moved = wanted(DEMO[0], "card") | {"house_number": "2164"}
    assert backend.post(moved).json()["answers"] == {"card": "suspended"}
