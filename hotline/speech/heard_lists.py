"""Whether the lists of what callers say can be told apart."""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import Final

from hotline.speech.hearing import EVERYWHERE, MOST_LETTERS_OF_A_HINT
from hotline.speech.letters import plain
from hotline.speech.speak import BETWEEN_PHRASES

PREFIX: Final = "heard."
"""The prompts that list what callers say instead of something that the line says."""

MENUS: Final = frozenset(
    frozenset(f"heard.{name}" for name in names.split())
    for names in (
        "lost receipt reissue questions protection take_up language person again",
        "hours bring answers person back",
        "found cost health child smartphone back",
        "lost call_back answers again back",
        "card smartphone both",
        "yes no",
        "birth_date postal_code house_number",
        "away stolen home disaster skip again",
        "oneself another skip",
        "yes no other message",
        "next again back end",
        "skip",
    )
)
"""The lists that the line listens for at the same time, in the widest form of each menu."""


def read_list(text: str) -> list[str]:
    """The phrases of a list as they are written; one that is missing between two marks is an empty one."""
    return [phrase.strip() for phrase in text.split(BETWEEN_PHRASES)]


def find_list_fault(text: str, language: str) -> str | None:
    """What is wrong with one list by itself."""
    phrases = read_list(text)
    compared = [plain(phrase, language) for phrase in phrases]
    if not all(compared):
        return f"has an empty phrase: write one phrase between two {BETWEEN_PHRASES}."
    if twice := next((phrase for at, phrase in enumerate(phrases) if compared[at] in compared[:at]), None):
        return f"has “{twice}” twice."
    if any(len(phrase) > MOST_LETTERS_OF_A_HINT for phrase in phrases):
        return f"has a phrase of more than {MOST_LETTERS_OF_A_HINT} letters, which the recognition does not take."
    return None


def find_clashes(
    lists: Mapping[str, str], menus: Collection[frozenset[str]], language: str
) -> Iterator[tuple[str, str]]:
    """Phrases that would mean two things at once: the prompt id, and what is wrong with it."""
    compared = {prompt: {plain(phrase, language): phrase for phrase in read_list(lists[prompt])} for prompt in lists}
    told: set[tuple[str, str]] = set()
    for menu in menus:
        for first, second in combinations(sorted((menu | frozenset(EVERYWHERE.values())) & compared.keys()), 2):
            both = compared[first].keys() & compared[second].keys()
            if both and (first, second) not in told:
                told.add((first, second))
                phrases = ", ".join(f"“{compared[first][phrase]}”" for phrase in sorted(both))
                yield first, f"and {second} can meet in one menu, and both have {phrases}."
