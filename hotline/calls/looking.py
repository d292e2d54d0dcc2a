"""What happened, with what the line has to look up for it: the conversation itself knows no database."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from hotline import metrics
from hotline.callflow import flow
from hotline.callflow.events import (
    Dialled,
    Event,
    InLine,
    KeysPressed,
    LookedUp,
    MayText,
    Silence,
    Spoken,
    TransferEnded,
    Waited,
)
from hotline.callflow.line import Now
from hotline.callflow.my_number import may_be_my_number
from hotline.callflow.replies import Listen
from hotline.callflow.state import Dropped, Outcome, State, Step
from hotline.callflow.steps.taking_up import can_be_taken_up
from hotline.calls import limits
from hotline.calls.prints import Prints
from hotline.calls.promises import purpose_of
from hotline.calls.saved import unseal
from hotline.privacy import CannotUnseal, Vault
from hotline.speech.hearing import understand
from hotline.store import calls as stored_calls
from hotline.store import receipts, requests, texts
from hotline.store.calls import LastCall
from hotline.store.database import Connection, Engine
from hotline.store.facts import unseal_facts
from hotline.store.requests import FoundReceipt, Progress, Status

log = logging.getLogger(__name__)

LANGUAGE_KEPT_FOR: Final = timedelta(hours=24)
"""How long a caller who calls again is answered in the language of the last call."""

TAKEN_UP_WITHIN: Final = timedelta(minutes=15)
"""How long a call that broke off can be taken up again. Must not be longer than what it knew is kept."""


class Looking:
    """Looks up what a step waits for. Whoever is in a hold gets what was found, whatever the webhook said."""

    def __init__(self, engine: Engine, vault: Vault, prints: Prints) -> None:
        self._engine = engine
        self._vault = vault
        self._prints = prints

    def event(self, sid: str, state: State, event: Event, now: Now) -> Event:
        """The event as the conversation understands it at this step.

        While a caller holds, a person, the languages and a word can be asked for, and twelve digits are refused; at
        every other key the line looks for the answer, as it does at none.
        """
        match state.step, event:
            case (Step.WAITING, KeysPressed("0" | "9")) | (Step.OPERATOR, TransferEnded()):
                return event
            case Step.WAITING, KeysPressed(keys) if may_be_my_number(keys) or (keys == "*" and not state.by_text):
                return event
            case Step.WAITING, _:
                return self._progress(state.accepted_in or sid, now.at)
            case Step.TAKE_UP, KeysPressed() | Spoken():
                return self._taking_up(state, event, now)
            case Step.RECEIPT_LOOKUP, _:
                return self._receipt(state, now.at)
            case Step.TEXT_PROMISE, _:
                return self._may_text(sid, state, now.at)
            case (Step.OPERATOR, _) | (Step.IN_LINE, Silence()):
                return self._place(state, now.at)
            case _, Spoken():
                return self._understood(state, event, now)
            case _:
                return event

    def recognise(self, event: Dialled, now: Now) -> tuple[Dialled, Dropped | None]:
        """The call in the caller's last language, if that is still offered, and the call they may go on with."""
        if event.caller is None:
            return event, None
        caller = self._prints.of_number(event.caller)
        with self._engine.connect() as connection:
            last = stored_calls.find_last_calls(connection, caller, now.at - LANGUAGE_KEPT_FOR)
        if last and last[0].language in now.line.languages:
            event = replace(event, language=last[0].language)
        dropped = self._broken_off(call for call in last if call.turned_at >= now.at - TAKEN_UP_WITHIN)
        return event, None if dropped is None or self._is_guessed_at(dropped, now.at) else dropped

    def _taking_up(self, state: State, event: KeysPressed | Spoken, now: Now) -> Event:
        """A birth date only as long as nobody tries one after the other, in calls that may go on at once."""
        heard = self._understood(state, event, now) if isinstance(event, Spoken) else event
        keys = heard.means if isinstance(heard, Spoken) else heard.keys
        is_date = keys is not None and len(keys.rstrip("#")) > 1 and not may_be_my_number(keys)
        if is_date and state.dropped is not None and self._is_guessed_at(state.dropped, now.at):
            return LookedUp(None, is_limited=True)
        return heard

    def _is_guessed_at(self, dropped: Dropped, at: datetime) -> bool:
        with self._engine.connect() as connection:
            tried = receipts.count_wrong_receipts(
                connection, at - limits.A_DAY, receipt_print=self._prints.of_call(dropped.call_sid)
            )
        return tried >= limits.BIRTH_DATES_AT_A_CALL

    def _broken_off(self, last: Iterable[LastCall]) -> Dropped | None:
        """The newest that can be taken up; before calls in which nothing was asked for, as when a line breaks twice."""
        for call in last:
            state = self._read(call)
            if state is not None and can_be_taken_up(state):
                return Dropped(call.sid, replace(state, dropped=None))
            if state is None or state.outcome is not Outcome.NOTHING:
                return None
        return None

    def _read(self, call: LastCall) -> State | None:
        try:
            return None if call.sealed is None else unseal(self._vault, call.sealed).state
        except CannotUnseal:
            return None

    def _progress(self, sid: str, at: datetime) -> Waited:
        with self._engine.connect() as connection:
            waited = find_waited(connection, sid, at)
        assert waited is not None, "a call waits only for a request that was committed with its turn"
        return waited

    def _receipt(self, state: State, at: datetime) -> LookedUp:
        asked = state.asked_receipt or ""
        with self._engine.connect() as connection:
            if self._has_tried_too_often(connection, asked, state.caller, at):
                metrics.LIMITS_HIT.labels("receipts").inc()
                return LookedUp(None, is_limited=True)
            found = requests.find_by_receipt(connection, asked)
        if found is None or not self._is_holder(found, state):
            return LookedUp(None)
        waited = _waited(found.progress, at)
        return LookedUp(replace(waited, finished_at=found.finished_at, targets=found.targets, loss=found.loss))

    def _has_tried_too_often(self, connection: Connection, asked: str, caller: str | None, at: datetime) -> bool:
        tried = partial(receipts.count_wrong_receipts, connection)
        since = at - limits.A_DAY
        if tried(since, receipt_print=self._prints.of_receipt(asked)) >= limits.WRONG_RECEIPTS:
            return True
        if caller is None:
            return tried(at - limits.AN_HOUR, withheld=True) >= limits.WRONG_RECEIPTS_WITHOUT_NUMBER
        return tried(since, caller_print=self._prints.of_number(caller)) >= limits.WRONG_RECEIPTS

    def _is_holder(self, found: FoundReceipt, state: State) -> bool:
        """Whether the birth date that was keyed is the holder's; once that is erased, nobody can prove it any more."""
        if found.facts_sealed is None:
            return False
        try:
            return unseal_facts(self._vault, found.facts_sealed).birth_date == state.asked_birth_date
        except CannotUnseal as error:
            log.error(
                "the facts of a request cannot be read, so that nobody is told of it", extra={"cause": str(error)}
            )
            return False

    def _may_text(self, sid: str, state: State, at: datetime) -> MayText:
        """Not a second one about the same request: another call may have taken up the same one that broke off."""
        since = at - limits.A_DAY
        to = self._prints.of_number(state.text_number or "")
        with self._engine.connect() as connection:
            is_too_many = (
                texts.count_texts(connection, since, to_print=to) >= limits.TEXTS_TO_A_NUMBER
                or self._of_caller(connection, state, since) >= limits.TEXTS_OF_A_CALLER
                or texts.count_texts(connection, at - limits.AN_HOUR) >= limits.TEXTS_IN_ALL
            )
            request = requests.find_newest_id(connection, state.accepted_in or sid)
            is_there = request is not None and texts.is_promised(connection, request, purpose_of(state))
        return MayText(may=not is_too_many and not is_there)

    def _of_caller(self, connection: Connection, state: State, since: datetime) -> int:
        if state.caller is None:
            return 0
        return texts.count_texts(connection, since, caller_print=self._prints.of_number(state.caller))

    def _place(self, state: State, at: datetime) -> InLine:
        with self._engine.connect() as connection:
            return InLine(stored_calls.count_ahead(connection, state.in_line_since or at))

    def _understood(self, state: State, spoken: Spoken, now: Now) -> Spoken:
        ending = flow.asked(state, now).ending
        if spoken.means is not None or not isinstance(ending, Listen):
            return spoken
        return replace(spoken, means=understand(spoken.words, spoken.confidence, state.language, ending))


def find_waited(connection: Connection, sid: str, at: datetime) -> Waited | None:
    """How the newest request of a call stands, or None when it made none."""
    progress = requests.find_newest(connection, sid)
    return None if progress is None else _waited(progress, at)


def _waited(progress: Progress, at: datetime) -> Waited:
    return Waited(
        progress.receipt_number,
        (at - progress.accepted_at).total_seconds(),
        dict(progress.answers),
        given_up=progress.status is Status.NEEDS_OPERATOR,
        slowed=progress.slowed,
        municipality=progress.municipality,
    )
