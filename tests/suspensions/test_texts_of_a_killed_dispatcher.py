"""Texts as the dispatcher sends them: a program of its own, which is asked to end and which is killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from hotline import clock
from hotline.privacy import Vault, new_key
from hotline.store.database import Engine
from hotline.suspensions.texts import ENDS_WITHIN_S
from tests.carrier.twilio_here import ACCOUNT, Silent, TwilioHere, twilio_here
from tests.store.rows import accept_request, row_of
from tests.store.text_rows import follow_ups, promise_text, the_text
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
DEADLINE_S = 30.0
SECRET_KEY = new_key()

_PROGRAM = """
import sys
from hotline.carrier.client import Carrier
from hotline.logs import start_logging
from hotline.privacy import Vault
from hotline.settings import load_settings
from hotline.store.database import connect_to
from hotline.suspensions.dispatch import run
from hotline.suspensions.texts import Texts
from tests.carrier.twilio_here import ACCOUNT, KEY, SECRET

start_logging()
settings = load_settings()
vault = Vault(key.get_secret_value() for key in settings.hotline_encryption_keys)
carrier = Carrier(ACCOUNT, KEY, SECRET, sys.argv[1], timeout_s=float(sys.argv[2]))
engine = connect_to(settings.database_url.get_secret_value())
run(settings, texts=Texts(engine, vault, carrier, "+815012345678", "https://line.example/s", lambda *_: "stopped"))
"""

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def twilio() -> Iterator[TwilioHere]:
    """What is asked in Twilio's place."""
    with twilio_here() as twilio:
        yield twilio


@pytest.fixture
def start(database_url: str, valkey_url: str, twilio: TwilioHere, tmp_path: Path) -> Iterator[Start]:
    """Starts a dispatcher that sends texts, and leaves none behind."""
    told = {
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey_url,
        "CARDSTATUS_URL": "http://127.0.0.1:1",
        "CARDSTATUS_TOKEN": "not needed here, but asked for",
        "HOTLINE_ENCRYPTION_KEYS": SECRET_KEY,
        "HOTLINE_SECRET_KEY": "not needed here, but asked for",
        "HOTLINE_PUBLIC_URL": "https://line.example",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": "not needed here either",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(timeout_s: float = 60.0) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", _PROGRAM, twilio.url, str(timeout_s)]
        with (tmp_path / "log").open("ab") as log:
            started.append(subprocess.Popen(command, env={**os.environ, **told}, stdout=log, stderr=log, cwd=ROOT))
        return started[-1]

    yield start
    for program in started:
        if program.poll() is None:
            program.kill()
        program.wait(DEADLINE_S)


def promised(engine: Engine) -> UUID:
    """A text about a request; the id of the request."""
    now = clock.now()
    request_id = accept_request(engine, at=now)
    sid = str(row_of(engine, request_id)["call_sid"])
    promise_text(engine, sid, request_id=request_id, due_at=now, at=now, vault=Vault([SECRET_KEY]))
    return request_id


def handed_over(engine: Engine, request_id: UUID) -> bool:
    return row_of(engine, request_id)["attempts"] == 1


def minutes_pass(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE texts SET told_at = told_at - interval '10 minutes'"))


def test_a_twilio_that_says_nothing_holds_up_no_request(engine: Engine, twilio: TwilioHere, start: Start) -> None:
    twilio.faults.append(Silent())
    promised(engine)
    start()
    assert twilio.asked.wait(DEADLINE_S)
    request_id = accept_request(engine, at=clock.now())
    eventually(lambda: handed_over(engine, request_id), "a request that was handed over")
    assert the_text(engine)["status"] == "sending"


def test_a_dispatcher_killed_while_twilio_is_asked_leaves_a_text_that_the_next_one_does_not_send(
    engine: Engine, twilio: TwilioHere, start: Start
) -> None:
    twilio.faults.append(Silent())
    promised(engine)
    first = start()
    assert twilio.asked.wait(DEADLINE_S)
    first.kill()
    first.wait(DEADLINE_S)
    assert the_text(engine)["status"] == "sending"
    minutes_pass(engine)
    start()
    eventually(lambda: the_text(engine)["status"] == "unsure", "a text that is given up")
    promise_text(engine, due_at=clock.now(), at=clock.now(), vault=Vault([SECRET_KEY]), body="another")
    eventually(lambda: len(twilio.texts) == 2, "another text")
    assert [one["Body"] for one in twilio.texts] == ["stopped", "another"]
    assert [reason for reason, _ in follow_ups(engine)] == ["text_not_delivered"]


def test_a_dispatcher_that_is_asked_to_end_waits_for_the_answer_about_the_text_in_hand(
    engine: Engine, twilio: TwilioHere, start: Start
) -> None:
    twilio.faults.append(Silent())
    promised(engine)
    program = start(timeout_s=1.0)
    assert twilio.asked.wait(DEADLINE_S)
    asked = time.monotonic()
    program.terminate()
    assert program.wait(DEADLINE_S) == 0
    assert time.monotonic() - asked < ENDS_WITHIN_S
    assert the_text(engine)["status"] == "unsure"
