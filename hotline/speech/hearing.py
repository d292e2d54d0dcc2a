"""What callers say, or write, in the keys that they could have pressed instead."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from hotline.callflow import my_number
from hotline.callflow.my_number import may_be_my_number
from hotline.callflow.replies import Entry, Listen, Menu, Option
from hotline.speech.habits import BEFORE_KEYS, COUNTED, OTHER_NAMES, of
from hotline.speech.letters import figures
from hotline.speech.numerals import find_row, read_row
from hotline.speech.phrases import Phrase, find_meaning, without_courtesies
from hotline.speech.speak import Wording, wording
from hotline.speech.voices import KEYS

FEWEST_CONFIDENCE: Final = 0.6
"""Below it the recognition guesses, and the line does not act on guesses."""

EVERYWHERE: Final = {"0": "heard.person", "*": "heard.again", "9": "heard.language", "#": "heard.back"}
"""Key that works everywhere -> the prompt that lists what is said instead of it."""

YES_AND_NO: Final = ("heard.yes", "heard.no")
"""These count only when they are all that was said."""

SKIP: Final = "heard.skip"

MOST_HINTS: Final = 500
MOST_LETTERS_OF_A_HINT: Final = 100
"""Twilio's limits on the hints of one `<Gather>`."""


def understand(words: str, confidence: float | None, language: str, listen: Listen) -> str | None:
    """The keys that a caller's words stand for; None when that is not certain.

    `confidence` is what the recognition says of itself, from 0 to 1. Where it says nothing (None), words count only
    when they are a phrase and nothing else. Digits told one by one are an entry; every other word beside them is not.
    Twelve digits are those digits wherever they are told, however sure the recognition is, for the line to refuse.
    """
    return _hearing().understand(words, confidence, language, listen)


def read_text(body: str, language: str, listen: Listen) -> str | None:
    """The keys that a text message stands for: keys and digits as they are written, or words as they are said."""
    return _hearing().read_text(body, language, listen)


def hints(listen: Listen, language: str) -> tuple[str, ...]:
    """What a caller may say now, for the recognition to expect; within Twilio's limits, the likeliest first."""
    return _hearing().hints(listen, language)


def listening_language(language: str) -> str:
    """The `language` attribute of a `<Gather>` that recognises the speech of a call in this language."""
    return wording().voice(language).hears


@cache
def _hearing() -> "Hearing":
    return Hearing(wording())


class Hearing:
    """Knows the phrases of all languages; see the functions of this module."""

    def __init__(self, words: Wording) -> None:
        """The words that the line says tell what it hears."""
        self._wording = words
        self._phrases = lru_cache(1024)(self._read_phrases)

    def understand(self, words: str, confidence: float | None, language: str, listen: Listen) -> str | None:
        """See `understand` of this module."""
        if number := self._twelve_digits(words, language):
            return number
        if confidence is not None and confidence < FEWEST_CONFIDENCE:
            return None
        phrases = self._phrases(language, listen.to)
        if isinstance(listen.to, Entry) and (row := self._row(words, language, listen.to)):
            return row
        return find_meaning(words, language, phrases, only_all=confidence is None)

    def read_text(self, body: str, language: str, listen: Listen) -> str | None:
        """See `read_text` of this module."""
        text = figures(body).replace("♯", "#").strip(" \t\r\n\"'.,!。、「」()")
        return (
            self._twelve_digits(text, language)
            or _bare_keys(text, listen)
            or self.understand(text, 1.0, language, listen)
        )

    def hints(self, listen: Listen, language: str) -> tuple[str, ...]:
        """See `hints` of this module."""
        texts = [phrase.text for phrase in self._phrases(language, listen.to)]
        if isinstance(listen.to, Entry):
            words = self._wording.voice(language).words
            texts = [words[digit] for digit in "0123456789"] + texts
        # Twilio takes them as one text with commas between them.
        plain = (" ".join(text.replace(",", " ").split()) for text in texts)
        return tuple(dict.fromkeys(text for text in plain if 0 < len(text) <= MOST_LETTERS_OF_A_HINT))[:MOST_HINTS]

    def _twelve_digits(self, words: str, language: str) -> str | None:
        """A row that may be a My Number, told alone or among other words: the conversation refuses it, and says why."""
        number = find_row(words, my_number.DIGITS)
        if number is None and (row := self._row(words, language, Entry())) and may_be_my_number(row):
            number = row
        return number

    def _row(self, words: str, language: str, entry: Entry) -> str | None:
        voice = self._wording.voice(language)
        told = without_courtesies(words, language).casefold().removesuffix(voice.keys["#"].casefold())
        row = read_row(told, language, voice.words, in_parts=entry.may_be_empty)
        # Vietnamese says không for zero and for no: alone it is not certain.
        if row and len(row) == 1 and find_meaning(words, language, self._yes_and_no(language), only_all=True):
            return None
        return row

    def _yes_and_no(self, language: str) -> tuple[Phrase, ...]:
        return tuple(Phrase(text, "yes or no") for name in YES_AND_NO for text in self._wording.phrases(name, language))

    def _read_phrases(self, language: str, to: Menu | Entry) -> tuple[Phrase, ...]:
        options = to.options if isinstance(to, Menu) else ()
        own = [phrase for option in options for phrase in self._of_option(option, language)]
        known = {phrase.text for phrase in own}
        common = [
            Phrase(text, key)
            for key, prompt in _everywhere(to).items()
            for text in self._wording.phrases(prompt, language)
            if text not in known
        ]
        keys = [*(option.key for option in options), *EVERYWHERE] if isinstance(to, Menu) else ["*", "#"]
        return (*own, *common, *self._names_of_keys(language, dict.fromkeys(keys)))

    def _of_option(self, option: Option, language: str) -> Iterable[Phrase]:
        if option.words is not None:
            must_be_all = option.words in YES_AND_NO
            return [Phrase(text, option.key, must_be_all) for text in self._wording.phrases(option.words, language)]
        if option.language is not None:
            # In the menu of languages each is called for by its name, in itself and in the language of the call.
            voice = self._wording.voice(option.language)
            names = {voice.name, self._wording.name_of(option.language, self._wording.voice(language))}
            names.update(OTHER_NAMES.get(option.language, ()))
            return [Phrase(name, option.key) for name in sorted(names)]
        return ()

    def _names_of_keys(self, language: str, keys: Iterable[str]) -> Iterable[Phrase]:
        """Callers also say the key that they should press; a word that is a yes or a no is none."""
        voice = self._wording.voice(language)
        taken = {phrase.text for phrase in self._yes_and_no(language)}
        for key in keys:
            names = {voice.keys[key], voice.words[key], key if key.isdigit() else voice.keys[key]}
            if key.isdigit():
                names |= {f"{before} {name}" for before in BEFORE_KEYS.get(language, ()) for name in names}
                names.update(of(COUNTED, language).split()[int(key) : int(key) + 1])
            for name in sorted(names - taken):
                yield Phrase(name, key, names_key=True)


def _everywhere(to: Menu | Entry) -> dict[str, str]:
    """What is understood beside the options; a key that means something of its own here is not among it."""
    if isinstance(to, Menu):
        own = {option.key: option.words for option in to.options}
        silent = {key for key, words in own.items() if words is None and key == "#"}
        return {key: prompt for key, prompt in EVERYWHERE.items() if key not in silent and not own.get(key)}
    if to.may_be_empty:
        # `#` alone skips the question here, and `9` alone is the house number 9.
        return {"0": EVERYWHERE["0"], "*": EVERYWHERE["*"], "#": SKIP}
    return dict(EVERYWHERE)


def _bare_keys(text: str, listen: Listen) -> str | None:
    """What was written in keys alone: the conversation judges them, twelve digits above all."""
    keys = re.sub(r"\s", "", text)
    if isinstance(listen.to, Menu):
        keys = keys.replace("-", "")
    if not keys or set(keys) - set(KEYS):
        return None
    return keys.rstrip("#") or "#"
