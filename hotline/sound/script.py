"""The script for a voice actor: every text to record, in the order of a call, with what must be known of it."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from hotline.sound.render import wanted_of
from hotline.speech.inventory import Wanted
from hotline.speech.speak import wording

MOST_USES: Final = 3
"""Prompts that the script names for one text; the rest is counted."""

COLUMNS: Final = ("file", "words", "english", "context", "heard in")


def script(language: str) -> str:
    """The script as text to read from."""
    return "\n".join([_how_to(language), *map(_entry, wanted_of(language))])


def script_csv(language: str) -> str:
    """The script as a table, for a studio's own tools."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(wanted_of(language)))
    return table.getvalue()


def _rows(wanted: Iterable[Wanted]) -> Iterator[tuple[str, ...]]:
    for one in wanted:
        yield (one.file, one.text, one.source, one.note, _heard_in(one))


def _how_to(language: str) -> str:
    name = wording().voice(language).name
    return (
        f"# {name}: what to record\n\n"
        "Record each text below into a file of its own: WAV, one voice, a quiet room. Any rate from 8 kHz up will do;\n"
        "silence at both ends and loudness are put right afterwards. Read sentences to their end; what is a part of\n"
        "sentences keeps its tone up, as if more followed. Give the files exactly these names and put them into\n"
        f"prompts/recordings/{language}/. Then run: hotline prompts render --language {language}\n"
    )


def _entry(wanted: Wanted) -> str:
    lines = [wanted.file, f"    {wanted.text}", f"    English: {wanted.source}"]
    if wanted.note:
        lines.append(f"    Context: {wanted.note}")
    kind = "a whole sentence" if wanted.is_whole else "a part of sentences"
    return "\n".join([*lines, f"    This is {kind}, heard in {_heard_in(wanted)}.", ""])


def _heard_in(wanted: Wanted) -> str:
    if not wanted.uses:
        return "every sentence with such a value"
    others = len(wanted.uses) - MOST_USES
    return ", ".join(wanted.uses[:MOST_USES]) + (f" and {others} more" if others > 0 else "")
