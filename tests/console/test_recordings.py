"""What a caller said in their own voice, played in the page."""

import pytest
from sqlalchemy import select, update

from hotline import clock
from hotline.console.access import Role
from hotline.console.app import create_console
from hotline.phone.carrier import practice_carrier
from hotline.phone.exchange import Account, Recording
from hotline.store.console_tables import audit
from hotline.store.tables import messages
from tests.console.conftest import console_settings
from tests.console.stories import tell

ACCOUNT = Account("AC" + "0" * 32, "token of a test", "SK" + "0" * 32, "secret")
SOUND = bytes(range(256)) * 40


@pytest.fixture
def twilio():
    with practice_carrier(ACCOUNT) as carrier:
        yield carrier


@pytest.fixture
def console(database_url, twilio):
    key = {"twilio_api_key": ACCOUNT.api_key, "twilio_api_secret": ACCOUNT.api_secret, "twilio_api_url": twilio.url}
    app = create_console(console_settings(database_url, **key))
    yield app
    app.extensions["hotline.engine"].dispose()


@pytest.fixture
def told(engine, vault, twilio):
    told = tell(engine, vault)
    with engine.connect() as connection:
        sid = connection.execute(select(messages.c.recording_sid)).scalar_one()
    twilio.exchange.keep(Recording(sid, told.sid, SOUND, clock.now()))
    return told


def heard(engine):
    with engine.connect() as connection:
        return len(connection.execute(select(audit.c.id).where(audit.c.action == "recording.heard")).all())


def test_it_is_played_in_parts_and_written_down_once(signed_in, engine, told):
    client, address = signed_in(Role.OPERATOR), f"/console/calls/{told.sid}/recordings/{told.message}"
    assert address in client.get(f"/console/calls/{told.sid}").text
    whole = client.get(address)
    assert (whole.status_code, whole.data, whole.mimetype) == (200, SOUND, "audio/wav")
    part = client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, SOUND[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(SOUND)}"
    assert client.get(address, headers={"Range": f"bytes={len(SOUND)}-"}).status_code == 416
    assert heard(engine) == 1


def test_what_was_erased_is_said_so(signed_in, engine, told):
    with engine.begin() as connection:
        connection.execute(update(messages).values(deleted_at=clock.now()))
    client = signed_in(Role.OPERATOR)
    assert "Erased on schedule at" in client.get(f"/console/calls/{told.sid}").text
    assert client.get(f"/console/calls/{told.sid}/recordings/{told.message}").status_code == 404
    assert heard(engine) == 0


def test_what_twilio_has_no_more_is_not_found(signed_in, told, twilio):
    for recording in twilio.recordings:
        twilio.exchange.delete_recording(recording.sid)
    address = f"/console/calls/{told.sid}/recordings/{told.message}"
    assert signed_in(Role.OPERATOR).get(address).status_code == 404


def test_who_may_not_hear_it_is_told_so(signed_in, told):
    client = signed_in(Role.ON_CALL)
    assert "Your role may not hear it." in client.get(f"/console/calls/{told.sid}").text


def test_another_calls_recording_is_not_this_calls(signed_in, engine, vault, told):
    other = tell(engine, vault)
    address = f"/console/calls/{other.sid}/recordings/{told.message}"
    assert signed_in(Role.OPERATOR).get(address).status_code == 404
