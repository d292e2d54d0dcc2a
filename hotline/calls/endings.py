"""Ends calls, and writes down what each leaves to a person."""

import logging
from dataclasses import replace
from datetime import datetime

from hotline.callflow import flow
from hotline.callflow.effects import Reason
from hotline.callflow.line import Line, Now
from hotline.callflow.state import Outcome, State, Step
from hotline.calls.again import twice
from hotline.calls.known import UnknownCall
from hotline.calls.looking import find_waited
from hotline.calls.prints import Prints
from hotline.calls.promises import Place, Promises
from hotline.calls.saved import unseal
from hotline.privacy import CannotUnseal, Vault
from hotline.store import calls as stored_calls
from hotline.store.database import Connection, Engine

log = logging.getLogger(__name__)


class Endings:
    """The ends of the calls of the line."""

    def __init__(self, engine: Engine, vault: Vault, prints: Prints, line: Line) -> None:
        self._transacting = engine.execution_options(isolation_level="READ COMMITTED")
        self._vault = vault
        self._prints = prints
        self._promises = Promises(vault, prints)
        self._line = line

    def end(self, sid: str, status: str, at: datetime) -> bool:
        """Close a call as ended with this status; False when it had ended before, or was never answered.

        When what it knew cannot be read any more, a person is told that.
        """
        return twice(lambda: self._end(sid, status, at))

    def abandon(self, sid: str, at: datetime) -> bool:
        """Close a call with which the line cannot go on, and leave it to a person; False when it had ended before."""
        with self._transacting.begin() as connection:
            if stored_calls.end_call(connection, sid, "failed", at) is None:
                return False
            self._promises.leave(connection, sid, Reason.ERROR, at)
            return True

    def keep_message(self, sid: str, recording_sid: str, seconds: int, at: datetime) -> bool:
        """Keep a voice message that Twilio tells of by itself, because its caller hung up; False if it is kept already.

        Told twice, also in a turn, it is kept once. Raises UnknownCall for a call that was never answered.
        """
        return twice(lambda: self._keep_message(sid, recording_sid, seconds, at))

    def _end(self, sid: str, status: str, at: datetime) -> bool:
        with self._transacting.begin() as connection:
            ended = stored_calls.end_call(connection, sid, status, at)
            if ended is None:
                return False
            try:
                if ended.sealed is not None:
                    self._leave(connection, sid, unseal(self._vault, ended.sealed).state, at)
            except CannotUnseal as error:
                log.error("a call ended that cannot be read", extra={"cause": str(error)})
                self._promises.leave(connection, sid, Reason.ERROR, at)
            return True

    def _leave(self, connection: Connection, sid: str, state: State, at: datetime) -> None:
        """What the end of a call leaves to a person, with what became of its request meanwhile."""
        waited = find_waited(connection, state.accepted_in or sid, at) if state.outcome is Outcome.ACCEPTED else None
        if waited is not None:
            if not waited.given_up:
                self._promises.write_when_done(connection, Place(sid, 0, state, at))
            state = flow.take(replace(state, step=Step.WAITING), waited, Now(at, self._line)).state
        stored_calls.write_outcome(connection, sid, state.outcome)
        self._promises.keep(connection, Place(sid, 0, state, at), flow.hang_up(state))

    def _keep_message(self, sid: str, recording_sid: str, seconds: int, at: datetime) -> bool:
        with self._transacting.begin() as connection:
            call = stored_calls.find_call(connection, sid)
            if call is None:
                raise UnknownCall(f"Call {self._prints.of_call(sid)} is not known.")
            kept = self._promises.keep_message(connection, sid, recording_sid, seconds, at)
            if kept:
                self._promises.leave(connection, sid, Reason.MESSAGE, at, self._caller(call.sealed))
            return kept

    def _caller(self, sealed: bytes | None) -> str | None:
        try:
            return None if sealed is None else unseal(self._vault, sealed).state.caller
        except CannotUnseal:
            return None
