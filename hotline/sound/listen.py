"""A whole call as sound, for a native speaker to judge in two minutes."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from hotline.callflow.course import stopped_card
from hotline.callflow.replies import Sentence
from hotline.sound.engine import CannotReadAloud
from hotline.sound.joining import joined
from hotline.sound.shaping import silence, wav
from hotline.speech.places import THE_LINE
from hotline.speech.speak import wording

BETWEEN_REPLIES_S: Final = 0.7
"""Where the caller would press keys."""

PLAYERS: Final = (
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)
"""What plays a WAV file, on Linux and on a Mac; the first that the machine has is taken."""


def call_of(language: str, folder: Path = THE_LINE.rendered) -> bytes:
    """The call from the greeting to the stopped card as one WAV file; raises CannotReadAloud."""
    parts = []
    for heard in stopped_card(language):
        parts += [joined(sentence, heard.language, folder) for sentence in heard.reply.said]
        parts.append(silence(BETWEEN_REPLIES_S))
    return wav(np.concatenate(parts))


def words_of(language: str) -> Iterator[str]:
    """What is heard in that call, a line for each sentence."""
    for heard in stopped_card(language):
        yield from (_words(sentence, heard.language) for sentence in heard.reply.said)
        if heard.keys:
            yield f"    [{heard.keys}]"


def play(sound: bytes) -> None:
    """Play a WAV file with what this machine has; raises CannotReadAloud where it has nothing."""
    player = next((player for player in PLAYERS if shutil.which(player[0])), None)
    if player is None:
        names = ", ".join(player[0] for player in PLAYERS)
        raise CannotReadAloud(
            f"This machine has none of {names} to play sound with: write a file with --out call.wav, and play that."
        )
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        path = Path(folder) / "call.wav"
        path.write_bytes(sound)
        if subprocess.run((*player, str(path)), check=False).returncode:
            raise CannotReadAloud(
                f"{player[0]} could not play the call; has this machine a loudspeaker? --out call.wav writes a file."
            )


def _words(sentence: Sentence, language: str) -> str:
    return wording().words(sentence, language)[0]
