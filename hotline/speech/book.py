"""Every sentence of the line in one language, as people look through it who know that language well."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from threading import Lock
from typing import Final

from hotline.callflow.replies import Sentence
from hotline.speech.catalogues import load_translations
from hotline.speech.heard_lists import PREFIX
from hotline.speech.inventory import spoken_sentences
from hotline.speech.message_faults import WRITTEN_ONLY
from hotline.speech.places import SOURCE_LANGUAGE, THE_LINE, Places
from hotline.speech.prompts import Prompt, read_script
from hotline.speech.speak import CannotSpeak, Wording, wording
from hotline.speech.templates import TemplateFault, parse_template, placeholders

KEYS: Final = frozenset("0123456789*#")
"""What a telephone has."""


class Kind(StrEnum):
    """What becomes of a prompt."""

    SAID = "said"
    WRITTEN = "written"
    """Only in text messages: no voice reads it."""
    UNDERSTOOD = "understood"
    """What callers say, not the line."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A prompt as one language has it."""

    prompt: Prompt
    part: str
    """The part of the talk: its script's name without the ending."""
    wording: str
    """With its placeholders; the source wording where the language has none of its own."""
    is_translated: bool
    """Whether the wording is this language's own, and that of the present source."""

    @property
    def kind(self) -> Kind:
        """What becomes of it."""
        if self.prompt.id.startswith(PREFIX):
            return Kind.UNDERSTOOD
        return Kind.WRITTEN if self.prompt.id.startswith(WRITTEN_ONLY) else Kind.SAID

    def pieces(self) -> tuple[str, ...]:
        """The wording cut at its placeholders: words, a placeholder's name, words, and so on."""
        try:
            return parse_template(self.wording)
        except TemplateFault:
            return (self.wording,)


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence that is made of a prompt."""

    sentence: Sentence
    text: str
    language: str
    """In which it is said; the source language where the translation is missing."""


def parts(places: Places = THE_LINE) -> tuple[str, ...]:
    """The parts of the talk, in the order in which `worded` has them."""
    return tuple(path.stem for path in sorted(places.prompts.glob("*.toml")))


@cache
def worded(language: str, places: Places = THE_LINE) -> tuple[Worded, ...]:
    """Every prompt that the language says, writes or understands, in the order of the scripts; read once a process.

    Raises PromptFault or CatalogueFault.
    """
    translations = {} if language == SOURCE_LANGUAGE else load_translations(language, places)
    found = []
    for part in parts(places):
        script = (places.prompts / f"{part}.toml").read_bytes()
        for prompt in read_script(script, f"{part}.toml"):
            if prompt.is_said_in(language):
                source, own = translations.get(prompt.id, ("", ""))
                is_own = language == SOURCE_LANGUAGE or (source == prompt.text and bool(own))
                found.append(Worded(prompt, part, own if is_own and own else prompt.text, is_own))
    return tuple(found)


_NEVER: Final = frozenset({Kind.WRITTEN, Kind.UNDERSTOOD})


def examples(one: Worded, language: str, words: Wording | None = None) -> tuple[Example, ...]:
    """The sentence as callers hear it, with example values, once for each way to fill it that is recorded apart.

    The values are those of the script for voice actors. Nothing for what is never said. The first call in a
    process takes some seconds: it walks through the conversation.
    """
    if one.kind in _NEVER:
        return ()
    found: dict[str, Example] = {}
    for sentence in _sentences(one.prompt, language):
        try:
            text, code = (words or wording()).words(sentence, language)
        except CannotSpeak:
            # Some of what is filled in is said in other languages only.
            continue
        found.setdefault(text, Example(sentence, text, code))
    return tuple(found.values())


@cache
def _by_prompt() -> Mapping[str, tuple[Sentence, ...]]:
    found: dict[str, tuple[Sentence, ...]] = {}
    for sentence in spoken_sentences():
        found[sentence.prompt] = (*found.get(sentence.prompt, ()), sentence)
    return found


@cache
def keys_named(prompt: str) -> Mapping[str, str]:
    """The placeholders of a prompt that always stand for one and the same key, and that key: it is no secret.

    The first call in a process takes some seconds: it walks through the conversation.
    """
    walk_ahead()
    said: dict[str, set[object]] = {}
    for sentence in _by_prompt().get(prompt, ()):
        for name, value in sentence.values.items():
            said.setdefault(name, set()).add(value if isinstance(value, str) else None)
    known = {name: values.pop() for name, values in said.items() if len(values) == 1}
    return {name: key for name, key in known.items() if isinstance(key, str) and key in KEYS}


_ONE_WALKS: Final = Lock()


def walk_ahead() -> None:
    """Walk through the conversation, unless that was done: for a process that will be asked for examples."""
    # Two threads at once would walk twice, and hold each other up.
    with _ONE_WALKS:
        _by_prompt()


def _sentences(prompt: Prompt, language: str) -> Iterator[Sentence]:
    walk_ahead()
    of_prompt = _by_prompt().get(prompt.id, ())
    own = [sentence for sentence in of_prompt if sentence.language in (None, language)]
    # What the greeting says in two languages beside the call's is translated into all of them.
    yield from own or [replace(sentence, language=None) for sentence in of_prompt]
    if not of_prompt and not placeholders(parse_template(prompt.text)):
        # It is only heard as a part of others.
        yield Sentence(prompt.id)
