"""Where a call is, and what it knows so far."""

from dataclasses import dataclass, field
from enum import StrEnum

from hotline.callflow.effects import Effect, Facts
from hotline.callflow.events import Answer, Target
from hotline.callflow.replies import Reply


class Step(StrEnum):
    """Where the talk is. The call log names it, so a step keeps its name."""

    MAIN_MENU = "main_menu"
    LANGUAGE = "language"
    TARGET = "target"
    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"
    HOUSE_NUMBER = "house_number"
    CONFIRM = "confirm"
    CORRECT = "correct"
    WAITING = "waiting"
    RESULT = "result"
    FOR_WHOM = "for_whom"
    NEXT_STEPS = "next_steps"
    OPERATOR = "operator"
    CALL_BACK_OFFER = "call_back_offer"
    CALL_BACK_NUMBER = "call_back_number"
    CALL_BACK_CONFIRM = "call_back_confirm"
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
class State:
    """Everything a call knows between two turns. It is sealed at rest: it holds what was keyed."""

    step: Step
    language: str
    outcome: Outcome = Outcome.NOTHING
    caller: str | None = field(default=None, repr=False)
    operators_are_set: bool = False
    """Whether there is any operator's number to ring."""
    misses: int = 0
    """Misses in a row at this step."""
    back_to: Step | None = None
    """Where the language menu returns."""
    correcting: bool = False
    """One fact is being keyed again; then straight back to the read-back."""
    corrections: int = 0
    """How often the backend did not identify the person in this call."""
    targets: tuple[Target, ...] = ()
    facts: Facts = field(default_factory=Facts, repr=False)
    receipt_number: str | None = None
    waited_s: float = 0.0
    """Seconds since the request was accepted, as last heard."""
    answers: dict[Target, Answer] = field(default_factory=dict)
    call_back_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to an event: where the call is now, what is said, what is promised."""

    state: State
    reply: Reply
    effects: tuple[Effect, ...] = ()
