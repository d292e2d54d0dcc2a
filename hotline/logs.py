"""One JSON object a line on standard error, for machines first and people second."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

# Each of these writes request data or a line a request at INFO; ours already writes the one line a turn.
_NOISY = ("urllib3", "twilio", "rq", "alembic", "werkzeug")
_WEB_SERVER = "gunicorn.error"


def start_logging(level: int = logging.INFO) -> None:
    """Send everything that is logged in this process to standard error. Calling it again changes nothing."""
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(
        JsonFormatter(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "from"},
            timestamp="at",
            json_ensure_ascii=False,
        )
    )
    logging.basicConfig(level=level, handlers=[writer], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    _quieten(logging.getLogger(_WEB_SERVER))


def _quieten(server: logging.Logger) -> None:
    """Errors only, in the same form as everything else: its warnings repeat what was sent, which may be keyed."""
    server.handlers.clear()
    server.propagate = True
    server.setLevel(logging.ERROR)
