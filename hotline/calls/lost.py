"""Closes calls whose end the telephone network never told: its callbacks are best-effort."""

import logging
from datetime import datetime, timedelta
from typing import Final

from hotline.callflow.state import Step
from hotline.calls.endings import Endings
from hotline.store.calls import find_silent_calls
from hotline.store.database import Engine

log = logging.getLogger(__name__)

LOST_AFTER: Final = timedelta(minutes=10)
"""How long a call may take no turn: every reply ends by itself within two minutes, or brings the next turn."""

LOST_BY_TEXT_AFTER: Final = timedelta(minutes=30)
"""How long the writer of a text may take to answer, before the next one begins anew."""

LOST_WITH_OPERATOR_AFTER: Final = timedelta(hours=4, minutes=10)
"""The same for a caller who talks to an operator: no turn is taken meanwhile, and Twilio ends calls after 4 hours."""


def close_lost_calls(engine: Engine, endings: Endings, now: datetime) -> int:
    """Close every call that has been silent for too long, with what it leaves to a person; returns how many."""
    with engine.connect() as connection:
        sids = find_silent_calls(
            connection,
            now - LOST_AFTER,
            but_at=Step.RINGING,
            at_that_step_before=now - LOST_WITH_OPERATOR_AFTER,
            texts_before=now - LOST_BY_TEXT_AFTER,
        )
    closed = sum(endings.end(sid, "lost", now) for sid in sids)
    if closed:
        log.info("closed calls whose end was never told", extra={"calls": closed})
    return closed
