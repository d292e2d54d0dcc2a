"""What operators read for the names that the log keeps: steps, outcomes, reasons and the like, in their language."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

from hotline.console.acts import ACTIONS, DETAILS, PARTS

STEPS: Final[Mapping[str, Any]] = {
    "main_menu": _("Main menu"),
    "language": _("Language"),
    "language_more": _("More languages"),
    "closed": _("Closed at this hour"),
    "take_up": _("Go on with the last call"),
    "target": _("What to stop"),
    "birth_date": _("Date of birth"),
    "postal_code": _("Postal code"),
    "house_number": _("House number"),
    "confirm": _("Read back"),
    "confirm_spoken": _("Spoken yes, asked again"),
    "correct": _("Correct"),
    "waiting": _("Waiting for the backend"),
    "result": _("Result"),
    "for_whom": _("For whom"),
    "text_offer": _("Text message offered"),
    "text_number": _("Number for the text"),
    "text_confirm": _("Read back of that number"),
    "text_promise": _("Text message promised"),
    "next_steps": _("What to do next"),
    "receipt_number": _("Receipt number"),
    "receipt_birth_date": _("Date of birth for a receipt"),
    "receipt_lookup": _("Looking up a receipt"),
    "receipt_told": _("Receipt told"),
    "questions": _("Questions"),
    "answers": _("Answers"),
    "reissue": _("A new card"),
    "protection": _("How the card protects"),
    "operator": _("To a person"),
    "ringing": _("Operators ring"),
    "in_line": _("In line for a person"),
    "call_back_offer": _("Call-back offered"),
    "call_back_number": _("Number to call back"),
    "call_back_confirm": _("Read back of that number"),
    "voice_message": _("Voice message"),
    "goodbye": _("Goodbye"),
}

OUTCOMES: Final[Mapping[str, Any]] = {
    "nothing": _("Nothing asked for"),
    "not_confirmed": _("Not confirmed"),
    "accepted": _("Accepted, not answered"),
    "stopped": _("Stopped"),
    "not_held": _("Nothing to stop"),
    "not_identified": _("Not identified"),
    "operator": _("Talked to a person"),
    "call_back": _("Call-back asked for"),
    "error": _("Error of the line"),
}

REASONS: Final[Mapping[str, Any]] = {
    "call_back": _("Asked to be called back"),
    "write_back": _("Asked by text for a person"),
    "message": _("Left a voice message"),
    "not_confirmed": _("Hung up before saying stop"),
    "not_identified": _("Nobody, or more than one, was found"),
    "no_house_number": _("House number skipped: check whose it was"),
    "for_another": _("Stopped for somebody else"),
    "needs_operator": _("The backend refused, or did not answer for hours"),
    "text_not_delivered": _("A promised text message did not arrive"),
    "many_requests": _("More requests than usual"),
    "many_persons": _("Cards of many persons by one caller"),
    "many_tries": _("Receipt numbers were tried out"),
    "error": _("The line made a mistake"),
}

STATUSES: Final[Mapping[str, Any]] = {
    "accepted": _("Accepted, not answered"),
    "suspended": _("Stopped"),
    "already_suspended": _("Had been stopped before"),
    "not_held": _("Nothing to stop"),
    "not_found": _("Nobody found"),
    "ambiguous": _("More than one found"),
    "needs_operator": _("Left to an operator"),
}
"""Of a request, and of the backend's answers."""

LANGUAGES: Final[Mapping[str, Any]] = {
    "en": _("English"),
    "ja": _("Japanese"),
    "ja-easy": _("Easy Japanese"),
    "zh": _("Chinese"),
    "ko": _("Korean"),
    "vi": _("Vietnamese"),
    "fil": _("Filipino"),
    "pt": _("Portuguese"),
    "ne": _("Nepali"),
    "id": _("Indonesian"),
    "es": _("Spanish"),
    "th": _("Thai"),
}

TARGETS: Final[Mapping[str, Any]] = {"card": _("Card"), "smartphone": _("Smartphone")}

CHANNELS: Final[Mapping[str, Any]] = {"voice": _("Telephone"), "text": _("Text messages")}

EVENTS: Final[Mapping[str, Any]] = {
    "Dialled": _("The call was answered"),
    "KeysPressed": _("The caller pressed keys"),
    "Spoken": _("The caller spoke"),
    "Silence": _("The caller was silent"),
    "Waited": _("The line looked whether the backend had answered"),
    "LookedUp": _("The line looked up the receipt"),
    "MayText": _("The line looked whether a text may be sent"),
    "InLine": _("The line looked how many wait for a person"),
    "TransferEnded": _("Ringing the operators ended"),
    "Recorded": _("The caller left a message"),
    "error": _("The line made a mistake, and said so"),
}
"""What a turn answered."""

WRITTEN_EVENTS: Final[Mapping[str, Any]] = {
    **EVENTS,
    "Dialled": _("The conversation began"),
    "KeysPressed": _("The caller wrote"),
    "Spoken": _("The caller wrote"),
}
"""The same in a conversation by text message."""

TEXT_STATUSES: Final[Mapping[str, Any]] = {
    "waiting": _("Waits for the request"),
    "due": _("To be sent"),
    "sending": _("Being sent"),
    "sent": _("Sent"),
    "delivered": _("Arrived"),
    "undelivered": _("Did not arrive"),
    "failed": _("Could not be sent"),
    "unsure": _("Not known whether sent"),
    "refused": _("Not sent: too many"),
}

PURPOSES: Final[Mapping[str, Any]] = {
    "steps": _("Receipt number and what to do next"),
    "done": _("What became of the request"),
    "turn": _("Part of the conversation"),
}

LOSSES: Final[Mapping[str, Any]] = {
    "lost": _("Lost away from home"),
    "stolen": _("Stolen"),
    "home": _("Lost at home"),
    "disaster": _("Lost in a disaster"),
}

ROLES: Final[Mapping[str, Any]] = {
    "operator": _("Operator"),
    "supervisor": _("Supervisor"),
    "on-call": _("On call"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
}

CALL_STATUSES: Final[Mapping[str, Any]] = {
    "in-progress": _("on the line"),
    "completed": _("hung up"),
    "busy": _("busy"),
    "failed": _("failed"),
    "no-answer": _("not answered"),
    "canceled": _("given up"),
    "taken-up": _("went on in another call"),
}

RESOLUTIONS: Final[Mapping[str, Any]] = {
    "done": _("Done for the caller"),
    "told": _("The caller was told"),
    "not_reached": _("The caller could not be reached"),
    "not_needed": _("Nothing was needed"),
    "passed_on": _("Passed on to somebody else"),
}
"""What came of a follow-up."""

CALL_BACKS: Final[Mapping[str, Any]] = {
    "placing": _("Twilio is being asked"),
    "unknown": _("Nobody knows whether it was placed"),
    "ringing_operator": _("The operator's telephone rings"),
    "asking_operator": _("Waiting for the operator to press 1"),
    "connecting": _("The caller's telephone rings"),
    "talking": _("Talking"),
    "operator_did_not_answer": _("The operator did not answer"),
    "not_taken": _("The operator did not press 1"),
    "given_up": _("The operator hung up while it rang"),
    "caller_did_not_answer": _("The caller did not answer"),
    "caller_busy": _("The caller was talking to somebody"),
    "failed": _("It could not be placed"),
    "completed": _("They talked"),
}
"""How a call-back stands."""

AGES: Final[Mapping[str, Any]] = {"fresh": _("in time"), "ageing": _("soon due"), "overdue": _("overdue")}

FOLLOW_UP_ACTS: Final[Mapping[str, Any]] = {
    "follow_up.taken": _("took it"),
    "follow_up.given_back": _("gave it back"),
    "follow_up.handed_over": _("handed it over"),
    "follow_up.resolved": _("resolved it"),
    "follow_up.opened_again": _("opened it again"),
}

_ALL: Final = {
    "step": STEPS,
    "outcome": OUTCOMES,
    "reason": REASONS,
    "status": STATUSES,
    "language": LANGUAGES,
    "target": TARGETS,
    "channel": CHANNELS,
    "event": EVENTS,
    "written_event": WRITTEN_EVENTS,
    "text_status": TEXT_STATUSES,
    "purpose": PURPOSES,
    "loss": LOSSES,
    "role": ROLES,
    "resolution": RESOLUTIONS,
    "call_back": CALL_BACKS,
    "age": AGES,
    "follow_up_act": FOLLOW_UP_ACTS,
    "call_status": CALL_STATUSES,
    "action": ACTIONS,
    "detail": DETAILS,
    "part": PARTS,
}


def named(kind: str, name: str | None) -> str:
    """The words for a name of this kind; the name itself for one that no version of this code knows; "" for None."""
    return "" if name is None else str(_ALL[kind].get(name, name.replace("_", " ")))


def choices(kind: str) -> list[tuple[str, Any]]:
    """Every name of this kind with its words, for a list to choose from."""
    return list(_ALL[kind].items())
