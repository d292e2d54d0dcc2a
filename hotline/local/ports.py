"""Who answers on a port, and whether it is free."""

import http.client
import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import psutil

from hotline.local.child import CannotStart

_ASK_LIMIT_S = 5.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def free_port() -> int:
    """A port of loopback on which nothing listens now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def must_be_free(port: int, why: str, remedy: str) -> None:
    """Raises CannotStart, which names who listens on the port where the system tells."""
    with socket.socket() as one:
        # As servers do: what is left of connections to a predecessor does not count.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(f"Port {port}, {why}, is in use{_by_whom(port)} ({error.strerror}): {remedy}") from error


def is_on_this_machine(url: str) -> bool:
    """Whether the URL leads to loopback."""
    return urlsplit(url).hostname in _LOOPBACK


def port_of(url: str) -> int:
    """The port that the URL leads to."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def somebody_listens(url: str) -> bool:
    """Whether anything accepts connections there."""
    try:
        socket.create_connection((urlsplit(url).hostname or "", port_of(url)), timeout=_ASK_LIMIT_S).close()
    except OSError:
        return False
    return True


def is_well(port: int, path: str) -> bool:
    """Whether a program of ours answers its health check with 200."""
    return _get(port, path, {})[0] == http.client.OK


def get_json(port: int, path: str, token: str) -> Any:
    """What a program of ours answers as JSON; None when it does not."""
    status, body = _get(port, path, {"Authorization": f"Bearer {token}"})
    return json.loads(body) if status == http.client.OK else None


def _get(port: int, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ASK_LIMIT_S)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _by_whom(port: int) -> str:
    with suppress(psutil.Error, OSError):
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr[1:] == (port,) and one.pid:
                return f" by process {one.pid}, {psutil.Process(one.pid).name()}"
    return ""
