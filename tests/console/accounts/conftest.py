"""The settings of the console that is tested, and browsers that ask for English."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from hotline.console.accounts.here import EXTENSION
from hotline.settings import Settings


class EnglishBrowser(FlaskClient):
    """Reads English also before anybody is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture(autouse=True)
def in_english(request) -> None:
    """Whatever is said is looked for in English."""
    if "console" in request.fixturenames:
        request.getfixturevalue("console").test_client_class = EnglishBrowser


@pytest.fixture
def settings(console) -> Settings:
    """What the console was told."""
    return console.extensions[EXTENSION].desk.settings
