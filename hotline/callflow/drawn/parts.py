"""What can be drawn of the conversation, and how it is written down. It loads nothing, for a quick `hotline --help`."""

from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """The whole conversation, or a part of it."""

    ALL = "all"
    MENUS = "menus"
    SUSPENSION = "suspension"
    """From the loss to goodbye."""
    RECEIPT = "receipt"
    INFORMATION = "information"
    PERSON = "person"


ROOMS: Final = {
    Part.MENUS: ("menus", "taking_up"),
    Part.SUSPENSION: ("suspension", "result", "texting", "after"),
    Part.RECEIPT: ("receipt",),
    Part.INFORMATION: ("information",),
    Part.PERSON: ("person",),
}
"""The modules of `steps` that make up a part. Each step is in one of them."""


class Format(StrEnum):
    """How a drawing is written down."""

    MERMAID = "mermaid"
    """What GitHub draws in a page."""
    DOT = "dot"
    """For Graphviz."""
