"""The contract, over real HTTP."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import requests

from hotline.cardstatus.reference.made_up import DEMO
from hotline.cardstatus.reference.people import Held, Person
from tests.cardstatus.running import TOKEN, Backend, keyed, new_key, wanted

HANAKO, TARO, ICHIRO, JIRO, SABURO, MATSUKO, TAKEKO = DEMO
NOBODY = Person("", date(1899, 12, 31), "0000000", "", "", Held.NONE, Held.NONE)


def detail(response: requests.Response) -> str:
    """The sentence of a problem, once it is known to be one."""
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == response.status_code
    return str(response.json()["detail"])


def test_what_is_active_is_suspended(backend: Backend, person: Person) -> None:
    key = new_key()
    response = backend.post(wanted(person), key)
    assert response.status_code == 201
    said = response.json()
    assert said["key"] == str(key)
    assert said["targets"] == ["card", "smartphone"]
    assert (said["result"], said["answers"]) == ("identified", {"card": "suspended", "smartphone": "suspended"})
    assert abs(datetime.fromisoformat(said["applied_at"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_only_what_is_asked_for_is_suspended(backend: Backend, person: Person) -> None:
    assert backend.post(wanted(person, "smartphone")).json()["answers"] == {"smartphone": "suspended"}
    later = backend.post(wanted(person)).json()["answers"]
    assert later == {"card": "suspended", "smartphone": "already_suspended"}


def test_what_was_suspended_before_is_said_to_be(backend: Backend) -> None:
    said = backend.post(wanted(TARO, "card")).json()
    assert said["answers"] == {"card": "already_suspended"}
    assert said["applied_at"] is None


def test_what_is_not_held_cannot_be_suspended(backend: Backend) -> None:
    said = backend.post(wanted(ICHIRO, "smartphone")).json()
    assert said["answers"] == {"smartphone": "not_held"}
    assert said["applied_at"] is None


@pytest.mark.parametrize(
    "changed",
    [{"birth_date": "1980-03-02"}, {"postal_code": "1000002"}, {"house_number": "2*17"}, {"house_number": "*"}],
)
def test_nobody_is_found_when_one_fact_is_wrong(backend: Backend, changed: dict[str, str]) -> None:
    said = backend.post(wanted(HANAKO) | changed).json()
    assert (said["result"], said["answers"], said["applied_at"]) == ("not_found", {}, None)


@pytest.mark.parametrize("house_number", ["3*7*1", None])
def test_two_who_share_everything_are_ambiguous_and_keep_their_cards(
    backend: Backend, house_number: str | None
) -> None:
    body = wanted(MATSUKO) | ({"house_number": house_number} if house_number else {})
    for _ in range(2):
        said = backend.post(body).json()
        assert (said["result"], said["answers"], said["applied_at"]) == ("ambiguous", {}, None)


def test_neighbours_are_told_apart_by_the_house_number(backend: Backend) -> None:
    both = wanted(JIRO) | {"targets": ["card"]}
    del both["house_number"]
    assert backend.post(both).json()["result"] == "ambiguous"
    assert backend.post(wanted(SABURO, "card")).json()["answers"] == {"card": "not_held"}


def test_a_skipped_house_number_is_enough_for_one_person(backend: Backend, person: Person) -> None:
    body = wanted(person)
    del body["house_number"]
    assert backend.post(body).json()["result"] == "identified"


def test_groups_run_together_are_enough(backend: Backend, person: Person) -> None:
    body = wanted(person) | {"house_number": str(keyed(person)).replace("*", "")}
    assert backend.post(body).json()["result"] == "identified"


def test_whoever_is_identified_is_told_the_municipality_whatever_was_stopped(backend: Backend, person: Person) -> None:
    assert backend.post(wanted(person)).json()["municipality"] == person.municipality
    assert backend.post(wanted(person)).json()["municipality"] == person.municipality
    assert backend.post(wanted(ICHIRO, "smartphone")).json()["municipality"] == "沖縄市"


@pytest.mark.parametrize("body", [wanted(NOBODY), wanted(MATSUKO)])
def test_whoever_is_not_identified_is_told_no_municipality(backend: Backend, body: dict[str, object]) -> None:
    assert backend.post(body).json()["municipality"] is None


def test_an_answer_can_be_read_again_also_when_nothing_was_stopped(backend: Backend, person: Person) -> None:
    for body in (wanted(person), wanted(NOBODY)):
        said = backend.post(body).json()
        again = backend.ask("GET", f"/v1/suspensions/{said['id']}")
        assert (again.status_code, again.json()) == (200, said)


@pytest.mark.parametrize("unknown", ["00000000-0000-4000-8000-000000000000", "1", "%00"])
def test_an_unknown_id_is_not_found(backend: Backend, unknown: str) -> None:
    response = backend.ask("GET", f"/v1/suspensions/{unknown}")
    assert response.status_code == 404
    assert detail(response).endswith(".")


def test_the_list_holds_what_was_applied_and_nothing_else(
    backend: Backend, person: Person, other_person: Person
) -> None:
    first, second = backend.post(wanted(person)).json(), backend.post(wanted(other_person, "card")).json()
    without_effect = [backend.post(body).json() for body in (wanted(person), wanted(NOBODY), wanted(MATSUKO))]
    listed = list(backend.all_applied())
    assert [one for one in listed if one in (first, second)] == [first, second]
    assert not {one["id"] for one in without_effect} & {one["id"] for one in listed}


def test_the_list_goes_on_page_by_page(backend: Backend, person: Person, other_person: Person) -> None:
    start = last_cursor(backend)
    made = [backend.post(wanted(one)).json() for one in (person, other_person)]
    pages = []
    for _ in made:
        page = backend.ask("GET", "/v1/suspensions", params={"after": start, "limit": 1}).json()
        pages += page["suspensions"]
        start = page["next"]
    assert pages == made
    assert backend.ask("GET", "/v1/suspensions", params={"after": start}).json() == {"suspensions": [], "next": start}


def last_cursor(backend: Backend) -> int:
    cursor = 0
    while True:
        page = backend.ask("GET", "/v1/suspensions", params={"after": cursor, "limit": 1000}).json()
        if not page["suspensions"]:
            return cursor
        cursor = page["next"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=many", "limit=", "limit=1&limit=2", "after=-1", f"after={2**63}", "after=１"],
)
def test_a_page_that_cannot_be_is_refused(backend: Backend, query: str) -> None:
    response = backend.ask("GET", f"/v1/suspensions?{query}")
    assert response.status_code == 400
    assert "is a whole number from" in detail(response)


GOOD: dict[str, object] = {"targets": ["card"], "birth_date": "1980-03-01", "postal_code": "1000001"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (GOOD | {"targets": []}, "targets"),
        (GOOD | {"targets": ["card", "card"]}, "targets"),
        (GOOD | {"targets": ["passport"]}, "targets"),
        (GOOD | {"targets": "card"}, "targets"),
        (GOOD | {"birth_date": "1980-02-30"}, "birth_date"),
        (GOOD | {"birth_date": "19800301"}, "birth_date"),
        (GOOD | {"birth_date": 19800301}, "birth_date"),
        (GOOD | {"birth_date": "1980-03-01T00:00:00"}, "birth_date"),
        (GOOD | {"postal_code": "100-0001"}, "postal_code"),
        (GOOD | {"postal_code": 1000001}, "postal_code"),
        (GOOD | {"postal_code": "1000001\n"}, "postal_code"),
        (GOOD | {"house_number": "2-16"}, "house_number"),
        (GOOD | {"house_number": ""}, "house_number"),
        (GOOD | {"house_number": None}, "house_number"),
        (GOOD | {"house_number": "1" * 21}, "house_number"),
        (GOOD | {"house_number": "２*１６"}, "house_number"),
        ({"targets": ["card"], "postal_code": "1000001"}, "birth_date"),
        (GOOD | {"house_numer": "2*16"}, "a field that the contract does not know"),
        ([GOOD], "not a JSON object"),
    ],
)
def test_a_body_outside_the_contract_is_refused_and_named(backend: Backend, body: object, field: str) -> None:
    response = backend.post(body)
    assert response.status_code == 400
    assert field in detail(response)


def test_every_wrong_field_is_named_at_once(backend: Backend) -> None:
    sentence = detail(backend.post({"targets": [], "postal_code": "1", "birth_date": "1", "house_number": "x"}))
    assert all(field in sentence for field in ("targets", "postal_code", "birth_date", "house_number"))


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe{}", b"[" * 60_000])
def test_a_body_that_is_no_json_is_refused(backend: Backend, raw: bytes) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    response = backend.ask("POST", "/v1/suspensions", data=raw, headers=headers)
    assert response.status_code == 400
    assert "JSON object" in detail(response)


def test_a_body_of_another_kind_is_refused(backend: Backend, person: Person) -> None:
    form = backend.ask("POST", "/v1/suspensions", data={"a": "b"}, headers={"Idempotency-Key": "k"})
    assert form.status_code == 415
    assert "application/json" in detail(form)
    headers = {"Idempotency-Key": str(new_key()), "Content-Type": "application/json; charset=utf-8"}
    response = backend.ask("POST", "/v1/suspensions", data=json.dumps(wanted(person)), headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_large_body_is_refused(backend: Backend, in_chunks: bool) -> None:
    large = b'{"targets":"' + b"1" * 64 * 1024 + b'"}'
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    body = iter([large[:1000], large[1000:]]) if in_chunks else large
    response = backend.ask("POST", "/v1/suspensions", data=body, headers=headers)
    assert response.status_code == 413
    assert "64 kB" in detail(response)


@pytest.mark.parametrize("key", [None, "", "with a space", "x" * 129])
def test_a_missing_or_wrong_key_is_refused(backend: Backend, person: Person, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    response = backend.ask("POST", "/v1/suspensions", json=wanted(person), headers=headers)
    assert response.status_code == 400
    assert "Idempotency-Key" in detail(response)
    assert backend.post(wanted(person)).json()["answers"]["card"] == "suspended"


ROUTES = [
    ("POST", "/v1/suspensions"),
    ("GET", "/v1/suspensions"),
    ("GET", "/v1/suspensions/00000000-0000-4000-8000-000000000000"),
    ("GET", "/faults"),
    ("PUT", "/faults"),
    ("GET", "/"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer \xff"]
)
def test_without_the_token_every_route_refuses(backend: Backend, method: str, path: str, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given.encode("latin-1")}
    response = requests.request(method, backend.url + path, headers=headers, json=GOOD, timeout=10)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "bearer token" in detail(response)


def test_the_kind_of_the_token_may_be_written_in_any_case(backend: Backend) -> None:
    assert backend.ask("GET", "/v1/suspensions", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


def test_health_needs_no_token(backend: Backend) -> None:
    response = requests.get(f"{backend.url}/healthz", timeout=10)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/suspensions", {"GET", "HEAD", "POST"}),
        ("OPTIONS", "/v1/suspensions", {"GET", "HEAD", "POST"}),
        ("PUT", "/v1/suspensions/00000000-0000-4000-8000-000000000000", {"GET", "HEAD"}),
        ("POST", "/faults", {"GET", "HEAD", "PUT"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
    ],
)
def test_another_method_is_refused(backend: Backend, method: str, path: str, allowed: set[str]) -> None:
    response = backend.ask(method, path)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == allowed
    assert "Allow header" in detail(response)


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/suspensions/", "/v1//suspensions"])
def test_an_unknown_address_is_not_found_and_never_redirected(backend: Backend, path: str) -> None:
    response = backend.ask("GET", path, allow_redirects=False)
    assert response.status_code == 404
    assert "nothing at this address" in detail(response)
