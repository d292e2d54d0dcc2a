"""A real Chromium for the tests: the system's own, else the one that Playwright has fetched."""

import os
import shutil
from typing import Final

import pytest
from playwright.sync_api import Browser, Error, Playwright

from tests.conftest import BROWSER_LEFT_OUT

NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""How the system may call it. The first has no windows to draw, and takes half the work."""

REQUIRED: Final = "HOTLINE_BROWSER_REQUIRED"
"""Set where leaving out the tests of the page is a failure, as in CI."""

_SWITCHES: Final = (
    # Root, as in a container, cannot have a sandbox; and what Chromium does by itself is not wanted on the network.
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--mute-audio"),
)


def start(playwright: Playwright) -> Browser:
    """Start it headless; where there is none, the test is left out, or fails where it must not be."""
    own = next((path for name in NAMES if (path := shutil.which(name))), None)
    try:
        return playwright.chromium.launch(executable_path=own, args=list(_SWITCHES))
    except Error as error:
        reason = f"{BROWSER_LEFT_OUT}: {str(error).splitlines()[0]}"
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)
