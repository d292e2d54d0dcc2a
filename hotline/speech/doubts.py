"""Terms of a translation that nobody could verify: they are spoken, and kept in sight until somebody has.

A translator writes them as a comment above the prompt in the catalogue: `# doubtful: the term, and why`.
"""

from collections.abc import Iterator
from typing import Final

from hotline.speech.places import THE_LINE, Places
from hotline.speech.pofiles import po_path, read_catalogue

_MARK: Final = "doubtful:"


def find_doubts(language: str, places: Places = THE_LINE) -> Iterator[tuple[str, str]]:
    """Prompt id and doubt, in the order of the catalogue; raises CatalogueFault."""
    for message in read_catalogue(po_path(language, places)):
        # A long comment stands on several lines.
        comment = " ".join(message.user_comments)
        if message.id and comment.startswith(_MARK):
            yield str(message.context), comment.removeprefix(_MARK).strip()
