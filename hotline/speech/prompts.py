"""The prompt scripts: what the line says, in the source wording, with notes for those who translate it."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.speech.templates import TemplateFault, parse_template


class PromptFault(Exception):
    """A prompt script is wrong; the text names the script, the prompt and every fault."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One sentence of the line."""

    id: str
    """For example `main_menu.lost`; the first part is the part of the talk."""
    text: str
    """The source wording."""
    note: str
    """What a translator must know: where it is said, what the placeholders stand for; empty if all is plain."""
    only: tuple[str, ...] = ()
    """The only languages that say it, by code; empty means every language. The others have no translation of it."""
    names_keys: bool = False
    """Whether the wording may name keys itself, because they are examples and no keys that work here."""

    def is_said_in(self, language: str) -> bool:
        """Whether the language says it at all."""
        return not self.only or language in self.only


def load_prompts(folder: Path) -> dict[str, Prompt]:
    """All prompts by id, in the order of the scripts; raises PromptFault that names every fault."""
    prompts: dict[str, Prompt] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            for prompt in read_script(path.read_bytes(), path.name):
                if prompt.id in prompts:
                    faults.append(f"{path.name}: {prompt.id} is in another script already; ids are unique.")
                prompts[prompt.id] = prompt
        except PromptFault as fault:
            faults.append(str(fault))
    if faults:
        raise PromptFault("\n".join(faults))
    if not prompts:
        raise PromptFault(f"There are no prompt scripts in {folder.name}/: the line would be silent.")
    return prompts


def read_script(script: bytes, name: str) -> list[Prompt]:
    """The prompts of one script; raises PromptFault. The name is for the faults."""
    try:
        tables = tomllib.loads(script.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PromptFault(f"{name} is no TOML: {error}.") from error
    prompts: list[Prompt] = []
    faults: list[str] = []
    for prompt_id, table in _tables(tables):
        if wrong := _faults(table):
            faults.append(f"{name}: {prompt_id}: {wrong}")
        else:
            prompts.append(_prompt(prompt_id, table))
    if faults:
        raise PromptFault("\n".join(faults))
    return prompts


def _prompt(prompt_id: str, table: Mapping[str, Any]) -> Prompt:
    return Prompt(
        prompt_id,
        _one_line(table["text"]),
        _one_line(table.get("note", "")),
        tuple(table.get("only", ())),
        table.get("names_keys", False),
    )


def _tables(tables: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, table in tables.items():
        prompt_id = f"{above}{name}"
        # A table of tables alone is a part of the talk; whatever else it is must be a prompt, or a mistake.
        if isinstance(table, dict) and table and all(isinstance(value, dict) for value in table.values()):
            yield from _tables(table, f"{prompt_id}.")
        else:
            yield prompt_id, table


def _faults(table: Any) -> str | None:
    if not isinstance(table, dict) or "text" not in table or table.keys() - {"text", "note", "only", "names_keys"}:
        return "a prompt is a table with `text`, perhaps `note`, `only` and `names_keys`."
    if not all(_is_text(table.get(name, "-")) for name in ("text", "note")):
        return "`text` and `note` are words; an empty one is left out or filled."
    only = table.get("only", ["-"])
    if not (isinstance(only, list) and only and all(map(_is_text, only))):
        return "`only` is a list of the languages that say it; it is left out where all do."
    if table.get("names_keys", True) is not True:
        return "`names_keys` is true; it is left out where no key is named."
    try:
        parse_template(table["text"])
    except TemplateFault as fault:
        return str(fault)
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _one_line(text: str) -> str:
    """Scripts may break long sentences into lines; callers hear one sentence."""
    return " ".join(text.split())
