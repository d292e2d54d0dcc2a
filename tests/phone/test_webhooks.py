import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from werkzeug import Response

from hotline.phone.call import Line
from hotline.phone.caller import Caller
from hotline.phone.faults import CallFailed, WebhookFault
from hotline.phone.overrides import Overrides, split_overrides
from hotline.phone.webhooks import Ask, Webhooks
from tests.phone.documents import menu
from tests.phone.scripted_line import ACCOUNT_SID, NUMBER, TOKEN

BYE = "<Say>Goodbye.</Say><Hangup/>"


def statuses(line, path, *codes):
    """Answer with these statuses, each with a good document."""
    for code in codes:
        line.answers(path, "<Response><Say>Hello.</Say></Response>", status=code)


@pytest.mark.parametrize("code", [400, 403, 404, 413, 500, 502])
def test_an_error_fails_the_call(line, call, code):
    statuses(line, "/voice", code)
    with pytest.raises(CallFailed, match=f"/voice answered {code}.*11200"):
        call()
    assert len(line.received) == 1


def test_an_error_leads_to_the_fallback_url_with_its_code(line, call):
    line.says("/fallback", "<Say>We are sorry.</Say><Hangup/>")
    statuses(line, "/keyed", 500)
    call(menu(), fallback_url="/fallback").presses("1").hears("we are sorry").is_hung_up_on()
    (request,) = line.at("/fallback")
    assert request["ErrorCode"] == "11200"
    assert request["ErrorUrl"] == f"{line.address}/keyed"
    assert request["CallStatus"] == "in-progress"
    assert "Digits" not in request


def test_refused_twiml_leads_to_the_fallback_url_with_its_code(line, call):
    line.says("/fallback", menu("Sorry, press one."))
    line.says("/keyed", BYE)
    caller = call("<Say></Say>", fallback_url="/fallback").hears("sorry, press one")
    assert line.at("/fallback")[0]["ErrorCode"] == "13520"
    caller.presses("1").hears("goodbye")


def test_a_fallback_url_that_fails_as_well_ends_the_call(line, call):
    statuses(line, "/voice", 500)
    statuses(line, "/fallback", 500)
    with pytest.raises(CallFailed, match=r"The fallback URL failed as well: .*/fallback answered 500"):
        call(fallback_url="/fallback")


def test_a_good_status_besides_200_is_good(line, call):
    statuses(line, "/voice", 201)
    call().hears("hello")


def test_a_3xx_answer_is_followed_and_loses_the_digits(line, call):
    line.answers("/keyed", "", status=302, headers={"Location": "/moved?turn=3"})
    line.says("/moved", menu("Moved.", action="next"))
    line.says("/next", BYE)
    call(menu()).presses("1").hears("moved").presses("2").hears("goodbye")
    (moved,) = line.at("/moved")
    assert moved.method == "GET"
    assert "Digits" not in moved.args
    assert moved.args["turn"] == "3"
    assert moved.args["CallSid"] == line.at("/voice")[0]["CallSid"]
    assert line.at("/next")[0]["Digits"] == "2"


def test_redirects_in_a_circle_end(line, call):
    line.answers("/voice", "", status=307, headers={"Location": "/voice"})
    with pytest.raises(CallFailed, match=r"redirects more than 10 times.*11215"):
        call()


@pytest.mark.parametrize(("status", "headers"), [(304, {"Location": "/x"}), (300, {"Location": "/x"}), (302, {})])
def test_a_3xx_answer_that_is_no_redirect_fails(line, call, status, headers):
    line.answers("/voice", "", status=status, headers=headers)
    with pytest.raises(CallFailed, match="11216"):
        call()


@contextmanager
def closed_port() -> Iterator[str]:
    """An address at which nobody listens, and nobody else can begin to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def whole_request(connection: socket.socket) -> bytes:
    """The request to its last byte: a connection that is closed with bytes unread is reset, and its answer lost."""
    heard = b""
    while (missing := _missing(heard)) and (more := connection.recv(missing)):
        heard += more
    return heard


def _missing(heard: bytes) -> int:
    head, end, body = heard.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    if not end:
        return 65536
    return int(length[1]) - len(body) if length else 0


@contextmanager
def raw_server(*answers: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """Answers each connection with raw bytes; with None it says nothing until the test is over."""
    heard: list[bytes] = []
    over = threading.Event()

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                heard.append(whole_request(connection))
                if answer is None:
                    over.wait(5)
                else:
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        finally:
            over.set()
            thread.join()


def dial(url: str, **setup: str) -> Caller:
    return Caller(Line(url, TOKEN, ACCOUNT_SID, NUMBER, **setup)).dials()


def test_nobody_listening_fails_the_call():
    with closed_port() as address, pytest.raises(CallFailed, match=r"/voice cannot be connected to.*11205"):
        dial(address + "/voice")


def test_nobody_listening_leads_to_the_fallback_url(line):
    line.says("/fallback", "<Say>We are sorry.</Say>")
    with closed_port() as address:
        dial(address + "/voice", fallback_url=line.address + "/fallback").hears("we are sorry")
    assert line.received[0]["ErrorCode"] == "11205"


GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 11\r\n\r\n<Response/>"
BROKEN = b"HTTP/1.1 500 Broken\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def test_silence_of_the_webhook_is_not_waited_for_longer_than_its_read_timeout():
    began = time.monotonic()
    with raw_server(None) as (address, _), pytest.raises(CallFailed, match=r"did not answer in time.*11200"):
        dial(address + "/voice#rt=200")
    assert time.monotonic() - began < 10


def test_an_answer_that_drips_in_is_cut_when_its_total_time_is_over():
    dripping = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<Response>"
    began = time.monotonic()
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(dripping)
            while not stop.wait(0.05):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(CallFailed, match="did not answer in time"):
            dial(f"http://127.0.0.1:{listener.getsockname()[1]}/voice#tt=400")
        stop.set()
        thread.join()
    assert time.monotonic() - began < 10


def test_a_connection_that_breaks_off_fails_the_call():
    with raw_server(b"") as (address, _), pytest.raises(CallFailed, match="broke the connection off"):
        dial(address + "/voice")


def test_an_answer_that_breaks_off_fails_the_call():
    short = GOOD.replace(b"Length: 11", b"Length: 99")
    with raw_server(short) as (address, _), pytest.raises(CallFailed, match="broke the connection off"):
        dial(address + "/voice")


def test_by_default_only_a_failed_connection_is_tried_again():
    with raw_server(BROKEN) as (address, heard), pytest.raises(CallFailed, match="answered 500"):
        dial(address + "/voice")
    assert len(heard) == 1


def test_retries_follow_the_overrides_and_carry_one_token():
    with raw_server(BROKEN, b"", GOOD) as (address, heard):
        dial(address + "/voice?x=1#rc=2&rp=5xx,rt").is_hung_up_on()
    tokens = {line for one in heard for line in one.split(b"\r\n") if line.startswith(b"I-Twilio-Idempotency-Token")}
    assert (len(heard), len(tokens)) == (3, 1)
    # The fragment stays with the carrier.
    assert all(one.startswith(b"POST /voice?x=1 HTTP/1.1") for one in heard)


def test_retries_end_with_the_last_fault():
    with raw_server(BROKEN, BROKEN) as (address, heard), pytest.raises(CallFailed, match="answered 500"):
        dial(address + "/voice#rp=all")
    assert len(heard) == 2


def test_a_connection_is_tried_again_until_somebody_listens():
    """The web server comes up while the connection is retried."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        webhooks = Webhooks(TOKEN)
        tries = []

        def send(*args, **kwargs):
            tries.append(args)
            if len(tries) == 3:
                held.listen()
                accepting.start()
            return Webhooks.send(webhooks, *args, **kwargs)

        def accept() -> None:
            connection, _ = held.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(GOOD)

        accepting = threading.Thread(target=accept)
        webhooks.send = send
        assert webhooks.ask(Ask(f"{address}/voice#rc=2"), {}).body == b"<Response/>"
        accepting.join()
        webhooks.close()
    assert len(tries) == 3


def test_the_fragment_is_neither_signed_nor_sent(line):
    line.says("/voice", menu(action="/keyed?turn=2#rc=3&amp;rp=5xx"))
    line.says("/keyed", BYE)
    Caller(line.line("/voice#ct=1500&rt=4000&rc=2&rp=ct,rt,5xx&tt=12000")).dials().presses("1").hears("goodbye")
    assert line.at("/keyed")[0].url == f"{line.address}/keyed?turn=2"


def test_overrides_are_read():
    url = "https://hotline.example/voice?x=1#ct=1500&rt=4000&rc=2&rp=ct,rt,5xx&tt=12000"
    expected = Overrides(1.5, 4.0, 12.0, 2, frozenset({"ct", "rt", "5xx"}))
    assert split_overrides(url) == ("https://hotline.example/voice?x=1", expected)
    assert split_overrides("https://hotline.example/voice") == ("https://hotline.example/voice", Overrides())


@pytest.mark.parametrize("fragment", ["rc=6", "rc=-1", "ct=50", "tt=15001", "rt=x", "rp=6xx", "rp=", "retries=2"])
def test_wrong_overrides_are_refused(fragment):
    with pytest.raises(WebhookFault, match="11243"):
        split_overrides(f"https://hotline.example/voice#{fragment}")


def test_an_answer_longer_than_64_kilobytes_is_not_read_to_its_end(line, call):
    line.does("/voice", lambda: Response(b"x" * (1024 * 1024), content_type="text/xml"))
    with pytest.raises(CallFailed, match=r"The answer of .* is longer than 65536 bytes.*11750"):
        call()


def test_an_empty_answer_is_refused(line, call):
    line.answers("/voice", "", status=204)
    with pytest.raises(CallFailed, match=r"12100|12300"):
        call()


def test_no_proxy_of_the_environment_is_asked(line, call, monkeypatch):
    with closed_port() as address:
        monkeypatch.setenv("http_proxy", address)
        call("<Say>Hello.</Say>").hears("hello")


def test_unusual_urls_are_signed_as_they_are_sent(line, call):
    """The fixture checks each signature against the raw request target."""
    line.says("/voice", "<Redirect>/next?a=%2C%3A%2F%7E&amp;b=(x)~!*'$&amp;c=%e3%81%82&amp;d</Redirect>")
    line.says("/next", BYE)
    call().hears("goodbye")
    assert line.at("/next")[0].args["a"] == ",:/~"


def test_a_raw_post_is_signed_or_not_as_wanted(line):
    caller = Caller(line.line())
    line.says("/voice", menu())
    caller.dials()
    line.answers("/turn", "no", status=403)
    pairs = [*caller.fields(Digits="1").items(), ("To", "other")]
    assert caller.posts("/turn?turn=1", pairs).status_code == 403
    assert line.received[-1].signature_fits
    assert line.received[-1].form.getlist("To") == [NUMBER, "other"]
    for unsigned in ({"sign": False}, {"token": "x" * 32}, {"headers": {"X-Twilio-Signature": "AAAA"}}):
        assert caller.posts("/turn", {"CallSid": caller.call_sid}, **unsigned).text == "no"
        assert not line.received[-1].signature_fits
    assert "X-Twilio-Signature" not in line.received[-3].headers
    assert line.received[-1].headers["X-Twilio-Signature"] == "AAAA"
    del line.received[-3:]
