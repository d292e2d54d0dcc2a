"""Where the words of the line lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE_LANGUAGE: Final = "en"
"""The language in which the prompt scripts are written; it is spoken wherever a translation is missing."""


@dataclass(frozen=True, slots=True)
class Places:
    """The folder that holds `prompts/` and `locales/`, and the file that describes the voices."""

    root: Path
    voices: Path

    @property
    def prompts(self) -> Path:
        """The folder of the prompt scripts."""
        return self.root / "prompts"

    @property
    def locales(self) -> Path:
        """The folder of the catalogues."""
        return self.root / "locales"

    @property
    def recordings(self) -> Path:
        """The folder of voice actors' files: a folder for each language."""
        return self.prompts / "recordings"

    @property
    def rendered(self) -> Path:
        """The folder of what is played: a folder for each language, with an index."""
        return self.prompts / "rendered"


THE_LINE: Final = Places(Path(__file__).parents[2], Path(__file__).with_name("voices.toml"))
"""The words that the hotline itself speaks."""
