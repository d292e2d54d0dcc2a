"""A text from its promise to the callback that it was delivered, with a carrier that counts, refuses and signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import UUID

import pytest
from twilio.request_validator import RequestValidator

from hotline.carrier.client import Carrier
from hotline.carrier.errors import Retryable
from hotline.phone.carrier import PracticeCarrier, practice_carrier
from hotline.phone.exchange import Account, Recording, Trouble
from hotline.store.database import Engine
from hotline.store.texts import note_status
from hotline.suspensions.texts import Texts
from tests.store.rows import NOON, VAULT, accept_request, row_of
from tests.store.text_rows import MOBILE, follow_ups, promise_text, the_text

ACCOUNT = Account("AC" + "0" * 32, "token of a test", "SK" + "1" * 32, "secret of a test")
POOL = "MG" + "2" * 32
BODY = "あ" * 80


@pytest.fixture
def practice() -> Iterator[PracticeCarrier]:
    """The carrier that is practised with."""
    with practice_carrier(ACCOUNT) as practice:
        yield practice


@pytest.fixture
def carrier(practice: PracticeCarrier) -> Carrier:
    """What asks it."""
    assert ACCOUNT.api_key
    assert ACCOUNT.api_secret
    return Carrier(ACCOUNT.sid, ACCOUNT.api_key, ACCOUNT.api_secret, practice.url, timeout_s=1.0)


@contextmanager
def the_line(engine: Engine) -> Iterator[str]:
    """The URL at which callbacks are believed if they are signed, and written down."""
    validator = RequestValidator(ACCOUNT.token)
    one_at_a_time = Lock()

    class Callback(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), True))
            signed = validator.validate(url + self.path.removeprefix("/s"), form, self.headers["X-Twilio-Signature"])
            text_id = UUID(parse_qs(urlsplit(self.path).query)["text"][0])
            code = int(form["ErrorCode"]) if "ErrorCode" in form else None
            if signed:
                with one_at_a_time, engine.begin() as connection:
                    note_status(connection, form["MessageSid"], form["MessageStatus"], code, NOON, text_id)
            self.send_response(204 if signed else 403)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Callback)
    server.daemon_threads = False
    url = f"http://127.0.0.1:{server.server_address[1]}/s"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield url
    server.shutdown()
    server.server_close()
    thread.join()


def send(engine: Engine, practice: PracticeCarrier, carrier: Carrier, sender: str = "+815012345678") -> None:
    """A text about a request, until everything is told of it."""
    request_id = accept_request(engine)
    sid = str(row_of(engine, request_id)["call_sid"])
    promise_text(engine, sid, request_id=request_id)
    with the_line(engine) as url:
        Texts(engine, VAULT, carrier, sender, url, lambda *_: BODY).send_due(NOON)
        assert practice.settles()
    assert practice.lost_callbacks == []


def reasons(engine: Engine) -> list[str]:
    return [reason for reason, _ in follow_ups(engine)]


@pytest.mark.parametrize("sender", ["+815012345678", POOL], ids=["from a number", "from a pool"])
def test_a_text_is_delivered(engine: Engine, practice: PracticeCarrier, carrier: Carrier, sender: str) -> None:
    send(engine, practice, carrier, sender)
    (message,) = practice.messages
    assert (message.to, message.body) == (MOBILE, BODY)
    row = the_text(engine)
    assert (row["status"], row["message_sid"], row["segments"]) == ("delivered", message.sid, 2)
    assert reasons(engine) == []


def test_a_text_that_the_network_gives_back_is_followed_up(
    engine: Engine, practice: PracticeCarrier, carrier: Carrier
) -> None:
    practice.loses(MOBILE, 30003)
    send(engine, practice, carrier)
    row = the_text(engine)
    assert (row["status"], row["error_code"], reasons(engine)) == ("undelivered", 30003, ["text_not_delivered"])


def test_a_number_that_wants_no_texts_is_followed_up(
    engine: Engine, practice: PracticeCarrier, carrier: Carrier
) -> None:
    practice.refuses(MOBILE, 21610)
    send(engine, practice, carrier)
    row = the_text(engine)
    assert (row["status"], row["error_code"], reasons(engine)) == ("failed", 21610, ["text_not_delivered"])


def test_a_text_whose_answer_was_lost_is_delivered_once_and_known_to_be(
    engine: Engine, practice: PracticeCarrier, carrier: Carrier
) -> None:
    practice.misbehaves(Trouble.ANSWER_LOST)
    send(engine, practice, carrier)
    assert (len(practice.messages), the_text(engine)["status"]) == (1, "delivered")


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(Trouble.TOO_MANY, "due"), (Trouble.BROKEN, "unsure"), (Trouble.SILENT, "unsure"), (Trouble.DROPPED, "unsure")],
)
def test_what_the_carrier_did_not_say_is_not_guessed(
    engine: Engine, practice: PracticeCarrier, carrier: Carrier, trouble: Trouble, status: str
) -> None:
    practice.misbehaves(trouble)
    send(engine, practice, carrier)
    assert (the_text(engine)["status"], practice.messages) == (status, [])


def test_a_recording_is_deleted(practice: PracticeCarrier, carrier: Carrier) -> None:
    sid = "RE" + "3" * 32
    practice.exchange.keep(Recording(sid, "CA" + "4" * 32, b"", NOON))
    practice.misbehaves(Trouble.TOO_MANY)
    with pytest.raises(Retryable):
        carrier.delete_recording(sid)
    for _ in range(2):
        carrier.delete_recording(sid)
    assert practice.recordings == []
