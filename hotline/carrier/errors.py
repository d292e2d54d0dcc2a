"""How asking Twilio fails. The texts carry statuses and codes, never a number and never what a message says.

What Twilio and its library say of a failure does carry both, so that nothing here is raised from it.
"""


class Retryable(Exception):
    """Twilio certainly did not take it; the same may be asked again later."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"Twilio did not take it ({cause}): ask again later.")
        self.cause = cause


class Permanent(Exception):
    """Twilio refused, and would refuse again."""

    def __init__(self, cause: str, code: int | None) -> None:
        super().__init__(f"Twilio refused it ({cause}): look the code up in Twilio's list of errors, and correct it.")
        self.cause = cause
        self.code = code
        """Twilio's own code, or None when it gave none."""


class Unknown(Exception):
    """Twilio may have taken it, and its answer was lost: nobody may ask again."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"Twilio may have taken it ({cause}): do not ask again, look it up in Twilio's log.")
        self.cause = cause
