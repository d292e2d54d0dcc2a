"""Whole calls as readable text: the same file says what the caller does and what must be heard."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hotline.phone.caller import Caller

FOLDER: Final = Path(__file__).parent.parent / "transcripts"
RECEIPT: Final = "«receipt number»"

_DIGIT: Final = "zero|one|two|three|four|five|six|seven|eight|nine|ゼロ|イチ|ニー|サン|ヨン|ゴー|ロク|ナナ|ハチ|キュウ"
_SPOKEN_RECEIPT: Final = re.compile(
    rf"((?:receipt number is|the receipt number:|受付番号は、|受付番号を申し上げます。) ?)(?:(?:{_DIGIT})[ ,、]*){{8}}"
)
_ACTS: Final[dict[str, Callable[[Caller, str], object]]] = {
    "dials": lambda caller, _: caller.dials(),
    "presses": lambda caller, keys: caller.keys(keys),
    "silent": lambda caller, _: caller.stays_silent(),
    "says:": lambda caller, words: caller.says(words),
    "hangs": lambda caller, _: caller.hangs_up(),
}


def play(caller: Caller, script: str) -> str:
    """Do what the CALLER lines say, waiting each time for what the LINE lines say; returns what was heard and done."""
    for line in script.splitlines():
        who, _, rest = line.partition(" ")
        if who == "CALLER":
            what, _, how = rest.partition(" ")
            _ACTS[what](caller, how)
        elif who == "LINE":
            # Through a hold, which takes real time, the caller waits for the next words.
            caller.hears(rest.partition(": ")[2].partition(RECEIPT)[0])
    return without_receipts("\n".join(caller.transcript)) + "\n"


def without_receipts(text: str) -> str:
    """Receipt numbers are different in each call; everything else that is said is not."""
    return _SPOKEN_RECEIPT.sub(rf"\1{RECEIPT}", text)
