"""What the audit trail calls the things that are done, and what it tells of them, in words."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

ACTIONS: Final[Mapping[str, Any]] = {
    "audit.looked_at": _("Looked at the audit trail"),
    "audit.verified": _("Verified the audit trail"),
    "call.held": _("Put a call under legal hold"),
    "call.looked_at": _("Looked at a call"),
    "call.released": _("Took a legal hold away"),
    "caller.called_back": _("Called a caller back"),
    "calls.export_ended": _("Finished exporting a list of calls"),
    "calls.exported": _("Exported a list of calls"),
    "calls.searched": _("Searched the calls"),
    "facts.revealed": _("Looked at what was keyed"),
    "figures.exported": _("Exported figures"),
    "follow_up.given_back": _("Gave a follow-up back"),
    "follow_up.handed_over": _("Handed a follow-up over"),
    "follow_up.looked_at": _("Looked at a follow-up"),
    "follow_up.opened_again": _("Opened a follow-up again"),
    "follow_up.resolved": _("Resolved a follow-up"),
    "follow_up.taken": _("Took a follow-up"),
    "marks.exported": _("Exported marked prompts"),
    "note.written": _("Wrote a note"),
    "prompt.marked": _("Marked a prompt as wrong"),
    "prompt.settled": _("Settled the mark of a prompt"),
    "recording.heard": _("Listened to a caller's message"),
    "request.sent_again": _("Sent a request again"),
    "retention.erased": _("Erased what was kept for long enough"),
    "staff.account_changed": _("Changed an account"),
    "staff.invitation_taken": _("Took an invitation"),
    "staff.invited": _("Invited somebody"),
    "staff.invited_again": _("Invited somebody again"),
    "staff.locked": _("Locked an account"),
    "staff.passkey_added": _("Added a passkey"),
    "staff.passkey_removed": _("Removed a passkey"),
    "staff.password_changed": _("Changed a password"),
    "staff.recovery_codes_made": _("Made recovery codes"),
    "staff.roles_changed": _("Changed somebody's roles"),
    "staff.second_factor_set": _("Set up a second factor"),
    "staff.shut_out": _("Was shut out after too many tries"),
    "staff.sign_in_failed": _("Failed to sign in"),
    "staff.signed_in": _("Signed in"),
    "staff.signed_out_everywhere": _("Signed out everywhere"),
    "staff.unlocked": _("Unlocked an account"),
}
"""Everything that is written to the trail -> what was done."""

SUBJECTS: Final[Mapping[str, Any]] = {
    "call": _("Call"),
    "calls": _("Calls"),
    "figures": _("Figures"),
    "follow-up": _("Follow-up"),
    "message": _("Message"),
    "note": _("Note"),
    "prompt": _("Prompt"),
    "prompts": _("Prompts"),
    "request": _("Request"),
    "staff": _("Account"),
}
"""The first word of what something was done to -> a word for it; its name follows."""

WHOLES: Final[Mapping[str, Any]] = {
    "audit trail": _("Audit trail"),
    "no account": _("no account"),
    "by caller": _("by the caller's digits"),
    "by receipt": _("by receipt number"),
    "by sid": _("by call SID"),
}
"""What has no name of its own."""

DETAILS: Final[Mapping[str, Any]] = {
    "after": _("afterwards"),
    "before": _("before"),
    "calls": _("calls"),
    "email": _("e-mail address"),
    "erased": _("erased"),
    "facts": _("corrected"),
    "filters": _("filters"),
    "held": _("held"),
    "how": _("how"),
    "mark": _("mark"),
    "marks": _("marks"),
    "minutes": _("minutes"),
    "of_action": _("of which action"),
    "of_whom": _("of whom"),
    "outcome": _("outcome"),
    "persons": _("by caller"),
    "receipt": _("receipt number"),
    "remaining": _("remaining"),
    "resolution": _("what came of it"),
    "roles": _("roles"),
    "rows": _("rows"),
    "since": _("from"),
    "to": _("to"),
    "until": _("until"),
    "what": _("what"),
    "whole": _("to its end"),
}
"""What is told of it beside its subject."""

PARTS: Final[Mapping[str, Any]] = {
    "common": _("Anywhere in the call"),
    "heard": _("What callers say"),
    "information": _("Questions and information"),
    "menus": _("Menus and languages"),
    "person": _("To a person"),
    "result": _("Result and afterwards"),
    "suspension": _("Stopping a card"),
    "texts": _("Text messages"),
}
"""The parts of the talk, as the scripts of the prompts divide it."""
