"""Each file in tests/transcripts is a whole call, played against the running line and compared word by word."""

import pytest

from tests.whole.scripts import FOLDER, number_of, play

SCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_call_goes_as_written(path, line):
    script = path.read_text("utf-8")
    heading, _, call = script.partition("\n\n")
    assert heading.startswith("# ")
    number = "anonymous" if "withheld" in heading else number_of(path)
    assert play(line, call, number) == call
