"""How asking the card-status backend fails. The texts carry ids and statuses, never what was keyed."""

from uuid import UUID


class Retryable(Exception):
    """The backend gave no answer that counts; asking again with the same key is safe and may help."""

    def __init__(self, key: UUID, cause: str) -> None:
        super().__init__(
            f"The card-status backend did not answer request {key} ({cause}): ask again with the same key."
        )
        self.key = key
        self.cause = cause


class Permanent(Exception):
    """The backend refused, and would refuse again."""

    def __init__(self, key: UUID, cause: str) -> None:
        super().__init__(f"The card-status backend refused request {key} ({cause}): an operator has to go on.")
        self.key = key
        self.cause = cause
