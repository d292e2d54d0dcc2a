"""What is keyed goes in for matching and comes out nowhere."""

import logging
from collections.abc import Callable
from datetime import date

import pytest
from pydantic import ValidationError

from hotline.cardstatus.reference.bodies import Wanted
from hotline.cardstatus.reference.problems import DiscreetFlask, answer_with_problems
from tests.cardstatus.running import Backend, new_key

MARKED: dict[str, object] = {
    "targets": ["card"],
    "birth_date": "1973-05-05",
    "postal_code": "7305501",
    "house_number": "7305*502",
}
KEYED = ("1973-05-05", "7305501", "7305*502", "7305502", "7305-502")


def not_in(text: str) -> bool:
    return not [digits for digits in KEYED if digits in text]


def ask_in_every_way(backend: Backend) -> str:
    """All that is answered to a person's facts, whole and broken, at good times and bad."""
    key = new_key()
    answers = [backend.post(MARKED, key) for _ in range(2)]
    answers.append(backend.post(MARKED | {"targets": ["smartphone"]}, key))
    answers += [backend.post(MARKED | {field: f"{MARKED[field]}x"}) for field in MARKED]
    answers += [backend.post({**MARKED, "7305501": "7305*502"}), backend.post([MARKED]), backend.post("7305*502")]
    raw = b'{"postal_code": "7305501", "house_number": "7305*502"'
    headers = {"Idempotency-Key": "7305", "Content-Type": "application/json"}
    answers.append(backend.ask("POST", "/v1/suspensions", data=raw, headers=headers))
    answers.append(backend.ask("GET", f"/v1/suspensions/{answers[0].json()['id']}"))
    answers.append(backend.ask("GET", "/v1/suspensions"))
    return "".join(f"{answer.text}{answer.headers}" for answer in answers)


HEAD = b"POST /v1/suspensions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nIdempotency-Key: k\r\n"
JSON = b"Content-Type: application/json\r\n"


def test_nothing_keyed_is_answered_logged_or_kept(
    own_backend: Callable[..., Backend], csv_file: Callable[..., object]
) -> None:
    backend = own_backend(csv_file("見本 花子,1973-05-05,7305501,7305-502,千代田区,active,active")).start()
    told = ask_in_every_way(backend)
    assert '"answers":{"card":"suspended"}' in told
    assert not_in(told)
    assert not_in(backend.log_file.read_text())
    with backend.database() as connection:
        kept = connection.execute("SELECT * FROM suspensions").fetchall()
        assert len(kept) == 1
        assert not_in(repr(kept))
        assert date(1973, 5, 5) not in [value for row in kept for value in row]


def test_a_failing_database_does_not_spill_what_was_keyed(own_backend: Callable[..., Backend]) -> None:
    backend = own_backend().start()
    with backend.database() as connection:
        connection.execute(
            "CREATE FUNCTION spill() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '7305501 %', (SELECT '7305*502') USING DETAIL = '1973-05-05'; END $$"
        )
        connection.execute("CREATE TRIGGER spills BEFORE INSERT ON suspensions EXECUTE FUNCTION spill()")
        connection.commit()
    response = backend.post(MARKED)
    assert response.status_code == 500
    assert not_in(response.text)
    log = backend.log_file.read_text()
    assert "the database failed" in log
    assert not_in(log)


@pytest.mark.parametrize(
    "request_",
    [
        HEAD + JSON + b'Transfer-Encoding: chunked\r\n\r\n{"postal_code": "7305501"}\r\n',
        HEAD + JSON + b'Transfer-Encoding: chunked\r\n\r\n9\r\n"7305501"7305*502\r\n0\r\n\r\n',
        HEAD + JSON + b'Content-Length: 500\r\n\r\n{"postal_code": "7305501"}',
        HEAD + JSON + b'Content-Length: 1\r\n\r\n{"postal_code": "7305501"}\r\n\r\n',
        HEAD + b'Content-Length: 0\r\n{"postal_code": "7305501"}\r\n\r\n',
    ],
    ids=["no chunk size", "no chunk end", "half a body", "more than announced", "among the headers"],
)
def test_a_malformed_request_is_not_repeated_in_the_log(backend: Backend, request_: bytes) -> None:
    before = len(backend.log_file.read_bytes())
    answer = backend.sends(request_)
    assert answer.startswith(("HTTP/1.1 400", "HTTP/1.1 415")) or answer == ""
    assert backend.is_healthy()
    assert not_in(backend.log_file.read_bytes()[before:].decode())


def test_a_mistake_in_the_backend_is_logged_by_its_place_alone(caplog: pytest.LogCaptureFixture) -> None:
    app = DiscreetFlask("mistaken")
    answer_with_problems(app)

    @app.get("/")
    def mistake() -> str:
        raise ValueError("7305*502")

    response = app.test_client().get("/")
    assert response.status_code == 500
    assert not_in(response.text)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.__dict__["error"] == "ValueError"
    assert "test_privacy.py:" in record.__dict__["at_line"]
    assert not_in(repr(record.__dict__) + caplog.text)


def test_nothing_keyed_shows_in_repr_or_in_faults() -> None:
    assert not_in(
        repr(Wanted.model_validate_json('{"targets":["card"],"birth_date":"1973-05-05","postal_code":"7305501"}'))
    )
    with pytest.raises(ValidationError) as wrong:
        Wanted.model_validate(MARKED | {"postal_code": "7305501x"})
    assert not_in(str(wrong.value))


def test_the_same_facts_have_other_hashes_in_another_database() -> None:
    asked = Wanted.model_validate_json('{"targets":["card"],"birth_date":"1973-05-05","postal_code":"7305501"}')
    assert asked.hashed(b"one") == asked.hashed(b"one")
    assert asked.hashed(b"one") != asked.hashed(b"other")
