"""Replies as TwiML: every attribute written out, nothing that ends a call by falling through."""

from xml.etree import ElementTree

import pytest

from hotline.callflow.languages import LANGUAGES
from hotline.callflow.replies import Entry, HangUp, Hold, Listen, Menu, Option, Record, Reply, Sentence, Transfer
from hotline.callflow.state import State, Step, Turn
from hotline.callflow.whisper import whisper
from hotline.phone.messaging import read_messages
from hotline.phone.twiml import read_twiml
from hotline.voice.twiml import TwimlRenderer

MENU = Menu((Option("2", "main_menu.lost"), Option("0")))
OPERATORS = ["+81312345678", "+81312345679"]
ENDINGS = [
    *(Listen(MENU), Listen(Entry()), Listen(Entry(may_be_empty=True)), Listen(MENU, hears_speech=True)),
    *(Hold(2), Hold(0), Transfer(), Transfer(1), Record(60), HangUp()),
]
SPEAKS = Menu((Option("2", "main_menu.lost", words="heard.lost"), Option("0", words="heard.person")))


def render(ending, *sentences: str, language: str = "en", public_url: str = "https://line.example", slowly=False):
    reply = Reply(tuple(Sentence(prompt) for prompt in sentences), ending, slowly)
    document = TwimlRenderer(public_url, OPERATORS)(Turn(State(Step.MAIN_MENU, language), reply), 7)
    read_twiml(document.encode(), "text/xml")
    return ElementTree.fromstring(document)


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
    assert said == ["For a lost or stolen card or smartphone, press 2."]


def test_after_a_miss_the_caller_gets_twice_the_time():
    hurried, unhurried = render(Listen(MENU))[0], render(Listen(MENU, unhurried=True))[0]
    assert int(unhurried.get("timeout")) == 2 * int(hurried.get("timeout"))
    assert int(unhurried[-1].get("length")) == 2 * int(hurried[-1].get("length"))


@pytest.mark.parametrize(
    ("operator", "rung"),
    [(None, OPERATORS), (0, OPERATORS[:1]), (1, OPERATORS[1:]), (2, OPERATORS), (9, OPERATORS)],
)
def test_one_operator_or_all_are_rung_and_all_when_that_one_is_gone(operator, rung):
    numbers = list(render(Transfer(operator)).iter("Number"))
    assert [number.text for number in numbers] == rung
    assert {number.get("url") for number in numbers} == {"https://line.example/operators/whisper"}
    assert {number.get("method") for number in numbers} == {"POST"}


def test_a_hold_hears_one_key_at_once_and_comes_back_when_there_is_none():
    gather, redirect = render(Hold(3), "waiting.still")[1:]
    assert (gather.get("input"), gather.get("timeout"), gather.get("numDigits")) == ("dtmf", "3", "1")
    assert (gather.get("finishOnKey"), gather.get("actionOnEmptyResult")) == ("", "true")
    assert gather.get("action") == redirect.text == "/voice/turn?turn=7"


def test_a_hold_of_no_seconds_comes_back_at_once():
    assert verbs(render(Hold(0), "waiting.one_moment")) == ["Say", "Redirect"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_listened_to_in_itself_with_hints_of_its_own(language):
    gather = render(Listen(SPEAKS, hears_speech=True), language=language)[0]
    assert gather.get("input") == "dtmf speech"
    assert gather.get("speechTimeout") == "2"
    spoken = {"zh": "cmn", "ja-easy": "ja"}.get(language, language)
    assert gather.get("language").split("-")[0] == spoken
    hints = gather.get("hints").split(",")
    assert 2 < len(hints) <= 500
    assert all(0 < len(hint) <= 100 for hint in hints)


def test_where_speech_is_not_heard_no_language_and_no_hint_are_sent():
    gather = render(Listen(SPEAKS))[0]
    assert gather.get("input") == "dtmf"
    assert not gather.attrib.keys() & {"language", "hints", "speechTimeout"}


def test_digits_can_be_told_where_an_entry_is_asked_for():
    gather = render(Listen(Entry(), hears_speech=True))[0]
    assert "seven" in gather.get("hints").split(",")
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == (None, "#")


def test_a_recording_is_told_to_the_line_twice_and_never_transcribed():
    record, redirect = render(Record(120), "message.no_number")[1:]
    assert (record.get("maxLength"), record.get("action")) == ("120", "/voice/turn?turn=7")
    assert record.get("recordingStatusCallback") == "https://line.example/voice/recording"
    assert record.get("transcribe") == "false"
    assert redirect.text == "/voice/turn?turn=7"


def test_whoever_writes_along_hears_a_pause_after_each_sentence():
    gather = render(Listen(MENU), "next_steps.police", "next_steps.counter", slowly=True)[0]
    assert [child.tag for child in gather][:4] == ["Say", "Pause", "Say", "Pause"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_operator_is_asked_in_every_language_and_silence_takes_no_caller(language):
    reply = whisper(State(Step.RINGING, "th", receipt_number="12345671"))
    document = TwimlRenderer("https://x.example/line", OPERATORS).whisper(reply, language)
    read_twiml(document.encode(), "text/xml")
    gather, last = ElementTree.fromstring(document)
    assert last.tag == "Hangup"
    assert gather.get("action") == "/line/operators/taken"
    assert (gather.get("numDigits"), gather.get("actionOnEmptyResult")) == ("1", "false")


def test_in_writing_the_answer_is_messages_and_an_option_names_the_key_to_write():
    turn = Turn(State(Step.MAIN_MENU, "en", by_text=True), Reply((Sentence("common.wrong_key"),), Listen(MENU)))
    document = TwimlRenderer("https://line.example", OPERATORS)(turn, 7)
    [message] = read_messages(document.encode(), "text/xml")
    assert message.endswith("press 2.")


def test_a_long_answer_in_writing_is_several_messages_none_of_which_is_too_long():
    turn = Turn(State(Step.MAIN_MENU, "en", by_text=True), Reply((Sentence("next_steps.police"),) * 60, HangUp()))
    document = TwimlRenderer("https://line.example", OPERATORS)(turn, 7)
    messages = read_messages(document.encode(), "text/xml")
    assert len(messages) > 1
    assert max(map(len, messages)) <= 1600


def test_a_public_address_below_a_path_keeps_its_path():
    assert render(Hold(1), public_url="https://x.example/line")[-1].text == "/line/voice/turn?turn=7"


def test_each_language_is_spoken_by_its_own_voice():
    (english,) = render(HangUp(), "goodbye.goodbye").iter("Say")
    (japanese,) = render(HangUp(), "goodbye.goodbye", language="ja").iter("Say")
    assert (english.get("language"), japanese.get("language")) == ("en-US", "ja-JP")
    assert english.text != japanese.text
