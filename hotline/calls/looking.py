"""What happened, with what the line has to look up for it: the conversation itself knows no database."""

from dataclasses import replace
from datetime import datetime

from hotline.callflow import flow
from hotline.callflow.events import Event, InLine, KeysPressed, LookedUp, MayText, Silence, Spoken, Waited
from hotline.callflow.line import Now
from hotline.callflow.replies import Listen
from hotline.callflow.state import Dropped, State, Step
from hotline.callflow.steps.taking_up import can_be_taken_up
from hotline.calls import limits
from hotline.calls.prints import Prints
from hotline.calls.saved import unseal
from hotline.privacy import CannotUnseal, Vault
from hotline.speech.hearing import understand
from hotline.store import calls as stored_calls
from hotline.store import receipts, requests, texts
from hotline.store.calls import LastCall
from hotline.store.database import Connection, Engine
from hotline.store.facts import unseal_facts
from hotline.store.requests import FoundReceipt, Progress, Status


class Looking:
    """Looks up what a step waits for. Whoever is in a hold gets what was found, whatever the webhook said."""

    def __init__(self, engine: Engine, vault: Vault, prints: Prints) -> None:
        self._engine = engine
        self._vault = vault
        self._prints = prints

    def event(self, sid: str, state: State, event: Event, now: Now) -> Event:
        """The event as the conversation understands it at this step."""
        match state.step, event:
            case Step.WAITING, KeysPressed():
                return event
            case Step.WAITING, _:
                return self._progress(state.accepted_in or sid, now.at)
            case Step.RECEIPT_LOOKUP, _:
                return self._receipt(state, now.at)
            case Step.TEXT_PROMISE, _:
                return self._may_text(state, now.at)
            case (Step.OPERATOR, _) | (Step.IN_LINE, Silence()):
                return self._place(state, now.at)
            case _, Spoken():
                return self._understood(state, event, now)
            case _:
                return event

    def dropped(self, last: LastCall) -> Dropped | None:
        """The caller's last call, if it can still be taken up."""
        if last.sealed is None:
            return None
        try:
            state = unseal(self._vault, last.sealed).state
        except CannotUnseal:
            return None
        return Dropped(last.sid, replace(state, dropped=None)) if can_be_taken_up(state) else None

    def waited(self, connection: Connection, sid: str, at: datetime) -> Waited | None:
        """How the newest request of a call stands, or None when it made none."""
        progress = requests.find_newest(connection, sid)
        return None if progress is None else _waited(progress, at)

    def _progress(self, sid: str, at: datetime) -> Waited:
        with self._engine.connect() as connection:
            waited = self.waited(connection, sid, at)
        assert waited is not None, "a call waits only for a request that was committed with its turn"
        return waited

    def _receipt(self, state: State, at: datetime) -> LookedUp:
        asked = state.asked_receipt or ""
        since = at - limits.A_DAY
        with self._engine.connect() as connection:
            tried = [receipts.count_wrong_receipts(connection, since, receipt_print=self._prints.of_receipt(asked))]
            if state.caller is not None:
                caller = self._prints.of_number(state.caller)
                tried.append(receipts.count_wrong_receipts(connection, since, caller_print=caller))
            if max(tried) >= limits.WRONG_RECEIPTS:
                return LookedUp(None, is_limited=True)
            found = requests.find_by_receipt(connection, asked)
        if found is None or not self._is_holder(found, state):
            return LookedUp(None)
        return LookedUp(replace(_waited(found.progress, at), finished_at=found.finished_at))

    def _is_holder(self, found: FoundReceipt, state: State) -> bool:
        """Whether the birth date that was keyed is the holder's; once that is erased, nobody can prove it any more."""
        if found.facts_sealed is None:
            return False
        return unseal_facts(self._vault, found.facts_sealed).birth_date == state.asked_birth_date

    def _may_text(self, state: State, at: datetime) -> MayText:
        since = at - limits.A_DAY
        to = self._prints.of_number(state.text_number or "")
        with self._engine.connect() as connection:
            is_too_many = (
                texts.count_texts(connection, since, to_print=to) >= limits.TEXTS_TO_A_NUMBER
                or self._of_caller(connection, state, since) >= limits.TEXTS_OF_A_CALLER
                or texts.count_texts(connection, at - limits.AN_HOUR) >= limits.TEXTS_IN_ALL
            )
        return MayText(may=not is_too_many)

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


def _waited(progress: Progress, at: datetime) -> Waited:
    return Waited(
        progress.receipt_number,
        (at - progress.accepted_at).total_seconds(),
        dict(progress.answers),
        given_up=progress.status is Status.NEEDS_OPERATOR,
        slowed=progress.slowed,
        municipality=progress.municipality,
    )
