"""What a turn promises; all of it is committed together with the turn, or none of it."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hotline.callflow.events import Loss, Target


@dataclass(frozen=True, slots=True)
class Facts:
    """What identifies a person to the backend. Nothing of it shows in `repr`."""

    birth_date: date | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)
    house_number: str | None = field(default=None, repr=False)
    """Digits and `*` as keyed; None when the caller skipped it."""


@dataclass(frozen=True, slots=True)
class AcceptRequest:
    """Stop these targets of this person. The caller will be told that it is accepted."""

    targets: tuple[Target, ...]
    facts: Facts


@dataclass(frozen=True, slots=True)
class NoteLoss:
    """The caller answered an after-question; None leaves what is there."""

    loss: Loss | None = None
    for_another: bool | None = None


class Reason(StrEnum):
    """Why a person must look at a call."""

    CALL_BACK = "call_back"
    """The caller asked to be called back."""
    WRITE_BACK = "write_back"
    """The caller asked by text message for a person, who must write back."""
    MESSAGE = "message"
    """The caller left a message in their own voice."""
    NOT_CONFIRMED = "not_confirmed"
    """A suspension had begun, and the call ended before the caller said stop."""
    NOT_IDENTIFIED = "not_identified"
    """The backend found nobody, or more than one, and the call ended without an operator."""
    NO_HOUSE_NUMBER = "no_house_number"
    """Stopped with two facts only; check that it was the right person."""
    FOR_ANOTHER = "for_another"
    """Stopped on behalf of somebody else."""
    NEEDS_OPERATOR = "needs_operator"
    """The backend refused, or could not be reached for hours."""
    TEXT_NOT_DELIVERED = "text_not_delivered"
    """A text message that was promised did not arrive, or nobody knows whether it did."""
    MANY_REQUESTS = "many_requests"
    """More requests than usual from one caller or for one person; the request was slowed down."""
    MANY_PERSONS = "many_persons"
    """One caller had cards of many different persons stopped."""
    MANY_TRIES = "many_tries"
    """Too many receipt numbers or birth dates that did not fit: somebody may be trying them out."""
    ERROR = "error"
    """The line itself made a mistake in this call."""


@dataclass(frozen=True, slots=True)
class OpenFollowUp:
    """Ask an operator to look. One reason opens one follow-up a call, however often it is asked."""

    reason: Reason
    call_back_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PromiseText:
    """Send the receipt number and the next steps to this mobile number, now or once the request is answered."""

    number: str = field(repr=False)
    """In E.164."""


@dataclass(frozen=True, slots=True)
class KeepMessage:
    """Keep a message in the caller's own voice for the operators."""

    recording_sid: str
    seconds: int


@dataclass(frozen=True, slots=True)
class NoteWrongReceipt:
    """A receipt number was tried with a birth date that does not belong to it."""

    receipt_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoteWrongBirthDate:
    """A birth date was tried at a call that broke off, and is not that of its holder."""

    call_sid: str


@dataclass(frozen=True, slots=True)
class TakeUp:
    """This call goes on where that one broke off: what that one left to a person is no longer needed."""

    call_sid: str


Effect = (
    AcceptRequest | NoteLoss | OpenFollowUp | PromiseText | KeepMessage | NoteWrongReceipt | NoteWrongBirthDate | TakeUp
)
