"""What operators see while the database is away."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hotline.console.app import create_console
from hotline.local.ports import free_port
from tests.console.conftest import console_settings


@pytest.fixture
def lonely():
    app = create_console(console_settings(f"postgresql://nobody@127.0.0.1:{free_port()}/none"))
    yield app
    app.extensions["hotline.engine"].dispose()


@pytest.fixture
def somebody(lonely):
    """A browser in which somebody is signed in."""
    client = lonely.test_client()
    with client.session_transaction(base_url="http://localhost") as session:
        session["_user_id"] = "somebody"
    return client


@pytest.mark.parametrize(("asked_for", "said"), [("en", "The database does not answer"), ("ja", "データベース")])
def test_a_database_that_is_away_is_said_so(somebody: FlaskClient, asked_for: str, said: str):
    answer = somebody.get("/console/", headers={"Accept-Language": asked_for})
    assert answer.status_code == 503
    assert said in answer.text


def test_what_pages_look_like_is_not_asked_of_the_database(somebody: FlaskClient):
    with somebody.get("/console/static/console.css") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/css"


def test_whether_the_process_lives_is_known_without_a_database(lonely: Flask):
    assert lonely.test_client().get("/console/healthz").data == b"alive\n"
