import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from hotline import clock
from hotline.app import create_app
from hotline.privacy import new_key
from hotline.settings import Settings
from hotline.store.database import connect_to
from hotline.suspensions.dispatch import Dispatcher
from hotline.suspensions.queue import StopQueue, connect_dispatcher
from tests.store.rows import accept_request, start_call

TOKEN = "a token of the metrics"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NUMBER = "+819012345678"

Opens = Callable[..., FlaskClient]


@pytest.fixture
def opens(database_url: str, valkey_url: str) -> Iterator[Opens]:
    """Makes the web app, with these settings beside those that it needs."""
    apps: list[Flask] = []

    def make(**settings: str | None) -> FlaskClient:
        told = {
            "hotline_public_url": "http://127.0.0.1",
            "hotline_encryption_keys": new_key(),
            "hotline_secret_key": "a secret of a test",
            "database_url": database_url,
            "redis_url": valkey_url,
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "token of a test",
            "cardstatus_url": "http://127.0.0.1:1",
            "cardstatus_token": "token of the backend",
            "hotline_metrics_token": TOKEN,
        }
        apps.append(create_app(Settings.model_validate(told | settings)))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["hotline.engine"].dispose()


@pytest.fixture
def engine(database_url):
    engine = connect_to(database_url)
    yield engine
    engine.dispose()


def values(client: FlaskClient) -> dict[str, float]:
    """Each sample by its name, or by its name and labels as they are written."""
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_only_who_brings_the_token_reads_them(opens):
    client = opens()
    for headers in ({}, {"Authorization": TOKEN}, {"Authorization": "Bearer another"}, {"Authorization": "Bearer ü"}):
        assert client.get("/metrics", headers=headers).status_code == 401
    assert client.get("/metrics", headers=BEARER).status_code == 200


def test_without_a_token_there_is_no_such_page(opens):
    assert opens(hotline_metrics_token=None).get("/metrics", headers=BEARER).status_code == 404


def test_a_quiet_line_says_so(opens):
    found = values(opens())
    assert found["hotline_database_up"] == found["redis_up"] == 1
    for name in ("hotline_unanswered_oldest_age_seconds", "hotline_requests_open", "hotline_needs_operator"):
        assert found[name] == 0
    assert found["rq_jobs{queue=suspensions,status=queued}"] == 0
    assert found["redis_noeviction"] == 1


def test_what_waits_is_seen_with_its_age(opens, engine, valkey_url):
    client, now = opens(), clock.now()
    accept_request(engine, start_call(engine, language="ne"), at=now - timedelta(minutes=5))
    with connect_dispatcher(valkey_url) as redis:
        Dispatcher(engine, StopQueue(redis)).dispatch_due(now)
        found = values(client)
        assert 300 <= found["hotline_unanswered_oldest_age_seconds"] < 400
        assert (found["hotline_requests_open"], found["hotline_requests_late"]) == (1, 1)
        assert found["hotline_calls_on_the_line{language=ne}"] == 1
        assert found["rq_jobs{queue=suspensions,status=queued}"] == 1
        assert found["hotline_requests_lost_in_queue"] == 0
        redis.flushall()
    assert values(client)["hotline_requests_lost_in_queue"] == 1


def test_a_redis_that_is_away_hides_nothing_that_postgresql_knows(opens, free_port):
    found = values(opens(redis_url=f"redis://127.0.0.1:{free_port}"))
    assert found["redis_up"] == 0
    assert found["hotline_requests_open"] == 0
    assert not [name for name in found if name.startswith("rq_")]


def test_a_database_that_is_away_hides_nothing_that_redis_knows(opens, free_port):
    found = values(opens(database_url=f"postgresql://nobody@127.0.0.1:{free_port}/nothing"))
    assert (found["hotline_database_up"], found["redis_up"]) == (0, 1)
    assert "hotline_requests_open" not in found
    assert found["rq_jobs{queue=suspensions,status=queued}"] == 0


def test_a_webhook_that_nobody_signed_is_counted(opens):
    client = opens()
    before = values(client).get("hotline_signatures_refused_total", 0)
    client.post("/voice/incoming", data={"CallSid": "CA" + "0" * 32, "From": NUMBER})
    assert values(client)["hotline_signatures_refused_total"] == before + 1


def test_nothing_of_a_caller_is_in_a_label(opens, engine):
    client = opens()
    sid = start_call(engine)
    accept_request(engine, sid)
    written = client.get("/metrics", headers=BEARER).text
    assert sid not in written
    assert not re.search(r"\d{7,}", re.sub(r"\d+\.\d+(e[+-]?\d+)?", "", written))
