"""The process that calls the line: a Load as JSON on standard input, its Outcome as JSON on standard output."""

import asyncio
import gc
import json
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import count, cycle, takewhile
from typing import Final

from bench.connection import Connection, NoAnswer
from bench.load import Load, Outcome
from bench.site import PUBLIC_URL
from bench.webhooks import AFTER_THE_STOP, Twilio, Webhook, new_sid

MOST_HOLDS: Final = 65
"""Looks for the result: the line itself goes on after a minute."""

HOLDING: Final = b'actionOnEmptyResult="true"'
"""After the promise only a hold has it."""

HOLD_S: Final = 1.0
"""Seconds for which the line holds a caller between two looks."""

KEYS_OF_A_CALL: Final = 12

_SEED: Final = 7305_0178


@dataclass(slots=True)
class Tally:
    """What is counted while callers call."""

    milliseconds: dict[int, list[float]]
    failed: Counter[str] = field(default_factory=Counter)
    confirmed: dict[str, float] = field(default_factory=dict)
    people: int = 0
    counted_from: float = 0.0
    """The moment, by the performance counter, from which on times count. Failures always do."""

    async def ask(self, connection: Connection, webhook: Webhook) -> bytes:
        """The answer; one that is wrong is counted as failed, and empty."""
        begun = time.perf_counter()
        try:
            answer = await connection.ask(webhook.request)
        except NoAnswer as error:
            self.failed[str(error)] += 1
            return b""
        if not answer.startswith(b"HTTP/1.1 20") or webhook.must_hold not in answer:
            self.failed[_what_came(answer)] += 1
            return b""
        if begun >= self.counted_from:
            self.milliseconds[connection.port].append((time.perf_counter() - begun) * 1000)
        return answer


@dataclass(slots=True)
class Callers:
    """Callers of one line."""

    ports: Iterator[int]
    """Where the next call goes, and so on without end."""
    twilio: Twilio
    load: Load
    tally: Tally

    async def busy(self) -> float:
        """Make all calls up to the promise, as fast as the line lets us; returns the seconds it took."""
        first = self.load.first_person
        people = range(first, first + self.load.calls)
        calls = deque(list(self.twilio.call_until_promise(new_sid(), person)) for person in people)
        # Thousands of requests are alive now, and looking through them again and again would be a load of our own.
        gc.freeze()

        async def caller() -> None:
            connections: dict[int, Connection] = {}
            while calls:
                port = next(self.ports)
                connection = connections.setdefault(port, Connection(port))
                for webhook in calls.popleft():
                    await self.tally.ask(connection, webhook)
            for connection in connections.values():
                connection.close()

        begun = time.monotonic()
        await asyncio.gather(*(caller() for _ in range(self.load.callers)))
        return time.monotonic() - begun

    async def crowd(self) -> float:
        """Many at once, each with one call after the other, until the time is over.

        A lead-in that does not count brings each of them to some point of a call: else all would confirm at once.
        """
        chance = random.Random(_SEED)
        counted_from = time.monotonic() + self.load.lead_in_s
        end = counted_from + self.load.seconds
        self.tally.counted_from = time.perf_counter() + self.load.lead_in_s

        def moments() -> Iterator[float]:
            # Everybody somewhere else between two keys.
            position, hasty_pause_s = chance.random(), self.load.lead_in_s / KEYS_OF_A_CALL
            for left in range(chance.randrange(KEYS_OF_A_CALL), 0, -1):
                yield counted_from - hasty_pause_s * (left - position)
            yield from takewhile(end.__gt__, count(counted_from + self.load.pause_s * position, self.load.pause_s))

        async def caller(keys: Iterator[float]) -> None:
            with suppress(Over):
                while True:
                    await self._call(keys)

        callers = [asyncio.create_task(caller(moments())) for _ in range(self.load.callers)]
        # Whoever is on hold then would wait for a line without workers to give up.
        over, on_hold = await asyncio.wait(callers, timeout=end - time.monotonic() + HOLD_S)
        for one in on_hold:
            one.cancel()
        await asyncio.gather(*over)
        await asyncio.gather(*on_hold, return_exceptions=True)
        return self.load.seconds

    async def arrivals(self) -> float:
        """New callers at moments that nobody foresees, until the time is over; then wait for the last of them."""
        chance = random.Random(_SEED)
        calls: list[asyncio.Task[None]] = []
        begun = time.monotonic()
        at = begun + chance.expovariate(self.load.calls_a_second)
        while at < begun + self.load.seconds:
            await asyncio.sleep(at - time.monotonic())
            calls.append(asyncio.create_task(self._call(count(at, self.load.pause_s))))
            at += chance.expovariate(self.load.calls_a_second)
        await asyncio.gather(*calls)
        return time.monotonic() - begun

    async def _call(self, keys: Iterator[float]) -> None:
        person = self.load.first_person + self.tally.people
        self.tally.people += 1
        call = Call(self.twilio, self.tally, Connection(next(self.ports)), keys)
        try:
            with suppress(Failed):
                await call.take(person)
        finally:
            call.connection.close()


class Failed(Exception):
    """A webhook failed: nobody knows how the call would go on."""


class Over(Exception):
    """The caller presses no more keys: the measurement is over."""


@dataclass(slots=True)
class Call:
    """One whole call, from the ringing to the hang-up."""

    twilio: Twilio
    tally: Tally
    connection: Connection
    keys: Iterator[float]
    """When the caller presses the next key, however long the answer took; the ringing counts as the first."""
    sid: str = field(default_factory=new_sid)

    async def take(self, person: int) -> None:
        """Stop the person's card; raises Failed or Over."""
        *asked, confirming = self.twilio.call_until_promise(self.sid, person)
        for webhook in asked:
            await self._press(webhook)
        turn = len(asked) + 1
        answer = await self._press(confirming, confirms=True)
        while HOLDING in answer and turn < MOST_HOLDS:
            await asyncio.sleep(HOLD_S)
            answer = await self._ask(self.twilio.turn(self.sid, turn, None))
            turn += 1
        for keys in AFTER_THE_STOP:
            await self._press(self.twilio.turn(self.sid, turn, keys))
            turn += 1
        await self._press(self.twilio.last_turn(self.sid, turn))
        await self._ask(self.twilio.hang_up(self.sid))

    async def _press(self, webhook: Webhook, *, confirms: bool = False) -> bytes:
        due = next(self.keys, None)
        if due is None:
            raise Over
        await asyncio.sleep(due - time.monotonic())
        if confirms:
            self.tally.confirmed[self.sid] = time.time()
        return await self._ask(webhook)

    async def _ask(self, webhook: Webhook) -> bytes:
        answer = await self.tally.ask(self.connection, webhook)
        if not answer:
            raise Failed
        return answer


def _what_came(answer: bytes) -> str:
    status = answer.split(b"\r\n", 1)[0].decode("latin-1")
    return f"{status}, and not the turn that was due" if status.startswith("HTTP/1.1 20") else status


def main() -> None:
    """Do what standard input tells."""
    told = json.load(sys.stdin)
    tally = Tally({port: [] for port in told["ports"]})
    callers = Callers(cycle(told["ports"]), Twilio(PUBLIC_URL, told["token"]), Load(**told["load"]), tally)
    kinds: dict[str, Callable[[], Awaitable[float]]] = {
        "busy": callers.busy,
        "crowd": callers.crowd,
        "arrivals": callers.arrivals,
    }
    seconds = asyncio.run(_awaited(kinds[callers.load.kind]()))
    times = list(tally.milliseconds.values())
    outcome = Outcome(seconds, times, dict(tally.failed), tally.confirmed, tally.people)
    json.dump(asdict(outcome), sys.stdout)


async def _awaited(work: Awaitable[float]) -> float:
    return await work


if __name__ == "__main__":
    main()
