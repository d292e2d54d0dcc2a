"""What the tests of the room of sound share: every language rendered, once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from hotline.sound.render import render

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def rendered() -> Callable[[str], Path]:
    """Renders a language and tells the folder of all.

    The folder stays for the next run, so that only what has changed since is read aloud; Japanese takes half a minute
    of a processor otherwise. Processes that run tests wait for each other, as everybody who renders does.
    """
    folder = ROOT / "build" / "recordings"

    @cache
    def of(language: str) -> Path:
        render(language, folder)
        return folder

    return of
