"""Running the backend as a program."""

import logging
import os
import socket
from pathlib import Path
from types import FrameType
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from hotline import clock
from hotline.cardstatus.reference.app import create_app
from hotline.cardstatus.reference.database import open_database, prepare
from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.made_up import made_up_people
from hotline.cardstatus.reference.people import read_people
from hotline.cardstatus.reference.trouble import WAITING_LIMIT

THREADS: Final = WAITING_LIMIT + 4
"""Requests that are worked on at once."""

_BACKLOG: Final = 256


def serve(host: str, port: int, database_url: str, token: str, people: Path | None, faults: bool) -> None:
    """Run the backend until SIGTERM or SIGINT, then end the process; raises CannotServe before it answers anything.

    `people` is the file with the register, None the made-up one. Needs the main thread, for the signals.
    """
    if not token:
        raise CannotServe("CARDSTATUS_TOKEN is empty: without a token anybody could stop a card.")
    register = read_people(people, clock.in_japan(clock.now()).date()) if people else made_up_people()
    bound = _bind(host, port)
    engine = open_database(database_url)
    app = create_app(engine, token, prepare(engine, register), faults=faults)
    bound.listen(_BACKLOG)
    _worker(app, bound).init_process()
    logging.shutdown()
    # Requests that still wait, for programmed latency, would keep the process for as long. They had their second.
    os._exit(0)


def _bind(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise CannotServe(
            f"The card-status backend cannot use port {port} on {host} ({error.strerror}): "
            "stop the program that uses it, or choose another port."
        ) from error
    # Accepted connections inherit it. Small answers must not wait for more to send.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _worker(app: Flask, bound: socket.socket) -> ThreadWorker:
    program = _Program(app)
    log = _QuietLog(program.cfg)
    return _LoneWorker(0, os.getppid(), [bound], program, program.cfg.timeout, program.cfg, log)


class _LoneWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker without the arbiter that usually starts it.

    There is one worker anyway, and a backend of one process is gone when it is killed: an arbiter would leave an
    orphan behind that goes on answering for a second and keeps the port.
    """

    def is_parent_alive(self) -> bool:
        """Whoever started it may leave."""
        return True

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at Ctrl-C as at SIGTERM.

        gunicorn's own way takes the lock of the thread pool inside the signal's interruption, which may hold it: that
        stands still for ever, and there is no arbiter to end it.
        """
        self.handle_exit(sig, frame)


class _Program(BaseApplication):  # type: ignore[misc]
    """What gunicorn is told: all of it here, no arguments and no files."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        super().__init__()

    def load_config(self) -> None:
        """Settings by gunicorn's names."""
        self.cfg.set("threads", THREADS)
        # Longer than the pauses between two suspensions in a busy hour: a new connection costs a caller time.
        self.cfg.set("keepalive", 75)
        # Seconds that requests under way get when the backend is told to stop.
        self.cfg.set("graceful_timeout", 1)

    def load(self) -> Flask:
        """The app that is served."""
        return self._app


class _QuietLog(Logger):  # type: ignore[misc]
    """gunicorn's log goes where the program's log goes: errors only, because its warnings repeat what was sent."""

    def setup(self, cfg: Any) -> None:
        """Take gunicorn's own writers away."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.setLevel(logging.ERROR)
        self.error_log.propagate = True
