"""A made-up history: believable, and nothing in it waits for anybody."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from hotline.callflow.languages import LANGUAGES
from hotline.callflow.receipts import is_receipt_number
from hotline.callflow.state import Outcome
from hotline.calls.prints import Prints
from hotline.local.embedded import Postgres
from hotline.local.given import CannotLook
from hotline.local.seeding import seed as seeding
from hotline.local.seeding.courses import Backend, Kind, Telephone
from hotline.local.seeding.driven import drive
from hotline.local.seeding.history import Asked, Found, History
from hotline.privacy import Vault, new_key
from hotline.settings import Settings
from hotline.store import figures
from hotline.store.database import Engine, connect_unhurried
from hotline.store.facts import unseal_facts
from hotline.store.figures import Span
from hotline.store.keeping import rules, usual_keeping
from hotline.store.seeding import COLUMNS
from hotline.store.tables import calls, metadata

DATABASE = "seeded"
NOW = datetime(2026, 11, 23, 12, 40, 7, tzinfo=UTC)
ASKED = seeding.asked_of(seeding.Wanted(500, 45, 7), NOW)
KEY = new_key()
SECRET = "the secret of a made-up history"


def settings(database_url: str = "postgresql://h/d", cardstatus_url: str = "http://127.0.0.1:1") -> Settings:
    return Settings.model_validate(
        {
            "hotline_public_url": "http://127.0.0.1:1",
            "hotline_encryption_keys": KEY,
            "hotline_secret_key": SECRET,
            "database_url": database_url,
            "redis_url": "redis://127.0.0.1:1/0",
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "token of a test",
            "cardstatus_url": cardstatus_url,
            "cardstatus_token": "token of the backend",
        }
    )


@pytest.fixture(scope="module")
def seeded(postgres_server: Postgres, migrated_template: str) -> Iterator[tuple[Engine, History]]:
    """A database with a history, which these tests only read."""
    postgres_server.create_database(DATABASE, migrated_template)
    url = postgres_server.url(DATABASE)
    engine = connect_unhurried(url, "tests")
    told: list[int] = []
    history = seeding.seed(engine, settings(url), ASKED, told.append)
    assert sum(told) == ASKED.calls
    seeding.count_figures(engine, history, ASKED, NOW, told.append)
    yield engine, history
    engine.dispose()
    postgres_server.drop_database(DATABASE)


@pytest.fixture
def engine(seeded) -> Engine:
    return seeded[0]


def count(engine: Engine, query: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(query), {"until": ASKED.until}).scalar_one())


def values(engine: Engine, query: str) -> set[object]:
    with engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


def test_there_are_as_many_calls_as_were_asked_for_in_every_language_and_both_channels(engine):
    assert count(engine, "SELECT count(*) FROM calls") == ASKED.calls
    assert values(engine, "SELECT language FROM calls") == set(LANGUAGES)
    assert values(engine, "SELECT channel FROM calls") == {"voice", "text"}


def test_callers_come_to_every_outcome():
    chance, missing = random.Random(3), set(Outcome)
    for _ in range(20_000):
        backend = chance.choice(tuple(Backend))
        missing.discard(Outcome(drive(chance, Kind("ja", False, Telephone.MOBILE, False, backend)).outcome))
        if not missing:
            return
    raise AssertionError(f"nobody ever came to {missing}")


@pytest.mark.parametrize(
    "wrong",
    [
        "SELECT count(*) FROM calls WHERE started_at > turned_at OR turned_at > ended_at OR ended_at > :until",
        "SELECT count(*) FROM calls WHERE ended_at IS NULL OR ended_step <> step OR erased_at < ended_at",
        "SELECT count(*) FROM calls WHERE turn <> (SELECT count(*) FROM turns WHERE call_sid = sid)",
        "SELECT count(*) FROM calls WHERE step <> (SELECT to_step FROM turns WHERE call_sid = sid AND number = turn)",
        "SELECT count(*) FROM calls JOIN turns ON call_sid = sid WHERE at < started_at OR at > ended_at",
        "SELECT count(*) FROM calls JOIN turns ON call_sid = sid WHERE channel = 'voice' AND message_sid IS NOT NULL",
        "SELECT count(*) FROM requests WHERE due_at IS NOT NULL OR status = 'accepted' OR finished_at > :until",
        "SELECT count(*) FROM requests WHERE finished_at < accepted_at",
        "SELECT count(*) FROM requests JOIN turns USING (call_sid) WHERE turn = number AND at <> accepted_at",
        "SELECT count(*) FROM requests WHERE attempts <> (SELECT count(*) FROM tries WHERE request_id = id)",
        "SELECT count(*) FROM tries JOIN requests ON id = request_id WHERE answered_at NOT BETWEEN accepted_at"
        " AND finished_at OR answered_at < handed_over_at",
        "SELECT count(*) FROM texts WHERE due_at IS NOT NULL OR status IN ('waiting', 'due', 'sending')",
        "SELECT count(*) FROM texts WHERE told_at < created_at",
        "SELECT count(*) FROM follow_ups WHERE resolved_at < opened_at OR opened_at > :until OR resolved_at > :until",
        "SELECT count(*) FROM follow_ups WHERE (resolved_at IS NULL) <> (resolution IS NULL)",
        "SELECT count(*) FROM staff WHERE active OR password IS NOT NULL",
    ],
)
def test_what_happened_fits_together(engine, wrong):
    assert count(engine, wrong) == 0


def test_every_row_belongs_to_one_that_is_there(engine):
    """They are written without the database looking."""
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            theirs = key.column.table.alias("theirs")
            lost = select(func.count()).select_from(table.outerjoin(theirs, key.parent == theirs.c[key.column.name]))
            lost = lost.where(key.parent.is_not(None), theirs.c[key.column.name].is_(None))
            with engine.connect() as connection:
                assert connection.execute(lost).scalar_one() == 0, f"{table.name}.{key.parent.name}"


def test_receipt_numbers_are_such_as_the_line_gives_out(engine):
    numbers = values(engine, "SELECT receipt_number FROM requests")
    assert len(numbers) == count(engine, "SELECT count(*) FROM requests")
    assert all(is_receipt_number(str(number)) for number in numbers)


def test_what_is_kept_can_be_read_and_found_again(engine):
    vault, prints = Vault([KEY]), Prints(SECRET)
    with engine.connect() as connection:
        kept = connection.execute(select(calls).where(calls.c.caller_sealed.is_not(None))).all()
        facts = connection.execute(
            text("SELECT facts_sealed, person_print FROM requests WHERE facts_sealed IS NOT NULL")
        ).all()
    assert kept
    assert facts
    for row in kept:
        number = vault.unseal(row.caller_sealed)
        assert row.caller_print == prints.of_number(number)
        assert row.caller_end_print == prints.of_last_digits(number)
        assert number.startswith(("+81300", "+81700", "+81900", "+8130")), "somebody may have this number"
    for row in facts:
        assert row.person_print == prints.of_person(unseal_facts(vault, row.facts_sealed))


def test_nothing_is_there_whose_time_is_up(engine):
    """What should be erased by the end of the history never was there."""
    for rule in rules(usual_keeping(), ASKED.until):
        with engine.connect() as connection:
            due = connection.execute(select(func.count()).select_from(rule.table).where(rule.is_due)).scalar_one()
        assert due == 0, rule.kind


def test_some_follow_ups_are_open_and_all_of_them_are_new(engine):
    assert count(engine, "SELECT count(*) FROM follow_ups WHERE resolved_at IS NULL") > 0
    old = "SELECT count(*) FROM follow_ups WHERE resolved_at IS NULL AND opened_at < :until - interval '36 hours'"
    assert count(engine, old) == 0


def test_days_are_busier_than_nights(engine):
    of_hours = "SELECT count(*) FROM calls WHERE extract(hour FROM started_at AT TIME ZONE 'Asia/Tokyo')"
    assert count(engine, f"{of_hours} BETWEEN 12 AND 20") > 5 * count(engine, f"{of_hours} BETWEEN 1 AND 5")


def test_who_called_again_is_counted_by_the_database_as_it_was_made_up(seeded):
    engine, history = seeded
    since = (ASKED.until - timedelta(days=20)).replace(minute=0, second=0)
    until = ASKED.until.replace(minute=0, second=0)
    made_up = [history.repeats_in(since + number * figures.HOUR) for number in range(20 * 24)]
    with engine.connect() as connection:
        counted, missing = figures.read_hours(connection, Span(since, until))
    again = sum(one.value for one in counted if (one.name, one.key) == ("repeats", "again"))
    known = sum(one.value for one in counted if (one.name, one.key) == ("repeats", "calls"))
    assert missing is None
    assert (known, again) == (sum(one.calls for one in made_up), sum(one.again for one in made_up))
    assert again > 0


def test_figures_go_further_back_than_what_is_kept_of_callers(engine):
    old = "SELECT count(*) FROM figures WHERE name = 'repeats' AND at < :until - interval '31 days'"
    assert count(engine, old) > 0


def test_the_same_seed_makes_the_same_history_but_for_what_is_sealed():
    def made() -> list[object]:
        history = History(Asked(60, ASKED.since, ASKED.until, 5), Vault([new_key()]), Prints("a secret"), found())
        batches = list(history.batches())
        rows = [
            {name: value for name, value in zip(columns, row, strict=True) if not name.endswith("_sealed")}
            for batch in batches
            for table, columns in COLUMNS.items()
            for row in batch.rows[table]
        ]
        return [*rows, *(batch.new_turns for batch in batches)]

    def found() -> Found:
        return Found([1, 2], set(), usual_keeping())

    assert made() == made()


def test_the_same_history_is_not_written_twice(seeded, postgres_server):
    engine, _ = seeded
    before = count(engine, "SELECT count(*) FROM calls")
    with pytest.raises(CannotLook, match="give another --seed"):
        seeding.seed(engine, settings(postgres_server.url(DATABASE)), ASKED, lambda _more: None)
    assert count(engine, "SELECT count(*) FROM calls") == before


def test_no_history_is_made_up_beside_calls_of_real_people():
    seeding.must_be_practice(settings())
    with pytest.raises(CannotLook, match="another machine"):
        seeding.must_be_practice(settings(cardstatus_url="https://cards.example.jp"))
