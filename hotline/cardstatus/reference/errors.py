"""Why the backend does not start."""


class CannotServe(Exception):
    """The backend cannot start; the text says what is wrong and what to do."""
