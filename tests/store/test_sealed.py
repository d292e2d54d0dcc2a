from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Target
from hotline.privacy import Vault, new_key
from hotline.store import sealed
from hotline.store.database import Engine
from hotline.store.facts import unseal_facts
from hotline.store.follow_ups import open_follow_up
from hotline.store.requests import finish
from hotline.store.sealed import FACTS_KEPT_FOR, STATE_KEPT_FOR, Resealed, erase_due, reseal_all
from hotline.store.tables import calls, follow_ups
from tests.store.rows import FACTS, NOON, accept_request, end_call, row_of, start_call

OLD_KEY, NEW_KEY = new_key(), new_key()
OLD, NEW, BOTH = Vault([OLD_KEY]), Vault([NEW_KEY]), Vault([NEW_KEY, OLD_KEY])
MOMENT = timedelta(microseconds=1)


def everything_sealed(engine: Engine) -> tuple[str, UUID]:
    """One call with something in each sealed column."""
    sid = start_call(engine, sealed=OLD.seal("state"), caller_sealed=OLD.seal("caller"))
    request_id = accept_request(engine, sid, vault=OLD)
    with engine.begin() as connection:
        number = OLD.seal("call back")
        open_follow_up(connection, call_sid=sid, reason=Reason.CALL_BACK, now=NOON, call_back_sealed=number)
    return sid, request_id


def call_of(engine: Engine, sid: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(select(calls).where(calls.c.sid == sid)).one()


def call_back_of(engine: Engine, sid: str) -> bytes | None:
    with engine.connect() as connection:
        query = select(follow_ups.c.call_back_sealed).where(follow_ups.c.call_sid == sid)
        return connection.execute(query).scalar_one()


def test_after_sealing_anew_the_old_key_can_be_thrown_away(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "BATCH", 2)
    written = [everything_sealed(engine) for _ in range(5)]
    assert reseal_all(engine, BOTH) == Resealed(values=20, unreadable=0)
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


def test_sealing_anew_can_be_done_again(engine: Engine) -> None:
    everything_sealed(engine)
    assert reseal_all(engine, BOTH) == reseal_all(engine, BOTH) == Resealed(values=4, unreadable=0)


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


def test_what_a_call_knows_is_erased_a_quarter_of_an_hour_after_its_end(engine: Engine) -> None:
    ended, still_open = start_call(engine), start_call(engine)
    end_call(engine, ended)
    assert erase_due(engine, NOON + STATE_KEPT_FOR - MOMENT) == 0
    moment = NOON + STATE_KEPT_FOR
    assert erase_due(engine, moment) == 1
    call = call_of(engine, ended)
    assert (call.sealed, call.erased_at) == (None, moment)
    assert call_of(engine, still_open).sealed is not None
    assert erase_due(engine, moment) == 0


def test_facts_and_numbers_are_erased_after_thirty_days(engine: Engine) -> None:
    sid, request_id = everything_sealed(engine)
    end_call(engine, sid)
    with engine.begin() as connection:
        answers = {Target.CARD: Answer.SUSPENDED}
        finish(connection, request_id, backend_id="B1", answers=answers, municipality=None, now=NOON)
    assert erase_due(engine, NOON + FACTS_KEPT_FOR - MOMENT) == 1  # the state, long before
    assert erase_due(engine, NOON + FACTS_KEPT_FOR) == 3
    assert call_of(engine, sid).caller_sealed is None
    assert row_of(engine, request_id)["facts_sealed"] is None
    assert call_back_of(engine, sid) is None


def test_facts_of_an_open_request_are_never_erased(engine: Engine) -> None:
    request_id = accept_request(engine)
    erase_due(engine, NOON + 10 * FACTS_KEPT_FOR)
    assert row_of(engine, request_id)["facts_sealed"] is not None


def test_more_than_a_batch_is_erased_in_one_go(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "BATCH", 2)
    for _ in range(5):
        end_call(engine, start_call(engine))
    assert erase_due(engine, NOON + STATE_KEPT_FOR) == 5


def test_erasing_does_not_wait_for_a_row_that_is_held(engine: Engine) -> None:
    held, free = start_call(engine), start_call(engine)
    end_call(engine, held)
    end_call(engine, free)
    with engine.begin() as connection:
        connection.execute(select(calls).where(calls.c.sid == held).with_for_update())
        assert erase_due(engine, NOON + STATE_KEPT_FOR) == 1
    assert call_of(engine, held).sealed is not None
