"""What a worker does for one try of one request."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from hotline import clock
from hotline.callflow.effects import Reason
from hotline.cardstatus.client import Answered, CardStatus
from hotline.cardstatus.errors import Permanent, Retryable
from hotline.privacy import CannotUnseal, Vault
from hotline.store import requests
from hotline.store.database import Engine
from hotline.store.facts import unseal_facts
from hotline.store.follow_ups import open_follow_up
from hotline.store.requests import OpenRequest, Status, status_of
from hotline.suspensions.pace import GIVE_UP_AFTER

log = logging.getLogger(__name__)


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
        at the same time, the backend acts once and one answer is written.
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
            request = requests.find_open(connection, request_id)
        if request is None or self._is_over(request, attempt):
            return
        try:
            facts = unseal_facts(self._vault, request.facts_sealed)
            answered = self._backend.suspend(request.id, request.targets, facts)
        except Retryable as error:
            log.warning("the backend did not answer; the request is due again", extra=_about(request, error.cause))
        except (Permanent, CannotUnseal) as error:
            self._give_up(request, error)
        else:
            self._finish(request, answered)

    def _is_over(self, request: OpenRequest, attempt: int) -> bool:
        """Whether a later try has taken the place of this one, or it is too late for any.

        A worker that stood still for hours must not ask with a key that the backend may have forgotten.
        """
        return attempt < request.attempts or self._now() - request.accepted_at >= GIVE_UP_AFTER

    def _finish(self, request: OpenRequest, answered: Answered) -> None:
        now = self._now()
        status = status_of(answered.answers)
        with self._engine.begin() as connection:
            # A caller who is still on the line is asked again; one who has hung up meanwhile must be looked for.
            unidentified = status in (Status.NOT_FOUND, Status.AMBIGUOUS)
            hung_up = unidentified and requests.lock_call(connection, request.call_sid)
            finished = requests.finish(
                connection,
                request.id,
                backend_id=answered.backend_id,
                answers=answered.answers,
                municipality=answered.municipality,
                now=now,
            )
            if finished and hung_up:
                open_follow_up(
                    connection,
                    call_sid=request.call_sid,
                    reason=Reason.NOT_IDENTIFIED,
                    now=now,
                    request_id=request.id,
                )
        if finished:
            seconds = (now - request.accepted_at).total_seconds()
            log.info("request finished", extra={**_about(request), "status": status.value, "seconds": seconds})

    def _give_up(self, request: OpenRequest, error: Permanent | CannotUnseal) -> None:
        with self._engine.begin() as connection:
            given_up = requests.give_up(connection, request.id, now=self._now())
        if given_up:
            cause = error.cause if isinstance(error, Permanent) else str(error)
            log.error("request left to an operator", extra=_about(request, cause))


def _about(request: OpenRequest, cause: str | None = None) -> dict[str, object]:
    about: dict[str, object] = {"request": str(request.id), "try": request.attempts}
    return about if cause is None else {**about, "cause": cause}
