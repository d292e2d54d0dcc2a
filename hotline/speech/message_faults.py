"""What keeps one translation from being spoken, written or heard right."""

from typing import Final

from babel.messages.catalog import Message

from hotline.callflow.calendar import ERAS
from hotline.speech.heard_lists import PREFIX, find_list_fault
from hotline.speech.key_names import find_key_name
from hotline.speech.limits import SAY_BYTES, TEXT_CHARACTERS, say_bytes, say_characters
from hotline.speech.prompts import Prompt
from hotline.speech.templates import Template, TemplateFault, parse_template, placeholders, speakable
from hotline.speech.voices import Voice

FILLED_IN_BYTES: Final = 900
"""Room that the check keeps for each placeholder: a hundred Japanese characters, URL-encoded.

The longest values are dates in both calendars (about 25 characters) and telephone numbers in words (about 50).
"""

FILLED_IN_CHARACTERS: Final = 100
"""The same in characters; what is written instead of spoken is shorter."""

KEY_BYTES: Final = 120
"""The same for the name of a key: thirteen Japanese characters."""

KEYS_FILLED_IN: Final = frozenset({"key", "end", "apart", *(era.name for era in ERAS)})
"""Placeholders that are always keys of the telephone."""

WRITTEN_ONLY: Final = ("text.", "sms.")
"""The prompts that no voice ever reads."""


def find_fault(prompt: Prompt, message: Message, voice: Voice) -> str | None:
    """The first thing that is wrong with a translation, as the end of a sentence that begins with the prompt's id."""
    text = str(message.string)
    if not text.strip():
        return "is not translated."
    if message.fuzzy:
        return "is marked fuzzy: look at it, mend it and take the mark away."
    if text != speakable(text).strip():
        return "has control characters in it, or blanks around it."
    try:
        template = parse_template(text)
    except TemplateFault as fault:
        return f"cannot be filled in: {fault}"
    expected = placeholders(parse_template(prompt.text))
    if placeholders(template) != expected:
        return f"must have these placeholders and no others: {', '.join(sorted(expected)) or 'none'}."
    if prompt.id.startswith(PREFIX):
        return find_list_fault(text, voice.code)
    if not prompt.names_keys and (named := find_key_name(template, voice)):
        return f"names a key itself (“{named}”): write a placeholder, which says the key that works."
    return _too_long(prompt, template, voice)


def _too_long(prompt: Prompt, template: Template, voice: Voice) -> str | None:
    words, names = "".join(template[::2]), template[1::2]
    characters = len(words) + len(names) * FILLED_IN_CHARACTERS
    if prompt.id.startswith(WRITTEN_ONLY):
        return "is too long for one text message: make two prompts of it." if characters > TEXT_CHARACTERS else None
    filled_in = sum(KEY_BYTES if name in KEYS_FILLED_IN else FILLED_IN_BYTES for name in names)
    if characters > say_characters(voice.voice) or say_bytes(words) + filled_in > SAY_BYTES:
        return "is too long for one <Say>: make two prompts of it."
    return None
