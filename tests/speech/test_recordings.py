"""What is played instead of being said, and what happens when a recording cannot be."""

import json
import logging
import wave
from hashlib import sha256
from pathlib import Path

import pytest

from hotline.callflow.course import stopped_card
from hotline.callflow.replies import Digits, Sentence
from hotline.speech.recordings import ACTOR, INDEX, NOBODY, Recordings, fingerprint
from hotline.speech.speak import wording

ENGINE = "an engine"


def sentences(language: str) -> list[Sentence]:
    return [one for heard in stopped_card(language) for one in heard.reply.said if heard.language == language]


GREETING = sentences("ne")[0]
READ_BACK = next(one for one in sentences("ne") if any(isinstance(value, Digits) for value in one.values.values()))


class Studio:
    """Writes recordings and their index, as the renderer does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sound(self, language: str, of: str, **form: int) -> dict[str, object]:
        name = sha256(of.encode()).hexdigest()[:32]
        path = self.folder / language / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((form.get("channels", 1), form.get("width", 2), form.get("rate", 8000), 0, "NONE", ""))
            file.writeframes(b"\0\1" * 800)
        return {"file": path.name, "size": path.stat().st_size}

    def index(self, language: str, texts: list[str], maker: str = ENGINE, **more: object) -> None:
        written = {
            "pieces": {text: {**self.sound(language, text), "made_by": maker} for text in texts},
            "silences": {pause: {**self.sound(language, pause), "made_by": NOBODY} for pause in ("group", "sentence")},
            "is_complete": True,
            "words": fingerprint(language),
        }
        (self.folder / language / INDEX).write_text(json.dumps(written | more), "utf-8")

    def path(self, language: str, of: str) -> Path:
        return self.folder / language / f"{sha256(of.encode()).hexdigest()[:32]}.wav"


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def whole(sentence: Sentence, language: str = "ne") -> str:
    return wording().words(sentence, language)[0]


def row(sentence: Sentence, language: str = "ne") -> list[str]:
    return [piece.text for piece in wording().row(sentence, language)]


def test_a_whole_sentence_is_one_file(studio):
    studio.index("ne", [whole(GREETING)])
    recordings = Recordings(studio.folder)
    assert recordings.find(GREETING, "ne") == (f"ne/{studio.path('ne', whole(GREETING)).name}",)
    assert recordings.text_of(f"ne/{studio.path('ne', whole(GREETING)).name}") == whole(GREETING)
    assert recordings.find(READ_BACK, "ne") is None


def test_another_sentence_is_a_row_of_files_with_pauses_between(studio):
    studio.index("ne", row(READ_BACK))
    recordings = Recordings(studio.folder)
    found = recordings.find(READ_BACK, "ne")
    assert found is not None
    said = [recordings.text_of(file) for file in found]
    assert [text for text in said if text is not None] == row(READ_BACK)
    assert said[-1] is None
    assert found[-1] == f"ne/{studio.path('ne', 'sentence').name}"


def test_a_row_that_lacks_one_piece_is_said(studio):
    studio.index("ne", row(READ_BACK)[1:])
    assert Recordings(studio.folder).find(READ_BACK, "ne") is None


def test_an_engine_is_heard_only_where_no_voice_speaks(studio):
    for language in ("ja", "ne"):
        studio.index(language, [whole(GREETING, language)])
    assert Recordings(studio.folder).find(GREETING, "ja") is None
    assert Recordings(studio.folder).find(GREETING, "ne") is not None
    assert Recordings(studio.folder, plays_every_engine=True).find(GREETING, "ja") is not None


def test_a_voice_actor_is_heard_in_every_language(studio):
    studio.index("ja", [whole(GREETING, "ja"), *row(READ_BACK, "ja")], ACTOR)
    assert Recordings(studio.folder).find(GREETING, "ja") is not None
    assert Recordings(studio.folder).find(READ_BACK, "ja") is not None


def test_a_voice_actors_pieces_are_taken_before_an_engines_sentence(studio):
    entries = {whole(READ_BACK): {**studio.sound("ne", whole(READ_BACK)), "made_by": ENGINE}}
    entries |= {text: {**studio.sound("ne", text), "made_by": ACTOR} for text in row(READ_BACK)}
    studio.index("ne", [], pieces=entries)
    found = Recordings(studio.folder).find(READ_BACK, "ne")
    assert found is not None
    assert len(found) > 1


def test_another_wording_is_said(studio):
    studio.index("ne", ["something else"])
    assert Recordings(studio.folder).find(GREETING, "ne") is None


def test_no_index_means_no_recordings_and_no_word_of_it(studio, caplog):
    assert Recordings(studio.folder / "nowhere").find(GREETING, "ne") is None
    assert caplog.records == []


@pytest.mark.parametrize(
    "index",
    [
        *("", "{", "[]", "null", '{"pieces": {}}', '{"pieces": 1, "silences": {}, "is_complete": true, "words": ""}'),
        '{"pieces": {"a": {}}, "silences": {}, "is_complete": true, "words": ""}',
    ],
)
def test_a_broken_index_means_no_recordings_and_is_told_once(studio, caplog, index):
    studio.index("ne", [whole(GREETING)])
    (studio.folder / "ne" / INDEX).write_text(index, "utf-8")
    recordings = Recordings(studio.folder)
    with caplog.at_level(logging.ERROR):
        assert recordings.find(GREETING, "ne") is None
        assert recordings.find(READ_BACK, "ne") is None
    assert not recordings.speaks("ne")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(b"<html>" + path.read_bytes()),
        lambda path: path.write_bytes(path.read_bytes() + b"\0" * 10),
    ],
    ids=["missing", "empty", "cut short", "no WAV", "too long"],
)
@pytest.mark.parametrize("when", ["before the index is read", "afterwards"])
def test_a_file_that_is_not_whole_is_said_instead_and_told_once(studio, caplog, harm, when):
    studio.index("ne", [whole(GREETING), *row(READ_BACK)])
    recordings = Recordings(studio.folder)
    if when == "afterwards":
        assert recordings.speaks("ne")
    with caplog.at_level(logging.ERROR):
        harm(studio.path("ne", whole(GREETING)))
        for _ in range(3):
            assert recordings.find(GREETING, "ne") is None
            assert recordings.find(READ_BACK, "ne") is not None
    assert len(caplog.records) == 1
    assert recordings.speaks("ne") is (when == "afterwards")


@pytest.mark.parametrize("form", [{"rate": 22050}, {"channels": 2}, {"width": 1}])
def test_a_file_of_another_form_is_not_played(studio, form):
    studio.index("ne", [whole(GREETING)])
    entry = {**studio.sound("ne", whole(GREETING), **form), "made_by": ENGINE}
    studio.index("ne", [], pieces={whole(GREETING): entry})
    studio.sound("ne", whole(GREETING), **form)
    assert Recordings(studio.folder).find(GREETING, "ne") is None


def test_a_language_is_spoken_by_recordings_only_while_they_are_complete_and_fit_the_words(studio):
    studio.index("ne", [whole(GREETING)])
    assert Recordings(studio.folder).speaks("ne")
    studio.index("ne", [whole(GREETING)], is_complete=False)
    assert not Recordings(studio.folder).speaks("ne")
    studio.index("ne", [whole(GREETING)], words="older")
    assert not Recordings(studio.folder).speaks("ne")
    assert not Recordings(studio.folder / "nowhere").speaks("ne")


def test_an_index_that_leads_out_of_its_folder_counts_as_broken(studio, caplog):
    studio.index("ne", [whole(GREETING)])
    path = studio.path("ne", whole(GREETING))
    path.rename(studio.folder / path.name)
    entry = {"file": f"../{path.name}", "size": (studio.folder / path.name).stat().st_size, "made_by": ENGINE}
    studio.index("ne", [], pieces={whole(GREETING): entry})
    with caplog.at_level(logging.ERROR):
        assert Recordings(studio.folder).find(GREETING, "ne") is None
    assert [record.getMessage() for record in caplog.records] == ["The index of recordings is broken: voices speak."]
