"""The catalogues: reading the translations, bringing them up to date and compiling them.

`python -m hotline.speech.catalogues update` takes the prompt scripts over into every language's catalogue, the words of
the operators' pages into theirs, and compiles them; `compile` compiles alone.
"""

import os
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import write_po

from hotline.speech.pages import compile_pages, update_pages
from hotline.speech.places import SOURCE_LANGUAGE, THE_LINE, Places
from hotline.speech.pofiles import DOMAIN, CatalogueFault, Undated, compile_catalogue, po_path, read_catalogue, short
from hotline.speech.prompts import PromptFault, load_prompts
from hotline.speech.voices import VoicesFault, load_voices


def languages(places: Places = THE_LINE) -> tuple[str, ...]:
    """The codes of all languages that have a voice or a catalogue, sorted; raises VoicesFault."""
    folders = {path.parents[1].name for path in places.locales.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    return tuple(sorted(folders | load_voices(places.voices).keys()))


def load_translations(language: str, places: Places = THE_LINE) -> Mapping[str, tuple[str, str]]:
    """Prompt id -> the source wording that was translated, and the translation.

    The compiled catalogue is read; where it is missing or older than the written one, the written one is compiled in
    memory, so that a forgotten `make prompts` costs milliseconds and not a language. Raises CatalogueFault.
    """
    written = po_path(language, places)
    compiled = written.with_suffix(".mo")
    try:
        fresh = compiled.stat().st_mtime_ns >= written.stat().st_mtime_ns
    except FileNotFoundError:
        fresh = False
    try:
        catalogue = read_mo(BytesIO(compiled.read_bytes() if fresh else compile_catalogue(written)))
    except (OSError, ValueError, struct.error) as error:
        raise CatalogueFault(f"{short(compiled)} is broken: {error}. `make prompts` writes it anew.") from error
    return {_decoded(message.context): (str(message.id), str(message.string)) for message in catalogue if message.id}


def extract_template(places: Places = THE_LINE) -> Catalog:
    """All prompts as they are to be translated, in the order of the scripts; raises PromptFault."""
    template = Undated()
    with (places.locales / "babel.cfg").open(encoding="utf-8") as configuration:
        methods, options = parse_mapping_cfg(configuration)  # type: ignore[no-untyped-call]
    for script, _, text, notes, prompt_id in extract_from_dir(str(places.root), methods, options):
        template.add(text, auto_comments=notes, locations=[(script, 0)], context=prompt_id)
    return template


def written(catalogue: Catalog) -> bytes:
    """A catalogue as it stands in its file: every run writes the same bytes."""
    text = BytesIO()
    write_po(text, catalogue, width=0, ignore_obsolete=True)
    return text.getvalue()


def update_catalogues(places: Places = THE_LINE) -> None:
    """Take the prompts over into every language's catalogue, and compile.

    Translations are kept by prompt id. Where the source wording has changed, the old translation stays as a proposal
    marked fuzzy, which is never spoken; a prompt that is gone goes, and so does one that only other languages say.
    The source language says what the scripts say. A second run changes nothing. Raises PromptFault,
    VoicesFault or CatalogueFault, and then has changed nothing.
    """
    template = extract_template(places)
    voices = load_voices(places.voices)
    files = {places.locales / f"{DOMAIN}.pot": written(template)}
    for language in languages(places):
        path = po_path(language, places)
        old = read_catalogue(path) if path.exists() else Catalog()
        locale = str(voices[language].locale) if language in voices else None
        messages = _said_in(language, template, places)
        files[path] = written(_merged(messages, old, Undated(locale), is_source=language == SOURCE_LANGUAGE))
    for path, text in files.items():
        if not path.exists() or path.read_bytes() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, text)
    compile_catalogues(places)


def compile_catalogues(places: Places = THE_LINE) -> None:
    """Compile every language's catalogue; raises CatalogueFault or VoicesFault."""
    for language in languages(places):
        path = po_path(language, places)
        _replace(path.with_suffix(".mo"), compile_catalogue(path))


def _said_in(language: str, template: Catalog, places: Places) -> list[Message]:
    prompts = load_prompts(places.prompts)
    return [message for message in template if message.id and prompts[str(message.context)].is_said_in(language)]


def _merged(messages: Iterable[Message], old: Catalog, merged: Catalog, *, is_source: bool) -> Catalog:
    known = {message.context: message for message in old if message.id}
    for message in messages:
        before = known.get(message.context)
        string, flags = (message.id, set()) if is_source else _translation(message, before)
        merged.add(
            message.id,
            string,
            locations=message.locations,
            flags=flags,
            auto_comments=message.auto_comments,
            user_comments=before.user_comments if before else (),
            context=message.context,
        )
    return merged


def _translation(message: Message, before: Message | None) -> tuple[str, set[str]]:
    """The translation that a prompt starts with, and its flags."""
    if before is None or not before.string:
        return "", set()
    return str(before.string), set(before.flags) if before.id == message.id else {"fuzzy"}


def _decoded(context: str | bytes | None) -> str:
    """Babel 2.18 reads the contexts of a compiled catalogue as bytes, and everything else as text."""
    return context.decode() if isinstance(context, bytes) else str(context)


def _replace(path: Path, text: bytes) -> None:
    """At once: a process of the line may be starting and reading the file just now."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(text)
    fresh.replace(path)


def main(arguments: Sequence[str], places: Places = THE_LINE) -> int:
    """The command line; returns the exit status."""
    todo = {"update": (update_catalogues, update_pages), "compile": (compile_catalogues, compile_pages)}
    if " ".join(arguments) not in todo:
        sys.stderr.write("Say `update` or `compile`.\n")
        return 2
    try:
        for step in todo[" ".join(arguments)]:
            step(places)
    except (PromptFault, VoicesFault, CatalogueFault) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
