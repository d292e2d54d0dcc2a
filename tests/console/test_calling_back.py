"""Calling back from a follow-up, as far as the page goes."""

import pytest

from hotline.console.access import Role
from hotline.console.app import create_console
from tests.console.conftest import console_settings
from tests.console.stories import tell


@pytest.fixture
def console(database_url):
    app = create_console(console_settings(database_url, twilio_api_key="SK" + "0" * 32, twilio_api_secret="secret"))
    yield app
    app.extensions["hotline.engine"].dispose()


def test_who_has_not_said_where_their_telephone_is_is_led_there(signed_in, engine, vault):
    client, page = signed_in(Role.OPERATOR), f"/console/follow-ups/{tell(engine, vault).follow_up}"
    shown = client.get(page).text
    calling = shown[shown.index('id="calling"') :]
    assert "Say on your own page where your telephone is" in calling
    assert '<a href="/console/account">' in calling[: calling.index("</div>")]
