"""The prompt scripts."""

from pathlib import Path

import pytest

from hotline.speech.prompts import Prompt, PromptFault, load_prompts, read_script


def test_a_script_gives_its_prompts_in_order_with_their_notes() -> None:
    script = b'[menu.b]\ntext = "Press {key}."\nnote = "Last."\n[menu.a]\ntext = "Hello."'
    assert read_script(script, "menu.toml") == [
        Prompt("menu.b", "Press {key}.", "Last."),
        Prompt("menu.a", "Hello.", ""),
    ]


def test_a_prompt_may_be_for_some_languages_only() -> None:
    [prompt] = read_script(b'[a.b]\ntext = "By era."\nonly = ["ja", "ja-easy"]', "x")
    assert prompt.only == ("ja", "ja-easy")
    assert [prompt.is_said_in(language) for language in ("ja", "ja-easy", "en")] == [True, True, False]


def test_a_prompt_is_for_every_language_and_names_no_keys_unless_it_says_so() -> None:
    [plain, marked] = read_script(b'[a.b]\ntext = "Hi."\n[a.c]\ntext = "Press 2."\nnames_keys = true', "x")
    assert (plain.only, plain.is_said_in("tlh"), plain.names_keys) == ((), True, False)
    assert marked.names_keys


def test_parts_of_the_talk_may_be_nested() -> None:
    assert [prompt.id for prompt in read_script(b'[result.card.stopped]\ntext = "Done."', "x")] == [
        "result.card.stopped"
    ]


def test_a_sentence_broken_into_lines_is_one_sentence() -> None:
    assert read_script(b'[a.b]\ntext = """Press\n   two."""', "x")[0].text == "Press two."


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (b"[menu.a]\ntxt = 'Hello.'", "menu.a: a prompt is a table with `text`"),
        (b"[menu.a]\ntext = 'Hello.'\nhint = 'x'", "menu.a: a prompt is a table with `text`"),
        (b"[menu]\na = 'Hello.'", "menu: a prompt is a table"),
        (b"[menu.a]", "menu.a: a prompt is a table"),
        (b"[menu.a]\ntext = ' '", "menu.a: `text` and `note` are words"),
        (b"[menu.a]\ntext = 3", "menu.a: `text` and `note` are words"),
        (b"[menu.a]\ntext = 'Hello.'\nonly = 'ja'", "menu.a: `only` is a list"),
        (b"[menu.a]\ntext = 'Hello.'\nonly = []", "menu.a: `only` is a list"),
        (b"[menu.a]\ntext = 'Hello.'\nonly = ['']", "menu.a: `only` is a list"),
        (b"[menu.a]\ntext = 'Hello.'\nnames_keys = false", "menu.a: `names_keys` is true"),
        (b"[menu.a]\ntext = 'Press {'", "menu.a: A brace has no partner"),
        (b"[menu.a]\ntext = 'Press {key!r}.'", "menu.a: {key} is no plain placeholder"),
        (b"[menu.a]\ntext = 'Press {}.'", "menu.a: {} is no plain placeholder"),
        (b"[menu.a]\ntext = 'Press {a.b}.'", "menu.a: {a.b} is no plain placeholder"),
        (b"[menu.a\n", "menu.toml is no TOML"),
        (b"\xff", "menu.toml is no TOML"),
    ],
)
def test_a_broken_script_names_the_prompt_and_the_fault(script: bytes, words: str) -> None:
    with pytest.raises(PromptFault) as fault:
        read_script(script, "menu.toml")
    assert words in str(fault.value)
    assert "menu.toml" in str(fault.value)


def test_every_fault_of_every_script_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[x.one]\n[x.two]\n[y.one]\ntext = 'Same.'", "utf-8")
    (tmp_path / "b.toml").write_text("[x.three]\n[y.two]\ntext = 'Same.'", "utf-8")
    with pytest.raises(PromptFault) as fault:
        load_prompts(tmp_path)
    assert [text.split(": ")[:2] for text in str(fault.value).splitlines()] == [
        ["a.toml", "x.one"],
        ["a.toml", "x.two"],
        ["b.toml", "x.three"],
    ]


def test_an_id_in_two_scripts_is_a_fault(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text("[x.one]\ntext = 'Hello.'", "utf-8")
    with pytest.raises(PromptFault, match=r"b\.toml: x\.one is in another script already"):
        load_prompts(tmp_path)


def test_a_line_without_scripts_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(PromptFault, match="There are no prompt scripts"):
        load_prompts(tmp_path)
