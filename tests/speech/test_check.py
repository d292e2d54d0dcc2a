"""Whether everything that can be said is ready to be said."""

import subprocess
import sys

import pytest

from hotline.speech.check import check_prompts, known_prompts, main
from hotline.speech.places import THE_LINE
from hotline.speech.pofiles import po_path
from tests.speech.line import JAPANESE, SCRIPT, Line

THIRD = {prompt: text.replace("。", ".") for prompt, text in JAPANESE.items()}


@pytest.fixture
def line(line: Line) -> Line:
    """A line that is translated completely."""
    line.translate("x-third", THIRD)
    return line


def test_every_prompt_of_the_line_is_ready_in_every_language() -> None:
    assert check_prompts() == []


def test_a_complete_line_has_no_faults(line: Line) -> None:
    assert check_prompts(line.places) == []


def test_the_known_prompts_are_those_of_the_scripts(line: Line) -> None:
    assert known_prompts(line.places) == JAPANESE.keys()


@pytest.mark.parametrize(
    ("translation", "words"),
    [
        ("", "is not translated."),
        (" ", "is not translated."),
        ("を押してください。", "must have these placeholders and no others: key."),
        ("{kei}を押してください。", "must have these placeholders and no others: key."),
        ("{key}{day}", "must have these placeholders and no others: key."),
        ("{key", "cannot be filled in: A brace has no partner"),
        ("{key:>3}", "cannot be filled in: {key} is no plain placeholder"),
        ("{key}を押してください。 ", "has control characters in it, or blanks around it."),
        ("{key}を\\n押してください。", "has control characters in it, or blanks around it."),
        ("{key}" + "あ" * 401, "is too long for one <Say>"),
    ],
)
def test_a_faulty_translation_is_named(line: Line, translation: str, words: str) -> None:
    line.translate("ja", {"menu.lost": translation})
    [fault] = check_prompts(line.places)
    assert fault.startswith(f"ja: menu.lost {words}")


def test_a_translation_of_just_the_limit_passes(line: Line) -> None:
    line.translate("ja", {"menu.lost": "{key}" + "あ" * 400, "menu.hello": "あ" * 500})
    assert check_prompts(line.places) == []


def test_a_fuzzy_translation_is_named(line: Line) -> None:
    line.says(SCRIPT.replace("Welcome.", "Good day."))
    line.update()
    assert check_prompts(line.places) == [
        "ja: menu.hello is marked fuzzy: look at it, mend it and take the mark away.",
        "x-third: menu.hello is marked fuzzy: look at it, mend it and take the mark away.",
    ]


def test_catalogues_that_do_not_follow_the_scripts_are_named(line: Line) -> None:
    line.says(SCRIPT.replace("Welcome.", "Good day.").replace("things.card", "things.phone"))
    faults = check_prompts(line.places)
    assert faults[0] == "hotline.pot is not what the prompt scripts say: run `make prompts`."
    for language in ("en", "ja", "x-third"):
        assert f"{language}: things.card is in the catalogue, but in no script: run `make prompts`." in faults
        for prompt in ("menu.hello", "things.phone"):
            assert f"{language}: {prompt} is not in the catalogue as the script has it: run `make prompts`." in faults
    assert len(faults) == 10


def test_a_catalogue_of_the_source_language_that_says_something_else_is_named(line: Line) -> None:
    line.write_catalogue("en", line.catalogue("en").replace('msgstr "Welcome."', 'msgstr "Hi."'))
    [fault] = check_prompts(line.places)
    assert fault == "en: menu.hello differs from its script: the source language says what the scripts say."


def test_a_missing_and_a_broken_catalogue_are_named(line: Line) -> None:
    po_path("x-third", line.places).unlink()
    line.write_catalogue("ja", "nonsense")
    first, second = check_prompts(line.places)
    assert first.startswith("ja: locales/ja/LC_MESSAGES/hotline.po is broken: line 1 ")
    assert second == "x-third: locales/x-third/LC_MESSAGES/hotline.po is missing: `make prompts` makes it."


def test_a_language_that_callers_can_choose_needs_a_voice(line: Line) -> None:
    voices = line.places.voices
    voices.write_text(voices.read_text("utf-8").partition("[en]")[0], "utf-8")
    assert [fault for fault in check_prompts(line.places) if fault.startswith("voices.toml")] == [
        "voices.toml has no [en], which has a catalogue.",
        "voices.toml has no [x-third], which has a catalogue.",
        "voices.toml has no [en], which callers can choose.",
    ]


def test_broken_scripts_and_voices_are_named(line: Line) -> None:
    line.places.voices.write_text("[en]\nname = 1", "utf-8")
    assert any("voices.toml: en: `voice` is missing." in fault for fault in check_prompts(line.places))
    line.says("[menu.a]\n[menu.b]")
    assert [fault.partition(": a prompt")[0] for fault in check_prompts(line.places)] == [
        "menu.toml: menu.a",
        "menu.toml: menu.b",
    ]


def test_the_command_is_silent_when_all_is_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hotline.speech.check"], capture_output=True, text=True, cwd=THE_LINE.root, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_command_names_the_faults(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    line.translate("ja", {"menu.hello": ""})
    assert main(line.places) == 1
    assert capsys.readouterr().out == "ja: menu.hello is not translated.\n"
