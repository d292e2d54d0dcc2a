"""Replies as TwiML: every attribute written out, nothing that ends a call by falling through."""

from xml.etree import ElementTree

import pytest

from hotline.callflow.events import KeysPressed, Silence, Spoken, TransferEnded
from hotline.callflow.replies import Entry, HangUp, Hold, Listen, Menu, Option, Reply, Sentence, Transfer
from hotline.callflow.state import State, Step, Turn
from hotline.voice.forms import read_caller, read_event
from hotline.voice.twiml import TwimlRenderer

MENU = Menu((Option("2", "main_menu.lost"), Option("0")))
ENDINGS = [Listen(MENU), Listen(Entry()), Listen(Entry(may_be_empty=True)), Hold(2), Transfer(), HangUp()]


def render(ending, *sentences: str, language: str = "en", public_url: str = "https://line.example"):
    reply = Reply(tuple(Sentence(prompt) for prompt in sentences), ending)
    turn = Turn(State(Step.MAIN_MENU, language), reply)
    return ElementTree.fromstring(TwimlRenderer(public_url, ["+81312345678", "+81312345679"])(turn, 7))


def verbs(root):
    return [child.tag for child in root]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_reply_ends_the_call_or_brings_it_back(ending):
    last = render(ending, "common.wrong_key")[-1]
    assert last.tag in ("Hangup", "Dial", "Redirect")
    if last.tag == "Redirect":
        assert (last.text, last.get("method")) == ("/voice/turn?turn=7", "POST")
    if last.tag == "Dial":
        assert (last.get("action"), last.get("method")) == ("/voice/turn?turn=7", "POST")


@pytest.mark.parametrize("to", [MENU, Entry(), Entry(may_be_empty=True)])
def test_a_gather_leaves_nothing_to_defaults_that_end_calls(to):
    gather = render(Listen(to))[0]
    assert gather.attrib.keys() >= {"input", "action", "method", "timeout", "finishOnKey", "actionOnEmptyResult"}


def test_one_key_answers_a_menu_and_star_and_hash_are_keys():
    gather = render(Listen(MENU))[0]
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("1", "")


def test_an_entry_ends_with_hash_and_never_by_its_length():
    gather = render(Listen(Entry()))[0]
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == (None, "#")


def test_hash_alone_is_told_where_it_means_something():
    assert render(Listen(Entry(may_be_empty=True)))[0].get("actionOnEmptyResult") == "true"
    assert render(Listen(Entry()))[0].get("actionOnEmptyResult") == "false"


def test_keys_work_during_every_sentence():
    root = render(Listen(MENU), "common.wrong_key")
    assert verbs(root) == ["Gather", "Redirect"]
    assert [child.tag for child in root[0]] == ["Say", "Say", "Pause"]


def test_an_option_is_named_with_the_key_that_works():
    said = [say.text for say in render(Listen(MENU)).iter("Say")]
    assert said == ["If your card or smartphone is lost or stolen, press 2."]


def test_after_a_miss_the_caller_gets_twice_the_time():
    hurried, unhurried = render(Listen(MENU))[0], render(Listen(MENU, unhurried=True))[0]
    assert int(unhurried.get("timeout")) == 2 * int(hurried.get("timeout"))
    assert int(unhurried[-1].get("length")) == 2 * int(hurried[-1].get("length"))


def test_all_operators_are_rung():
    assert [number.text for number in render(Transfer()).iter("Number")] == ["+81312345678", "+81312345679"]


def test_a_public_address_below_a_path_keeps_its_path():
    assert render(Hold(1), public_url="https://x.example/line")[-1].text == "/line/voice/turn?turn=7"


def test_each_language_is_spoken_by_its_own_voice():
    (english,) = render(HangUp(), "goodbye.goodbye").iter("Say")
    (japanese,) = render(HangUp(), "goodbye.goodbye", language="ja").iter("Say")
    assert (english.get("language"), japanese.get("language")) == ("en-US", "ja-JP")
    assert english.text != japanese.text


@pytest.mark.parametrize(
    ("form", "event"),
    [
        ({"Digits": "19800301"}, KeysPressed("19800301")),
        ({"Digits": "", "FinishedOnKey": "#"}, KeysPressed("")),
        ({"Digits": ""}, KeysPressed("")),
        ({"Digits": "", "FinishedOnKey": ""}, Silence()),
        ({"SpeechResult": "hello", "Confidence": "0.9"}, Spoken()),
        ({"SpeechResult": ""}, Silence()),
        ({}, Silence()),
        ({"DialCallStatus": "completed"}, TransferEnded(answered=True)),
        ({"DialCallStatus": "answered"}, TransferEnded(answered=True)),
        ({"DialCallStatus": "busy"}, TransferEnded(answered=False)),
        ({"DialCallStatus": "no-answer"}, TransferEnded(answered=False)),
        ({"DialCallStatus": "failed"}, TransferEnded(answered=False)),
    ],
)
def test_a_form_says_what_happened(form, event):
    assert read_event(form) == event


@pytest.mark.parametrize(
    ("written", "caller"),
    [
        ("+819012345678", "+819012345678"),
        ("+12025550123", "+12025550123"),
        ("anonymous", None),
        ("Restricted", None),
        ("unknown", None),
        ("", None),
        ("+266696687", None),
        ("+7378742833", None),
        ("+86282452253", None),
        ("client:someone", None),
        ("+1", None),
    ],
)
def test_a_withheld_number_is_no_number(written, caller):
    assert read_caller({"From": written}) == caller
