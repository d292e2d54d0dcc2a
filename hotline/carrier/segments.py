"""How many parts a text message is sent and billed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gsm0338 import Codec


class Encoding(StrEnum):
    """How the letters of a message are written on the air."""

    GSM_7 = "GSM-7"
    """Seven bits a letter, for a message that keeps to the alphabet of 3GPP TS 23.038; some letters take two."""
    UCS_2 = "UCS-2"
    """Sixteen bits a letter, for every other message; letters outside the basic plane take two."""


@dataclass(frozen=True, slots=True)
class Segments:
    """What a message comes to."""

    count: int
    encoding: Encoding


_ALONE: Final = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
"""Units that fit into a message of one part: 140 octets."""

_AMONG_OTHERS: Final = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}
"""Units that fit into each of several parts, whose first six octets say how they belong together."""


def count_segments(body: str) -> Segments:
    """The parts of a message, and their encoding; an empty message is one part.

    No letter is cut in two, so that a part may end before it is full.
    """
    try:
        widths, encoding = [_width_in_gsm_7(letter) for letter in body], Encoding.GSM_7
    except UnicodeEncodeError:
        widths, encoding = [_width_in_ucs_2(letter) for letter in body], Encoding.UCS_2
    if sum(widths) <= _ALONE[encoding]:
        return Segments(1, encoding)
    return Segments(_parts(widths, _AMONG_OTHERS[encoding]), encoding)


def _width_in_gsm_7(letter: str) -> int:
    return len(_GSM_7.encode(letter)[0])


def _width_in_ucs_2(letter: str) -> int:
    return 1 if ord(letter) < 0x10000 else 2


def _parts(widths: Iterable[int], room: int) -> int:
    parts, free = 1, room
    for width in widths:
        if width > free:
            parts, free = parts + 1, room
        free -= width
    return parts


_GSM_7: Final = Codec()
