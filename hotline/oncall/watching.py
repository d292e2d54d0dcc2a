"""Watching: a limit that stays broken is a trouble, of which people are told until somebody has it or it is over."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from hotline.oncall.limits import LIMITS, Breach, Limit, Severity
from hotline.oncall.roster import Person, Roster
from hotline.oncall.standing import Standing
from hotline.store import troubles as store
from hotline.store.database import DATABASE_TROUBLE, Connection, Engine
from hotline.store.troubles import Trouble

log = logging.getLogger(__name__)

Key: TypeAlias = tuple[str, str]
"""The limit's name, and what it is about."""

_UNWRITTEN: Final = 0
"""The number of a trouble that could not be written down yet."""


@dataclass(frozen=True, slots=True)
class Page:
    """What somebody is told."""

    title: str
    text: str


Tell: TypeAlias = Callable[[Person, Page], bool]
"""Tells somebody; whether whoever carries it took it."""


class Watching:
    """For one process. Several may watch; the one whose connection holds the lock acts."""

    def __init__(self, roster: Roster, tell: Tell, limits: Sequence[Limit] = LIMITS) -> None:
        self._roster = roster
        self._tell = tell
        self._limits = limits
        self._since: dict[Key, datetime] = {}
        self._unwritten: dict[Key, Trouble] = {}
        """Troubles that began while PostgreSQL was away: nobody waits for it to be told."""

    def round(self, standing: Standing, engine: Engine) -> None:
        """Open, tell and close what the present moment asks for. To be called every few seconds.

        While PostgreSQL is away everything is kept in mind and told all the same, by each process that watches.
        """
        broken = {(one.limit.name, ""): one for one in self._breaches(standing)}
        lasting = self._lasting(broken, standing.at)
        unknown = {limit.name for limit in self._limits if limit.measure(standing) is None}
        try:
            if standing.told is None:
                raise _Away
            with engine.begin() as connection:
                over = self._write(connection, lasting, broken, unknown, standing.at)
            self._announce(over)
            self._tell_open(engine, standing.at)
        except (*DATABASE_TROUBLE, _Away):
            self._keep_in_mind(lasting, standing.at)

    def _breaches(self, standing: Standing) -> Iterator[Breach]:
        return (breach for limit in self._limits if (breach := limit.broken_by(standing)))

    def _lasting(self, broken: Mapping[Key, Breach], now: datetime) -> dict[Key, Breach]:
        """Those that have been broken for long enough, without a break."""
        self._since = {key: self._since.get(key, now) for key in broken}
        return {key: one for key, one in broken.items() if now - self._since[key] >= one.limit.lasting}

    def _write(
        self,
        connection: Connection,
        lasting: Mapping[Key, Breach],
        broken: Mapping[Key, Breach],
        unknown: set[str],
        now: datetime,
    ) -> list[Trouble]:
        """Write down what began; returns what is over."""
        for kept in self._unwritten.values():
            store.open_trouble(connection, kept)
        self._unwritten = {}
        standing = {one.key: one for one in store.find_open(connection)}
        for key, breach in lasting.items():
            if key not in standing:
                store.open_trouble(connection, _opened(breach, now))
                log.error("trouble", extra={"limit": key[0], "said": breach.said})
            elif standing[key].said != breach.said:
                store.say_anew(connection, standing[key].id, breach.said)
        # What cannot be known now may still be wrong.
        gone = [one for key, one in standing.items() if key not in broken and key[0] not in unknown]
        return [one for one in gone if store.note_over(connection, one.id, now)]

    def _announce(self, over: Sequence[Trouble]) -> None:
        for one in over:
            log.info("a trouble is over", extra={"limit": one.limit_name})
            for person in self._were_told(one):
                self._tell(person, Page(f"Over: {one.limit_name}", f"It is over. It was: {one.said}"))

    def _were_told(self, one: Trouble) -> Sequence[Person]:
        if one.severity == Severity.TICKET:
            return self._roster.whom(Severity.TICKET, 0) if one.told else ()
        return self._roster.person[: one.told]

    def _tell_open(self, engine: Engine, now: datetime) -> None:
        with engine.connect() as connection:
            waiting = [one for one in store.find_open(connection) if self._is_due(one, now)]
        for one in waiting:
            if self._tell_of(one):
                with engine.begin() as connection:
                    store.note_told(connection, one.id, now)

    def _is_due(self, one: Trouble, now: datetime) -> bool:
        if one.taken_at is not None:
            return False
        return one.told_at is None or now - one.told_at >= self._roster.repeat

    def _tell_of(self, one: Trouble) -> bool:
        """Tell whoever is next; whether there was anybody. One whose message fails counts as told: the next follows."""
        people = self._roster.whom(Severity(one.severity), one.told)
        taking = f"`hotline troubles take {one.id} --who NAME` says that you have it; " if one.id else ""
        page = Page(
            f"{one.severity.upper()}: {one.limit_name}",
            f"{one.said}\nWhat to do: `hotline runbook {one.limit_name}`\n{taking}`hotline status` shows the rest.",
        )
        for person in people:
            if not self._tell(person, page):
                log.error(
                    "somebody could not be told of a trouble", extra={"who": person.name, "limit": one.limit_name}
                )
        return bool(people)

    def _keep_in_mind(self, lasting: Mapping[Key, Breach], now: datetime) -> None:
        for key, breach in lasting.items():
            one = self._unwritten.setdefault(key, _opened(breach, now))
            if self._is_due(one, now) and self._tell_of(one):
                self._unwritten[key] = replace(one, told=one.told + 1, told_at=now)


class _Away(Exception):
    """PostgreSQL is known to be away."""


def _opened(breach: Breach, now: datetime) -> Trouble:
    return Trouble(_UNWRITTEN, breach.limit.name, "", breach.limit.severity.value, breach.said, now)
