"""In which language each sentence of a turn was spoken: some are offered in languages that the caller may know."""

from collections.abc import Iterator, Sequence
from typing import Final

from hotline.callflow.languages import FIRST_SCREEN, HINTS, SECOND_SCREEN

CHOICE: Final = "language.choose"
HINT: Final = "main_menu.languages"

OFFERS: Final = (CHOICE, HINT)
"""Prompts by which a language offers itself, in itself."""

_SCREENS: Final = {len(screen): tuple(screen.values()) for screen in (FIRST_SCREEN, SECOND_SCREEN)}


def spoken_in(prompts: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Each prompt of a turn in this language with the language that it was spoken in.

    The log keeps no languages of single sentences; those of offers are known by their order. A line that does not offer
    all of its languages breaks that order: there, offers count as spoken in the language of the turn.
    """
    choices = _in_order(prompts.count(CHOICE), _SCREENS.get(prompts.count(CHOICE), ()), language)
    hints = _in_order(prompts.count(HINT), tuple(one for one in HINTS if one != language), language)
    own = {CHOICE: choices, HINT: hints}
    return [(prompt, next(own[prompt]) if prompt in own else language) for prompt in prompts]


def _in_order(said: int, languages: Sequence[str], otherwise: str) -> Iterator[str]:
    return iter(languages if said == len(languages) else [otherwise] * said)
