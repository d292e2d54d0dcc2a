import io
import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hotline import clock
from hotline.phone import text_terminal
from hotline.phone.carrier import PracticeCarrier, practice_carrier
from hotline.phone.exchange import Account
from tests.phone.scripted_line import ACCOUNT_SID, TOKEN

WRITER = "+819012345678"


@pytest.fixture
def carrier() -> Iterator[PracticeCarrier]:
    with practice_carrier(Account(ACCOUNT_SID, TOKEN)) as running:
        yield running


@pytest.fixture
def session(line, carrier) -> Callable[..., tuple[int, list[str]]]:
    """The exit code and what is shown when this is typed and the input ends."""

    def write(typed: str, wait_s: float = 0.0, carrier_url: str | None = carrier.url) -> tuple[int, list[str]]:
        there = replace(line.line(sms_url="/sms"), carrier_url=carrier_url)
        source, hand = os.pipe()
        shown = io.StringIO()
        try:
            os.write(hand, typed.encode())
            os.close(hand)
            return text_terminal.run(there, WRITER, wait_s, source=source, out=shown), shown.getvalue().splitlines()
        finally:
            os.close(source)

    return write


def sends(carrier: PracticeCarrier, text: str) -> None:
    """The line sends something by itself."""
    form = {"To": WRITER, "From": "+815031234567", "Body": text}
    carrier.delivery.add(carrier.exchange.accept(form, clock.now()))
    assert carrier.settles()


def test_each_line_is_a_message_and_its_answer_is_shown(line, session):
    line.says("/sms", "<Message>はい。\n2を。</Message>", "<Message>停止。</Message>")
    code, shown = session("カード\n\n  2 \n")
    assert [one["Body"] for one in line.at("/sms")] == ["カード", "2"]
    assert [one["From"] for one in line.at("/sms")] == [WRITER, WRITER]
    assert code == 0
    assert shown[0] == "writing to +81120950178 from +819012345678"
    assert shown[2:] == ["  はい。", "  2を。", "  停止。"]


def test_a_last_line_without_its_end_is_a_message_too(line, session):
    line.says("/sms", "<Message>Yes.</Message>")
    session("1")
    assert [one["Body"] for one in line.at("/sms")] == ["1"]


def test_what_the_line_sends_later_is_shown_and_what_it_sent_before_is_not(line, session, carrier):
    sends(carrier, "From an earlier conversation.")

    def answers():
        sends(carrier, "It is stopped.")
        return line.answer("/answer")

    line.says("/answer", "<Message>One moment.</Message>")
    line.does("/sms", answers)
    _, shown = session("1\n", wait_s=0.1)
    assert sorted(shown[2:]) == ["  It is stopped.", "  One moment."]


def test_a_line_that_fails_is_named(line, session):
    line.says("/sms", "<Say>Twilio says nothing in writing.</Say>")
    code, shown = session("1\n")
    assert code == 1
    assert shown[-1].startswith("the message failed: ")


def test_a_carrier_that_is_away_is_named(line, session, carrier, free_port):
    code, shown = session("1\n", carrier_url=f"http://127.0.0.1:{free_port}")
    assert code == 1
    carrier = f"the practice carrier at http://127.0.0.1:{free_port}"
    assert shown == [f"{carrier} does not answer (ConnectionError): see that the line still runs"]


def test_without_a_practice_carrier_it_says_what_cannot_be_shown(line, session):
    line.says("/sms", "<Message>Yes.</Message>")
    code, shown = session("1\n", carrier_url=None)
    assert code == 0
    assert shown[2:] == [
        "what the line sends later is not shown: Twilio brings it to the telephone itself",
        "  Yes.",
    ]
