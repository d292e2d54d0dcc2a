"""The chores that erase what was kept for long enough, prove it, and anchor the audit trail in the log."""

import logging
from datetime import datetime, timedelta
from typing import Final

from hotline.store.audit import find_head
from hotline.store.database import Engine
from hotline.store.erasing import erase_due
from hotline.store.keeping import Keeping
from hotline.store.proving import Proof, prove

log = logging.getLogger(__name__)

PROVEN_EVERY: Final = timedelta(hours=1)
"""How often what was erased is written to the audit trail. What is erased each minute is counted until then; a line for
each minute would hide what people did."""

ANCHORED_EVERY: Final = timedelta(days=1)
"""How often the newest seal is written to the log."""


class Retention:
    """Erases in every round, and proves it now and then: first in its first round, for what one before it left."""

    def __init__(self, engine: Engine, keeping: Keeping, proven_every: timedelta = PROVEN_EVERY) -> None:
        self._engine = engine
        self._keeping = keeping
        self._proven_every = proven_every
        self._next_proof: datetime | None = None

    def __call__(self, now: datetime) -> None:
        """Erase what is due at this moment."""
        erase_due(self._engine, self._keeping, now)
        if self._next_proof is None or self._next_proof <= now:
            _tell(prove(self._engine, self._keeping, now))
            self._next_proof = now + self._proven_every


class Anchor:
    """Writes the audit trail's newest seal to the log, which is kept apart from the database.

    `hotline audit verify --head` with such a seal finds what nobody could see in the database alone: an end that was
    cut off, or rows that were sealed anew.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._next: datetime | None = None

    def __call__(self, now: datetime) -> None:
        """Write it, unless it was written today."""
        if self._next is not None and now < self._next:
            return
        with self._engine.connect() as connection:
            head = find_head(connection)
        if head is not None:
            log.info("audit trail anchored", extra={"rows": head.rows, "head": head.head})
            self._next = now + ANCHORED_EVERY


def _tell(proof: Proof) -> None:
    if proof.erased:
        held = sum(proof.held.values())
        log.info("erased what was kept for long enough", extra={"erased": dict(proof.erased), "held": held})
    if proof.remaining:
        log.error(
            "what should be erased is still there",
            extra={"remaining": dict(proof.remaining), "see": "hotline retention"},
        )
