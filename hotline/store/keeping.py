"""How long each kind of thing is kept, and by which rule its time is up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, and_, exists, or_, select, true

from hotline.settings import Settings
from hotline.store.console_tables import call_backs
from hotline.store.tables import calls, follow_ups, messages, requests, texts, wrong_receipts
from hotline.store.texts import TextStatus

STATE_KEPT_FOR: Final = timedelta(minutes=15)
"""How long what a call knows is kept after its end: a dropped call can be taken up again for so long."""


class Kind(StrEnum):
    """What is erased when its time is up."""

    STATES = "states"
    CALLERS = "callers"
    FACTS = "facts"
    CALL_BACK_NUMBERS = "call_back_numbers"
    DIALLED_NUMBERS = "dialled_numbers"
    TEXTS = "texts"
    WRONG_RECEIPTS = "wrong_receipts"
    RECORDINGS = "recordings"
    CALLS = "calls"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long things are kept, as the settings say."""

    facts: timedelta
    """Facts after their request is finished, callers' numbers after the call, call-back numbers, texts and wrong
    receipt numbers after they were written; and the fingerprints of each together with it."""
    recordings: timedelta
    """Voice messages after they were left. Callers are told how long before they speak."""
    calls: timedelta
    """Everything else about a call, after its end."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When the time of one kind of thing is up."""

    kind: Kind
    is_there: ColumnElement[bool]
    """Which rows have it still."""
    since: Column[Any]
    """From which moment its time is counted; null while it has not begun."""
    until: datetime
    """Whose time began at this moment or before, that is old."""
    is_over: ColumnElement[bool]
    """Whether nothing needs it any more; what is old and not over stays until it is."""
    order: tuple[Column[Any], ...]
    """The order of an index that has only what is still there, or the oldest first. Otherwise PostgreSQL would read
    everything that was ever erased, every time."""
    erased: dict[str, Any] | None = None
    """What its columns become; None when there is nothing to change in the row."""

    @property
    def table(self) -> Table:
        """Where it is."""
        return self.order[0].table

    @property
    def key(self) -> Column[Any]:
        """What names a row of it."""
        key: Column[Any] = next(iter(self.table.primary_key))
        return key

    @property
    def is_old(self) -> ColumnElement[bool]:
        """Whether its time is up."""
        return self.is_there & (self.since <= self.until)

    @property
    def is_held(self) -> ColumnElement[bool]:
        """Whether a legal hold on its call keeps it."""
        if self.table is calls:
            return calls.c.held_at.is_not(None)
        held = calls.alias("held")
        return self.table.c.call_sid.in_(select(held.c.sid).where(held.c.held_at.is_not(None)))

    @property
    def is_due(self) -> ColumnElement[bool]:
        """Whether it must be erased now."""
        return and_(self.is_old, self.is_over, ~self.is_held)


def usual_keeping() -> Keeping:
    """How long where the settings say nothing."""
    facts, recordings, whole = (
        timedelta(days=Settings.model_fields[f"hotline_keep_{part}_days"].default)
        for part in ("facts", "recordings", "calls")
    )
    return Keeping(facts, recordings, whole)


def keeping_of(settings: Settings) -> Keeping:
    """How long the settings say."""
    return Keeping(
        facts=timedelta(days=settings.hotline_keep_facts_days),
        recordings=timedelta(days=settings.hotline_keep_recordings_days),
        calls=timedelta(days=settings.hotline_keep_calls_days),
    )


def rules(keeping: Keeping, now: datetime) -> tuple[Rule, ...]:
    """Every rule at this moment. Of one kind there may be two, for different rows."""
    until = now - keeping.facts
    return (
        _states(now),
        *_callers(until, now),
        _facts(until, now),
        *_numbers(until),
        _texts(until),
        Rule(Kind.WRONG_RECEIPTS, true(), wrong_receipts.c.at, until, true(), (wrong_receipts.c.at,)),
        _recordings(now - keeping.recordings),
        _whole_calls(now - keeping.calls),
    )


def _states(now: datetime) -> Rule:
    is_there = calls.c.erased_at.is_(None) & calls.c.ended_at.is_not(None)
    erased = {"sealed": None, "erased_at": now}
    since = calls.c.ended_at
    return Rule(Kind.STATES, is_there, since, now - STATE_KEPT_FOR, true(), (since,), erased)


def _facts(until: datetime, now: datetime) -> Rule:
    erased = {"facts_sealed": None, "person_print": None, "facts_erased_at": now}
    since = requests.c.finished_at
    return Rule(Kind.FACTS, requests.c.facts_sealed.is_not(None), since, until, true(), (since,), erased)


def _texts(until: datetime) -> Rule:
    # Every text has a fingerprint until it is erased. One that waits, or that may be sent still, needs it all.
    is_there = texts.c.to_print.is_not(None)
    erased = {"to_sealed": None, "to_print": None, "body_sealed": None}
    since = texts.c.created_at
    return Rule(Kind.TEXTS, is_there, since, until, _is_sent(), (texts.c.to_print, since), erased)


def _recordings(until: datetime) -> Rule:
    since = messages.c.recorded_at
    return Rule(Kind.RECORDINGS, messages.c.deleted_at.is_(None), since, until, true(), (since,))


def _callers(until: datetime, now: datetime) -> Iterator[Rule]:
    forgotten = {"caller_sealed": None, "caller_print": None, "caller_end_print": None, "caller_erased_at": now}
    number = calls.c.caller_sealed.is_not(None)
    yield Rule(Kind.CALLERS, number, calls.c.ended_at, until, true(), (calls.c.ended_at,), forgotten)
    # A fingerprint goes in its time also where no number was kept with it. A call starts before it ends, and that is
    # what the index can tell.
    lone = calls.c.caller_print.is_not(None) & calls.c.caller_sealed.is_(None)
    order = (calls.c.caller_print, calls.c.started_at)
    yield Rule(Kind.CALLERS, lone, calls.c.ended_at, until, calls.c.started_at <= until, order, forgotten)


def _numbers(until: datetime) -> Iterator[Rule]:
    for kind, number, since in (
        (Kind.CALL_BACK_NUMBERS, follow_ups.c.call_back_sealed, follow_ups.c.opened_at),
        # The end of a call-back erases its number; the end of these was never told.
        (Kind.DIALLED_NUMBERS, call_backs.c.to_sealed, call_backs.c.created_at),
    ):
        yield Rule(kind, number.is_not(None), since, until, true(), (since,), {number.name: None})


def _whole_calls(until: datetime) -> Rule:
    """Calls, with all that is stored of them. What somebody still works on, or waits for, keeps its call."""
    own = calls.c.sid
    others = or_(
        # A request that was taken up in a later call is told about there.
        exists().where(texts.c.request_id == requests.c.id, requests.c.call_sid == own, texts.c.call_sid != own),
        exists().where(
            follow_ups.c.request_id == requests.c.id, requests.c.call_sid == own, follow_ups.c.call_sid != own
        ),
    )
    is_open = or_(
        exists().where(requests.c.call_sid == own, requests.c.due_at.is_not(None)),
        exists().where(follow_ups.c.call_sid == own, follow_ups.c.resolved_at.is_(None)),
        exists().where(texts.c.call_sid == own, ~_is_sent()),
        exists().where(messages.c.call_sid == own, messages.c.deleted_at.is_(None)),
        others,
    )
    # What started later cannot have ended before, and that is what the index can tell.
    is_over = (calls.c.started_at <= until) & ~is_open
    return Rule(Kind.CALLS, true(), calls.c.ended_at, until, is_over, (calls.c.started_at,))


def _is_sent() -> ColumnElement[bool]:
    return texts.c.due_at.is_(None) & (texts.c.status != TextStatus.WAITING)
