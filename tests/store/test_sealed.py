import pytest
from sqlalchemy import update

from hotline.privacy import Vault, new_key
from hotline.store import sealed
from hotline.store.database import Engine
from hotline.store.facts import unseal_facts
from hotline.store.sealed import Resealed, reseal_all
from hotline.store.tables import calls
from tests.store.kept import BOTH, NEW, NEW_KEY, OLD, OLD_KEY, call_back_of, call_of, everything_sealed, text_of
from tests.store.rows import FACTS, row_of, start_call


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
