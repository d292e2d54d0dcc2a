"""Becoming a web server."""

import importlib
import sys
from typing import Final, NoReturn

from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]

_EVERY: Final = ("--worker-class=gthread", "--keep-alive=75", "--no-control-socket", "--log-level=warning")
_MANY: Final = ("--workers=2", "--threads=4", "--graceful-timeout=15")


def become_server(address: str, application: str, ahead: str, options: tuple[str, ...] = _MANY) -> NoReturn:
    """This program becomes the server, so that signals and exit codes are the server's own.

    `ahead` is a module that is loaded before the workers are forked: one that is started anew, because another died,
    answers at once, and they share its memory. It must neither connect to anything nor start a thread.
    """
    importlib.import_module(ahead)
    sys.argv = ["gunicorn", *server_arguments(address, application, options)]
    sys.exit(run())


def server_arguments(address: str, application: str, options: tuple[str, ...] = _MANY) -> tuple[str, ...]:
    """What gunicorn is told to serve this application there."""
    return (f"--bind={address}", *_EVERY, *options, application)


def address_of(host: str, port: int) -> str:
    """Where to listen, as a URL has it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
