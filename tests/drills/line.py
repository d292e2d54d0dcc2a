"""The whole line as parts that drills kill, freeze and start again, and what the world outside knows of it."""

import signal
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row
from redis import Redis

from hotline.phone.caller import Caller
from hotline.phone.texter import Texter
from hotline.store.database import plain_url
from hotline.store.requests import CHANNEL
from hotline.suspensions.queue import QUEUE
from tests.drills.people import Keyed, somebody
from tests.drills.servers import Part, Program, Server
from tests.waiting import eventually
from tests.whole.conftest import Person
from tests.whole.running import RunningLine

PROGRAMS = ("cardstatus", "web", "dispatcher", "worker-1")
"""What runs when nothing is wrong, beside the servers."""


@dataclass
class DrillLine:
    """Programs and servers by name: `postgres`, `valkey`, and those of RunningLine."""

    running: RunningLine
    servers: Mapping[str, Server]
    confirmed: list[Person] = field(default_factory=list)
    """Everybody for whom somebody pressed, in this drill, the key that stops."""
    _stopped_before: set[tuple[str, ...]] = field(default_factory=set)
    _requests_before: set[str] = field(default_factory=set)
    _logged_before: dict[str, int] = field(default_factory=dict)

    def begins(self) -> None:
        """A new drill begins; what others have left behind is not its fault."""
        self.confirmed.clear()
        self._stopped_before = self._stopped_people()
        self._requests_before = {str(one["id"]) for one in self.rows("SELECT id FROM requests")}
        self._logged_before = {log.stem: log.stat().st_size for log in self.running.directory.glob("*.log")}

    # What drills do to the line.

    def kill(self, *names: str) -> None:
        """`kill -9`, one right after the other."""
        for name in names:
            self._part(name).kill()

    def start(self, *names: str) -> None:
        """Start all of them, then wait until each does its work."""
        self.launch(*names)
        for name in names:
            self._part(name).awaits()
        if any(name.startswith("dispatcher") for name in names):
            eventually(self._every_dispatcher_listens, "every dispatcher listens")

    def launch(self, *names: str) -> None:
        """Start them and do not wait."""
        for name in names:
            self._part(name).launch()

    def freeze(self, name: str) -> None:
        self._part(name).signal(signal.SIGSTOP)

    def freeze_waiting(self, name: str) -> None:
        """Freeze an idle worker that has just begun to wait in Redis: its next job is given to it all the same."""

        def is_caught() -> bool:
            self.freeze(name)
            with self.redis() as redis:
                if any("b" in one["flags"] and int(one["idle"]) < 1 for one in redis.client_list()):
                    return True
            self.thaw(name)
            return False

        eventually(is_caught, f"{name} is frozen while it waits for a job")

    def thaw(self, name: str) -> None:
        self._part(name).signal(signal.SIGCONT)

    def mend(self) -> None:
        """Bring everything back as it was in the beginning."""
        for name in set(self.running.children) - set(PROGRAMS):
            self.kill(name)
        everything = (*self.servers, *PROGRAMS)
        for name in everything:
            if self.is_up(name):
                self.thaw(name)
        for several in (self.servers, PROGRAMS):
            self.start(*(name for name in several if not self.is_up(name)))
        self.running.faults()

    def is_up(self, name: str) -> bool:
        return self._part(name).is_up

    def time_passes(self) -> None:
        """Make everything due that waits for its pause to end.

        The pauses are 15 seconds and more. Nobody but the dispatchers looks at this column, so the hand of a clock is
        all that is moved: what follows is what follows when the time is really up. They are woken to look at once.
        """
        self._do("UPDATE requests SET due_at = now() - interval '1 second' WHERE status = 'accepted'")
        self._do("SELECT pg_notify(%s, '')", CHANNEL)

    def time_passes_for(self, caller: Caller, seconds: int) -> None:
        """Make the request of a call older: a minute of holding in no time, for the caller and for the line."""
        older = "UPDATE requests SET accepted_at = accepted_at - make_interval(secs => %s) WHERE call_sid = %s"
        self._do(older, seconds, caller.call_sid)

    def told_to_postgres(self, statement: str) -> None:
        self._do(statement)
        self._do("SELECT pg_reload_conf()")

    # Who calls.

    def caller(self, **how: Any) -> Caller:
        """A telephone of the line."""
        return self.running.caller(**how)

    def writes(self, keyed: Keyed | None = None, **how: Any) -> Texter:
        """Somebody who has written everything, and `1` last: an answer is promised."""
        keyed = keyed or somebody()
        self.confirmed.append(keyed.person)
        texter = self.running.texter(**how).writes("Hello")
        for entry in keyed.entries():
            texter.writes(entry)
        texter.reads("press 1 to stop").writes("1").reads("The result comes as another message")
        return texter

    def confirms(self, keyed: Keyed | None = None) -> Caller:
        """A caller who has keyed everything, and has but to press `1`."""
        keyed = keyed or somebody()
        self.confirmed.append(keyed.person)
        caller = self.caller().dials()
        for entry in keyed.entries():
            caller.keys(entry)
        return caller.hears("press 1 to stop")

    def is_promised(self, keyed: Keyed | None = None) -> Caller:
        """A caller who has pressed `1`, and holds."""
        return self.confirms(keyed).presses("1").hears("One moment")

    def next_turn_of(self, caller: Caller) -> str:
        """Where the next webhook of the call goes."""
        (call,) = self.rows("SELECT turn FROM calls WHERE sid = %s", caller.call_sid)
        return f"/voice/turn?turn={call['turn']}"

    def takes_a_moment(self) -> None:
        """What a person needs between two keys, and longer than PostgreSQL lets a turn that promises nothing wait.

        A commit of such a turn does not wait for the disk, so PostgreSQL may lose those of the last half second.
        """
        (row,) = self.rows("SELECT pg_current_wal_insert_lsn() AS written")
        written = "SELECT pg_current_wal_flush_lsn() >= %s AS safe"
        eventually(lambda: self.rows(written, row["written"])[0]["safe"], "everything is on disk")

    # What is known of the calls, at the line and outside.

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        return _rows(self.running.database_url, query, *values)

    def requests_of(self, caller: Caller) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM requests WHERE call_sid = %s", caller.call_sid)

    def request_of(self, caller: Caller) -> dict[str, Any]:
        """The only request of a call."""
        (request,) = self.requests_of(caller)
        return request

    def applied(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the backend really did for a request."""
        return [one for one in self.running.applied() if one["key"] == str(request["id"])]

    def is_applied(self, caller: Caller) -> None:
        """Wait until the backend has stopped what the call asked for, whether or not the line knows."""
        eventually(lambda: self.applied(self.request_of(caller)), "the backend has stopped it")

    def is_tried(self, caller: Caller, times: int = 1) -> None:
        """Wait until the request was handed over so many times."""
        eventually(lambda: self.request_of(caller)["attempts"] == times, f"try {times} is handed over")

    def is_stopped_once(self, caller: Caller, within_s: float = 30.0) -> dict[str, Any]:
        """Wait until the only request of a call is finished, and see that it was done exactly once."""
        eventually(lambda: self.request_of(caller)["finished_at"], "the request is finished", within_s)
        request = self.request_of(caller)
        (applied,) = self.applied(request)
        assert request["status"] == "suspended"
        assert applied["answers"] == dict.fromkeys(request["targets"], "suspended")
        return request

    def settles(self) -> None:
        """Let time pass until nothing is open, and see that everything promised was done once, and nothing else."""
        eventually(self._is_settled, "nothing is open any more", 60)
        stopping = {str(one["id"]) for one in self.rows("SELECT id FROM requests WHERE status = 'suspended'")}
        keys = [one["key"] for one in self.running.applied() if one["key"] not in self._requests_before]
        assert sorted(keys) == sorted(stopping - self._requests_before)
        assert self._stopped_people() - self._stopped_before == {
            (person.birth_date, person.postal_code, person.house_number) for person in self.confirmed
        }

    # Where things wait.

    def held(self, caller: Caller) -> closing[psycopg.Connection]:
        """Somebody else holds the row of the call, so that its next turn waits in the middle of its commit."""
        row = "SELECT FROM calls WHERE sid = %s FOR NO KEY UPDATE"
        return _holding(self.running.database_url, row, caller.call_sid)

    def backend_held(self, keyed: Keyed) -> closing[psycopg.Connection]:
        """Somebody else holds the person at the backend, so that it waits in the middle of stopping their card."""
        theirs = "SELECT FROM people WHERE birth_date = %s AND postal_code = %s FOR UPDATE"
        return _holding(self.running.backend_database_url, theirs, keyed.person.birth_date, keyed.person.postal_code)

    def turn_waits(self) -> None:
        eventually(lambda: _somebody_waits(self.running.database_url), "a turn waits in the middle of its commit")

    def backend_waits(self) -> None:
        eventually(lambda: _somebody_waits(self.running.backend_database_url), "the backend is in mid-request")

    def says(self, name: str, words: str) -> None:
        """Wait until a program logs these words, for the first time in this drill."""
        log = self.running.directory / f"{name}.log"
        before = self._logged_before.get(name, 0)
        eventually(lambda: words.encode() in log.read_bytes()[before:], f"{name} says {words!r}")

    def redis(self) -> Redis:
        return Redis.from_url(self.running.environment["REDIS_URL"], socket_timeout=5, retry=None)

    def jobs_waiting(self) -> list[str]:
        """The jobs that no worker has taken yet."""
        with self.redis() as redis:
            return [job.decode() for job in redis.lrange(f"rq:queue:{QUEUE}", 0, -1)]

    def is_at_work(self, name: str) -> bool:
        """Whether a worker has taken a job and is not done with it."""
        pid = str(self.running.children[name].pid).encode()
        with self.redis() as redis:
            workers = [redis.hmget(key, "pid", "state") for key in redis.smembers("rq:workers")]
        return [pid, b"busy"] in workers

    def _part(self, name: str) -> Part:
        return self.servers.get(name) or Program(self.running, name)

    def _do(self, statement: str, *values: object) -> None:
        with psycopg.connect(plain_url(self.running.database_url), autocommit=True) as connection:
            connection.execute(statement, values)

    def _is_settled(self) -> bool:
        if not self.rows("SELECT FROM requests WHERE status = 'accepted'"):
            return True
        self.time_passes()
        return False

    def _stopped_people(self) -> set[tuple[str, ...]]:
        query = """
            SELECT birth_date::text, postal_code, house_number FROM people
            WHERE 'suspended' IN (card, smartphone)
        """
        return {tuple(person.values()) for person in _rows(self.running.backend_database_url, query)}

    def _every_dispatcher_listens(self) -> bool:
        listening = self.rows("SELECT FROM pg_stat_activity WHERE left(query, 6) = 'LISTEN'")
        return len(listening) == sum(name.startswith("dispatcher") for name in self.running.children)


def _rows(url: str, query: str, *values: object) -> list[dict[str, Any]]:
    with psycopg.connect(plain_url(url), autocommit=True, row_factory=dict_row) as connection:
        return connection.execute(query, values).fetchall()


def _holding(url: str, query: str, *values: object) -> closing[psycopg.Connection]:
    """A transaction that is rolled back when it is closed, also when the server has died meanwhile."""
    connection = psycopg.connect(plain_url(url))
    connection.execute(query, values)
    return closing(connection)


def _somebody_waits(url: str) -> bool:
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(_rows(url, query))
