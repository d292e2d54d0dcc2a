"""One more try, when a connection to the database was lost."""

import logging
from collections.abc import Callable
from typing import TypeVar

from hotline.store.database import DATABASE_TROUBLE

log = logging.getLogger(__name__)

T = TypeVar("T")


def twice(work: Callable[[], T]) -> T:
    """Once more on a fresh connection when the first was lost; when the second is lost, DATABASE_TROUBLE goes through.

    For work that can be repeated. A turn can: every write asks for the turn before it, so that if the lost commit did
    arrive, the second try finds it and gives its answer.
    """
    try:
        return work()
    except DATABASE_TROUBLE:
        log.warning("lost the database in a turn, trying once more")
        return work()
