"""What was said and done in a call, as lines that people read and tests match."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Who(StrEnum):
    """Whose line it is."""

    LINE = "LINE"
    CALLER = "CALLER"
    OPERATOR = "OPERATOR"
    EVENT = "EVENT"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; `str()` of it is how it reads."""

    who: Who
    text: str
    language: str | None = None
    """Set when the text is spoken by a voice."""

    def __str__(self) -> str:
        if self.language is None:
            return f"{self.who} {self.text}"
        hearing = " hears" if self.who is Who.OPERATOR else ""
        return f"{self.who}{hearing} ({self.language}): {self.text}"


def folded(text: str) -> str:
    """The text without differences of case and white space."""
    return re.sub(r"\s+", " ", text).strip().casefold()


@dataclass(slots=True)
class Transcript:
    """The lines of one call so far."""

    entries: list[Entry] = field(default_factory=list)
    listener: Callable[[Entry], None] | None = None
    """Told of each line as it comes."""
    _mark: int = 0

    def add(self, who: Who, text: str, language: str | None = None) -> None:
        """Note a line."""
        entry = Entry(who, text, language)
        self.entries.append(entry)
        if self.listener:
            self.listener(entry)

    def event(self, text: str) -> None:
        """Note something that neither side said."""
        self.add(Who.EVENT, text)

    def mark(self) -> None:
        """Start anew with what `said` counts."""
        self._mark = len(self.entries)

    @property
    def said(self) -> list[str]:
        """What the caller has been told since the mark."""
        return [entry.text for entry in self.entries[self._mark :] if entry.who is Who.LINE]

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self.entries)
