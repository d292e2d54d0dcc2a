import io
import os
import termios

import pytest

from hotline.phone import terminal
from hotline.phone.keyboard import TerminalKeyboard
from tests.phone.documents import menu
from tests.phone.scripted_line import ACCOUNT_SID, NUMBER, TOKEN

BYE = "<Say>Goodbye.</Say><Hangup/>"
DIAL = '<Dial action="/dialled" timeout="20"><Number>+81312345678</Number></Dial>'


@pytest.fixture
def session(line):
    """Calls the line from a real terminal at which these keys are typed, and gives what is shown."""

    def call(typed: str, **setup: str) -> tuple[int, list[str]]:
        hand, screen = os.openpty()
        try:
            shown = io.StringIO()
            with TerminalKeyboard(screen) as keyboard:
                os.write(hand, typed.encode())
                url = line.address + "/voice"
                code = terminal.run(
                    url, TOKEN, ACCOUNT_SID, "+819012345678", NUMBER, keyboard=keyboard, out=shown, **setup
                )
            return code, [one[7:] for one in shown.getvalue().splitlines()]
        finally:
            os.close(hand)
            os.close(screen)

    return call


def test_keys_are_pressed_and_answers_shown(line, session):
    line.says("/voice", menu("Press 2."))
    line.says("/keyed", '<Gather action="/entered"><Say language="ja-JP">生年月日を。</Say></Gather>')
    line.says("/entered", "<Say>Goodbye.</Say><Hangup/>")
    code, shown = session("219800301# ")
    assert code == 0
    assert shown[0].startswith("dialling +81120950178 · CallSid CA")
    # A key stops the talking, also one that is typed before it begins.
    assert [text for text in shown if text.startswith(("LINE", "CALLER", "EVENT"))] == [
        "LINE (en-US): Press 2.",
        "CALLER presses 2",
        "LINE (ja-JP): 生年月日を。",
        "CALLER presses 19800301#",
        "LINE (en-US): Goodbye.",
        "EVENT the line hangs up",
    ]
    assert shown[-1].startswith("the call is over: completed, 0:0")
    assert line.at("/entered")[0]["Digits"] == "19800301"


def test_a_space_skips_ahead_and_h_hangs_up(line, session):
    line.says("/voice", menu("A long talk. " * 20))
    line.says("/silent", menu("Still there?"))
    line.says("/status", "")
    code, shown = session("   h", status_url=line.address + "/status")
    assert code == 0
    assert "it listens for 5 s: press a key" in shown
    assert shown[-3:-1] == ["it listens for 5 s: press a key", "CALLER hangs up"]
    assert line.at("/status")[0]["CallStatus"] == "completed"


def test_words_can_be_spoken_and_corrected(line, session):
    line.says("/voice", '<Gather input="speech" action="/keyed"><Say>Speak.</Say></Gather>')
    line.says("/keyed", "<Hangup/>")
    _, shown = session(" カーズ\x7fド\n")
    assert line.at("/keyed")[0]["SpeechResult"] == "カード"
    assert any(text.startswith("CALLER says: カー") for text in shown)


@pytest.mark.parametrize(
    ("typed", "heard"), [('"hello a 1"', "hello a 1"), ("lost card", "lost card"), ("「はい」", "はい")]
)
def test_a_line_that_begins_with_a_letter_or_a_quotation_mark_is_said(line, session, typed, heard):
    line.says("/voice", '<Gather input="dtmf speech" action="/keyed"><Say>Speak.</Say></Gather>')
    line.says("/keyed", "<Hangup/>")
    session(f" {typed}\n")
    assert line.at("/keyed")[0]["SpeechResult"] == heard


def test_a_voicemail_can_be_played(line, session):
    number = '<Number url="/whisper">+81312345678</Number>'
    line.says("/voice", f'<Dial action="/dialled">{number}</Dial>')
    line.says("/whisper", '<Gather action="/taken" numDigits="1" timeout="1"/><Hangup/>')
    line.says("/dialled", "<Hangup/>")
    session("v  ")
    assert line.at("/dialled")[0]["DialBridged"] == "false"


def test_an_operator_can_be_played(line, session):
    line.says("/voice", DIAL)
    line.says("/dialled", "<Hangup/>")
    _, shown = session("a?o")
    assert line.at("/dialled")[0]["DialCallStatus"] == "completed"
    assert "connected: o ends the talk for the operator, h for you" in shown
    assert shown.count(terminal.HELP) == 2


def test_nobody_may_answer(line, session):
    line.says("/voice", DIAL)
    line.says("/dialled", "<Hangup/>")
    session(" ")
    assert line.at("/dialled")[0]["DialCallStatus"] == "no-answer"


def test_a_broken_line_is_told_in_a_sentence(line, session):
    line.answers("/voice", "", status=503)
    code, shown = session("")
    assert code == 1
    assert shown[-1].startswith("the call failed: ")
    assert "answered 503" in shown[-1]


def test_the_end_of_the_input_hangs_up(line):
    line.says("/voice", menu())
    reader, writer = os.pipe()
    os.write(writer, b"7")
    os.close(writer)
    line.says("/keyed", menu())
    shown = io.StringIO()
    with TerminalKeyboard(reader) as keyboard:
        terminal.run(line.address + "/voice", TOKEN, ACCOUNT_SID, "+819012345678", NUMBER, keyboard=keyboard, out=shown)
    os.close(reader)
    assert line.at("/keyed")[0]["Digits"] == "7"
    assert "CALLER hangs up" in shown.getvalue()


def test_the_terminal_is_left_as_it_was(line):
    hand, screen = os.openpty()
    before = termios.tcgetattr(screen)
    with TerminalKeyboard(screen):
        assert termios.tcgetattr(screen) != before
    assert termios.tcgetattr(screen) == before
    os.close(hand)
    os.close(screen)


def test_real_time_passes_when_nobody_types(line):
    line.says("/voice", '<Gather timeout="1" action="/keyed"/><Say>Too late.</Say>')
    hand, screen = os.openpty()
    shown = io.StringIO()
    with TerminalKeyboard(screen) as keyboard:
        terminal.run(line.address + "/voice", TOKEN, ACCOUNT_SID, "+819012345678", NUMBER, keyboard=keyboard, out=shown)
    os.close(hand)
    os.close(screen)
    assert "00:01  LINE (en-US): Too late." in shown.getvalue()
