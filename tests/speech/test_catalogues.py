"""Taking the prompts over into the catalogues, and reading them."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from hotline.speech.catalogues import languages, load_translations, main, update_catalogues
from hotline.speech.places import THE_LINE, Places
from hotline.speech.pofiles import CatalogueFault, compile_catalogue, po_path, read_catalogue
from hotline.speech.prompts import PromptFault
from tests.speech.line import JAPANESE, SCRIPT, Line


def test_a_second_update_changes_nothing(line: Line) -> None:
    before = line.files()
    line.update()
    assert line.files() == before


def test_the_catalogues_of_the_line_are_what_an_update_would_write(tmp_path: Path) -> None:
    for folder in ("prompts", "locales"):
        copytree(THE_LINE.root / folder, tmp_path / folder)
    update_catalogues(Places(tmp_path, THE_LINE.voices))
    for path in THE_LINE.locales.rglob("*.po*"):
        assert path.read_bytes() == (tmp_path / path.relative_to(THE_LINE.root)).read_bytes(), path.name


def test_a_translator_gets_id_wording_and_note(line: Line) -> None:
    assert (
        "#. The first option.\n"
        "#: prompts/menu.toml\n"
        "#, python-brace-format\n"
        'msgctxt "menu.lost"\n'
        'msgid "If it is lost, press {key}."\n'
        'msgstr ""\n'
    ) in line.catalogue("x-third")


def test_the_files_tell_no_time_and_no_machine(line: Line) -> None:
    for text in line.files().values():
        assert b"Date" not in text
        assert str(line.places.root).encode() not in text


def test_a_language_with_a_voice_gets_a_catalogue(line: Line) -> None:
    assert languages(line.places) == ("en", "ja", "x-third")


def test_a_language_with_a_catalogue_alone_is_found_too(line: Line) -> None:
    path = po_path("ne", line.places)
    path.parent.mkdir(parents=True)
    path.write_text("", "utf-8")
    line.update()
    assert "ne" in languages(line.places)
    assert 'msgctxt "menu.lost"' in line.catalogue("ne")


def test_the_source_language_says_what_the_scripts_say(line: Line) -> None:
    assert load_translations("en", line.places)["menu.hello"] == ("Welcome.", "Welcome.")


def test_translations_stay(line: Line) -> None:
    line.says(SCRIPT + '[new.one]\ntext = "New."')
    line.update()
    translations = load_translations("ja", line.places)
    assert {prompt: translation for prompt, (_, translation) in translations.items()} == JAPANESE


def test_a_changed_wording_makes_the_old_translation_a_proposal_that_is_not_spoken(line: Line) -> None:
    line.says(SCRIPT.replace("Welcome.", "Good day."))
    line.update()
    assert '#, fuzzy\nmsgctxt "menu.hello"\nmsgid "Good day."\nmsgstr "ようこそ。"' in line.catalogue("ja")
    assert "menu.hello" not in load_translations("ja", line.places)
    line.update()
    assert "#, fuzzy\n" in line.catalogue("ja")


def test_a_proposal_that_is_looked_at_is_spoken(line: Line) -> None:
    line.says(SCRIPT.replace("Welcome.", "Good day."))
    line.update()
    line.write_catalogue("ja", line.catalogue("ja").replace("#, fuzzy\n", ""))
    line.update()
    assert load_translations("ja", line.places)["menu.hello"] == ("Good day.", "ようこそ。")


def test_two_prompts_of_one_wording_keep_their_own_translations(line: Line) -> None:
    line.says(SCRIPT + '[other.hello]\ntext = "Welcome."')
    line.update()
    line.translate("ja", {"other.hello": "いらっしゃいませ。"})
    translations = load_translations("ja", line.places)
    assert translations["menu.hello"][1] == "ようこそ。"
    assert translations["other.hello"][1] == "いらっしゃいませ。"


def test_a_prompt_that_is_gone_goes(line: Line) -> None:
    line.says('[menu.hello]\ntext = "Welcome."')
    line.update()
    assert load_translations("ja", line.places).keys() == {"menu.hello"}
    assert "menu.lost" not in line.catalogue("ja")


def test_a_prompt_for_one_language_is_in_its_catalogue_alone(line: Line) -> None:
    assert 'msgctxt "eras.named"' in line.catalogue("ja")
    assert 'msgctxt "eras.named"' not in line.catalogue("x-third")
    assert 'msgctxt "eras.named"' not in line.catalogue("en")


def test_a_prompt_that_is_kept_for_another_language_goes(line: Line) -> None:
    line.says(SCRIPT.replace('text = "Welcome."', 'text = "Welcome."\nonly = ["en"]'))
    line.update()
    assert "menu.hello" not in line.catalogue("ja")
    assert "menu.hello" in line.catalogue("en")


def test_what_translators_note_stays(line: Line) -> None:
    noted = line.catalogue("ja").replace(
        '#: prompts/menu.toml\nmsgctxt "menu.hello"', '# Warmly.\nmsgctxt "menu.hello"'
    )
    line.write_catalogue("ja", noted)
    line.update()
    assert "# Warmly.\n" in line.catalogue("ja")


def test_a_broken_script_changes_no_catalogue(line: Line) -> None:
    before = line.files()
    line.says("[menu.hello]\ntext = 3")
    with pytest.raises(PromptFault, match=r"menu\.toml: menu\.hello"):
        line.update()
    assert line.files() == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('msgstr "ようこそ。"', 'msgstr "ようこそ。', "line 18 is no comment and no closed"),
        ('msgstr "ようこそ。"', "nonsense", "line 18 is no comment and no closed"),
        ('msgstr "ようこそ。"', "", "missing msgstr for msgid 'Welcome.'"),
        ('msgctxt "menu.hello"', 'msgctxt "menu.lost"', 'it has "menu.lost" 2 times'),
    ],
)
def test_a_broken_catalogue_is_named_with_its_place(line: Line, old: str, new: str, words: str) -> None:
    before = line.files()
    line.write_catalogue("ja", line.catalogue("ja").replace(old, new))
    with pytest.raises(CatalogueFault) as fault:
        line.update()
    assert str(fault.value).startswith("locales/ja/LC_MESSAGES/hotline.po is broken")
    assert words in str(fault.value)
    assert line.files().keys() == before.keys()


def test_a_catalogue_in_another_encoding_is_named(line: Line) -> None:
    path = po_path("ja", line.places)
    path.write_bytes(line.catalogue("ja").encode("shift-jis"))
    with pytest.raises(CatalogueFault, match=r"locales/ja/LC_MESSAGES/hotline\.po is broken"):
        read_catalogue(path)


def test_a_missing_catalogue_is_named(line: Line) -> None:
    po_path("ja", line.places).unlink()
    po_path("ja", line.places).with_suffix(".mo").unlink()
    with pytest.raises(CatalogueFault, match=r"locales/ja/LC_MESSAGES/hotline\.po is missing"):
        load_translations("ja", line.places)


def test_a_broken_compiled_catalogue_is_named(line: Line) -> None:
    for broken in (b"", b"nonsense", po_path("ja", line.places).with_suffix(".mo").read_bytes()[:100]):
        po_path("ja", line.places).with_suffix(".mo").write_bytes(broken)
        with pytest.raises(CatalogueFault, match=r"locales/ja/LC_MESSAGES/hotline\.mo is broken"):
            load_translations("ja", line.places)


def test_an_uncompiled_catalogue_is_compiled_in_memory(line: Line) -> None:
    po_path("ja", line.places).with_suffix(".mo").unlink()
    assert load_translations("ja", line.places)["menu.hello"] == ("Welcome.", "ようこそ。")


def test_an_outdated_compiled_catalogue_is_not_spoken(line: Line) -> None:
    path = po_path("ja", line.places)
    line.write_catalogue("ja", line.catalogue("ja").replace("ようこそ", "いらっしゃい"))
    compiled = path.with_suffix(".mo").stat().st_mtime_ns
    os.utime(path, ns=(compiled + 1, compiled + 1))
    assert load_translations("ja", line.places)["menu.hello"] == ("Welcome.", "いらっしゃい。")


def test_the_compiled_catalogue_is_read_when_it_is_fresh(line: Line) -> None:
    path = po_path("ja", line.places)
    compiled = path.with_suffix(".mo")
    compiled.write_bytes(compile_catalogue(path).replace("ようこそ".encode(), "おいでや".encode()))
    assert load_translations("ja", line.places)["menu.hello"] == ("Welcome.", "おいでや。")


def test_the_command_compiles(line: Line) -> None:
    before = line.files()
    for path in line.places.locales.rglob("*.mo"):
        path.unlink()
    assert main(["compile"], line.places) == 0
    assert line.files() == before


def test_the_command_updates(line: Line) -> None:
    line.says(SCRIPT + '[new.one]\ntext = "New."')
    assert main(["update"], line.places) == 0
    assert 'msgctxt "new.one"' in line.catalogue("ja")


def test_the_command_names_what_is_broken(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    line.write_catalogue("ja", "nonsense")
    assert main(["compile"], line.places) == 1
    assert capsys.readouterr().err.startswith("locales/ja/LC_MESSAGES/hotline.po is broken: line 1 ")


def test_the_command_says_what_it_can_do() -> None:
    command = [sys.executable, "-m", "hotline.speech.catalogues", "everything"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=THE_LINE.root, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "Say `update` or `compile`.\n")


def test_pybabel_itself_reads_the_scripts(tmp_path: Path) -> None:
    target = tmp_path / "hotline.pot"
    pybabel = Path(sys.executable).with_name("pybabel")
    subprocess.run(
        [pybabel, "-q", "extract", "-F", "locales/babel.cfg", "-o", target, "."], cwd=THE_LINE.root, check=True
    )
    assert 'msgctxt "main_menu.lost"' in target.read_text("utf-8")
