"""The whole line as real processes: web, dispatcher, workers and the reference backend, over real servers.

Only the carrier that brings its text messages lives in a thread of the tests, where they see and trouble it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any, Final, Self

import requests as http
from sqlalchemy import text

from hotline.callflow.state import Step
from hotline.calls.by_text import UNREAD_FOR
from hotline.local.child import Command, kill_group, launch, stop
from hotline.local.ports import free_port, is_well
from hotline.local.readiness import dispatcher_listens, worker_waits
from hotline.phone.call import Line
from hotline.phone.caller import Caller
from hotline.phone.carrier import PracticeCarrier, practice_carrier
from hotline.phone.exchange import Account
from hotline.phone.faults import CallFailed
from hotline.phone.texter import Texter
from hotline.privacy import new_key
from hotline.store.database import connect_to
from hotline.store.listings import list_calls, list_follow_ups, list_messages, list_requests, list_texts
from tests.waiting import eventually

HOTLINE = str(Path(sys.executable).with_name("hotline"))
TOKEN = "the auth token of the tests"
BACKEND_TOKEN = "the backend token of the tests"
READY_WITHIN_S = 60.0
TEXT_SENDER: Final = "+815031234567"
NUMBERS: Final = frozenset({TEXT_SENDER, "+81120950178"})
"""What the account may write from, and call from."""

LISTINGS: Final = {
    "calls": list_calls,
    "requests": list_requests,
    "follow-ups": list_follow_ups,
    "texts": list_texts,
    "messages": list_messages,
}

_SUBSCRIBERS: Final = count(10_000_001)


@dataclass
class RunningLine:
    """Processes by name, each of which can be killed and started again."""

    environment: Mapping[str, str]
    directory: Path
    backend_database_url: str
    carrier: PracticeCarrier
    callers: list[Caller] = field(default_factory=list)
    """Every telephone that was taken up."""
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.environment["HOTLINE_PORT"])

    @property
    def url(self) -> str:
        return self.environment["HOTLINE_PUBLIC_URL"]

    @property
    def database_url(self) -> str:
        return self.environment["DATABASE_URL"]

    @property
    def backend_url(self) -> str:
        return self.environment["CARDSTATUS_URL"]

    def start(self, *names: str) -> None:
        """Start the parts and wait until each does its work."""
        self.launch(*names)
        self.awaits(*names)

    def launch(self, *names: str) -> None:
        """Start the parts and do not wait."""
        for name in names:
            self.children[name] = self._launch(name)

    def awaits(self, *names: str) -> None:
        """Wait until each of the parts does its work."""
        for name in names:
            eventually(lambda name=name: self._is_ready(name), f"{name} is ready", READY_WITHIN_S)

    def kill(self, name: str) -> None:
        """`kill -9`, the whole group at once."""
        kill_group(self.children.pop(name))

    def stop(self, name: str) -> None:
        stop(self.children.pop(name), Command(name, ()))

    def freeze(self, name: str) -> None:
        os.killpg(self.children[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        os.killpg(self.children[name].pid, signal.SIGCONT)

    def caller(self, *, number: str | None = None, **how: Any) -> Caller:
        """A telephone for this line, with a number of its own: the line knows a caller by it for a day.

        A second of holding is a fifth of a second on it, so that nobody waits for a stop that is long done.
        """
        how = {"wait": lambda seconds: sleep(seconds / 5)} | how
        caller = Caller(self.telephone_line(), number=number or new_mobile(), **how)
        self.callers.append(caller)
        return caller

    def texter(self, *, number: str | None = None) -> Texter:
        """A telephone that writes to this line, with a number of its own."""
        return Reader(self, number or new_mobile())

    def hang_up_everybody(self) -> None:
        """End every call that goes on: whoever waits for an operator would keep others waiting."""
        callers, self.callers = self.callers, []
        for caller in callers:
            with suppress(CallFailed):
                if caller.is_in_call:
                    caller.hangs_up()

    def telephone_line(self) -> Line:
        """How the number of this line is set up at the carrier."""
        return Line(
            voice_url=f"{self.url}/voice/incoming",
            token=TOKEN,
            account_sid=self.environment["TWILIO_ACCOUNT_SID"],
            number="+81120950178",
            status_url=f"{self.url}/voice/status",
            sms_url=f"{self.url}/sms/incoming",
            carrier_url=self.carrier.url,
        )

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `hotline ...` with the settings of the line."""
        return subprocess.run((HOTLINE, *arguments), env=self.environment, capture_output=True, text=True, timeout=60)

    def listed(self, what: str, which: str | None = None) -> list[dict[str, Any]]:
        """What `hotline calls --json` and its like print; `which` is a call's SID or a receipt number."""
        engine = connect_to(self.database_url, connections=1)
        try:
            return list(LISTINGS[what](engine, *filter(None, [which])))
        finally:
            engine.dispose()

    def reasons(self, call_sid: str) -> list[str]:
        """Why a person must look at a call, oldest reason first."""
        return [one["reason"] for one in self.listed("follow-ups") if one["call_sid"] == call_sid]

    def conversation_of(self, texter: Texter) -> str:
        """Which conversation the texter's newest message belongs to."""
        (turn,) = self.rows("SELECT call_sid FROM turns WHERE message_sid = :sid", sid=texter.message_sid)
        return str(turn["call_sid"])

    def time_passes(self, seconds: int = 0) -> None:
        """Make every open request so much older, with the last turn of whoever waits for it, and due."""
        # One after the other, calls first, as the line itself locks them: else each might wait for the other.
        self.does(
            "UPDATE calls SET turned_at = turned_at - make_interval(secs => :older) WHERE step = 'waiting'",
            older=seconds,
        )
        older = """
            UPDATE requests SET accepted_at = accepted_at - make_interval(secs => :older), due_at = now()
            WHERE status = 'accepted'
        """
        self.does(older, older=seconds)

    def does(self, statement: str, **values: object) -> None:
        """Change what the line's database has."""
        engine = connect_to(self.database_url, connections=1)
        try:
            with engine.begin() as connection:
                connection.execute(text(statement), values)
        finally:
            engine.dispose()

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        engine = connect_to(self.database_url, connections=1)
        try:
            with engine.connect() as connection:
                return [dict(row) for row in connection.execute(text(query), values).mappings()]
        finally:
            engine.dispose()

    def applied(self) -> list[dict[str, Any]]:
        """What the backend really applied, all of it."""
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            page = self.backend("GET", "/v1/suspensions", params={"after": after}).json()
            if not page["suspensions"]:
                return found
            found += page["suspensions"]
            after = page["next"]

    def backend(self, method: str, path: str, **what: Any) -> http.Response:
        headers = {"Authorization": f"Bearer {BACKEND_TOKEN}"}
        return http.request(method, self.backend_url + path, headers=headers, timeout=10, **what)

    def faults(self, **faults: object) -> None:
        """Program the backend's faults; none given ends them."""
        assert self.backend("PUT", "/faults", json=faults).ok

    def log_of(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text("utf-8", "replace")

    def _launch(self, name: str) -> subprocess.Popen[bytes]:
        arguments = {
            "web": ("web", "--host", "127.0.0.1"),
            "cardstatus": ("cardstatus", "--port", self.backend_url.rpartition(":")[2], "--faults"),
        }.get(name, (name.partition("-")[0],))
        environment = dict(self.environment) | {"CARDSTATUS_DATABASE_URL": self.backend_database_url}
        with (self.directory / f"{name}.log").open("ab") as log:
            return launch(Command(name, (HOTLINE, *arguments), environment, self.directory), log)

    def _is_ready(self, name: str) -> bool:
        child = self.children[name]
        assert child.poll() is None, f"{name} ended with {child.returncode}:\n{self.log_of(name)}"
        match name.partition("-")[0]:
            case "web":
                return is_well(self.port, "/readyz")
            case "cardstatus":
                return is_well(int(self.backend_url.rpartition(":")[2]), "/healthz")
            case "dispatcher":
                return dispatcher_listens(self.database_url)
            case _:
                return worker_waits(self.environment["REDIS_URL"], child.pid)


def new_mobile() -> str:
    """The number of a mobile from which nobody has called yet."""
    return f"+8190{next(_SUBSCRIBERS)}"


@contextmanager
def running_line(
    directory: Path,
    *,
    database_url: str,
    backend_database_url: str,
    redis_url: str,
    parts: tuple[str, ...] = ("cardstatus", "web", "dispatcher", "worker-1"),
    **settings: str,
) -> Iterator[RunningLine]:
    """A line that takes calls until the block ends; settings are those of the README, in any case."""
    port, backend_port = free_port(), free_port()
    account = Account("AC" + "0" * 32, TOKEN, "SK" + "0" * 32, "the secret of the tests", NUMBERS)
    environment = {
        "PATH": os.environ["PATH"],
        "HOTLINE_PORT": str(port),
        "HOTLINE_HOME": str(directory),
        # Whether or not this machine has rendered any, the tests hear voices.
        "HOTLINE_RECORDINGS": str(directory / "recordings"),
        "HOTLINE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOTLINE_ENCRYPTION_KEYS": new_key(),
        "HOTLINE_SECRET_KEY": "a secret of sixteen and more",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "TWILIO_ACCOUNT_SID": account.sid,
        "TWILIO_AUTH_TOKEN": account.token,
        "TWILIO_API_KEY": str(account.api_key),
        "TWILIO_API_SECRET": str(account.api_secret),
        "TEXT_SENDER": TEXT_SENDER,
        "CARDSTATUS_URL": f"http://127.0.0.1:{backend_port}",
        "CARDSTATUS_TOKEN": BACKEND_TOKEN,
    }
    with ExitStack() as everything:
        carrier = everything.enter_context(practice_carrier(account))
        environment["TWILIO_API_URL"] = carrier.url
        environment |= {name.upper(): value for name, value in settings.items()}
        line = RunningLine(environment, directory, backend_database_url, carrier)
        everything.callback(lambda: [kill_group(child) for child in line.children.values()])
        line.start(*parts)
        yield line
        for name in list(line.children):
            line.stop(name)


class Reader(Texter):
    """Writes as people do: nothing before what the line wrote last can have been read."""

    def __init__(self, line: RunningLine, number: str) -> None:
        super().__init__(line.telephone_line(), number=number)
        self._running = line
        self._has_written = False

    def writes(self, text: str) -> Self:
        if self._has_written:
            self._reads_on()
        self._has_written = True
        return super().writes(text)

    def _reads_on(self) -> None:
        """Make the read-back so much older as it takes to arrive: the hand of a clock is all that is moved.

        tests/local/test_run.py waits for it.
        """
        older = """
            UPDATE calls SET turned_at = turned_at - :unread_for FROM turns
            WHERE call_sid = sid AND message_sid = :message AND step = :step
        """
        self._running.does(older, unread_for=UNREAD_FOR, message=self.message_sid, step=Step.CONFIRM)
