"""Whether everything that can be said is ready to be said."""

import pytest

from hotline.callflow.languages import LANGUAGES
from hotline.callflow.replies import Listen, Menu
from hotline.callflow.walk import walk
from hotline.speech.check import MOST_LINES, Conversation, Findings, check_prompts, main
from hotline.speech.heard_lists import MENUS
from hotline.speech.pages import page_catalogue, update_pages
from hotline.speech.pofiles import po_path
from tests.speech.line import JAPANESE, SCRIPT, Line

pytestmark = pytest.mark.xdist_group("walk")
"""One process walks through the conversation, and keeps the turns for all these tests."""

THIRD = {prompt: text.replace("。", ".") for prompt, text in JAPANESE.items() if prompt != "eras.named"}

SMALL = Conversation(("en", "ja"))
"""A conversation that leads to these languages, and of which nothing else is known."""


def faults(line: Line, conversation: Conversation = SMALL) -> list[str]:
    return check_prompts(line.places, conversation).faults()


@pytest.fixture
def line(line: Line) -> Line:
    """A line that is translated completely."""
    line.translate("x-third", THIRD)
    return line


def test_every_prompt_of_the_line_is_ready_in_every_language() -> None:
    assert check_prompts(conversation=Conversation(LANGUAGES)).faults() == []


def test_the_check_knows_every_menu_of_the_conversation() -> None:
    menus = {
        frozenset(option.words for option in way.turn.reply.ending.to.options if option.words)
        for way in walk()
        if isinstance(way.turn.reply.ending, Listen) and isinstance(way.turn.reply.ending.to, Menu)
    }
    assert len(menus) > 10
    assert [sorted(menu) for menu in menus if not any(menu <= known for known in MENUS)] == []


def test_a_complete_line_has_no_faults(line: Line) -> None:
    assert faults(line) == []


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
        ("{key}" + "あ" * 487, "is too long for one <Say>"),
        ("2番を押してください。{key}", "names a key itself (“2番を押”)"),
    ],
)
def test_a_faulty_translation_is_named(line: Line, translation: str, words: str) -> None:
    line.translate("ja", {"menu.lost": translation})
    [fault] = faults(line)
    assert fault.startswith(f"ja: menu.lost {words}")


def test_a_translation_of_just_the_limit_passes(line: Line) -> None:
    longest = {"menu.lost": "{key}" + "あ" * 486, "confirm.born": "{day}" + "あ" * 400, "menu.hello": "あ" * 500}
    line.translate("ja", longest)
    assert faults(line) == []


def test_the_limit_is_that_of_the_voice(line: Line) -> None:
    for language in ("ja", "x-third"):
        line.translate(language, {"menu.hello": "a" * 3001})
    assert faults(line) == ["ja: menu.hello is too long for one <Say>: make two prompts of it."]


def test_what_is_only_written_has_the_limit_of_a_text_message(line: Line) -> None:
    line.says(SCRIPT + '[text.long]\ntext = "Long {day}."')
    line.update()
    line.translate("x-third", {"text.long": "{day}" + "あ" * 1501})
    line.translate("ja", {"text.long": "{day}" + "あ" * 1500})
    assert faults(line) == ["x-third: text.long is too long for one text message: make two prompts of it."]


def test_a_prompt_may_name_keys_where_its_script_says_so(line: Line) -> None:
    line.says(SCRIPT + '[text.how]\ntext = "For press 2, write 2."\nnames_keys = true')
    line.update()
    for language in ("ja", "x-third"):
        line.translate(language, {"text.how": "「2番を押」では、2と書いてください。"})
    assert faults(line) == []


def test_a_key_in_the_source_wording_is_named(line: Line) -> None:
    line.says(SCRIPT + '[menu.two]\ntext = "Press 2."')
    line.update()
    line.translate("ja", {"menu.two": "二つ。"})
    line.translate("x-third", {"menu.two": "Dua."})
    [fault] = faults(line)
    assert fault.startswith("en: menu.two names a key itself (“Press 2”): write a placeholder")


def test_lists_that_are_broken_or_alike_are_named(line: Line) -> None:
    line.says(SCRIPT + '[heard.person]\ntext = "help"')
    line.update()
    line.translate("ja", {"heard.card": "カード||証", "heard.person": "助けて"})
    line.translate("x-third", {"heard.card": "Kartu|tolong", "heard.person": "Tolong!"})
    assert faults(line, Conversation(menus=frozenset({frozenset({"heard.card"})}))) == [
        "ja: heard.card has an empty phrase: write one phrase between two |.",
        "x-third: heard.card and heard.person can meet in one menu, and both have “tolong”.",
    ]


def test_lists_that_never_meet_may_be_alike(line: Line) -> None:
    line.says(SCRIPT + '[heard.other]\ntext = "card"')
    line.update()
    for language in ("ja", "x-third"):
        line.translate(language, {"heard.other": "カード"})
    apart = frozenset({frozenset({"heard.card"}), frozenset({"heard.other"})})
    assert faults(line, Conversation(menus=apart)) == []
    together = faults(line, Conversation(menus=frozenset({frozenset({"heard.card", "heard.other"})})))
    assert [fault.partition(":")[0] for fault in together] == ["en", "ja", "x-third"]


def test_a_prompt_that_no_turn_says_and_one_that_no_script_has_are_named(line: Line) -> None:
    said = frozenset({*JAPANESE, "menu.gone"} - {"menu.hello"})
    assert faults(line, Conversation(prompts=said)) == [
        "The conversation uses menu.gone, and no script has it: write it, or take it out of its step.",
        "menu.hello is never said: take it out of its script, or let a step say it.",
    ]


def test_a_prompt_for_one_language_is_asked_of_no_other(line: Line) -> None:
    line.translate("ja", {"eras.named": ""})
    assert faults(line) == ["ja: eras.named is not translated."]


def test_a_recording_that_nobody_would_hear_is_noted(line: Line) -> None:
    line.record("ja", "digit-7.000000.wav")
    line.record("ja", "menu.gone.wav")
    count, *leftovers = check_prompts(line.places, SMALL).notes
    assert count.startswith("ja: of ")
    assert " 0 are recorded by voice actors and 0 by an engine. The sentences with the other " in count
    assert leftovers == [
        "ja: digit-7.000000.wav has the words of an older wording: nobody hears it. Record it again.",
        "ja: menu.gone.wav is no piece of this language: nobody hears it. `hotline prompts script` names them all.",
    ]


def test_a_language_without_a_voice_is_noted_and_no_fault(line: Line) -> None:
    voices = line.places.voices
    voices.write_text(voices.read_text("utf-8").replace('name = "Third"', 'name = "Third"\nnearest = "id"'), "utf-8")
    findings = check_prompts(line.places, SMALL)
    assert findings.faults() == []
    [note] = findings.notes
    assert note.startswith("x-third: of ")
    assert "are read by the nearest voice, Google.id-ID-Wavenet-A (id): `hotline prompts render" in note


def test_a_fuzzy_translation_is_named(line: Line) -> None:
    line.says(SCRIPT.replace("Welcome.", "Good day."))
    line.update()
    assert faults(line) == [
        "ja: menu.hello is marked fuzzy: look at it, mend it and take the mark away.",
        "x-third: menu.hello is marked fuzzy: look at it, mend it and take the mark away.",
    ]


def test_catalogues_that_do_not_follow_the_scripts_are_named(line: Line) -> None:
    line.says(SCRIPT.replace("Welcome.", "Good day.").replace("things.card", "things.phone"))
    found = faults(line)
    assert found[0] == "hotline.pot is not what the prompt scripts say: run `make prompts`."
    for language in ("en", "ja", "x-third"):
        assert (
            f"{language}: things.card is in the catalogue, but in no script for this language: run `make prompts`."
            in found
        )
        for prompt in ("menu.hello", "things.phone"):
            assert f"{language}: {prompt} is not in the catalogue as the script has it: run `make prompts`." in found
    assert len(found) == 10


def test_a_catalogue_of_the_source_language_that_says_something_else_is_named(line: Line) -> None:
    line.write_catalogue("en", line.catalogue("en").replace('msgstr "Welcome."', 'msgstr "Hi."'))
    [fault] = faults(line)
    assert fault == "en: menu.hello differs from its script: the source language says what the scripts say."


def test_a_missing_and_a_broken_catalogue_are_named(line: Line) -> None:
    po_path("x-third", line.places).unlink()
    line.write_catalogue("ja", "nonsense")
    first, second = faults(line)
    assert first.startswith("ja: locales/ja/LC_MESSAGES/hotline.po is broken: line 1 ")
    assert second == "x-third: locales/x-third/LC_MESSAGES/hotline.po is missing: `make prompts` makes it."


def test_a_language_that_callers_can_choose_needs_a_voice(line: Line) -> None:
    voices = line.places.voices
    voices.write_text(voices.read_text("utf-8").partition("[en]")[0], "utf-8")
    assert [fault for fault in faults(line) if fault.startswith("voices.toml")] == [
        "voices.toml has no [en], which has a catalogue.",
        "voices.toml has no [x-third], which has a catalogue.",
        "voices.toml has no [en], which callers can choose.",
    ]


def test_broken_scripts_and_voices_are_named(line: Line) -> None:
    line.places.voices.write_text("[en]\nname = 1", "utf-8")
    assert any("voices.toml: en: `voice` is missing." in fault for fault in faults(line))
    line.says("[menu.a]\n[menu.b]")
    assert [fault.partition(": a prompt")[0] for fault in faults(line)] == [
        "menu.toml: menu.a",
        "menu.toml: menu.b",
    ]


def test_the_summary_has_a_few_lines_for_each_language() -> None:
    many = tuple(f"prompt.{number} is not translated." for number in range(30))
    lines = list(
        Findings(("A script is broken.",), {"en": (), "ja": many, "th": many[:2]}, ("All is well.",)).summary()
    )
    assert lines[:4] == ["A script is broken.", "en: complete.", "ja: 30 to mend.", "  prompt.0 is not translated."]
    assert lines[2 + MOST_LINES - 1] == "  And 22 more."
    assert lines[-4:] == ["th: 2 to mend.", *(f"  {fault}" for fault in many[:2]), "Note: All is well."]


def test_the_command_tells_what_is_wrong(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.places, SMALL) == 0
    assert (
        capsys.readouterr().out == "en: complete.\nja: complete.\nx-third: complete.\nthe operators' pages: complete.\n"
    )
    line.translate("ja", {"menu.hello": ""})
    assert main(line.places, SMALL) == 1
    assert "ja: 1 to mend.\n  menu.hello is not translated.\n" in capsys.readouterr().out


def test_the_command_tells_what_the_pages_of_operators_lack(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    pages = line.places.root / "hotline" / "console"
    pages.mkdir(parents=True)
    (pages / "calls.py").write_text('_("Thank you.")\n_("Good night.")\n', "utf-8")
    assert main(line.places, SMALL) == 1
    assert "the operators' pages: 1 to mend.\n  locales/ja/LC_MESSAGES/console.po is missing" in capsys.readouterr().out
    update_pages(line.places)
    assert main(line.places, SMALL) == 1
    told = capsys.readouterr().out
    assert "the operators' pages: 2 to mend." in told
    assert "  ja: 'Good night.' is not translated." in told
    catalogue = page_catalogue("ja", line.places)
    catalogue.write_text(catalogue.read_text("utf-8").replace('msgstr ""\n\n', 'msgstr "あ"\n\n'), "utf-8")
    assert main(line.places, SMALL) == 0
    assert "the operators' pages: complete." in capsys.readouterr().out
