from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from hotline.store.database import Engine
from hotline.store.receipts import count_wrong_receipts, note_wrong_receipt
from tests.store.rows import NOON, start_call

LATER = NOON + timedelta(minutes=1)


def tries(engine: Engine, sid: str, receipt_print: str, at: datetime = NOON) -> None:
    with engine.begin() as connection:
        note_wrong_receipt(connection, sid, receipt_print, at)


def counted(engine: Engine, since: datetime = NOON, **whose: str) -> int:
    with engine.connect() as connection:
        return count_wrong_receipts(connection, since, **whose)


def test_wrong_pairs_are_counted_since_a_moment(engine: Engine) -> None:
    sid = start_call(engine)
    assert counted(engine) == 0
    for at in (NOON - timedelta(microseconds=1), NOON, LATER):
        tries(engine, sid, "a number", at)
    assert (counted(engine), counted(engine, LATER)) == (2, 1)


def test_the_same_number_tried_again_counts_again_whoever_calls(engine: Engine) -> None:
    one, other = start_call(engine), start_call(engine)
    for sid in (one, one, other):
        tries(engine, sid, "a number")
    tries(engine, one, "another")
    assert counted(engine, receipt_print="a number") == 3
    assert counted(engine, LATER, receipt_print="a number") == 0
    assert counted(engine, receipt_print="a third") == 0


def test_a_caller_s_wrong_pairs_are_counted_over_all_their_calls(engine: Engine) -> None:
    for caller in ("one", "one", "other", None):
        sid = start_call(engine, caller_print=caller)
        tries(engine, sid, "a number")
        tries(engine, sid, "another", LATER)
    assert counted(engine, caller_print="one") == 4
    assert counted(engine, LATER, caller_print="one") == 2
    assert counted(engine, caller_print="one", receipt_print="another") == 2
    assert counted(engine, caller_print="nobody") == 0
    assert counted(engine) == 8


def test_a_wrong_pair_is_forgotten_with_the_turn_that_fails(engine: Engine) -> None:
    sid = start_call(engine)
    with engine.connect() as connection:
        note_wrong_receipt(connection, sid, "a number", NOON)
        connection.rollback()
    assert counted(engine) == 0


def test_a_wrong_pair_belongs_to_a_call(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        tries(engine, "CA0", "a number")
