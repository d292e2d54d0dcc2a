"""Prompts that were recorded instead of being read by a voice."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hotline.speech.places import THE_LINE, Places

KINDS: Final = (".wav", ".mp3")
"""What Twilio plays, best first."""


def recordings_folder(places: Places = THE_LINE) -> Path:
    """Where the recordings lie: a folder for each language, in it a file for each prompt, named by its id."""
    return places.prompts / "recordings"


def find_recordings(language: str, places: Places = THE_LINE) -> Mapping[str, str]:
    """Prompt id -> its file, relative to the folder of all recordings; of two kinds the better one."""
    found: dict[str, str] = {}
    for kind in reversed(KINDS):
        for path in sorted((recordings_folder(places) / language).glob(f"*{kind}")):
            found[path.name.removesuffix(kind)] = f"{language}/{path.name}"
    return found
