"""What a prompt says, for who reads of a call afterwards: what was filled in then is not known any more."""

from functools import cache
from typing import Final

from hotline.speech.book import keys_named
from hotline.speech.catalogues import load_translations
from hotline.speech.places import SOURCE_LANGUAGE
from hotline.speech.prompts import PromptFault
from hotline.speech.speak import wording
from hotline.speech.templates import TemplateFault, parse_template

BLANK: Final = "[…]"
"""Stands where a value was said: digits, dates, receipt numbers. Keys that are always the same are named."""


@cache
def unfilled(prompt: str, language: str) -> str | None:
    """The sentence in the language, in the source language where it lacks; None for a prompt that is no longer said."""
    try:
        source = wording().prompt(prompt).text
    except (KeyError, PromptFault):
        return None
    text = source if language == SOURCE_LANGUAGE else load_translations(language).get(prompt, (source, source))[1]
    try:
        template = parse_template(text or source)
    except TemplateFault:
        return text
    keys = keys_named(prompt) if len(template) > 1 else {}
    return "".join(keys.get(part, BLANK) if place % 2 else part for place, part in enumerate(template))
