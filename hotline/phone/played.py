"""What the recordings of the line say, for whoever reads a call instead of hearing it."""

from functools import cache

from hotline.callflow.languages import LANGUAGES
from hotline.speech.places import THE_LINE
from hotline.speech.recordings import Recordings


def words_played(url: str) -> str | None:
    """The words of a recording that this machine has rendered; empty for a pause, None for one it does not know."""
    language, _, name = url.rpartition("/recordings/")[2].partition("/")
    if language not in LANGUAGES:
        return None
    file = f"{language}/{name}"
    if any(silence.file == file for silence in _recordings().index(language).silences.values()):
        return ""
    return _recordings().text_of(file)


@cache
def _recordings() -> Recordings:
    return Recordings(THE_LINE.rendered, plays_every_engine=True)
