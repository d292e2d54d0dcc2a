"""What may not be: each limit in one table, and which of them are broken at a moment."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hotline.oncall.standing import Standing, Told
from hotline.suspensions.standing import QueueState

SECOND: Final = timedelta(seconds=1)

MINUTE: Final = timedelta(minutes=1)

DISPATCHER: Final = "dispatcher"


class Severity(StrEnum):
    """Whom it concerns."""

    PAGE = "page"
    """Somebody is woken: callers are harmed, or will be within minutes."""
    TICKET = "ticket"
    """Somebody looks at it in the daytime."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What may not be. Its runbook has its name."""

    name: str
    most: float
    """More than this is too much."""
    unit: str
    lasting: timedelta
    """For so long without a break; sooner nobody is told."""
    severity: Severity
    sentence: str
    """What is wrong, for whoever is woken, with {value} for the figure."""
    measure: Callable[[Standing], float | None]
    """None when it cannot be known, because a server does not answer: that has limits of its own."""

    def broken_by(self, standing: Standing) -> "Breach | None":
        """How it is broken at this moment, however short."""
        value = self.measure(standing)
        if value is None or value <= self.most:
            return None
        return Breach(self, value, self.sentence.format(value=f"{value:,.0f}"))


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that is broken now."""

    limit: Limit
    value: float
    said: str


def check(standing: Standing, limits: Sequence[Limit] | None = None) -> Iterator[Breach]:
    """Everything that is too much at this moment, whoever is to be woken first."""
    for limit in LIMITS if limits is None else limits:
        if breach := limit.broken_by(standing):
            yield breach


def _told(measure: Callable[[Told, datetime], float | None]) -> Callable[[Standing], float | None]:
    return lambda standing: None if standing.told is None else measure(standing.told, standing.at)


def _queue(measure: Callable[[QueueState, datetime], float | None]) -> Callable[[Standing], float | None]:
    return lambda standing: None if standing.queue is None else measure(standing.queue, standing.at)


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else (now - since).total_seconds()


def _without_dispatcher(told: Told, now: datetime) -> float:
    """Since when none has breathed; a line that never had one counts as without one for an hour."""
    newest = max((one.at for one in told.breaths if one.kind == DISPATCHER), default=now - timedelta(hours=1))
    return _age(newest, now)


def _memory_share(queue: QueueState, _: datetime) -> float:
    keeping = queue.keeping
    return 100 * keeping.used_bytes / keeping.limit_bytes if keeping.limit_bytes else 0.0


LIMITS: Final = (
    Limit(
        "database_away",
        0,
        "",
        10 * SECOND,
        Severity.PAGE,
        "PostgreSQL does not answer: callers hear only the last resort.",
        lambda standing: float(standing.told is None),
    ),
    Limit(
        "unanswered",
        120,
        "s",
        MINUTE,
        Severity.PAGE,
        "A caller who was told that the card will be stopped has waited {value} s for it.",
        _told(lambda told, now: _age(told.promises.oldest, now)),
    ),
    Limit(
        "needs_operator",
        0,
        "requests",
        0 * SECOND,
        Severity.PAGE,
        "The line has given up {value} requests: an operator must stop these cards by hand.",
        _told(lambda told, _: told.promises.needs_operator),
    ),
    Limit(
        "no_worker",
        0,
        "",
        MINUTE,
        Severity.PAGE,
        "No worker lives: what callers confirm is not carried out.",
        _queue(lambda queue, now: float(queue.alive(now) == 0)),
    ),
    Limit(
        "no_dispatcher",
        60,
        "s",
        0 * SECOND,
        Severity.PAGE,
        "No dispatcher has said for {value} s that it lives: what callers confirm is not handed over.",
        _told(_without_dispatcher),
    ),
    Limit(
        "dispatch_lag",
        30,
        "s",
        30 * SECOND,
        Severity.PAGE,
        "A request has been due for {value} s and nobody has handed it over.",
        _told(lambda told, now: 0.0 if told.pause else _age(told.promises.overdue_since, now)),
    ),
    Limit(
        "redis_evicts",
        0,
        "keys",
        0 * SECOND,
        Severity.PAGE,
        "Redis has thrown away {value} keys: jobs are lost, and driven again later.",
        _queue(lambda queue, _: queue.keeping.evicted),
    ),
    Limit(
        "redis_policy",
        0,
        "",
        0 * SECOND,
        Severity.PAGE,
        "Redis throws jobs away when it is full: its maxmemory-policy is not noeviction.",
        _queue(lambda queue, _: float(queue.keeping.policy != "noeviction")),
    ),
    Limit(
        "redis_memory",
        90,
        "%",
        MINUTE,
        Severity.PAGE,
        "Redis has used {value} % of its memory: at its limit nothing more can be handed over.",
        _queue(_memory_share),
    ),
    Limit(
        "redis_away",
        0,
        "",
        MINUTE,
        Severity.TICKET,
        "Redis does not answer: requests wait in PostgreSQL until it is back.",
        lambda standing: float(standing.queue is None),
    ),
    Limit(
        "redis_writes",
        0,
        "",
        MINUTE,
        Severity.TICKET,
        "Redis cannot write to its disk.",
        _queue(lambda queue, _: float(not queue.keeping.writes)),
    ),
    Limit(
        "lost_in_queue",
        0,
        "requests",
        MINUTE,
        Severity.TICKET,
        "{value} late requests were handed over, and Redis does not have them: they are driven again when due.",
        lambda standing: float(len(standing.lost)),
    ),
    Limit(
        "texts_late",
        300,
        "s",
        MINUTE,
        Severity.TICKET,
        "A promised text message has been due for {value} s.",
        _told(lambda told, now: _age(told.promises.texts_due_since, now)),
    ),
    Limit(
        "queue_paused",
        600,
        "s",
        0 * SECOND,
        Severity.TICKET,
        "The queue has been paused for {value} s, and callers wait.",
        _told(lambda told, now: 0.0 if told.pause is None else _age(told.pause.began_at, now)),
    ),
)
"""Ages and counts rather than shares: at three in the morning one caller is all there is. An unanswered request wakes
somebody after twice the time within which callers are promised an answer."""
