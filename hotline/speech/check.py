"""Whether everything that the line can say is ready to be said, in every language.

`python -m hotline.speech.check` tells what is not.
"""

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from babel.messages.catalog import Message

from hotline.callflow.languages import FIRST_LANGUAGE, HINTS, LANGUAGES
from hotline.callflow.walk import prompts_used
from hotline.speech.catalogues import extract_template, languages, written
from hotline.speech.doubts import find_doubts
from hotline.speech.heard_lists import MENUS, PREFIX, find_clashes
from hotline.speech.inventory import find_leftovers, inventory
from hotline.speech.message_faults import find_fault
from hotline.speech.pages import untranslated
from hotline.speech.places import SOURCE_LANGUAGE, THE_LINE, Places
from hotline.speech.pofiles import DOMAIN, CatalogueFault, po_path, read_catalogue
from hotline.speech.prompts import Prompt, PromptFault, load_prompts
from hotline.speech.recordings import Recordings
from hotline.speech.speak import Wording
from hotline.speech.voices import Voice, VoicesFault, load_voices

MOST_LINES: Final = 10
"""Lines that the summary has for each language; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, and what is worth knowing."""

    general: tuple[str, ...] = ()
    """Faults of scripts and voices, which concern every language."""
    languages: Mapping[str, tuple[str, ...]] | None = None
    """Language -> what is wrong with it; empty when it is complete."""
    notes: tuple[str, ...] = ()
    """Nothing that is wrong."""

    def faults(self) -> list[str]:
        """Every fault, one sentence each; empty when all is well."""
        of_languages = [f"{language}: {fault}" for language, found in self._languages() for fault in found]
        return [*self.general, *of_languages]

    def summary(self) -> Iterator[str]:
        """A few lines for each language."""
        yield from self.general
        for language, faults in self._languages():
            yield f"{language}: {f'{len(faults)} to mend.' if faults else 'complete.'}"
            told = faults if len(faults) < MOST_LINES else faults[: MOST_LINES - 2]
            yield from (f"  {fault}" for fault in told)
            if len(told) < len(faults):
                yield f"  And {len(faults) - len(told)} more."
        yield from (f"Note: {note}" for note in self.notes)

    def _languages(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        return (self.languages or {}).items()


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the check must know of the conversation."""

    languages: Collection[str] = ()
    """Every language that a caller can be led to."""
    prompts: frozenset[str] | None = None
    """The prompts that its turns can say or listen for; None when that is not known."""
    menus: frozenset[frozenset[str]] = MENUS
    """The lists of phrases that can be listened for at the same time."""


def the_conversation() -> Conversation:
    """The conversation of the hotline. Walking through all of it takes a while."""
    return Conversation({SOURCE_LANGUAGE, FIRST_LANGUAGE, *HINTS, *LANGUAGES}, prompts_used())


def check_prompts(places: Places = THE_LINE, conversation: Conversation | None = None) -> Findings:
    """Everything that keeps a prompt from being spoken, written or understood right."""
    conversation = conversation or the_conversation()
    try:
        prompts = load_prompts(places.prompts)
        voices = load_voices(places.voices)
        spoken = languages(places)
    except (PromptFault, VoicesFault) as fault:
        return Findings(tuple(str(fault).splitlines()))
    general = [*_voiceless(voices, spoken, conversation), *_stale_template(places), *_unfit(prompts, conversation)]
    of_languages = {
        code: tuple(_check_language(voices[code], prompts, conversation.menus, places))
        for code in spoken
        if code in voices
    }
    notes = (*_of_recordings(voices, places), *_doubts(of_languages, places))
    return Findings(tuple(general), of_languages, notes)


def _voiceless(voices: Mapping[str, Voice], spoken: Iterable[str], conversation: Conversation) -> Iterator[str]:
    for language in spoken:
        if language not in voices:
            yield f"voices.toml has no [{language}], which has a catalogue."
    for language in sorted(set(conversation.languages) - voices.keys()):
        yield f"voices.toml has no [{language}], which callers can choose."


def _stale_template(places: Places) -> Iterator[str]:
    path = places.locales / f"{DOMAIN}.pot"
    if not path.exists() or path.read_bytes() != written(extract_template(places)):
        yield f"{path.name} is not what the prompt scripts say: run `make prompts`."


def _unfit(prompts: Mapping[str, Prompt], conversation: Conversation) -> Iterator[str]:
    """Where the conversation and the scripts do not fit."""
    if conversation.prompts is None:
        return
    for missing in sorted(conversation.prompts - prompts.keys()):
        yield f"The conversation uses {missing}, and no script has it: write it, or take it out of its step."
    for unused in sorted(prompts.keys() - conversation.prompts):
        yield f"{unused} is never said: take it out of its script, or let a step say it."


def _check_language(
    voice: Voice, prompts: Mapping[str, Prompt], menus: Collection[frozenset[str]], places: Places
) -> Iterator[str]:
    try:
        catalogue = read_catalogue(po_path(voice.code, places))
    except CatalogueFault as fault:
        yield str(fault)
        return
    messages = {str(message.context): message for message in catalogue if message.id}
    said = {prompt.id: prompt for prompt in prompts.values() if prompt.is_said_in(voice.code)}
    for unknown in messages.keys() - said.keys():
        yield f"{unknown} is in the catalogue, but in no script for this language: run `make prompts`."
    for prompt in said.values():
        if wrong := _wrong_with(prompt, messages.get(prompt.id), voice):
            yield f"{prompt.id} {wrong}"
    lists = {name: str(messages[name].string) for name in messages.keys() & said.keys() if name.startswith(PREFIX)}
    for name, clash in find_clashes(lists, menus, voice.code):
        yield f"{name} {clash}"


def _wrong_with(prompt: Prompt, message: Message | None, voice: Voice) -> str | None:
    if message is None or message.id != prompt.text:
        return "is not in the catalogue as the script has it: run `make prompts`."
    if voice.code == SOURCE_LANGUAGE and message.string != prompt.text:
        return "differs from its script: the source language says what the scripts say."
    return find_fault(prompt, message, voice)


def _of_recordings(voices: Mapping[str, Voice], places: Places) -> Iterator[str]:
    """What is recorded where no voice speaks, or where voice actors have begun; and what of theirs nobody hears."""
    for code, voice in voices.items():
        actors = places.recordings / code
        if voice.nearest is None and not actors.is_dir():
            continue
        wanted = inventory(code, words=Wording(places))
        index = Recordings(places.rendered, plays_every_engine=True).index(code)
        made = [index.texts[one.text] for one in wanted if one.text in index.texts]
        by_actors = sum(not one.by_engine for one in made)
        yield (
            f"{code}: of {len(wanted)} pieces {by_actors} are recorded by voice actors and {len(made) - by_actors} by "
            f"an engine. {_what_speaks(voice, len(wanted) - len(made))}"
        )
        yield from (f"{code}: {leftover}" for leftover in find_leftovers(actors, wanted))


def _what_speaks(voice: Voice, missing: int) -> str:
    if not missing:
        return "None is missing."
    whose = f"the nearest voice, {voice.voice} ({voice.nearest})" if voice.nearest else f"the voice {voice.voice}"
    return (
        f"The sentences with the other {missing} are read by {whose}: `hotline prompts render --language {voice.code}`."
    )


def _doubts(languages: Iterable[str], places: Places) -> Iterator[str]:
    for language in languages:
        with suppress(CatalogueFault):
            for prompt, doubt in find_doubts(language, places):
                yield f"{language}: {prompt} is spoken, and doubtful: {doubt}"


def main(places: Places = THE_LINE, conversation: Conversation | None = None) -> int:
    """The command line; returns the exit status."""
    findings = check_prompts(places, conversation)
    pages = Findings(languages={"the operators' pages": tuple(_of_pages(places))})
    sys.stdout.write("".join(f"{line}\n" for line in (*findings.summary(), *pages.summary())))
    return 1 if findings.faults() or pages.faults() else 0


def _of_pages(places: Places) -> Iterable[str]:
    try:
        return untranslated(places)
    except CatalogueFault as fault:
        return (str(fault),)


if __name__ == "__main__":
    sys.exit(main())
