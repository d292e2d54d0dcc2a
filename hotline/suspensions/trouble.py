"""Saying once that a part is gone, and once that it is back."""

import logging

log = logging.getLogger(__name__)


class Trouble:
    """Whether a part that this process needs is gone."""

    def __init__(self, part: str) -> None:
        self._part = part
        self.stands = False

    def begins(self, error: Exception) -> None:
        """The part did not answer. Said again, it is not logged again."""
        if not self.stands:
            cause = str(error).partition("\n")[0]
            log.error("%s is gone; trying until it is back", self._part, extra={"cause": cause})
        self.stands = True

    def ends(self) -> None:
        """The part answered."""
        if self.stands:
            log.info("%s is back", self._part)
        self.stands = False
