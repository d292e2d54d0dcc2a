"""How much one `<Say>` takes, and how a longer text is cut so that nothing of it is lost."""

import re
from typing import Final
from urllib.parse import quote_plus

SAY_BYTES: Final = 4500
"""Twilio's limit on the URL-encoded text of one `<Say>`; beyond it the sentence is dropped without a word."""

SAY_CHARACTERS: Final = {"Polly": 3000, "Google": 5000}
"""The vendors' limits on one `<Say>`."""

TEXT_CHARACTERS: Final = 1600
"""Twilio's limit on one text message."""

_ALWAYS_FITS: Final = SAY_BYTES // 12
# No character takes more than four bytes, and each byte is at most three characters once encoded.

_ENDS: Final = (
    re.compile(r"(?<=[。！？।])|(?<=[.!?])(?=\s)"),
    re.compile(r"(?<=[、，,;:])"),
    re.compile(r"(?<=\s)"),
)
# Where to cut, best first: after a sentence, after a clause, between words. Thai has blanks between sentences.


def say_bytes(text: str) -> int:
    """The length that Twilio measures against SAY_BYTES."""
    return len(quote_plus(text))


def say_characters(voice: str) -> int:
    """The characters that the voice takes in one `<Say>`."""
    return SAY_CHARACTERS.get(voice.partition(".")[0], min(SAY_CHARACTERS.values()))


def fits(text: str, characters: int) -> bool:
    """Whether one `<Say>` takes the text, of a voice that takes so many characters."""
    if len(text) <= _ALWAYS_FITS:
        return True
    return len(text) <= characters and say_bytes(text) <= SAY_BYTES


def cut(text: str, characters: int) -> tuple[str, ...]:
    """The text in as many pieces as needed, each of which fits; joined they are the text again."""
    return tuple(_cut(text, characters, 0))


def _cut(text: str, characters: int, rank: int) -> list[str]:
    if fits(text, characters):
        return [text]
    if rank == len(_ENDS):
        return [text[at : at + _ALWAYS_FITS] for at in range(0, len(text), _ALWAYS_FITS)]
    pieces: list[str] = []
    for piece in _ENDS[rank].split(text):
        if pieces and fits(pieces[-1] + piece, characters):
            pieces[-1] += piece
        else:
            pieces += _cut(piece, characters, rank + 1)
    return pieces
