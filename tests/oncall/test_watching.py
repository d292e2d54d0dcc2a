from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from hotline.oncall.limits import Limit, Severity
from hotline.oncall.roster import Person, Roster
from hotline.oncall.watch import Lead
from hotline.oncall.watching import Page, Watching
from hotline.store import troubles
from hotline.store.database import connect_to
from tests.oncall.test_limits import CASES, QUIET, standing
from tests.store.rows import NOON

SECOND = timedelta(seconds=1)
MINUTES = timedelta(minutes=5)
ROSTER = Roster.model_validate(
    {
        "person": [
            {"name": "Ai", "tell": ["json://localhost"]},
            {"name": "Ben", "tell": ["json://localhost"], "tickets": True},
        ]
    }
)
LATE, AWAY = CASES["unanswered"], CASES["redis_away"]


@pytest.fixture
def engine(database_url):
    engine = connect_to(database_url)
    yield engine
    engine.dispose()


class Watch:
    """A watch whose messages are kept, and that looks when it is told to."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.said: list[tuple[str, Page]] = []
        self.is_reached = True
        self.watching = Watching(ROSTER, self._tell)

    def _tell(self, person: Person, page: Page) -> bool:
        self.said.append((person.name, page))
        return self.is_reached

    def looks(self, at: datetime, what) -> list[str]:
        """Who was told of what in this round."""
        self.said = []
        self.watching.round(replace(what, at=at), self.engine)
        return [f"{name} {page.title}" for name, page in self.said]

    def open(self):
        with self.engine.connect() as connection:
            return troubles.find_open(connection)


@pytest.fixture
def watch(engine) -> Watch:
    return Watch(engine)


def late(at: datetime):
    """A request that is too old at this moment, too."""
    promises = replace(QUIET.promises, open=1, oldest=at - 121 * SECOND)
    return standing(replace(QUIET, promises=promises, breaths=(replace(QUIET.breaths[0], at=at),)))


def quiet(at: datetime):
    return standing(replace(QUIET, breaths=(replace(QUIET.breaths[0], at=at),)))


def look_late(watch: Watch, *seconds: int) -> list[str]:
    """The last of these rounds, seconds after noon."""
    told: list[str] = []
    for second in seconds:
        at = NOON + second * SECOND
        told = watch.looks(at, fresh(late(at), at))
    return told


def fresh(what, at: datetime):
    """The same, with a worker that breathed just now."""
    return replace(what, queue=replace(what.queue, workers=[replace(what.queue.workers[0], breathed_at=at)]))


def test_a_quiet_line_wakes_nobody(watch):
    assert watch.looks(NOON, standing()) == []
    assert watch.open() == []


def test_what_lasts_too_short_wakes_nobody(watch):
    assert look_late(watch, 0, 59) == []
    at = NOON + 60 * SECOND
    assert watch.looks(at, fresh(quiet(at), at)) == []
    assert look_late(watch, 61, 120) == []
    assert watch.open() == []


def test_what_lasts_wakes_the_first_once(watch):
    assert look_late(watch, 0, 60) == ["Ai PAGE: unanswered"]
    (_, page), (one,) = watch.said[0], watch.open()
    assert "A caller who was told" in page.text
    assert "`hotline runbook unanswered`" in page.text
    assert f"`hotline troubles take {one.id} --who NAME`" in page.text
    assert look_late(watch, 65, 70) == []
    assert (one.told, one.severity) == (1, "page")


def test_when_nobody_has_it_the_next_is_woken_and_then_everybody_again_and_again(watch):
    look_late(watch, 0, 60)
    assert look_late(watch, 359) == []
    assert look_late(watch, 360) == ["Ben PAGE: unanswered"]
    for later in (660, 960):
        assert look_late(watch, later) == ["Ai PAGE: unanswered", "Ben PAGE: unanswered"]


def test_when_somebody_has_it_nobody_else_is_woken_and_all_who_were_hear_that_it_is_over(watch):
    look_late(watch, 0, 60, 360)
    (one,) = watch.open()
    with watch.engine.begin() as connection:
        assert troubles.take(connection, one.id, "Ben", NOON)
        assert not troubles.take(connection, one.id, "Ai", NOON)
    assert look_late(watch, 660, 960) == []
    at = NOON + 970 * SECOND
    assert watch.looks(at, fresh(quiet(at), at)) == ["Ai Over: unanswered", "Ben Over: unanswered"]
    assert watch.open() == []
    assert watch.looks(at, fresh(quiet(at), at)) == []


def test_a_ticket_wakes_nobody_and_is_told_once_to_who_wants_it(watch):
    assert watch.looks(NOON, AWAY) == []
    at = NOON + 60 * SECOND
    still = replace(AWAY, told=quiet(at).told)
    assert watch.looks(at, still) == ["Ben TICKET: redis_away"]
    later = at + 30 * SECOND
    assert watch.looks(later, replace(AWAY, told=quiet(later).told)) == []
    assert watch.looks(later, fresh(quiet(later), later)) == ["Ben Over: redis_away"]


def test_somebody_who_cannot_be_reached_counts_as_told_so_that_the_next_follows(watch):
    watch.is_reached = False
    assert look_late(watch, 0, 60) == ["Ai PAGE: unanswered"]
    assert look_late(watch, 360) == ["Ben PAGE: unanswered"]


def test_what_cannot_be_known_is_not_over(watch):
    at = NOON + 60 * SECOND
    full = CASES["redis_evicts"]
    watch.looks(at, replace(full, told=quiet(at).told))
    opened = [one.limit_name for one in watch.open()]
    assert "redis_evicts" in opened
    watch.looks(at + SECOND, replace(AWAY, told=quiet(at).told))
    assert "redis_evicts" in [one.limit_name for one in watch.open()]
    watch.looks(at + 2 * SECOND, fresh(quiet(at), at))
    assert watch.open() == []


def test_while_postgresql_is_away_it_is_told_all_the_same_and_written_down_afterwards(watch):
    away = standing(told=None)

    def looks(second: int) -> list[str]:
        at = NOON + second * SECOND
        return watch.looks(at, fresh(away, at))

    assert looks(0) == []
    assert looks(10) == ["Ai PAGE: database_away"]
    assert looks(15) == []
    assert looks(310) == ["Ben PAGE: database_away"]
    at = NOON + 320 * SECOND
    assert watch.looks(at, fresh(quiet(at), at)) == ["Ai Over: database_away", "Ben Over: database_away"]
    with watch.engine.connect() as connection:
        (one,) = troubles.find_newest(connection)
    assert (one.opened_at, one.over_at, one.told) == (NOON + 10 * SECOND, at, 2)


def test_postgresql_that_goes_away_in_the_middle_is_no_mistake(engine, free_port):
    nowhere = connect_to(f"postgresql://nobody@127.0.0.1:{free_port}/nothing")
    watch = Watch(nowhere)
    assert look_late(watch, 0, 60) == ["Ai PAGE: unanswered"]
    watch.engine = engine
    assert look_late(watch, 61) == []
    (one,) = watch.open()
    assert one.told == 1


def test_another_watch_goes_on_where_the_first_ended(watch, engine):
    look_late(watch, 0, 60)
    other = Watch(engine)
    assert look_late(other, 65, 125) == []
    assert look_late(other, 360) == ["Ben PAGE: unanswered"]


def test_one_trouble_of_a_kind_is_open_at_a_time(watch):
    look_late(watch, 0, 60)
    (one,) = watch.open()
    with watch.engine.begin() as connection:
        assert troubles.open_trouble(connection, one) is None


def test_a_limit_of_ones_own_is_watched_like_any_other(engine):
    always = Limit("always", 0, "", 0 * SECOND, Severity.PAGE, "It is {value}.", lambda _: 7.0)
    told: list[str] = []
    Watching(ROSTER, lambda person, page: bool(told.append(page.text)), [always]).round(standing(), engine)
    assert told[0].startswith("It is 7.\n")


def test_one_of_several_watches_acts_and_when_it_dies_another(database_url):
    engines = [connect_to(database_url, connections=2) for _ in range(2)]
    one, other = (Lead(engine) for engine in engines)
    assert one.is_mine()
    assert one.is_mine()
    assert not other.is_mine()
    one.ends()
    assert other.is_mine()
    assert not one.is_mine()
    with engines[0].begin() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        connection.execute(text(cut))
    assert not other.is_mine() or not one.is_mine()
    assert one.is_mine() != other.is_mine()
    for lead in (one, other):
        lead.ends()
    for engine in engines:
        engine.dispose()
