"""Sentences with placeholders, taken apart once so that filling them costs next to nothing."""

import re
from string import Formatter
from typing import Final, TypeAlias

Template: TypeAlias = tuple[str, ...]
"""Text, placeholder, text, placeholder, ..., text: what stands at odd places is a placeholder's name."""

_NAME: Final = re.compile(r"[a-z][a-z_]*")

_UNSPEAKABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")


class TemplateFault(Exception):
    """A sentence cannot be filled in; the text says why."""


def parse_template(text: str) -> Template:
    """Take a sentence apart; raises TemplateFault when its braces are no plain placeholders like `{key}`."""
    parts = [""]
    try:
        for literal, name, form, conversion in Formatter().parse(text):
            parts[-1] += literal
            if name is None:
                continue
            if form or conversion or not _NAME.fullmatch(name):
                raise TemplateFault(f"{{{name}}} is no plain placeholder: write small letters alone, like {{key}}.")
            parts += [name, ""]
    except ValueError:
        raise TemplateFault("A brace has no partner: write {name} for a placeholder and {{ for a brace.") from None
    return tuple(parts)


def placeholders(template: Template) -> frozenset[str]:
    """The names that have to be filled in."""
    return frozenset(template[1::2])


def speakable(text: str) -> str:
    """The text without control characters, lone surrogates and noncharacters, which XML cannot carry.

    Each row of them becomes one blank, so that the words around it stay apart.
    """
    return _UNSPEAKABLE.sub(" ", text) if _UNSPEAKABLE.search(text) else text
