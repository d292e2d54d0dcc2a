"""Whole sentences for operators: what to do about a follow-up, and why something was not done."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

GUIDANCE: Final[Mapping[str, Any]] = {
    "call_back": _("Call back. If the card is not stopped yet, stop that first: everything else can wait."),
    "write_back": _("The caller wrote because they may not hear. Write to them, or call back if they can."),
    "message": _("Listen to the message, then call back."),
    "not_confirmed": _("Nothing is stopped. Call back: if it should be, let them call the line again."),
    "not_identified": _("Nothing is stopped. Call back, compare the facts, correct them and send the request again."),
    "no_house_number": _("Stopped by two facts only. Call back and make sure that it was the right person."),
    "for_another": _("Stopped on somebody else's word. Call back and make sure that the holder knows."),
    "needs_operator": _("Nothing is stopped. Look at the tries, then send the request again."),
    "text_not_delivered": _("Call back, and tell the receipt number and what to do next."),
    "many_requests": _("Look at the other calls: is somebody trying something out?"),
    "many_persons": _("Look at the other calls: a family, a care home, or somebody with a list?"),
    "many_tries": _("Look at the other calls: is somebody trying receipt numbers out?"),
    "error": _("Call back and finish what the caller wanted, then tell on-call when it was."),
}
"""What to do about a follow-up."""

OVERTAKEN: Final[Mapping[str, Any]] = {
    "stopped": _("It is stopped now. Tell the caller, then resolve this."),
    "nothing_stopped": _("This request has stopped nothing. Unless that changes, there is nothing to check."),
}
"""What to do instead, where the request no longer stands as the reason of the follow-up supposes."""

_STOPPED: Final = ("suspended", "already_suspended")

REFUSALS: Final[Mapping[str, Any]] = {
    "no_follow_up": _("There is no such follow-up: look at the list again."),
    "resolved": _("This follow-up is resolved already: look at it again before you call."),
    "under_way": _("This caller is being called back at this moment: wait until that call-back is over."),
    "no_number": _("No number is kept to call back: the caller withheld it, or it has been erased."),
    "not_called": _("The number that was left is not called: it is none, or it charges whoever calls it."),
    "no_line_number": _("The number that this caller dialled is none to call from: tell the administrator."),
}
"""Why nobody is called back."""

NOT_SENT: Final[Mapping[str, Any]] = {
    "unknown": _("There is no such request any more: go back to the call and look again."),
    "changed": _("Somebody else has sent this request again meanwhile: look at what came of it first."),
    "under_way": _("This request is under way: wait for its answer, which comes by itself."),
    "identified": _("This request has its answer, and there is nothing to correct: it cannot be sent again."),
    "erased": _("What was keyed is erased: ask the caller for it again and enter all of it."),
}
"""Why a request was not sent again."""

WRONG_FACTS: Final[Mapping[str, Any]] = {
    "length": _("This is no birth date: write 1980-03-01, or the era's key and six digits, 3550301."),
    "no_such_day": _("The calendar does not have this date: look at its day and month."),
    "no_such_era_year": _("The era did not have this date: look at its year, or write the year in full."),
    "future": _("This date lies in the future: look at its year."),
    "digits": _("A house number is written in digits, such as 2-16-3: leave out words, or leave it empty."),
    "too_long": _("This house number has too many digits: write the digits of the address and no others."),
    "postal_code": _("A postal code has seven digits, such as 100-0001."),
    "my_number": _("Twelve digits may be a My Number, which must not be kept: write only what is asked for."),
}
"""What is wrong with a fact that was typed."""

_ALL: Final = {"wrong_fact": WRONG_FACTS, "guidance": GUIDANCE, "refusal": REFUSALS, "not_sent": NOT_SENT}


def advice(kind: str, name: str) -> str:
    """The sentence for a name of this kind; nothing for a name that this version does not know."""
    return str(_ALL[kind].get(name, ""))


def guidance(reason: str, request_status: str | None) -> str:
    """What to do about a follow-up whose request stands so now; None where there is no request."""
    if reason in ("not_identified", "needs_operator") and request_status in _STOPPED:
        return str(OVERTAKEN["stopped"])
    if reason == "no_house_number" and request_status not in (None, *_STOPPED):
        return str(OVERTAKEN["nothing_stopped"])
    return advice("guidance", reason)
