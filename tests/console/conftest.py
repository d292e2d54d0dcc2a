"""The console over a real database, and people who are signed in to it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hotline.console.access import Role
from hotline.console.app import create_console
from hotline.local.embedded import Postgres
from hotline.privacy import Vault, new_key
from hotline.settings import Settings
from hotline.store.database import Engine
from tests.console.staff import make_person, sit_down

CONSOLE = "http://localhost"


def console_settings(database_url: str, **others: object) -> Settings:
    """What a console is told in the tests."""
    return Settings.model_validate(
        {
            "hotline_public_url": CONSOLE,
            "hotline_encryption_keys": new_key(),
            "hotline_secret_key": "a secret of a test",
            "database_url": database_url,
            "redis_url": "redis://127.0.0.1:1/0",
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "token of a test",
            "cardstatus_url": "http://127.0.0.1:1",
            "cardstatus_token": "token of the backend",
            **others,
        }
    )


@pytest.fixture
def console(database_url: str) -> Iterator[Flask]:
    """The console."""
    app = create_console(console_settings(database_url))
    yield app
    app.extensions["hotline.engine"].dispose()


@pytest.fixture(scope="module")
def kept_console(postgres_server: Postgres, migrated_template: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """One console for all tests of a module, which is quicker; what they leave in its database they share."""
    name = request.module.__name__.replace(".", "_")
    postgres_server.create_database(name, migrated_template)
    app = create_console(console_settings(postgres_server.url(name)))
    yield app
    app.extensions["hotline.engine"].dispose()
    postgres_server.drop_database(name)


@pytest.fixture
def engine(console: Flask) -> Engine:
    """Its database."""
    return console.extensions["hotline.engine"]


@pytest.fixture
def vault(console: Flask) -> Vault:
    """What the console seals with."""
    return console.extensions["hotline.desk"].vault


@pytest.fixture
def signed_in(console: Flask, engine: Engine) -> Callable[..., FlaskClient]:
    """Signs somebody with these roles in, in a browser of their own."""

    def sign_somebody_in(*roles: Role) -> FlaskClient:
        client = console.test_client()
        sit_down(client, make_person(engine, *roles))
        return client

    return sign_somebody_in
