"""Measures the line on this machine: `python -m bench`, or single parts of it, e.g. `python -m bench a c`."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import console, crowd, exports, hearing, log_size, servers, stops, turns, workers
from bench.figures import Figure, Say, as_json, table
from bench.site import RESULTS, Site, open_site
from hotline import clock
from hotline.local.child import CannotStart


@dataclass(frozen=True, slots=True)
class Part:
    """One question, and what answers it."""

    question: str
    measure: Callable[[Site, Say], list[Figure]]
    is_usual: bool = True
    """Measured when nobody says which."""


PARTS: Final = {
    "a": Part("how many turns a second, beside a bare menu", turns.measure),
    "b": Part("how long from the confirming key to the stopped card", stops.measure),
    "c": Part("how long a turn takes with 500 callers at once, which also measures d", crowd.measure),
    "d": Part("how much memory each process needs then, which also measures c", crowd.measure),
    "e": Part("how much longer a turn takes with a million calls in the log", log_size.measure),
    "f": Part("how many processes and threads of the web server", servers.measure, is_usual=False),
    "g": Part("how many workers", workers.measure, is_usual=False),
    "h": Part("how many seconds a caller needs, in every language", hearing.measure),
    "i": Part("how long the pages of the operators take, with a million calls in the log", console.measure),
    "j": Part("how much longer a turn takes while two operators take out every call", exports.measure),
}

LATEST: Final = RESULTS / "latest.json"


def main() -> int:
    """Measure, show, write; returns the exit status, which says nothing about the figures."""
    asked = _asked()
    parts: Sequence[str] = asked.parts
    # As for Ctrl-C: whatever was started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begun, started = clock.now(), time.monotonic()
    figures: list[Figure] = []
    status = 0
    try:
        with open_site(asked.calls, asked.keep) as site:
            for letter in _once_each(parts):
                say = _sayer(letter, started)
                say(PARTS[letter].question)
                figures += PARTS[letter].measure(site, say)
    except CannotStart as error:
        print(error, file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = 130
    if figures:
        LATEST.write_text(as_json(figures, begun) + "\n", "utf-8")
        print(f"\n{table(figures)}\n\nThe same as JSON: {LATEST}")
    return status


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {letter}  {part.question}" for letter, part in PARTS.items()),
    )
    usual = [letter for letter, part in PARTS.items() if part.is_usual]
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"see below; {' '.join(usual)} if none is given")
    parser.add_argument("--calls", type=int, default=1_000_000, help="in the log for i and j (default: a million)")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="keep this log there, and take it up again")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.parts) - PARTS.keys()):
        parser.error(f"there is no part {', '.join(unknown)}")
    asked.parts = asked.parts or usual
    return asked


def _once_each(letters: Sequence[str]) -> Sequence[str]:
    """Without those that are measured together with one before them."""
    first: dict[object, str] = {}
    for letter in letters:
        first.setdefault(PARTS[letter].measure, letter)
    return list(first.values())


def _sayer(letter: str, started: float) -> Say:
    def say(text: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {letter}  {text}", flush=True)

    return say


if __name__ == "__main__":
    sys.exit(main())
