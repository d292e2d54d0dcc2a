"""The sentences that were marked as wrong, as a file that translators' tools open."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Final

from babel.messages.pofile import write_po

from hotline.clock import in_japan
from hotline.speech.book import Worded, worded
from hotline.speech.pofiles import Undated
from hotline.speech.voices import Voice
from hotline.store.prompt_marks import Mark

TYPE: Final = "text/x-gettext-translation"
"""The media type of the file."""

_TITLE: Final = (
    "# Sentences of the line that somebody who knows the language found wrong. What is wrong stands above each.\n"
    "# Mend the translation, keep what stands in {braces}, and take the mark fuzzy away."
)


def marked_catalogue(voice: Voice, marks: Iterable[Mark], book: Sequence[Worded] | None = None) -> bytes:
    """The marked sentences of a language as UTF-8 .po: context is the prompt's id, comments say what is wrong.

    Each is fuzzy, so that nobody hears it from a catalogue into which it is taken before it was looked at. It tells
    nobody's name. What no script has any more is left out.
    """
    of_prompt: dict[str, list[Mark]] = {}
    for mark in marks:
        of_prompt.setdefault(mark.prompt, []).append(mark)
    catalogue = _Marked(voice)
    for one in book if book is not None else worded(voice.code):
        if one.prompt.id in of_prompt:
            catalogue.add(
                one.prompt.text,
                one.wording,
                context=one.prompt.id,
                flags=("fuzzy",),
                locations=[(f"prompts/{one.part}.toml", 0)],
                auto_comments=[one.prompt.note] if one.prompt.note else [],
                user_comments=[line for mark in of_prompt[one.prompt.id] for line in _told(mark, one)],
            )
    text = BytesIO()
    write_po(text, catalogue, width=0)
    return text.getvalue()


class _Marked(Undated):
    def __init__(self, voice: Voice) -> None:
        super().__init__(str(voice.locale))
        self.header_comment = f"# {voice.name}\n{_TITLE}"


def _told(mark: Mark, one: Worded) -> Iterator[str]:
    first, *others = _lines(mark.comment) or [""]
    yield f"{in_japan(mark.at):%Y-%m-%d}: {first}"
    yield from others
    if mark.wording != one.wording:
        yield f"(The wording has changed since. Then it was: {' '.join(_lines(mark.wording))})"


def _lines(text: str) -> list[str]:
    """The text in lines of a comment: whatever breaks lines somewhere ends one here, and nothing else is unseen."""
    visible = ("".join(one for one in line if unicodedata.category(one) != "Cc") for line in text.splitlines())
    return [line.strip() for line in visible if line.strip()]
