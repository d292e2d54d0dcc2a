"""What a worker does for one try of one request."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from hotline import clock, metrics
from hotline.callflow.effects import Reason
from hotline.cardstatus.client import Answered, CardStatus
from hotline.cardstatus.errors import Permanent, Retryable
from hotline.privacy import CannotUnseal, Vault
from hotline.store import requests
from hotline.store.calls import settle_outcome
from hotline.store.database import DATABASE_TROUBLE, Connection, Engine
from hotline.store.facts import unseal_facts
from hotline.store.follow_ups import open_again, open_follow_up
from hotline.store.open_requests import OpenRequest, find_open, is_known_by
from hotline.store.requests import Status, status_of
from hotline.store.said import note_try
from hotline.suspensions.pace import GIVE_UP_AFTER

log = logging.getLogger(__name__)

UNREADABLE: Final = "facts cannot be read"
"""What a try came to whose facts no key fits; else it is a status, or the cause that the backend's client gives."""


class Stopper:
    """Asks the backend for what a request promised, and writes down what it said."""

    def __init__(
        self, engine: Engine, vault: Vault, backend: CardStatus, now: Callable[[], datetime] = clock.now
    ) -> None:
        self._engine = engine
        # The same pool without BEGIN and ROLLBACK: the caller waits for every round trip before the backend is asked.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._vault = vault
        self._backend = backend
        self._now = now

    def stop(self, request_id: str, attempt: int) -> None:
        """Do what try number `attempt` of a request is for.

        Never raises: RQ would keep the traceback in Redis, and the request is due again anyhow. Done twice, also
        at the same time, the backend acts once and one answer is written. Every try that was made is written down
        with what it came to.
        """
        try:
            self._stop(UUID(request_id), attempt)
        except Exception as error:
            # Without the error's own text, which may quote what was keyed.
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "a try failed; the request is due again",
                extra={
                    "request": request_id,
                    "try": attempt,
                    "error": type(error).__name__,
                    "where": f"{where.filename}:{where.lineno}",
                },
            )

    def _stop(self, request_id: UUID, attempt: int) -> None:
        with self._reading.connect() as connection:
            request = find_open(connection, request_id)
        if request is None or self._is_over(request, attempt):
            return
        try:
            facts = unseal_facts(self._vault, request.facts_sealed)
            with metrics.BACKEND_SECONDS.time():
                answered = self._backend.suspend(request.key, request.targets, facts)
        except Retryable as error:
            log.warning("the backend did not answer; the request is due again", extra=_about(request, error.cause))
            self._note(request, attempt, error.cause)
        except (Permanent, CannotUnseal) as error:
            self._give_up(request, attempt, error)
        except Exception as error:
            self._note(request, attempt, type(error).__name__)
            raise
        else:
            self._finish(request, attempt, answered)

    def _is_over(self, request: OpenRequest, attempt: int) -> bool:
        """Whether a later try has taken the place of this one, or it is too late for any.

        So it is when the request was sent again after this try: a claim of its own comes for that. A worker that stood
        still for hours must not ask with a key that the backend may have forgotten.
        """
        is_replaced = attempt < request.attempts or 0 < attempt <= request.attempts_before
        return is_replaced or self._now() - request.sent_at >= GIVE_UP_AFTER

    def _finish(self, request: OpenRequest, attempt: int, answered: Answered) -> None:
        now = self._now()
        status = status_of(answered.answers)
        unidentified = status in (Status.NOT_FOUND, Status.AMBIGUOUS)
        with self._engine.begin() as connection:
            # A caller who is still on the line is asked again; one who has hung up meanwhile must be looked for.
            hung_up = requests.lock_call(connection, request.call_sid)
            finished = requests.finish(
                connection,
                request.id,
                backend_id=answered.backend_id,
                answers=answered.answers,
                municipality=answered.municipality,
                now=now,
                key=request.key,
                attempt=attempt,
            )
            if finished and hung_up:
                settle_outcome(connection, request.call_sid, requests.OUTCOMES[status])
            if finished and unidentified:
                self._leave(connection, request, hung_up, now)
        if finished:
            seconds = (now - request.sent_at).total_seconds()
            metrics.TRIES.labels(status.value).inc()
            if status is Status.SUSPENDED:
                metrics.CONFIRM_TO_STOP_SECONDS.observe(seconds)
            log.info("request finished", extra={**_about(request), "status": status.value, "seconds": seconds})
        else:
            self._keep_late(request, attempt, status)

    def _leave(self, connection: Connection, request: OpenRequest, hung_up: bool, now: datetime) -> None:
        """Leave to an operator whom the backend did not identify."""
        sid, reason = request.call_sid, Reason.NOT_IDENTIFIED
        if request.is_sent_again:
            # Whoever sent it may have resolved what they had to do, and the call knows nothing of this.
            open_again(connection, call_sid=sid, reason=reason, now=now, request_id=request.id)
        elif hung_up:
            open_follow_up(connection, call_sid=sid, reason=reason, now=now, request_id=request.id)

    def _keep_late(self, request: OpenRequest, attempt: int, status: Status) -> None:
        """Write down an answer that came too late to count.

        If it stopped something for facts that were replaced meanwhile, an operator has to know.
        """
        self._note(request, attempt, status.value)
        if status is not Status.SUSPENDED:
            return
        with self._engine.begin() as connection:
            if is_known_by(connection, request.id, request.key):
                return
            open_again(
                connection,
                call_sid=request.call_sid,
                reason=Reason.NEEDS_OPERATOR,
                now=self._now(),
                request_id=request.id,
            )
        log.error("a stop was carried out for a request that was sent again meanwhile", extra=_about(request))

    def _give_up(self, request: OpenRequest, attempt: int, error: Permanent | CannotUnseal) -> None:
        with self._engine.begin() as connection:
            given_up = requests.give_up(connection, request.id, now=self._now(), key=request.key)
        cause = error.cause if isinstance(error, Permanent) else str(error)
        if given_up:
            log.error("request left to an operator", extra=_about(request, cause))
        self._note(request, attempt, error.cause if isinstance(error, Permanent) else UNREADABLE)

    def _note(self, request: OpenRequest, attempt: int, said: str) -> None:
        """Write down what the try came to; if that fails, the request is none the worse for it."""
        metrics.TRIES.labels(said).inc()
        try:
            with self._reading.connect() as connection:
                note_try(connection, request.id, attempt, said, self._now())
        except DATABASE_TROUBLE as error:
            log.warning("what a try came to is not written down", extra=_about(request, type(error).__name__))


def _about(request: OpenRequest, cause: str | None = None) -> dict[str, object]:
    about: dict[str, object] = {"request": str(request.id), "try": request.attempts}
    return about if cause is None else {**about, "cause": cause}
