"""The hotline's own processes, started as in production."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.site import Site
from hotline.local.child import Command, launch, stop
from hotline.local.embedded import wait_until
from hotline.local.ports import free_port, is_well, somebody_listens
from hotline.local.readiness import dispatcher_listens, worker_waits
from hotline.local.serving import server_arguments

_HOTLINE: Final = str(Path(sys.executable).with_name("hotline"))
GUNICORN: Final = str(Path(sys.executable).with_name("gunicorn"))
"""The program that `hotline web` becomes."""


@dataclass(frozen=True, slots=True)
class Running:
    """A program that was started."""

    name: str
    pid: int
    port: int = 0
    """Where it answers; 0 when it does not."""


@contextmanager
def web(site: Site, database_url: str, command: Sequence[str] = ()) -> Iterator[Running]:
    """The web server over a database: `hotline web`, or another command, in which {port} stands for its port."""
    port = free_port()
    filled = tuple(part.replace("{port}", str(port)) for part in command)
    settings = {"DATABASE_URL": database_url, "HOTLINE_PORT": str(port)}
    ours = (_HOTLINE, "web", "--host", "127.0.0.1")
    with _started(site, "web", filled or ours, settings, lambda _: is_well(port, "/readyz"), port) as started:
        yield started


@contextmanager
def console(site: Site, database_url: str) -> Iterator[Running]:
    """The operators' pages over a database: `hotline console`."""
    port = free_port()
    command = (_HOTLINE, "console", "--host", "127.0.0.1")
    settings = console_settings(database_url, port)
    with _started(site, "console", command, settings, lambda _: is_well(port, "/console/healthz"), port) as started:
        yield started


def console_settings(database_url: str, port: int) -> dict[str, str]:
    """What the console is told beyond what everybody is."""
    address = f"http://localhost:{port}"
    return {"DATABASE_URL": database_url, "HOTLINE_CONSOLE_PORT": str(port), "HOTLINE_CONSOLE_URL": address}


@contextmanager
def same_server(site: Site, app: str) -> Iterator[Running]:
    """The server that `hotline web` is, with all its options, but with another app."""
    port = free_port()
    command = (GUNICORN, *server_arguments(f"127.0.0.1:{port}", app))
    url = f"http://127.0.0.1:{port}"
    with _started(site, "bare", command, {}, lambda _: somebody_listens(url), port) as started:
        yield started


@contextmanager
def whole_line(site: Site, database_url: str, people: Path, workers: int) -> Iterator[list[Running]]:
    """Everything that a call needs, the web server first; the backend answers at once."""
    site.empty_valkey()
    with ExitStack() as stack:
        backend = stack.enter_context(_backend(site, people))
        settings = {"DATABASE_URL": database_url, "CARDSTATUS_URL": f"http://127.0.0.1:{backend.port}"}
        line = [stack.enter_context(web(site, database_url)), backend]
        for name, command, is_ready in _beside_web(site, database_url, workers):
            line.append(stack.enter_context(_started(site, name, (_HOTLINE, command), settings, is_ready)))
        yield line


def _beside_web(site: Site, database_url: str, workers: int) -> Iterator[tuple[str, str, Callable[[int], bool]]]:
    yield "dispatcher", "dispatcher", lambda _: dispatcher_listens(database_url)
    for number in range(1, workers + 1):
        yield f"worker {number}", "worker", lambda pid: worker_waits(site.valkey.url(), pid)


@contextmanager
def _backend(site: Site, people: Path) -> Iterator[Running]:
    port = free_port()
    settings = {
        "CARDSTATUS_DATABASE_URL": site.new_database("cardstatus", migrated=False),
        "CARDSTATUS_PEOPLE": str(people),
    }
    command = (_HOTLINE, "cardstatus", "--port", str(port))
    with _started(site, "cardstatus", command, settings, lambda _: is_well(port, "/healthz"), port) as started:
        yield started


@contextmanager
def _started(
    site: Site,
    name: str,
    arguments: tuple[str, ...],
    settings: Mapping[str, str],
    is_ready: Callable[[int], bool],
    port: int = 0,
) -> Iterator[Running]:
    command = Command(name, arguments, {**site.environment, **settings})
    log_file = site.home / f"{name}.log"
    with log_file.open("ab") as log:
        child = launch(command, log)
    try:
        wait_until(lambda: is_ready(child.pid), lambda: child.poll() is not None, log_file)
        yield Running(name, child.pid, port)
    finally:
        stop(child, command)
