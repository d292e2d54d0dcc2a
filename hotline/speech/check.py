"""Whether everything that the line can say is ready to be said, in every language.

`python -m hotline.speech.check` prints what is not.
"""

import sys
from collections.abc import Iterator, Mapping

from babel.messages.catalog import Message

from hotline.callflow.languages import FIRST_LANGUAGE, HINTS, LANGUAGES
from hotline.speech.catalogues import extract_template, languages, written
from hotline.speech.limits import SAY_BYTES, say_bytes
from hotline.speech.places import SOURCE_LANGUAGE, THE_LINE, Places
from hotline.speech.pofiles import DOMAIN, CatalogueFault, po_path, read_catalogue
from hotline.speech.prompts import Prompt, PromptFault, load_prompts
from hotline.speech.templates import TemplateFault, parse_template, placeholders, speakable
from hotline.speech.voices import VoicesFault, load_voices

FILLED_IN_BYTES = 900
"""Room that the check keeps for each placeholder: a hundred Japanese characters, URL-encoded.

The longest values are dates in both calendars (about 25 characters) and telephone numbers in words (about 50).
"""


def known_prompts(places: Places = THE_LINE) -> frozenset[str]:
    """The ids of all prompts that the conversation may use; raises PromptFault."""
    return frozenset(load_prompts(places.prompts))


def check_prompts(places: Places = THE_LINE) -> list[str]:
    """Everything that keeps a prompt from being spoken right, one sentence each; empty when all is well."""
    try:
        prompts = load_prompts(places.prompts)
        voices = load_voices(places.voices)
        spoken = languages(places)
    except (PromptFault, VoicesFault) as fault:
        return str(fault).splitlines()
    faults = [
        f"voices.toml has no [{language}], which has a catalogue." for language in spoken if language not in voices
    ]
    offered = {SOURCE_LANGUAGE, FIRST_LANGUAGE, *HINTS, *LANGUAGES} - voices.keys()
    faults += [f"voices.toml has no [{language}], which callers can choose." for language in sorted(offered)]
    faults += _stale_template(places)
    for language in spoken:
        faults += [f"{language}: {fault}" for fault in _check_language(language, prompts, places)]
    return faults


def _stale_template(places: Places) -> list[str]:
    path = places.locales / f"{DOMAIN}.pot"
    if path.exists() and path.read_bytes() == written(extract_template(places)):
        return []
    return [f"{path.name} is not what the prompt scripts say: run `make prompts`."]


def _check_language(language: str, prompts: Mapping[str, Prompt], places: Places) -> Iterator[str]:
    try:
        catalogue = read_catalogue(po_path(language, places))
    except CatalogueFault as fault:
        yield str(fault)
        return
    messages = {str(message.context): message for message in catalogue if message.id}
    for unknown in messages.keys() - prompts.keys():
        yield f"{unknown} is in the catalogue, but in no script: run `make prompts`."
    for prompt in prompts.values():
        message = messages.get(prompt.id)
        if message is None or message.id != prompt.text:
            yield f"{prompt.id} is not in the catalogue as the script has it: run `make prompts`."
        elif language == SOURCE_LANGUAGE and message.string != prompt.text:
            yield f"{prompt.id} differs from its script: the source language says what the scripts say."
        elif wrong := _check_message(message):
            yield f"{prompt.id} {wrong}"


def _check_message(message: Message) -> str | None:
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
    expected = placeholders(parse_template(str(message.id)))
    if placeholders(template) != expected:
        return f"must have these placeholders and no others: {', '.join(sorted(expected)) or 'none'}."
    if say_bytes("".join(template[::2])) + len(expected) * FILLED_IN_BYTES > SAY_BYTES:
        return "is too long for one <Say>: make two prompts of it."
    return None


def main(places: Places = THE_LINE) -> int:
    """The command line; returns the exit status."""
    faults = check_prompts(places)
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
