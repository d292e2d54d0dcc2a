"""The last rung: an apology in every language and the operators' numbers, from files that need no program.

`python -m hotline.speech.last_resort ja +81312345678` prints the document for hosting elsewhere, e.g. as the number's
fallback URL.
"""

import re
import sys
from collections.abc import Sequence
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

from hotline.callflow.languages import FIRST_LANGUAGE
from hotline.speech.places import THE_LINE

MOST_NUMBERS: Final = 10
"""Twilio rings at most this many numbers at once; the first ones are taken."""

_MARKS: Final = re.compile(r"<!--operators\n|operators-->\n")
_COMMENTS: Final = re.compile(r"<!--.*?-->\n", re.DOTALL)


@cache
def last_resort(language: str, operator_numbers: tuple[str, ...]) -> str:
    """The TwiML to answer with when nothing else can be said; with operators' numbers it rings them, all at once.

    It begins in the language, if there is a file for it, else in the first language of the line; the other languages
    follow. Reads a file at the first call and nothing afterwards.
    """
    files = {path.stem: path for path in (THE_LINE.prompts / "last_resort").glob("*.xml")}
    text = files.get(language, files[FIRST_LANGUAGE]).read_text("utf-8")
    if operator_numbers:
        numbers = "".join(f"<Number>{escape(number)}</Number>" for number in operator_numbers[:MOST_NUMBERS])
        text = _MARKS.sub("", text).replace("{operator_numbers}", numbers)
    return _COMMENTS.sub("", text)


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status."""
    if not arguments:
        sys.stderr.write("Say a language, and after it the numbers of operators, if any: ja +81312345678\n")
        return 2
    language, *numbers = arguments
    sys.stdout.write(last_resort(language, tuple(numbers)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
