import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hotline.store import audit
from hotline.store.audit import Entry, Sought, Verified, find_head, find_unguarded, read, read_all, verify, write
from hotline.store.console_tables import audit as table
from hotline.store.database import Engine, connect_to
from tests.store.noting import noted
from tests.store.rows import NOON
from tests.waiting import eventually

MINUTE = timedelta(minutes=1)


def entry(number: int = 1, **columns: object) -> Entry:
    told = {
        "at": NOON + number * MINUTE,
        "who": "a@example.jp",
        "action": "call.looked_at",
        "subject": f"call {number}",
    }
    return Entry(**{**told, **columns})  # type: ignore[arg-type]


def written(engine: Engine, *entries: Entry) -> None:
    for one in entries:
        with engine.begin() as connection:
            write(connection, one)


def hostile(engine: Engine, *statements: str) -> None:
    """What somebody with every right does, who has read how the trail is protected."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER ALL"))


STRANGE: Sequence[Entry] = (
    entry(1),
    entry(2, who="担当者@example.jp", subject="通話 🔕", reason="Grund: „…“", details=json.dumps({"a": "ü"})),
    entry(3, staff_id=7, address="2001:db8::1", call_sid="CA" + "0" * 32, reason="5:a-:", details="-:"),
    entry(4, at=datetime(2026, 1, 2, 3, 4, 5, 678, UTC)),
    entry(5, at=datetime.fromisoformat("2026-11-23T21:54:38+09:00"), subject=""),
)


def test_every_seal_of_the_database_is_computed_here_as_well(engine: Engine) -> None:
    written(engine, *STRANGE)
    with engine.connect() as connection:
        seals = connection.execute(select(table.c.seal).order_by(table.c.id)).scalars().all()
    verified = verify(engine)
    assert (verified.rows, verified.head, verified.fault) == (5, seals[-1].hex(), None)


def test_what_is_read_is_what_was_written(engine: Engine) -> None:
    written(engine, *STRANGE)
    with engine.connect() as connection:
        assert [one.entry for one in reversed(read(connection))] == list(STRANGE)


def test_what_is_too_long_or_cannot_be_stored_does_not_keep_an_entry_from_being_written(engine: Engine) -> None:
    written(engine, entry(who="x" * 300, address="y" * 100, subject="z\0" * 200, reason="\0\ud800"))
    with engine.connect() as connection:
        (kept,) = read(connection)
    assert (kept.entry.who, kept.entry.subject, kept.entry.reason) == ("x" * 255, "z" * 160, "?")
    assert len(kept.entry.address or "") == 64
    assert verify(engine).fault is None


def test_an_entry_is_kept_together_with_what_it_tells_of_or_not_at_all(engine: Engine) -> None:
    written(engine, entry(1))
    with engine.connect() as connection:
        write(connection, entry(2))
        connection.rollback()
    written(engine, entry(3))
    with engine.connect() as connection:
        assert [(one.id, one.entry.subject) for one in read(connection)] == [(2, "call 3"), (1, "call 1")]
    assert verify(engine).fault is None


def test_two_at_once_write_one_after_the_other(engine: Engine) -> None:
    with ThreadPoolExecutor(1) as others, engine.connect() as first:
        write(first, entry(1))
        second = others.submit(written, engine, entry(2))
        eventually(lambda: waits(engine))
        first.commit()
        second.result()
    assert (verify(engine).rows, verify(engine).fault) == (2, None)


def waits(engine: Engine) -> bool:
    with engine.connect() as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.execute(text(waiting)).scalar_one())


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought(), [4, 3, 2, 1]),
        (Sought(who="b@example.jp"), [3, 2]),
        (Sought(action="facts.revealed"), [4, 2]),
        (Sought(call_sid="CA1"), [3]),
        (Sought(since=NOON + 3 * MINUTE), [4, 3]),
        (Sought(until=NOON + 3 * MINUTE), [2, 1]),
        (Sought(since=NOON + 2 * MINUTE, until=NOON + 4 * MINUTE), [3, 2]),
        (Sought(who="b@example.jp", action="facts.revealed"), [2]),
        (Sought(since=NOON + 9 * MINUTE), []),
        (Sought(who="b@example.jp' OR true --"), []),
    ],
)
def test_entries_are_found_by_who_what_call_and_time(engine: Engine, sought: Sought, found: list[int]) -> None:
    written(
        engine,
        entry(1),
        entry(2, who="b@example.jp", action="facts.revealed"),
        entry(3, who="b@example.jp", call_sid="CA1"),
        entry(4, action="facts.revealed"),
    )
    with engine.connect() as connection:
        assert [one.id for one in read(connection, sought)] == found


def test_entries_are_read_page_by_page_newest_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    written(engine, *(entry(number) for number in range(5)))
    with engine.connect() as connection:
        assert [one.id for one in read(connection, before=4, limit=2)] == [3, 2]
    assert [one.id for one in read_all(engine)] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit", "TRUNCATE audit", "DELETE FROM audit WHERE id = 2"],
)
def test_the_database_itself_refuses_to_change_the_trail(engine: Engine, statement: str) -> None:
    written(engine, entry(1), entry(2))
    with pytest.raises(DBAPIError, match="The audit trail is only ever added to"), engine.begin() as connection:
        connection.execute(text(statement))
    assert verify(engine).rows == 2


def test_nobody_can_give_a_row_its_own_number_or_seal(engine: Engine) -> None:
    written(engine, entry(1))
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit (id, at, who, action, subject, previous, seal)"
                " VALUES (99, now(), 'x', 'x', 'x', 'x'::bytea, 'x'::bytea)"
            )
        )
    verified = verify(engine)
    assert (verified.rows, verified.fault) == (2, None)


RESEAL = "UPDATE audit SET seal = audit_seal(audit) WHERE id {}"
RECHAIN = "UPDATE audit SET previous = (SELECT seal FROM audit AS before WHERE before.id = 4) WHERE id = 5"


@pytest.mark.parametrize(
    ("statements", "rows", "said"),
    [
        (["UPDATE audit SET reason = 'another' WHERE id = 3"], 2, "Row 3 was changed"),
        (["UPDATE audit SET staff_id = 1 WHERE id = 3"], 2, "Row 3 was changed"),
        (["UPDATE audit SET at = at + interval '1 microsecond' WHERE id = 3"], 2, "Row 3 was changed"),
        (["UPDATE audit SET reason = '', details = 'why' WHERE id = 3"], 2, "Row 3 was changed"),
        (["UPDATE audit SET call_sid = '' WHERE id = 3"], 2, "Row 3 was changed"),
        (["UPDATE audit SET at = 'infinity' WHERE id = 3"], 0, "The row after number 0 holds what this program cannot"),
        (["DELETE FROM audit WHERE id = 3"], 2, "Row 3 is missing: after number 2 comes number 4"),
        (["DELETE FROM audit WHERE id IN (2, 3)"], 1, "Rows 2 to 3 are missing: after number 1 comes number 4"),
        (["DELETE FROM audit WHERE id = 1"], 0, "Row 1 is missing: after number 0 comes number 2"),
        (["DELETE FROM audit WHERE id = 3", "UPDATE audit SET id = 3 WHERE id = 4"], 2, "Row 3 was changed"),
        (["UPDATE audit SET id = 0 WHERE id = 1"], 0, "Row 0 was put in before the first one"),
        (
            [f"UPDATE audit SET id = {new} WHERE id = {old}" for old, new in ((3, 9), (4, 3), (9, 4))],
            2,
            "Row 3 was changed",
        ),
        (["UPDATE audit SET who = 'x' WHERE id = 3", RESEAL.format("= 3")], 3, "Row 4 does not follow the row before"),
        (["UPDATE audit SET previous = 'x'::bytea WHERE id = 3", RESEAL.format("= 3")], 2, "Row 3 does not follow"),
        (
            ["DELETE FROM audit WHERE id = 3", "UPDATE audit SET id = 3 WHERE id = 4", RESEAL.format("= 3")],
            2,
            "Row 3 does not follow the row before",
        ),
    ],
)
def test_what_a_superuser_changes_is_found_and_named(
    engine: Engine, statements: list[str], rows: int, said: str
) -> None:
    written(engine, *(entry(number, reason="why") for number in range(1, 6)))
    hostile(engine, *statements)
    verified = verify(engine)
    assert verified.fault is not None
    assert verified.fault.startswith(said)
    assert verified.rows == rows


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM audit WHERE id > 3"],
        ["DELETE FROM audit"],
        ["UPDATE audit SET who = 'x' WHERE id = 5", RESEAL.format("= 5")],
        ["UPDATE audit SET who = 'x' WHERE id = 4", RESEAL.format("= 4"), RECHAIN, RESEAL.format("= 5")],
    ],
)
def test_a_lost_end_and_a_forged_one_are_found_by_whoever_knows_the_head(engine: Engine, statements: list[str]) -> None:
    written(engine, *(entry(number) for number in range(1, 6)))
    head = verify(engine).head
    assert verify(engine, head).fault is None
    hostile(engine, *statements)
    assert verify(engine).fault is None
    lost = verify(engine, head.upper()).fault
    assert lost is not None
    assert lost.startswith("No row has the seal that was given")


def test_an_earlier_head_stays_right_when_rows_were_added(engine: Engine) -> None:
    written(engine, entry(1))
    head = verify(engine).head
    written(engine, entry(2))
    assert verify(engine, head).fault is None
    with engine.connect() as connection:
        assert find_head(connection) == verify(engine)


def test_a_function_of_the_database_that_was_replaced_is_found_out(own_database_url: str) -> None:
    engine = connect_to(own_database_url)
    written(engine, entry(1))
    with engine.begin() as connection:
        lying = (
            "CREATE OR REPLACE FUNCTION audit_seal(entry audit) RETURNS bytea LANGUAGE sql AS $$ SELECT sha256('') $$"
        )
        connection.execute(text(lying))
    written(engine, entry(2))
    assert (verify(engine).fault or "").startswith("Row 2 was changed")
    engine.dispose()


def test_guards_that_are_switched_off_are_named(own_database_url: str) -> None:
    engine = connect_to(own_database_url)
    with engine.begin() as connection:
        assert find_unguarded(connection) == []
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER keep_rows"))
        connection.execute(text("DROP TRIGGER chain ON audit"))
        assert find_unguarded(connection) == ["chain", "keep_rows"]
    engine.dispose()


def test_a_long_trail_is_verified_page_by_page(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    written(engine, *(entry(number) for number in range(1, 6)))
    seen: list[int] = []
    assert verify(engine, progress=seen.append).rows == 5
    assert seen == [2, 4, 5]
    hostile(engine, "DELETE FROM audit WHERE id = 3")
    assert (verify(engine).fault or "").startswith("Row 3 is missing")


def test_an_empty_trail_is_whole(engine: Engine) -> None:
    assert verify(engine) == Verified(0, "")
    with engine.connect() as connection:
        assert find_head(connection) is None
        assert read(connection) == []


MANY = """
    INSERT INTO audit (id, at, who, action, subject, previous, seal)
    SELECT i, timestamptz '2026-11-23T03:00:00Z' + i * interval '1 s', 'x', 'x', 'x', '', ''
    FROM generate_series(1, 20000) i
"""


def test_whatever_is_sought_old_entries_are_found_by_an_index(own_database_url: str) -> None:
    engine = connect_to(own_database_url)
    hostile(engine, MANY, "ANALYZE audit")
    with engine.connect() as connection, noted(engine) as queries:
        for sought in (Sought(who="y"), Sought(action="y"), Sought(call_sid="y"), Sought(until=NOON + 10 * MINUTE)):
            read(connection, sought)
        for query, parameters in queries[:4]:
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN (ANALYZE) {query}", parameters).scalars())
            assert "Seq Scan" not in plan, plan
            assert "Rows Removed by Filter" not in plan, plan
    engine.dispose()
