"""What is kept of one made-up call: every turn and every promise, with when it came."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Loss, Target
from hotline.store.requests import Status
from hotline.store.texts import Purpose


class Telephone(StrEnum):
    """What a caller calls from: the line offers texts to mobiles only, and knows no number that is withheld."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    WITHHELD = "withheld"


class Backend(StrEnum):
    """How the card-status backend was at that time."""

    WELL = "well"
    SLOW = "slow"
    AWAY = "away"


SHARES: Final = {
    "ja": 0.62,
    "en": 0.11,
    "zh": 0.08,
    "vi": 0.05,
    "pt": 0.035,
    "ko": 0.03,
    "fil": 0.022,
    "ne": 0.016,
    "ja-easy": 0.013,
    "id": 0.011,
    "es": 0.009,
    "th": 0.008,
}
"""How many of the callers speak which language: made up."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What shapes a course beside chance."""

    language: str
    by_text: bool
    telephone: Telephone
    is_open: bool
    """Whether it is within the hours in which questions are answered."""
    backend: Backend = Backend.WELL


@dataclass(frozen=True, slots=True)
class CourseTurn:
    """One line of the log. All times of a course are milliseconds from its beginning."""

    at_ms: int
    from_step: str
    to_step: str
    event: str
    prompts: tuple[str, ...]
    language: str
    answers_message: bool
    """Whether it answers a text message."""


@dataclass(frozen=True, slots=True)
class CourseTry:
    """One handing-over of a request."""

    handed_over_ms: int
    answered_ms: int
    said: str


@dataclass(frozen=True, slots=True)
class CourseRequest:
    """What was promised, and what became of it."""

    accepted_ms: int
    turn: int
    targets: tuple[Target, ...]
    has_house_number: bool
    status: Status
    answers: dict[Target, Answer]
    tries: tuple[CourseTry, ...]
    finished_ms: int
    loss: Loss | None = None
    for_another: bool | None = None


@dataclass(frozen=True, slots=True)
class CourseFollowUp:
    """What was left to a person."""

    at_ms: int
    reason: Reason
    has_number: bool = False
    """Whether there is a number to call back."""
    request: int | None = None
    """The place of its request among those of the course."""


@dataclass(frozen=True, slots=True)
class CourseText:
    """A text message that was promised."""

    at_ms: int
    turn: int
    purpose: Purpose
    request: int | None = None
    body: str | None = None
    """What it says, if that is known when it is promised; with the receipt number of the samples in it."""


@dataclass(frozen=True, slots=True)
class CourseMessage:
    """What a caller left in their own voice."""

    at_ms: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Course:
    """A whole call."""

    kind: Kind
    language: str
    """In which it ended."""
    called_in: str
    """The language of the number that was dialled."""
    turns: tuple[CourseTurn, ...]
    requests: tuple[CourseRequest, ...]
    follow_ups: tuple[CourseFollowUp, ...]
    texts: tuple[CourseText, ...]
    messages: tuple[CourseMessage, ...]
    wrong_receipts_ms: tuple[int, ...]
    outcome: str
    status: str
    ended_ms: int

    @property
    def over_ms(self) -> int:
        """When everything that it promised is over too."""
        return max(self.ended_ms, *(request.finished_ms for request in self.requests), 0)
