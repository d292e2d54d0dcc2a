"""Operators, follow-ups and call-backs as the rooms above write them, in one line each."""

from datetime import datetime

from sqlalchemy import Engine, insert, select

from hotline.callflow.effects import Reason
from hotline.privacy import Vault
from hotline.store.call_backs import CallBack, NewCallBack, begin_call_back, list_call_backs
from hotline.store.console_tables import call_backs, staff
from hotline.store.follow_ups import open_follow_up
from hotline.store.tables import follow_ups
from tests.store.rows import NOON, VAULT, start_call

LINE = "+81120950178"
CALLER = "+819012345678"


def hire(engine: Engine, name: str = "an operator") -> int:
    """An operator; returns the id."""
    row = {"email": f"{name}@line.example", "name": name, "created_at": NOON, "fs_uniquifier": name}
    with engine.begin() as connection:
        return int(connection.execute(insert(staff).values(row).returning(staff.c.id)).scalar_one())


def leave(
    engine: Engine, sid: str, reason: Reason = Reason.CALL_BACK, number: str | None = None, vault: Vault = VAULT
) -> int:
    """A follow-up of a call; returns the id."""
    sealed = None if number is None else vault.seal(number)
    with engine.begin() as connection:
        assert open_follow_up(connection, call_sid=sid, reason=reason, now=NOON, call_back_sealed=sealed)
        those = (follow_ups.c.call_sid == sid) & (follow_ups.c.reason == reason)
        return int(connection.execute(select(follow_ups.c.id).where(those)).scalar_one())


def new_call_back(engine: Engine, staff_id: int, at: datetime = NOON, vault: Vault = VAULT) -> NewCallBack:
    """A call-back to be placed, of a call of its own."""
    sid = start_call(engine)
    return NewCallBack(sid, leave(engine, sid), staff_id, vault.seal(CALLER), LINE, at)


def begin(engine: Engine, new: NewCallBack) -> int | None:
    with engine.begin() as connection:
        return begin_call_back(connection, new)


def begun(engine: Engine, staff_id: int | None = None, at: datetime = NOON, vault: Vault = VAULT) -> int:
    """A call-back that is being placed; returns the id."""
    call_back_id = begin(engine, new_call_back(engine, hire(engine) if staff_id is None else staff_id, at, vault))
    assert call_back_id is not None
    return call_back_id


def number_of(engine: Engine, call_back_id: int) -> bytes | None:
    with engine.connect() as connection:
        return connection.execute(select(call_backs.c.to_sealed).where(call_backs.c.id == call_back_id)).scalar_one()


def stands(engine: Engine, call_back_id: int) -> CallBack:
    """How a call-back stands."""
    with engine.connect() as connection:
        sid = connection.execute(select(call_backs.c.call_sid).where(call_backs.c.id == call_back_id)).scalar_one()
        return next(one for one in list_call_backs(connection, sid) if one.id == call_back_id)
