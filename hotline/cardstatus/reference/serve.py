"""Running the backend as a program."""

import logging
import socket
import time
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from hotline import clock
from hotline.cardstatus.reference.app import create_app
from hotline.cardstatus.reference.database import open_database, prepare
from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.made_up import made_up_people
from hotline.cardstatus.reference.people import read_people

THREADS = 16
"""Requests that are worked on at once."""

_STOP_S = 1
"""Seconds that requests under way get to end when the backend is told to stop."""

_PORT_PATIENCE_S = 3.0
"""Seconds to wait for a port. A predecessor that was killed outright can leave a process that notices after one second,
and then ends what it is doing."""


def serve(host: str, port: int, database_url: str, token: str, people: Path | None, faults: bool) -> None:
    """Run the backend until SIGTERM or SIGINT, then leave the process; raises CannotServe before it answers anything.

    `people` is the file with the register, None the made-up one.
    """
    if not token:
        raise CannotServe("CARDSTATUS_TOKEN is empty: without a token anybody could stop a card.")
    register = read_people(people, clock.in_japan(clock.now()).date()) if people else made_up_people()
    bound = _bind(host, port)
    engine = open_database(database_url)
    secret = prepare(engine, register)
    # The process that answers is forked from this one, and a connection must not be used on both sides of a fork.
    engine.dispose()
    _Program(create_app(engine, token, secret, faults=faults), bound).run()


def _bind(host: str, port: int) -> socket.socket:
    deadline = time.monotonic() + _PORT_PATIENCE_S
    while True:
        bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            return bound
        except OSError as error:
            bound.close()
            if time.monotonic() > deadline:
                raise CannotServe(
                    f"The card-status backend cannot use port {port} on {host} ({error.strerror}): "
                    "stop the program that uses it, or choose another port."
                ) from error
        time.sleep(0.1)


class _Program(BaseApplication):  # type: ignore[misc]
    """gunicorn, told everything here: it reads no arguments and no files."""

    def __init__(self, app: Flask, bound: socket.socket) -> None:
        self._app, self._bound = app, bound
        super().__init__()

    def load_config(self) -> None:
        """Settings by gunicorn's names."""
        settings: dict[str, Any] = {
            "bind": f"fd://{self._bound.detach()}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            # Longer than the pauses between two suspensions in a busy hour: a new connection costs a caller time.
            "keepalive": 75,
            "graceful_timeout": _STOP_S,
            "logger_class": _QuietLog,
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app that gunicorn serves."""
        return self._app


class _QuietLog(Logger):  # type: ignore[misc]
    """gunicorn's log goes where the program's log goes: errors only, because its warnings repeat what was sent."""

    def setup(self, cfg: Any) -> None:
        """Take gunicorn's own writers away."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.setLevel(logging.ERROR)
        self.error_log.propagate = True
