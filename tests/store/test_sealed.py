import pytest
from sqlalchemy import insert, select, update

from hotline.privacy import Vault, new_key
from hotline.store import sealed
from hotline.store.console_tables import call_backs, notes, staff
from hotline.store.database import Engine
from hotline.store.facts import unseal_facts
from hotline.store.sealed import Resealed, reseal_all
from hotline.store.tables import calls, follow_ups, metadata
from tests.store.kept import BOTH, NEW, NEW_KEY, OLD, OLD_KEY, call_back_of, call_of, everything_sealed, text_of
from tests.store.rows import FACTS, NOON, row_of, start_call


def test_after_sealing_anew_the_old_key_can_be_thrown_away(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "BATCH", 2)
    written = [everything_sealed(engine) for _ in range(5)]
    assert reseal_all(engine, BOTH) == Resealed(values=30, unreadable=0)
    for sid, request_id in written:
        call, row = call_of(engine, sid), row_of(engine, request_id)
        call_back = call_back_of(engine, sid)
        assert call_back is not None
        assert [NEW.unseal(one) for one in (call.sealed, call.caller_sealed, call_back)] == [
            "state",
            "caller",
            "call back",
        ]
        assert isinstance(row["facts_sealed"], bytes)
        assert unseal_facts(NEW, row["facts_sealed"]) == FACTS
        promised = text_of(engine, sid)
        assert (NEW.unseal(promised.to_sealed), NEW.unseal(promised.body_sealed)) == ("somebody", "words")


def test_notes_numbers_dialled_and_operators_telephones_are_sealed_anew_as_well(engine: Engine) -> None:
    sid = start_call(engine, sealed=None)
    with engine.begin() as connection:
        follow_up = {"call_sid": sid, "reason": "error", "opened_at": NOON}
        about = connection.execute(insert(follow_ups).values(follow_up).returning(follow_ups.c.id)).scalar_one()
        person = {"email": "", "name": "", "created_at": NOON, "fs_uniquifier": "", "telephone_sealed": OLD.seal("own")}
        who = connection.execute(insert(staff).values(person).returning(staff.c.id)).scalar_one()
        own = {"call_sid": sid, "follow_up_id": about, "staff_id": who}
        dialled = {"to_sealed": OLD.seal("dialled"), "from_number": "", "status": "", "created_at": NOON}
        connection.execute(insert(call_backs).values({**own, **dialled}))
        connection.execute(insert(notes).values({**own, "at": NOON, "body_sealed": OLD.seal("a note")}))
    assert reseal_all(engine, BOTH) == Resealed(values=3, unreadable=0)
    with engine.connect() as connection:
        columns = (staff.c.telephone_sealed, call_backs.c.to_sealed, notes.c.body_sealed)
        found = [NEW.unseal(connection.execute(select(column)).scalar_one()) for column in columns]
    assert found == ["own", "dialled", "a note"]


def test_every_sealed_column_is_sealed_anew() -> None:
    named = {column for table in metadata.tables.values() for column in table.c if column.name.endswith("sealed")}
    assert named == set(sealed._SEALED)


def test_sealing_anew_can_be_done_again(engine: Engine) -> None:
    everything_sealed(engine)
    assert reseal_all(engine, BOTH) == reseal_all(engine, BOTH) == Resealed(values=6, unreadable=0)


def test_a_value_that_no_key_fits_is_counted_and_left(engine: Engine) -> None:
    sid = start_call(engine, sealed=Vault([new_key()]).seal("lost"), caller_sealed=OLD.seal("caller"))
    before = call_of(engine, sid).sealed
    assert reseal_all(engine, BOTH) == Resealed(values=1, unreadable=1)
    assert call_of(engine, sid).sealed == before


class InterruptedVault(Vault):
    """Lets a turn be taken between reading and writing."""

    def __init__(self, engine: Engine, newest: bytes) -> None:
        super().__init__([NEW_KEY, OLD_KEY])
        self._engine, self._newest = engine, newest

    def reseal(self, sealed: bytes) -> bytes:
        with self._engine.begin() as connection:
            connection.execute(update(calls).values(sealed=self._newest))
        return super().reseal(sealed)


def test_a_turn_that_is_taken_while_the_keys_change_is_not_undone(engine: Engine) -> None:
    sid = start_call(engine, sealed=OLD.seal("turn 1"))
    reseal_all(engine, InterruptedVault(engine, NEW.seal("turn 2")))
    assert NEW.unseal(call_of(engine, sid).sealed) == "turn 2"
