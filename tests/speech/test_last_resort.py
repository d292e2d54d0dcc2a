"""The last rung, as Twilio would take it."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hotline.callflow.languages import FIRST_LANGUAGE
from hotline.phone.twiml import read_twiml
from hotline.speech.last_resort import MOST_NUMBERS, last_resort
from hotline.speech.places import THE_LINE
from hotline.speech.voices import load_voices

FILES = sorted((THE_LINE.prompts / "last_resort").glob("*.xml"))
LANGUAGES = [path.stem for path in FILES]
NUMBERS = ("+81312345678", "+81687654321")
APOLOGIES = {voice.language for voice in load_voices(THE_LINE.voices).values()}


def verbs(text: str) -> list[ElementTree.Element]:
    """The verbs of a document that the practice phone takes, i.e. that Twilio takes."""
    read_twiml(text.encode(), "text/xml; charset=utf-8")
    return list(ElementTree.fromstring(text))


@pytest.mark.parametrize("numbers", [(), NUMBERS])
@pytest.mark.parametrize("language", [*LANGUAGES, "tlh"])
def test_twilio_takes_the_document(language: str, numbers: tuple[str, ...]) -> None:
    spoken = verbs(last_resort(language, numbers))
    assert {verb.get("language") for verb in spoken if verb.tag == "Say"} == APOLOGIES
    assert spoken[-1].tag == "Hangup"


@pytest.mark.parametrize("path", FILES, ids=LANGUAGES)
def test_twilio_takes_the_file_as_it_lies_there(path: Path) -> None:
    text = path.read_text("utf-8")
    assert {verb.tag for verb in verbs(text)} == {"Say", "Hangup"}
    # Twilio hosts documents of up to 4000 characters itself.
    assert len(text) <= 4000


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_begins_in_the_language_of_the_call_with_its_voice(language: str) -> None:
    first, voice = verbs(last_resort(language, ()))[0], load_voices(THE_LINE.voices)[language]
    assert (first.get("language"), first.get("voice")) == (voice.language, voice.voice)


@pytest.mark.parametrize("language", LANGUAGES)
def test_operators_are_announced_in_the_language_of_the_call_and_an_unanswered_ring_too(language: str) -> None:
    spoken = verbs(last_resort(language, NUMBERS))
    said = [verb.get("language") for verb in spoken]
    [dial] = [at for at, verb in enumerate(spoken) if verb.tag == "Dial"]
    own = load_voices(THE_LINE.voices)[language].language
    assert own in said[1:dial]
    assert said[dial + 1] == own


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_read_by_a_voice_of_the_line(language: str) -> None:
    voices = {(voice.language, voice.voice) for voice in load_voices(THE_LINE.voices).values()}
    said = [verb for verb in verbs(last_resort(language, NUMBERS)) if verb.tag == "Say"]
    assert {(verb.get("language"), verb.get("voice")) for verb in said} <= voices


def test_a_language_without_a_file_begins_in_the_first_language_of_the_line() -> None:
    assert last_resort("tlh", ()) == last_resort(FIRST_LANGUAGE, ())


def test_all_operators_are_rung_at_once_and_the_caller_hears_what_to_do_after_it() -> None:
    spoken = verbs(last_resort("ja", NUMBERS))
    [dial] = [verb for verb in spoken if verb.tag == "Dial"]
    assert [number.text for number in dial] == list(NUMBERS)
    assert spoken[spoken.index(dial) + 1].get("language") == "ja-JP"


def test_without_operators_nobody_is_rung_or_promised() -> None:
    text = last_resort("en", ())
    assert "Dial" not in text
    assert "connected" not in text


def test_twilio_rings_ten_at_most() -> None:
    numbers = (*(f"+8131234567{digit}" for digit in range(10)), "+81399999999")
    text = last_resort("ja", numbers)
    assert text.count("<Number>") == MOST_NUMBERS
    assert "+81399999999" not in text
    verbs(text)


def test_every_language_of_the_line_has_a_file() -> None:
    assert set(LANGUAGES) == load_voices(THE_LINE.voices).keys()


@pytest.mark.parametrize("language", sorted(APOLOGIES))
def test_every_language_apologises_in_the_same_words_to_callers_of_another(language: str) -> None:
    voices = load_voices(THE_LINE.voices)
    said = {
        tuple(sorted(verb.text or "" for verb in verbs(last_resort(first, ())) if verb.get("language") == language))
        for first in LANGUAGES
        if voices[first].language != language
    }
    assert len(said) == 1


def test_the_command_prints_the_document() -> None:
    command = [sys.executable, "-m", "hotline.speech.last_resort", "en", *NUMBERS]
    done = subprocess.run(command, capture_output=True, text=True, cwd=THE_LINE.root, check=True)
    assert done.stdout == last_resort("en", NUMBERS)


def test_the_command_says_what_it_needs() -> None:
    command = [sys.executable, "-m", "hotline.speech.last_resort"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=THE_LINE.root, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Say a language")
