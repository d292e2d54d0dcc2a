"""Where a call is, and what it knows so far."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from hotline.callflow.effects import Effect, Facts
from hotline.callflow.events import Answer, Loss, Target, Waited
from hotline.callflow.hours import Part
from hotline.callflow.replies import Reply

MOST_MISHEARD: Final = 2
"""Utterances that were not understood in one call; after the last only keys count, for the line may be noisy."""


class Step(StrEnum):
    """Where the talk is. The call log names it, so a step keeps its name."""

    MAIN_MENU = "main_menu"
    LANGUAGE = "language"
    LANGUAGE_MORE = "language_more"
    CLOSED = "closed"
    TAKE_UP = "take_up"
    TARGET = "target"
    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"
    HOUSE_NUMBER = "house_number"
    CONFIRM = "confirm"
    CONFIRM_SPOKEN = "confirm_spoken"
    CORRECT = "correct"
    WAITING = "waiting"
    RESULT = "result"
    FOR_WHOM = "for_whom"
    TEXT_OFFER = "text_offer"
    TEXT_NUMBER = "text_number"
    TEXT_CONFIRM = "text_confirm"
    TEXT_PROMISE = "text_promise"
    NEXT_STEPS = "next_steps"
    RECEIPT_NUMBER = "receipt_number"
    RECEIPT_BIRTH_DATE = "receipt_birth_date"
    RECEIPT_LOOKUP = "receipt_lookup"
    RECEIPT_TOLD = "receipt_told"
    QUESTIONS = "questions"
    ANSWERS = "answers"
    REISSUE = "reissue"
    PROTECTION = "protection"
    OPERATOR = "operator"
    RINGING = "ringing"
    IN_LINE = "in_line"
    CALL_BACK_OFFER = "call_back_offer"
    CALL_BACK_NUMBER = "call_back_number"
    CALL_BACK_CONFIRM = "call_back_confirm"
    VOICE_MESSAGE = "voice_message"
    GOODBYE = "goodbye"


class Outcome(StrEnum):
    """How a call ended, or would end if it were hung up now."""

    NOTHING = "nothing"
    """Nothing was asked for."""
    NOT_CONFIRMED = "not_confirmed"
    ACCEPTED = "accepted"
    """Promised; the backend has not answered yet."""
    STOPPED = "stopped"
    NOT_HELD = "not_held"
    NOT_IDENTIFIED = "not_identified"
    OPERATOR = "operator"
    CALL_BACK = "call_back"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A call of the same caller that broke off a short while ago."""

    call_sid: str
    state: "State" = field(repr=False)


@dataclass(frozen=True, slots=True)
class State:
    """Everything a call knows between two turns. It is sealed at rest: it holds what was keyed."""

    step: Step
    language: str
    outcome: Outcome = Outcome.NOTHING
    caller: str | None = field(default=None, repr=False)
    by_text: bool = False
    """Whether this is a conversation by text message."""
    misses: int = 0
    """Misses in a row at this step."""
    explains: bool = False
    """Whether the question is asked with its explanation: after a miss, for who asked to hear it again, in writing."""
    misheard: int = 0
    """How often in this call something was said that was not understood."""
    back_to: Step | None = None
    """Where the language menu returns."""
    resumes_at: Step | None = None
    """Where a call that was taken up goes on, once it is known what became of its request meanwhile."""
    closed_part: Part | None = None
    """What the caller asked for out of its hours."""
    page: int = 0
    """Which of the steps to a new card is told, counted from 0."""
    dropped: Dropped | None = None
    """The call that can be taken up again in this one."""
    correcting: bool = False
    """One fact is being keyed again; then straight back to the read-back."""
    corrections: int = 0
    """How often the backend did not identify the person in this call."""
    tries: int = 0
    """How often a birth date did not fit, at the receipt number or at the call that broke off."""
    targets: tuple[Target, ...] = ()
    facts: Facts = field(default_factory=Facts, repr=False)
    accepted_in: str | None = None
    """The call in which the request was accepted, if this one took it up; None means this call."""
    receipt_number: str | None = None
    waited_s: float = 0.0
    """Seconds since the request was accepted, as last heard."""
    answers: dict[Target, Answer] = field(default_factory=dict)
    municipality: str | None = None
    """Where the holder is registered, as the backend names it."""
    loss: Loss | None = None
    text_number: str | None = field(default=None, repr=False)
    """The mobile number that a text message is offered to."""
    text_promised: bool = False
    asked_receipt: str | None = field(default=None, repr=False)
    asked_birth_date: date | None = field(default=None, repr=False)
    told: Waited | None = None
    """How the request stands that the caller asked about with a receipt number."""
    call_back_number: str | None = field(default=None, repr=False)
    in_line_since: datetime | None = None
    """Since when the caller waits for an operator or talks to one."""
    looks: int = 0
    """How often the caller was told their place in the line."""
    ringing: int | None = None
    """Which of the operators rings, counted from 0; None means all at once."""

    @property
    def hears_speech(self) -> bool:
        """Whether words count beside keys: never in writing, and not on a line that is hard to hear."""
        return not self.by_text and self.misheard < MOST_MISHEARD


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to an event: where the call is now, what is said, what is promised."""

    state: State
    reply: Reply
    effects: tuple[Effect, ...] = ()
