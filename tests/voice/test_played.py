"""Replies whose sentences are recorded: `<Play>` instead of `<Say>`, and words again when a recording is gone."""

import json
import shutil
import wave
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hotline.callflow.course import stopped_card
from hotline.callflow.replies import Reply, Sentence
from hotline.callflow.state import State, Step, Turn
from hotline.callflow.walk import walk
from hotline.phone.twiml import read_twiml
from hotline.speech.inventory import inventory
from hotline.speech.recordings import INDEX, Recordings, fingerprint
from hotline.speech.speak import speak, wording
from hotline.voice.twiml import TwimlRenderer

pytestmark = pytest.mark.xdist_group("walk")
"""One process walks through the conversation, and keeps the turns for all these tests."""

URL = "https://a-line-with-quite-a-long-name.example.jp/behind/a/proxy"
LARGEST = 64 * 1024
"""Bytes that Twilio takes."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Everything of Nepali is recorded, as silence."""
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "ne").mkdir()
    texts = [one.text for one in inventory("ne")]
    entries = [_entry(folder / "ne", number) for number in range(len(texts) + 2)]
    written = {
        "pieces": dict(zip(texts, entries[2:], strict=True)),
        "silences": {"group": entries[0], "sentence": entries[1]},
        "is_complete": True,
        "words": fingerprint("ne"),
    }
    (folder / "ne" / INDEX).write_text(json.dumps(written), "utf-8")
    return folder


def _entry(folder: Path, number: int) -> dict[str, object]:
    path = folder / f"{number:032x}.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 80)
    return {"file": path.name, "size": path.stat().st_size, "made_by": "an engine"}


@pytest.fixture
def renderer(folder) -> TwimlRenderer:
    return TwimlRenderer(URL, ["+81312345678"], Recordings(folder))


def render(renderer: TwimlRenderer, reply: Reply, language: str) -> str:
    document = renderer(Turn(State(Step.MAIN_MENU, language), reply), 7)
    read_twiml(document.encode(), "text/xml")
    return document


def test_a_nepali_call_is_played_from_its_beginning_to_its_end(renderer):
    for heard in stopped_card("ne"):
        root = ElementTree.fromstring(render(renderer, heard.reply, "ne"))
        assert all(play.text.startswith(f"{URL}/recordings/ne/") for play in root.iter("Play"))
        # What is said is said in other languages: how to change to them.
        spoken = [say.text for say in root.iter("Say")]
        others = [one for one in heard.reply.said if (one.language or "ne") != "ne"]
        assert spoken == [speak(sentence, "ne").text for sentence in others]
        assert len(list(root.iter("Play"))) >= len(heard.reply.said) - len(others)


def test_a_call_in_a_language_with_a_voice_is_said(renderer):
    for heard in stopped_card("ja"):
        assert "<Play" not in render(renderer, heard.reply, "ja")


def test_a_recording_that_goes_is_said_in_its_place(folder, tmp_path):
    [reply, *_] = (heard.reply for heard in stopped_card("ne"))
    sentence = reply.said[0]
    renderer = TwimlRenderer(URL, [], Recordings(folder))
    turn = Turn(State(Step.MAIN_MENU, "ne"), reply)
    before = renderer(turn, 7)
    found = Recordings(folder).find(sentence, "ne")
    assert found is not None
    path = folder / found[0]
    path.rename(tmp_path / "away.wav")
    try:
        document = ElementTree.fromstring(renderer(turn, 7))
        assert [say.text for say in document.iter("Say")][:1] == [wording().words(sentence, "ne")[0]]
    finally:
        (tmp_path / "away.wav").rename(path)
    assert renderer(turn, 7) == before


def test_no_reply_is_too_large_for_twilio(renderer):
    seen = {}
    for way in walk("ne"):
        if way.turn.state.language == "ne" and not way.turn.state.by_text:
            seen.setdefault(tuple(sentence.prompt for sentence in way.turn.reply.said), way.turn.reply)
    assert len(seen) > 100
    assert max(len(render(renderer, reply, "ne")) for reply in seen.values()) < LARGEST / 4


@pytest.mark.parametrize("harm", [None, "a file is gone", "the words are newer"])
def test_who_hears_recordings_is_not_told_of_another_voice(folder, dial, tmp_path, harm):
    shutil.copytree(folder, tmp_path / "rendered")
    path = tmp_path / "rendered" / "ne" / INDEX
    if harm == "a file is gone":
        (path.parent / json.loads(path.read_text("utf-8"))["pieces"].popitem()[1]["file"]).unlink()
    elif harm is not None:
        path.write_text(path.read_text("utf-8").replace(fingerprint("ne"), "older"), "utf-8")
    twilio = dial(hotline_recordings=str(tmp_path / "rendered"), number_languages="+81120950178=ja")
    # 9 for the languages, 9 for more of them, and 1 for Nepali.
    document = [twilio.presses(keys) for keys in ("9", "9", "1")][-1].text
    apology = Sentence("language.nearest_voice", {"key": "9"})
    found = Recordings(tmp_path / "rendered").find(apology, "ne")
    assert "<Play" in document
    assert (found is not None and found[0] in document) is (harm is not None)
