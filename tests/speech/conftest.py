"""What the tests of the speech room share."""

from pathlib import Path

import pytest

from tests.speech.line import Line, new_line


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A small line with catalogues, of this test alone."""
    return new_line(tmp_path)
