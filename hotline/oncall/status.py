"""How the line stands, on one screen of a terminal and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import click

from hotline.clock import in_japan
from hotline.oncall.limits import Breach, Severity
from hotline.oncall.standing import Standing, Told
from hotline.suspensions.standing import QueueState

EXIT_CODES: Final[Mapping[Severity | None, int]] = {None: 0, Severity.TICKET: 1, Severity.PAGE: 2}
"""By what is worst."""

MOST_SHOWN: Final = 8
"""Late requests and workers that fit on the screen; --json has all."""

_COLOURS: Final = {Severity.PAGE: "red", Severity.TICKET: "yellow"}


def worst(breaches: list[Breach]) -> Severity | None:
    """None when nothing is broken."""
    found = {breach.limit.severity for breach in breaches}
    return Severity.PAGE if Severity.PAGE in found else Severity.TICKET if found else None


def screen(standing: Standing, breaches: list[Breach]) -> Iterator[str]:
    """One line after the other; times are Japan's."""
    yield click.style(f"The line at {in_japan(standing.at):%Y-%m-%d %H:%M:%S}, Japan's time", bold=True)
    yield ""
    for breach in breaches:
        severity = breach.limit.severity
        yield f"{click.style(f'{severity.value.upper():<7}', fg=_COLOURS[severity], bold=True)} {breach.said}"
        yield f"        What to do: hotline runbook {breach.limit.name}"
    if not breaches:
        yield click.style("Nothing is wrong.", fg="green", bold=True)
    yield ""
    yield from _of_database(standing.told, standing.at) if standing.told else [_row("database", "does not answer")]
    yield from _of_queue(standing.queue, standing.at) if standing.queue else [_row("redis", "does not answer")]
    yield from _late(standing)


def as_json(standing: Standing, breaches: list[Breach]) -> dict[str, Any]:
    """The same for programs; times are UTC."""
    broken = [
        {"limit": one.limit.name, "severity": one.limit.severity.value, "value": one.value, "said": one.said}
        for one in breaches
    ]
    queue = None if standing.queue is None else {**asdict(standing.queue), "ids": sorted(standing.queue.ids)}
    told = None if standing.told is None else asdict(standing.told)
    return {"at": standing.at, "broken": broken, "database": told, "queue": queue}


def _of_database(told: Told, now: datetime) -> Iterator[str]:
    promises, kept = told.promises, told.kept
    oldest = f", the oldest for {_since(promises.oldest, now)}" if promises.oldest else ""
    yield _row("requests", f"{promises.open} without an answer{oldest}; {promises.late} of them late")
    yield _row("", f"{promises.needs_operator} given up; {promises.follow_ups} follow-ups open")
    yield _row("last hour", f"{kept.accepted} accepted, {kept.in_time} answered within 60 s{_seconds(kept)}")
    by_language = ", ".join(f"{language} {count}" for language, count in sorted(promises.calls.items()))
    yield _row("calls", f"{sum(promises.calls.values())} on the line{by_language and f' ({by_language})'}")
    yield _row("", f"{promises.in_line} wait for an operator or talk to one")
    yield _row("texts", f"{promises.texts_due} due, {promises.texts_waiting} wait for their request")
    for breath in told.breaths:
        yield _row(breath.kind, f"{breath.name.partition(' ')[2]}, last breath {_since(breath.at, now)} ago")
    if told.pause:
        yield _row("paused", f"for {_since(told.pause.began_at, now)}: {told.pause.reason}")


def _of_queue(queue: QueueState, now: datetime) -> Iterator[str]:
    oldest = f", the oldest for {_since(queue.oldest_at, now)}" if queue.oldest_at else ""
    yield _row("queue", f"{queue.waiting} wait{oldest}; {queue.started} run, {queue.failed} failed")
    for worker in queue.workers[:MOST_SHOWN]:
        breath = _since(worker.breathed_at, now) if worker.breathed_at else "?"
        gone = "" if worker.lives(now) else ", gone"
        yield _row("worker", f"{worker.host} {worker.name[:8]}, {worker.state}, last breath {breath} ago{gone}")
    keeping = queue.keeping
    limit = f" of {keeping.limit_bytes / 1e6:,.0f}" if keeping.limit_bytes else ""
    disk = "writes all to the disk" if keeping.appends else "keeps only snapshots"
    yield _row("redis", f"{keeping.used_bytes / 1e6:,.1f}{limit} MB, {keeping.policy}, {disk}")


def _late(standing: Standing) -> Iterator[str]:
    if standing.told is None or not standing.told.late:
        return
    lost = {one.id for one in standing.lost}
    yield ""
    yield "Late requests, the oldest first:"
    for one in standing.told.late[:MOST_SHOWN]:
        said = one.said or "not asked yet"
        nowhere = ", not in Redis" if one.id in lost else ""
        yield f"  {one.receipt_number}  {_since(one.sent_at, standing.at)}, {one.attempts} tries, {said}{nowhere}"
    if (more := len(standing.told.late) - MOST_SHOWN) > 0:
        yield f"  and {more} more"


def _row(name: str, text: str) -> str:
    return f"{name:<12}{text}"


def _since(moment: datetime, now: datetime) -> str:
    seconds = max(0, int((now - moment).total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _seconds(kept: Any) -> str:
    if kept.seconds_p50 is None:
        return ""
    return f", half of them within {kept.seconds_p50:.2f} s, 95 % within {kept.seconds_p95:.2f} s"
