"""The settings of the console that is tested."""

import pytest

from hotline.console.accounts.here import EXTENSION
from hotline.settings import Settings


@pytest.fixture
def settings(console) -> Settings:
    """What the console was told."""
    return console.extensions[EXTENSION].desk.settings
