"""Drawings of the conversation in a document, made anew where they stand."""

import re
from collections.abc import Callable
from typing import Final

from hotline.callflow.drawn.parts import Part

_DRAWING: Final = re.compile(r"<!-- callflow (\S+) -->\n.*?<!-- /callflow -->", re.DOTALL)
_HOW: Final = "Where one should be, write `<!-- callflow suspension -->` and, on a line below, `<!-- /callflow -->`."


class CannotRedraw(Exception):
    """There is nothing to redraw in a document, or it is not known what; the text says so in whole sentences."""


def redraw(document: str, draw: Callable[[Part], str]) -> str:
    """The document with each of its drawings made anew; raises CannotRedraw when it has none, or one of no such part.

    A drawing stands between two comments, of which the first names its part. Everything else stays as it is. `draw`
    gives the drawing of a part, for Mermaid.
    """
    drawn, count = _DRAWING.subn(lambda found: _drawing(found[1], draw), document)
    if count == 0:
        raise CannotRedraw(f"There is no drawing of the conversation in it. {_HOW}")
    return drawn


def _drawing(name: str, draw: Callable[[Part], str]) -> str:
    try:
        part = Part(name)
    except ValueError as error:
        parts = ", ".join(Part)
        raise CannotRedraw(f"There is no part `{name}` of the conversation. There are: {parts}.") from error
    return (
        f"<!-- callflow {part} -->\n```mermaid\n{draw(part)}```\n\n"
        f"Drawn from the conversation itself by `hotline callflow --part {part}`.\n<!-- /callflow -->"
    )
