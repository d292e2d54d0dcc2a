"""What to do about each trouble, as it is written in runbooks/."""

from pathlib import Path
from typing import Final

RUNBOOKS: Final = Path(__file__).with_name("runbooks")
"""A file for each limit, with its name."""


def names() -> list[str]:
    """All of them, in the order of the alphabet."""
    return sorted(file.stem for file in RUNBOOKS.glob("*.md"))


def read(name: str) -> str | None:
    """The runbook with this name; None when there is none."""
    return (RUNBOOKS / f"{name}.md").read_text("utf-8") if name in names() else None
