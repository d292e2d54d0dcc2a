"""Finding what callers say among the phrases that mean something where they are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hotline.speech.habits import ENDINGS, GROWING, NEGATIONS, POLITE, of
from hotline.speech.letters import WITHOUT_BLANKS, plain, without_accents

MOST_WORDS: Final = 8
"""Words of an utterance that may hold a phrase among other words; in more, the phrase may mean something else."""

MOST_LETTERS: Final = 20
"""The same, in letters, for languages without blanks."""

OTHER_MOST: Final = {"vi": 12, "th": 40}
"""Other limits: Vietnamese has a blank after each syllable, and Thai spells its words out in letters and marks."""

FEWEST_LETTERS: Final = 2
"""Letters of a phrase that counts within such an utterance: a single one is a part of too many words."""

_GAP: Final = r"[\s.,;:!?。、，！？…]"
"""What stands between words. Not `\\W`, which the marks of Thai and Nepali letters are too."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that callers say, and the keys that it stands for."""

    text: str
    keys: str
    must_be_all: bool = False
    """Whether it counts only when nothing else is said, as yes and no do."""
    names_key: bool = False
    """Whether it is the name of the key itself: among other words it is no key, as one is in "one card"."""


@dataclass(frozen=True, slots=True)
class _Found:
    phrase: Phrase
    start: int
    end: int

    def is_part_of(self, other: "_Found") -> bool:
        is_longer = other.end - other.start > self.end - self.start
        return is_longer and other.start <= self.start and self.end <= other.end


def find_meaning(words: str, language: str, phrases: tuple[Phrase, ...], *, only_all: bool) -> str | None:
    """The keys that the words stand for; None when that is nothing, more than one thing, or not certain.

    With `only_all` phrases among other words do not count.
    """
    said = plain(words, language)
    known = _known(language, phrases, is_ascii=said.isascii())
    joined = said.replace(" ", "")
    alike = {phrase.keys for text, phrase in known if text.replace(" ", "") == joined}
    if len(alike) == 1:
        return alike.pop()
    found = _find(said, language, known)
    if (keys := _keys(found)) and all(_is_polite(part, language) for part in _rest(said, found)):
        return keys
    return None if only_all else _find_among_others(said, language, known)


def _find_among_others(said: str, language: str, known: Iterable[tuple[str, Phrase]]) -> str | None:
    found = _find(said, language, [one for one in known if not _is_only_courtesy(*one, language)])
    if not found or any(one.phrase.must_be_all for one in found) or not _is_short(said, language):
        return None
    if language in WITHOUT_BLANKS and max(one.end - one.start for one in found) < FEWEST_LETTERS:
        return None
    negation = NEGATIONS.get(language.removesuffix("-easy"))
    return None if negation and negation.search(" ".join(_rest(said, found))) else _keys(found)


def _is_only_courtesy(text: str, phrase: Phrase, language: str) -> bool:
    """Whether it means nothing beside another phrase: a number, or a yes that is said out of politeness."""
    return phrase.names_key or (phrase.must_be_all and _is_polite(text, language))


def _keys(found: Iterable[_Found]) -> str | None:
    """What all of them stand for; None when that is nothing, or not one thing."""
    meant = {one.phrase.keys for one in found}
    return meant.pop() if len(meant) == 1 else None


@lru_cache(1024)
def _known(language: str, phrases: tuple[Phrase, ...], *, is_ascii: bool) -> tuple[tuple[str, Phrase], ...]:
    """The phrases as they compare with what was said; to letters without accents, all without accents."""
    known = [(plain(phrase.text, language), phrase) for phrase in phrases]
    if is_ascii:
        known = [(without_accents(text), phrase) for text, phrase in known]
    return tuple((text, phrase) for text, phrase in known if text)


def _find(said: str, language: str, known: Iterable[tuple[str, Phrase]]) -> list[_Found]:
    """The phrases that were said, without those that are only a part of a longer one."""
    found = [
        _Found(phrase, match.start(), match.end())
        for text, phrase in known
        if text in said
        for match in _pattern(text, language).finditer(said)
    ]
    return [one for one in found if not any(one.is_part_of(other) for other in found)]


@lru_cache(4096)
def _pattern(text: str, language: str) -> re.Pattern[str]:
    if language in WITHOUT_BLANKS:
        return re.compile(re.escape(text))
    border = "" if language in GROWING and len(text) >= FEWEST_LETTERS else r"(?!\S)"
    return re.compile(rf"(?<!\S){re.escape(text)}(?:(?:{of(ENDINGS, language)})(?!\S))?{border}")


def _rest(said: str, found: Iterable[_Found]) -> list[str]:
    """What was said beside the phrases."""
    rest, at = [], 0
    for one in sorted(found, key=lambda one: one.start):
        rest.append(said[at : one.start])
        at = max(at, one.end)
    return [part.strip() for part in (*rest, said[at:]) if part.strip()]


def without_courtesies(words: str, language: str) -> str:
    """What was said without the polite words before and after it."""
    before, after = _courtesies(language)
    return after.sub("", before.sub("", words))


@lru_cache(64)
def _courtesies(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    some = f"(?:{_polite_words(language)})"
    after, before = (f"{_GAP}*", f"{_GAP}*") if language in WITHOUT_BLANKS else (f"(?:{_GAP}+|$)", f"(?:{_GAP}+|^)")
    return (
        re.compile(f"^{_GAP}*(?:{some}{after})+", re.IGNORECASE),
        re.compile(f"(?:{before}{some})+{_GAP}*$", re.IGNORECASE),
    )


def _is_polite(part: str, language: str) -> bool:
    return _politeness(language).fullmatch(part) is not None


@lru_cache(64)
def _politeness(language: str) -> re.Pattern[str]:
    between = "" if language in WITHOUT_BLANKS else r"(?:\s+|$)"
    return re.compile(f"(?:(?:{_polite_words(language)}){between})+")


def _polite_words(language: str) -> str:
    words = {plain(word, language) for word in of(POLITE, language).split()}
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _is_short(said: str, language: str) -> bool:
    if language in WITHOUT_BLANKS:
        return len(said) <= OTHER_MOST.get(language, MOST_LETTERS)
    return len(said.split()) <= OTHER_MOST.get(language, MOST_WORDS)
