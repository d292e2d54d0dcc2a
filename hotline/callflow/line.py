"""How the line is set up, and the present moment: all that the conversation knows of the world around a call."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hotline.callflow.hours import Hours
from hotline.callflow.languages import LANGUAGES
from hotline.clock import in_japan


@dataclass(frozen=True, slots=True)
class Line:
    """How the line is set up. Changing it breaks no call that is under way."""

    languages: tuple[str, ...] = LANGUAGES
    """The languages that callers are offered."""
    without_voice: frozenset[str] = frozenset()
    """The languages that are read by the voice of a similar one."""
    operators: int = 0
    """How many operators' telephones there are to ring."""
    rings_in_turn: bool = False
    """Whether operators ring one after the other instead of all at once."""
    sends_texts: bool = False
    """Whether text messages can be sent."""
    takes_messages: bool = True
    """Whether callers may leave a message in their own voice: only where it can be deleted again as they are told."""
    hours: Hours = field(default_factory=Hours)


@dataclass(frozen=True, slots=True)
class Now:
    """The present moment and the line at this moment."""

    at: datetime
    line: Line = field(default_factory=Line)

    @property
    def today(self) -> date:
        """The day in Japan."""
        return in_japan(self.at).date()

    def in_days(self, days: int) -> date:
        """The day in Japan so many days from today."""
        return self.today + timedelta(days=days)
