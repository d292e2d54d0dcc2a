"""What a caller keyed, for the one minute in which an operator may see it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from hotline.callflow.effects import Facts
from hotline.calls.saved import unseal
from hotline.privacy import CannotUnseal, Vault
from hotline.store.facts import unseal_facts
from hotline.store.stories import NoteFacts, RequestFacts, Story

SHOWN_FOR_S = 60
"""Seconds for which it is shown: long enough to compare three facts with what somebody says on the telephone."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was keyed, or why it cannot be shown."""

    label: str
    value: str = field(default="", repr=False)
    why_not: str = ""
    gone_at: datetime | None = None
    """When it was erased, if it was."""


def keyed_facts(story: Story, vault: Vault) -> list[Fact]:
    """Everything that is still known of what was keyed in the call, and of what is not, since when."""
    return [*_caller(story, vault), *_of_state(story, vault), *(one for r in story.requests for one in _of(r, vault))]


def read_notes(story: Story, vault: Vault) -> list[tuple[NoteFacts, str]]:
    """The notes of a call with what they say."""
    return [(note, _note(note, vault)) for note in story.notes]


def _note(note: NoteFacts, vault: Vault) -> str:
    try:
        return str(vault.unseal(note.body_sealed))
    except CannotUnseal as error:
        return str(error)


def _caller(story: Story, vault: Vault) -> Iterator[Fact]:
    call, label = story.call, _("Caller's number")
    if call.caller_sealed is not None:
        yield _unsealed(label, vault, call.caller_sealed)
    elif call.caller_erased_at:
        yield Fact(label, why_not=_("Erased on schedule, after its time was up."), gone_at=call.caller_erased_at)
    else:
        yield Fact(label, why_not=_("The caller withheld it."))


def _of_state(story: Story, vault: Vault) -> Iterator[Fact]:
    """What the call itself still knows, for calls that promised nothing."""
    if story.requests:
        return
    if story.call.sealed is None:
        if story.call.erased_at:
            label, why = _("What was keyed in the call"), _("Erased on schedule, minutes after the call ended.")
            yield Fact(label, why_not=why, gone_at=story.call.erased_at)
        return
    try:
        yield from _shown("", unseal(vault, story.call.sealed).state.facts)
    except CannotUnseal as error:
        yield Fact(_("What was keyed in the call"), why_not=str(error))


def _of(request: RequestFacts, vault: Vault) -> Iterator[Fact]:
    which = request.receipt_number
    if request.facts_sealed is None:
        why = _("Erased on schedule, after its time was up.")
        yield Fact(_("What was keyed") + f" · {which}", why_not=why, gone_at=request.facts_erased_at)
        return
    try:
        # An operator corrected or confirmed them then; what the caller had keyed is not kept beside them.
        sent_again = " · " + _("as sent again") if request.sent_again_at else ""
        yield from _shown(f" · {which}{sent_again}", unseal_facts(vault, request.facts_sealed))
    except CannotUnseal as error:
        yield Fact(_("What was keyed") + f" · {which}", why_not=str(error))


def _shown(which: str, facts: Facts) -> Iterator[Fact]:
    if facts.birth_date:
        yield Fact(_("Date of birth") + which, facts.birth_date.isoformat())
    if facts.postal_code:
        yield Fact(_("Postal code") + which, f"{facts.postal_code[:3]}-{facts.postal_code[3:]}")
    if facts.birth_date and facts.postal_code:
        house = facts.house_number
        skipped = "" if house else _("Skipped by the caller.")
        yield Fact(_("House number") + which, (house or "").replace("*", "-"), skipped)


def _unsealed(label: str, vault: Vault, sealed: bytes) -> Fact:
    try:
        return Fact(label, str(vault.unseal(sealed)))
    except CannotUnseal as error:
        return Fact(label, why_not=str(error))
