"""The hotline's processes, as a local run starts them."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hotline.local.child import Command
from hotline.local.embedded import Embedded
from hotline.local.plan import Plan
from hotline.local.ports import is_well, somebody_listens
from hotline.local.readiness import dispatcher_listens, worker_waits
from hotline.local.supervisor import Program

WORKERS: Final = 2
"""Two, so that one is at work while the other is started again or waits for a slow backend."""

_HOTLINE: Final = str(Path(sys.executable).with_name("hotline"))


def server(embedded: Embedded) -> Program:
    """PostgreSQL or Valkey, made ready to start; raises CannotStart."""
    embedded.prepare()
    return Program(embedded.command(), lambda _: embedded.answers(), embedded.log_file())


def reference_backend(host: str, port: int, *, faults: bool = False) -> Program:
    """The reference card-status backend."""
    options = ("--host", host, "--port", str(port), *(("--faults",) if faults else ()))
    return _program("cardstatus", lambda _: is_well(port, "/healthz"), "cardstatus", *options)


def practice_carrier(port: int) -> Program:
    """What stands in for Twilio's REST interface."""
    arguments = (sys.executable, "-m", "hotline.phone.carrier", "--port", str(port))
    return Program(Command("carrier", arguments), lambda _: somebody_listens(f"http://127.0.0.1:{port}"))


def practice_phone(port: int) -> Program:
    """The practice phone as a page."""
    return _program("phone", lambda _: is_well(port, "/healthz"), "phone", "--page", "--port", str(port))


def operators_console(port: int) -> Program:
    """The operators' pages."""
    return _program("console", lambda _: is_well(port, "/console/healthz"), "console", "--host", "127.0.0.1")


def line(plan: Plan) -> list[Program]:
    """Web server, dispatcher and workers."""
    database, redis = plan.settings["DATABASE_URL"], plan.settings["REDIS_URL"]
    # A worker that is asked to end in the moment in which Redis goes may wait for Redis instead. It may be killed at
    # any moment, so that is what it gets when all go at once.
    workers = [
        Program(
            Command(f"worker-{number}", (_HOTLINE, "worker"), orphan_signal=signal.SIGKILL),
            lambda pid: worker_waits(redis, pid),
        )
        for number in range(1, WORKERS + 1)
    ]
    return [
        _program("web", lambda _: is_well(plan.port, "/readyz"), "web", "--host", "127.0.0.1"),
        _program("dispatcher", lambda _: dispatcher_listens(database), "dispatcher"),
        *workers,
    ]


def _program(name: str, is_ready: Callable[[int], bool], *arguments: str) -> Program:
    return Program(Command(name, (_HOTLINE, *arguments)), is_ready)
