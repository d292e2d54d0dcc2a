import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from hotline.callflow.events import Answer, Target
from hotline.store import erasing
from hotline.store.database import Engine, connect_to
from hotline.store.erasing import erase_due
from hotline.store.keeping import STATE_KEPT_FOR
from hotline.store.receipts import count_wrong_receipts, note_wrong_receipt
from hotline.store.requests import finish
from hotline.store.tables import calls
from tests.store.kept import KEEPING, call_back_of, call_of, everything_sealed, promise_to, text_is, text_of
from tests.store.mostly_erased import MOSTLY_ERASED
from tests.store.noting import noted
from tests.store.rows import NOON, accept_request, end_call, row_of, start_call

MOMENT = timedelta(microseconds=1)


def erase(engine: Engine, now: datetime) -> int:
    """From how many rows something was erased."""
    return erase_due(engine, KEEPING, now).total()


def test_what_a_call_knows_is_erased_a_quarter_of_an_hour_after_its_end(engine: Engine) -> None:
    ended, still_open = start_call(engine), start_call(engine)
    end_call(engine, ended)
    assert erase(engine, NOON + STATE_KEPT_FOR - MOMENT) == 0
    moment = NOON + STATE_KEPT_FOR
    assert erase(engine, moment) == 1
    call = call_of(engine, ended)
    assert (call.sealed, call.erased_at) == (None, moment)
    assert call_of(engine, still_open).sealed is not None
    assert erase(engine, moment) == 0


def test_facts_and_numbers_are_erased_after_thirty_days(engine: Engine) -> None:
    sid, request_id = everything_sealed(engine)
    end_call(engine, sid)
    with engine.begin() as connection:
        answers = {Target.CARD: Answer.SUSPENDED}
        finish(connection, request_id, backend_id="B1", answers=answers, municipality=None, now=NOON)
    assert erase(engine, NOON + KEEPING.facts - MOMENT) == 1  # the state, long before
    assert call_of(engine, sid).caller_print == "caller"
    assert row_of(engine, request_id)["person_print"] == "person"
    assert erase(engine, NOON + KEEPING.facts) == 3
    call, row = call_of(engine, sid), row_of(engine, request_id)
    assert (call.caller_sealed, call.caller_print) == (None, None)
    assert (row["facts_sealed"], row["person_print"]) == (None, None)
    assert call_back_of(engine, sid) is None
    assert erase(engine, NOON + KEEPING.facts) == 0


@pytest.mark.parametrize(("number", "print_"), [(None, None), (None, "print"), (b"number", None), (b"number", "print")])
def test_of_a_caller_neither_number_nor_fingerprint_stays_and_a_withheld_one_costs_nothing(
    engine: Engine, number: bytes | None, print_: str | None
) -> None:
    kept = {"caller_sealed": number, "caller_print": print_}
    due, recent = start_call(engine, **kept), start_call(engine, **kept)
    talking = start_call(engine, **kept)
    end_call(engine, due)
    end_call(engine, recent, NOON + MOMENT)
    erase(engine, NOON + STATE_KEPT_FOR + MOMENT)
    assert erase(engine, NOON + KEEPING.facts) == (1 if number or print_ else 0)
    assert (call_of(engine, due).caller_sealed, call_of(engine, due).caller_print) == (None, None)
    for sid in (recent, talking):
        assert (call_of(engine, sid).caller_sealed, call_of(engine, sid).caller_print) == (number, print_)


def test_a_text_is_erased_thirty_days_after_it_was_promised(engine: Engine) -> None:
    sid = start_call(engine)
    promise_to(engine, sid, None, due_at=NOON)
    text_is(engine, sid, due_at=None, status="delivered", message_sid="SM1")
    assert erase(engine, NOON + KEEPING.facts - MOMENT) == 0
    assert erase(engine, NOON + KEEPING.facts) == 1
    row = text_of(engine, sid)
    assert (row.to_sealed, row.to_print, row.body_sealed) == (None, None, None)
    assert (row.status, row.message_sid) == ("delivered", "SM1")
    assert erase(engine, NOON + KEEPING.facts) == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"due_at": None, "status": "waiting"},
        {"due_at": NOON, "status": "due"},
        {"due_at": NOON, "status": "sending"},
    ],
)
def test_a_text_that_may_still_be_sent_is_never_erased(engine: Engine, columns: dict[str, object]) -> None:
    sid = start_call(engine)
    promise_to(engine, sid, None, due_at=NOON)
    text_is(engine, sid, **columns)
    assert erase(engine, NOON + 10 * KEEPING.facts) == 0
    assert text_of(engine, sid).to_sealed is not None


def test_a_text_without_words_yet_is_erased_too(engine: Engine) -> None:
    sid = start_call(engine)
    promise_to(engine, sid, None, due_at=NOON)
    text_is(engine, sid, due_at=None, status="refused", body_sealed=None)
    assert erase(engine, NOON + KEEPING.facts) == 1
    assert text_of(engine, sid).to_sealed is None


def test_wrong_receipt_numbers_are_forgotten_after_thirty_days(engine: Engine) -> None:
    sid = start_call(engine)
    with engine.begin() as connection:
        for at in (NOON - MOMENT, NOON, NOON + MOMENT):
            note_wrong_receipt(connection, sid, "a number", at)
    assert erase(engine, NOON + KEEPING.facts) == 2
    with engine.connect() as connection:
        assert count_wrong_receipts(connection, NOON - KEEPING.facts) == 1


def test_facts_of_an_open_request_are_never_erased(engine: Engine) -> None:
    request_id = accept_request(engine)
    erase(engine, NOON + 10 * KEEPING.facts)
    assert row_of(engine, request_id)["facts_sealed"] is not None


def test_more_than_a_batch_is_erased_in_one_go(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "BATCH", 2)
    for number in range(5):
        sid = start_call(engine, caller_print=f"caller {number}")
        end_call(engine, sid)
        promise_to(engine, sid, None, due_at=NOON)
        text_is(engine, sid, due_at=None, status="sent")
        with engine.begin() as connection:
            note_wrong_receipt(connection, sid, "a number", NOON)
    assert erase(engine, NOON + STATE_KEPT_FOR) == 5
    assert erase(engine, NOON + KEEPING.facts) == 15


def test_what_was_erased_once_is_not_read_again(own_database_url: str) -> None:
    engine = connect_to(own_database_url)
    with engine.begin() as connection:
        for statement in MOSTLY_ERASED:
            connection.execute(text(statement))
    with noted(engine) as erasures:
        assert erase(engine, NOON) == 0
    batches = [(statement, parameters) for statement, parameters in erasures if "FOR UPDATE" in statement]
    assert len(batches) == 9
    with engine.connect() as connection:
        for statement, parameters in batches:
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            # The batch is chosen from the table under its second name; whole calls are chosen in a look of their own.
            chosen = r"Seq Scan on (\w+) \1_1" if "batch" in statement else r"Seq Scan on (calls|requests|follow_ups)"
            assert not re.search(chosen, plan), plan
    engine.dispose()


def test_erasing_does_not_wait_for_a_row_that_is_held(engine: Engine) -> None:
    held, free = start_call(engine), start_call(engine)
    end_call(engine, held)
    end_call(engine, free)
    with engine.begin() as connection:
        connection.execute(select(calls).where(calls.c.sid == held).with_for_update())
        assert erase(engine, NOON + STATE_KEPT_FOR) == 1
    assert call_of(engine, held).sealed is not None
