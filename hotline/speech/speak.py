"""A prompt and a language in, what is spoken and by which voice out."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from hotline.callflow.replies import Digits, Sentence, Value
from hotline.speech.catalogues import load_translations
from hotline.speech.limits import cut
from hotline.speech.places import SOURCE_LANGUAGE, THE_LINE, Places
from hotline.speech.pofiles import CatalogueFault
from hotline.speech.prompts import Prompt, load_prompts
from hotline.speech.templates import Template, TemplateFault, parse_template, placeholders, speakable
from hotline.speech.voices import Voice, load_voices

_log = logging.getLogger(__name__)


class CannotSpeak(Exception):
    """The conversation asked for a sentence that does not exist, or left a placeholder empty."""


class _Untranslated(Exception):
    """The language has no usable translation of a prompt."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is spoken, and by which voice."""

    text: str = field(repr=False)
    language: str
    """The `language` attribute of `<Say>`."""
    voice: str
    """The `voice` attribute of `<Say>`."""

    def pieces(self) -> tuple[str, ...]:
        """The text in pieces that one `<Say>` takes each, cut at the ends of sentences; nearly always one."""
        return cut(self.text)


def speak(sentence: Sentence, language: str) -> Utterance:
    """What the line says for a sentence in a call of this language.

    A sentence that is not translated, or that contains one that is not, is spoken whole in the source language by its
    own voice, and that is logged once a process. Raises CannotSpeak for a prompt that no script has, or when the
    sentence lacks a value.
    """
    return _wording().speak(sentence, language)


def load_wording() -> None:
    """Read scripts and voices now, not when the first caller waits for a word; raises PromptFault or VoicesFault."""
    _wording()


class Wording:
    """All that the line can say. Loaded once; the languages are read when they are first spoken."""

    def __init__(self, places: Places) -> None:
        """Read the scripts and the voices; raises PromptFault or VoicesFault."""
        self._places = places
        self._prompts: Mapping[str, Prompt] = load_prompts(places.prompts)
        self._voices: Mapping[str, Voice] = load_voices(places.voices)
        self._translations: dict[str, Mapping[str, tuple[str, str]]] = {}
        self._templates: dict[tuple[str, str], Template | None] = {}

    def speak(self, sentence: Sentence, language: str) -> Utterance:
        """See `speak` of this module."""
        voice = self._voice(sentence.language or language)
        try:
            text = self._fill(sentence, voice)
        except _Untranslated:
            voice = self._voice(SOURCE_LANGUAGE)
            text = self._fill(sentence, voice)
        return Utterance(text, voice.language, voice.voice)

    def _voice(self, code: str) -> Voice:
        try:
            return self._voices[code]
        except KeyError:
            _log.error("A language has no voice: the source language is spoken.", extra={"language": code})
            return self._voices[SOURCE_LANGUAGE]

    def _fill(self, sentence: Sentence, voice: Voice) -> str:
        template = self._template(sentence.prompt, voice.code)
        if len(template) == 1:
            return template[0]
        parts = list(template)
        for at in range(1, len(parts), 2):
            try:
                value = sentence.values[parts[at]]
            except KeyError:
                # Only names: the values may be what the caller keyed.
                raise CannotSpeak(f"{sentence.prompt} needs {{{parts[at]}}}, which the step did not give.") from None
            parts[at] = self._say(value, voice)
        return "".join(parts)

    def _say(self, value: Value, voice: Voice) -> str:
        match value:
            case str():
                return _say_text(value, voice)
            case Digits(groups):
                return speakable(voice.say_digits(groups))
            case Sentence():
                return self._fill(value, voice)
            case date():
                return voice.say_date(value)
            case _:
                return str(value)

    def _template(self, prompt: str, code: str) -> Template:
        try:
            template = self._templates[prompt, code]
        except KeyError:
            template = self._templates[prompt, code] = self._parse(prompt, code)
        if template is None:
            raise _Untranslated
        return template

    def _parse(self, prompt: str, code: str) -> Template | None:
        if prompt not in self._prompts:
            raise CannotSpeak(f"No prompt script has {prompt}: the conversation and the scripts do not fit.")
        source = self._prompts[prompt].text
        if code == SOURCE_LANGUAGE:
            return parse_template(speakable(source))
        original, translation = self._translations_into(code).get(prompt, ("", ""))
        try:
            template = parse_template(speakable(translation))
        except TemplateFault:
            template = ("",)
        if original != source or not translation or placeholders(template) != placeholders(parse_template(source)):
            _log.error("A prompt is not translated: the source wording is spoken.", extra=_about(prompt, code))
            return None
        return template

    def _translations_into(self, code: str) -> Mapping[str, tuple[str, str]]:
        if code not in self._translations:
            try:
                self._translations[code] = load_translations(code, self._places)
            except CatalogueFault as fault:
                _log.error("A language cannot be spoken: %s", fault, extra={"language": code})
                self._translations[code] = {}
        return self._translations[code]


def _say_text(text: str, voice: Voice) -> str:
    if text in voice.keys:
        return voice.keys[text]
    if text.isascii() and text.isdigit():
        return voice.say_digits((text,))
    return speakable(text)


def _about(prompt: str, language: str) -> dict[str, str]:
    return {"prompt": prompt, "language": language}


@cache
def _wording() -> Wording:
    return Wording(THE_LINE)
