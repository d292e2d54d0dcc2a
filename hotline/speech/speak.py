"""A prompt and a language in, what is spoken and by which voice, or what is written, out."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cache
from typing import Final, Protocol, TypeVar

from hotline.callflow.replies import Day, Digits, LanguageName, Sentence, Value
from hotline.speech.catalogues import load_translations
from hotline.speech.limits import cut, say_characters
from hotline.speech.pieces import (
    Pause,
    Piece,
    row_of_date,
    row_of_day,
    row_of_digits,
    row_of_time,
    row_of_words,
    with_ending,
)
from hotline.speech.places import SOURCE_LANGUAGE, THE_LINE, Places
from hotline.speech.pofiles import CatalogueFault
from hotline.speech.prompts import Prompt, load_prompts
from hotline.speech.templates import Template, TemplateFault, parse_template, placeholders, speakable
from hotline.speech.voices import Voice, load_voices
from hotline.speech.written import Pen

_log = logging.getLogger(__name__)

BETWEEN_PHRASES: Final = "|"
"""What separates the phrases of a prompt that lists what callers say."""


_T = TypeVar("_T")


class CannotSpeak(Exception):
    """The conversation asked for a sentence that does not exist here, or left a placeholder empty."""


class _Untranslated(Exception):
    """The language has no usable translation of a prompt."""


class _Tongue(Protocol):
    """A way of putting values into words: a Voice or a Pen."""

    @property
    def keys(self) -> Mapping[str, str]: ...
    def say_digits(self, groups: tuple[str, ...], /) -> str: ...
    def say_date(self, day: date, /) -> str: ...
    def say_day(self, day: date, /) -> str: ...
    def say_time(self, at: time, /) -> str: ...
    def say_number(self, number: int, /) -> str: ...


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
        return cut(self.text, say_characters(self.voice))


def speak(sentence: Sentence, language: str) -> Utterance:
    """What the line says for a sentence in a call of this language.

    A sentence that is not translated, or that contains one that is not, is spoken whole in the source language by its
    own voice, and that is logged once a process. Raises CannotSpeak for a prompt that no script has or that this
    language does not say, or when the sentence lacks a value.
    """
    return wording().speak(sentence, language)


def write(sentence: Sentence, language: str) -> str:
    """The same sentence for a text message: keys as one writes them, figures for digits, no pauses."""
    return wording().write(sentence, language)


def load_wording() -> None:
    """Read scripts and voices now, not when the first caller waits for a word; raises PromptFault or VoicesFault."""
    wording()


@cache
def wording() -> "Wording":
    """The words of the line, read once a process; raises PromptFault or VoicesFault."""
    return Wording(THE_LINE)


class Wording:
    """All that the line can say. Loaded once; the languages are read when they are first spoken."""

    def __init__(self, places: Places) -> None:
        """Read the scripts and the voices; raises PromptFault or VoicesFault."""
        self._places = places
        self._prompts: Mapping[str, Prompt] = load_prompts(places.prompts)
        self._voices: Mapping[str, Voice] = load_voices(places.voices)
        self._pens: Mapping[str, Pen] = {code: Pen(voice) for code, voice in self._voices.items()}
        self._translations: dict[str, Mapping[str, tuple[str, str]]] = {}
        self._templates: dict[tuple[str, str], Template | None] = {}

    def speak(self, sentence: Sentence, language: str) -> Utterance:
        """See `speak` of this module."""
        text, code = self._render(sentence, language, self._voices)
        voice = self._voices[code]
        return Utterance(text, voice.language, voice.voice)

    def write(self, sentence: Sentence, language: str) -> str:
        """See `write` of this module."""
        return self._render(sentence, language, self._pens)[0]

    def words(self, sentence: Sentence, language: str) -> tuple[str, str]:
        """What `speak` says, and the language of the line that it is in."""
        return self._render(sentence, language, self._voices)

    def row(self, sentence: Sentence, language: str) -> tuple[Piece, ...]:
        """The same words as a row of pieces, in the language that `words` names; raises as `speak` does."""
        row = self._worded(sentence, language, self._fill_row)[0]
        return (*row[:-1], replace(row[-1], pause=Pause.SENTENCE)) if row else ()

    def prompt(self, prompt: str) -> Prompt:
        """The script of a prompt; raises KeyError for one that no script has."""
        return self._prompts[prompt]

    def voice(self, language: str) -> Voice:
        """How the language is spoken; one that has no voice is spoken as the source language."""
        return self._voices[self._spoken(language)]

    def phrases(self, prompt: str, language: str) -> tuple[str, ...]:
        """What callers say, as the prompt lists it: in their language, or in the source language if it has no list."""
        listed, _ = self._render(Sentence(prompt), language, self._pens)
        return tuple(phrase.strip() for phrase in listed.split(BETWEEN_PHRASES) if phrase.strip())

    def name_of(self, code: str, voice: Voice) -> str:
        """What a language is called by a voice; a language of this line alone keeps the name it has for itself."""
        name = voice.locale.languages.get(code)
        return str(name) if name else self._voices[code].name if code in self._voices else code

    def _render(self, sentence: Sentence, language: str, tongues: Mapping[str, _Tongue]) -> tuple[str, str]:
        """The text, and the language that it is in."""
        return self._worded(sentence, language, lambda filled, code: self._fill(filled, code, tongues[code]))

    def _worded(self, sentence: Sentence, language: str, fill: Callable[[Sentence, str], _T]) -> tuple[_T, str]:
        """What `fill` makes of the sentence, and the language that it is in."""
        code = self._spoken(sentence.language or language)
        self._refuse_elsewhere(sentence, code)
        try:
            return fill(sentence, code), code
        except _Untranslated:
            return fill(sentence, SOURCE_LANGUAGE), SOURCE_LANGUAGE

    def _spoken(self, code: str) -> str:
        if code in self._voices:
            return code
        _log.error("A language has no voice: the source language is spoken.", extra={"language": code})
        return SOURCE_LANGUAGE

    def _refuse_elsewhere(self, sentence: Sentence, code: str) -> None:
        prompt = self._prompts.get(sentence.prompt)
        if prompt is not None and not prompt.is_said_in(code):
            raise CannotSpeak(f"{prompt.id} is said in {', '.join(prompt.only)} only, not in {code}.")
        for value in sentence.values.values():
            if isinstance(value, Sentence):
                self._refuse_elsewhere(value, code)

    def _fill(self, sentence: Sentence, code: str, tongue: _Tongue) -> str:
        template = self._template(sentence.prompt, code)
        if len(template) == 1:
            return template[0]
        parts = list(template)
        for at in range(1, len(parts), 2):
            parts[at] = self._say(_value(sentence, parts[at]), code, tongue)
        return "".join(parts)

    def _fill_row(self, sentence: Sentence, code: str) -> tuple[Piece, ...]:
        template = self._template(sentence.prompt, code)
        row = row_of_words(template[0])
        for at in range(1, len(template), 2):
            words = template[at + 1]
            value = self._row(_value(sentence, template[at]), code)
            row = (*row, *with_ending(value, words), *row_of_words(words))
        return row

    def _row(self, value: Value, code: str) -> tuple[Piece, ...]:
        voice = self._voices[code]
        match value:
            case Digits(groups):
                return row_of_digits(groups, voice)
            case str() if value not in voice.keys and value.isascii() and value.isdigit():
                return row_of_digits((value,), voice)
            case Sentence():
                return self._fill_row(value, code)
            case Day(day):
                return row_of_day(day, voice)
            case time():
                return row_of_time(value, voice)
            case date() if not isinstance(value, datetime):
                return row_of_date(value, voice)
            case _:
                return row_of_words(self._say(value, code, voice))

    def _say(self, value: Value, code: str, tongue: _Tongue) -> str:
        match value:
            case str():
                return _say_text(value, tongue)
            case Digits(groups):
                return speakable(tongue.say_digits(groups))
            case Sentence():
                return self._fill(value, code, tongue)
            case LanguageName(named):
                return self.name_of(named, self._voices[code])
            case int():
                return tongue.say_number(value)
            case _:
                return _say_moment(value, tongue)

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


def _value(sentence: Sentence, name: str) -> Value:
    try:
        return sentence.values[name]
    except KeyError:
        # Only names: the values may be what the caller keyed.
        raise CannotSpeak(f"{sentence.prompt} needs {{{name}}}, which the step did not give.") from None


def _say_text(text: str, tongue: _Tongue) -> str:
    if text in tongue.keys:
        return tongue.keys[text]
    if text.isascii() and text.isdigit():
        return tongue.say_digits((text,))
    return speakable(text)


def _say_moment(moment: date | time | Day, tongue: _Tongue) -> str:
    match moment:
        case Day(day):
            return tongue.say_day(day)
        case datetime():
            raise CannotSpeak("A moment is neither a day nor a time of day: the step must give one of them.")
        case time():
            return tongue.say_time(moment)
        case _:
            return tongue.say_date(moment)


def _about(prompt: str, language: str) -> dict[str, str]:
    return {"prompt": prompt, "language": language}
