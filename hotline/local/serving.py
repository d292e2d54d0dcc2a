"""Becoming a web server."""

import os
import sys
from pathlib import Path
from typing import Final, NoReturn

_SERVER: Final = (
    *("--worker-class=gthread", "--workers=2", "--threads=4", "--keep-alive=75", "--graceful-timeout=15"),
    *("--no-control-socket", "--log-level=warning"),
)


def become_server(host: str, port: int, application: str) -> NoReturn:
    """This program becomes the server, so that signals and exit codes are the server's own."""
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    address = f"[{host}]" if ":" in host else host
    os.execv(gunicorn, [gunicorn, f"--bind={address}:{port}", *_SERVER, application])
