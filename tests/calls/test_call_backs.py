"""What happens when an operator presses "call back", as far as Twilio's answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.callflow.effects import Reason
from hotline.calls.call_backs import (
    LONGEST_TALK_S,
    SILENT_AFTER,
    CallBacks,
    PlacedCallBack,
    Refusal,
    RefusedCallBack,
    close_lost_call_backs,
)
from hotline.carrier.client import Carrier
from hotline.privacy import Vault, new_key
from hotline.store.call_backs import CallBackStatus, News, list_call_backs, move
from hotline.store.database import Engine, connect_to
from hotline.store.follow_ups import resolve
from tests.carrier.twilio_here import ACCOUNT, KEY, SECRET, Cut, Fault, Silent, TwilioHere, refusal, twilio_here
from tests.store.call_back_rows import CALLER, LINE, hire, leave, number_of, stands
from tests.store.rows import NOON, VAULT, start_call

OPERATOR = "+81312345678"
S = CallBackStatus


@dataclass
class Desk:
    """An operator who calls back, and what answers in Twilio's place."""

    engine: Engine
    twilio: TwilioHere
    staff_id: int

    @property
    def call_backs(self) -> CallBacks:
        carrier = Carrier(ACCOUNT, KEY, SECRET, self.twilio.url, timeout_s=1.0)
        return CallBacks(self.engine, VAULT, carrier, "https://line.example")

    def follow_up(self, number: str | None = None, **call: object) -> int:
        """Of a call from CALLER, unless it is said otherwise."""
        given = {"caller_sealed": VAULT.seal(CALLER), **call}
        return leave(self.engine, start_call(self.engine, **given), number=number)

    def presses(self, follow_up_id: int, after: timedelta = timedelta()) -> PlacedCallBack | RefusedCallBack:
        return self.call_backs.place(self.engine, follow_up_id, self.staff_id, OPERATOR, NOON + after)

    def places(self, follow_up_id: int, after: timedelta = timedelta()) -> PlacedCallBack:
        placed = self.presses(follow_up_id, after)
        assert isinstance(placed, PlacedCallBack), placed
        return placed

    def rows(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM call_backs")).scalar_one())


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    # As the web processes have it: each statement for itself, unless somebody says otherwise.
    engine = connect_to(database_url, autocommit=True)
    with twilio_here() as twilio:
        yield Desk(engine, twilio, hire(engine))
    engine.dispose()


def test_the_operators_telephone_is_rung_from_the_number_that_the_caller_had_dialled(desk: Desk) -> None:
    placed = desk.places(desk.follow_up())
    (asked,) = desk.twilio.heard
    assert (asked.form["To"], asked.form["From"]) == (OPERATOR, LINE)
    assert asked.form["Url"] == f"https://line.example/call-backs/answer?call_back={placed.id}"
    assert asked.form["StatusCallback"] == f"https://line.example/call-backs/status?call_back={placed.id}"
    assert placed.status is S.RINGING_OPERATOR
    now = stands(desk.engine, placed.id)
    assert (now.status, now.staff_id, now.ended_at) == (S.RINGING_OPERATOR, desk.staff_id, None)


def test_twilio_is_not_told_whom_it_is_about_before_the_operator_has_answered(desk: Desk) -> None:
    desk.places(desk.follow_up("0312349999"))
    (asked,) = desk.twilio.heard
    assert not any(CALLER in value or "12349999" in value for value in asked.form.values())


def test_the_number_that_was_left_goes_before_the_one_that_called(desk: Desk) -> None:
    left, called = desk.places(desk.follow_up("0312349999")), desk.places(desk.follow_up())
    numbers = [number_of(desk.engine, one.id) or b"" for one in (left, called)]
    assert [VAULT.unseal(number) for number in numbers] == ["+81312349999", CALLER]


def test_a_second_press_is_refused_with_a_sentence_and_rings_nobody(desk: Desk) -> None:
    follow_up_id = desk.follow_up()
    desk.places(follow_up_id)
    refused = desk.presses(follow_up_id)
    assert refused == RefusedCallBack(Refusal.UNDER_WAY)
    assert Refusal.UNDER_WAY.sentence.endswith(".")
    assert len(desk.twilio.heard) == desk.rows() == 1


def test_of_five_who_press_at_once_one_is_rung(desk: Desk) -> None:
    follow_up_id = desk.follow_up()
    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(lambda _: desk.presses(follow_up_id), range(5)))
    assert sum(isinstance(one, PlacedCallBack) for one in results) == 1
    assert results.count(RefusedCallBack(Refusal.UNDER_WAY)) == 4
    assert len(desk.twilio.heard) == desk.rows() == 1


def test_when_it_is_over_the_caller_may_be_called_again(desk: Desk) -> None:
    follow_up_id = desk.follow_up()
    first = desk.places(follow_up_id)
    with desk.engine.begin() as connection:
        sid = connection.execute(text("SELECT sid FROM call_backs")).scalar_one()
        assert move(connection, first.id, News(sid, S.OPERATOR_DID_NOT_ANSWER, NOON))
    assert desk.places(follow_up_id).id != first.id
    with desk.engine.connect() as connection:
        call_sid = stands(desk.engine, first.id).call_sid
        assert [one.id for one in list_call_backs(connection, call_sid)] == [first.id, first.id + 1]


def test_one_of_which_nothing_was_heard_any_more_stands_in_nobodys_way(desk: Desk) -> None:
    follow_up_id = desk.follow_up()
    first = desk.places(follow_up_id)
    assert desk.presses(follow_up_id, SILENT_AFTER) == RefusedCallBack(Refusal.UNDER_WAY)
    desk.places(follow_up_id, SILENT_AFTER + timedelta(seconds=1))
    assert stands(desk.engine, first.id).status is S.UNKNOWN


def test_those_that_nobody_asks_about_again_are_closed_all_the_same(desk: Desk) -> None:
    one, other = desk.places(desk.follow_up()), desk.places(desk.follow_up(), SILENT_AFTER)
    assert close_lost_call_backs(desk.engine, NOON + SILENT_AFTER) == 0
    assert close_lost_call_backs(desk.engine, NOON + SILENT_AFTER + timedelta(seconds=1)) == 1
    assert [stands(desk.engine, placed.id).status for placed in (one, other)] == [S.UNKNOWN, S.RINGING_OPERATOR]


def test_a_talk_is_left_alone_for_as_long_as_it_may_last(desk: Desk) -> None:
    placed = desk.places(desk.follow_up())
    with desk.engine.begin() as connection:
        sid = connection.execute(text("SELECT sid FROM call_backs")).scalar_one()
        assert move(connection, placed.id, News(sid, S.TALKING, NOON))
    assert close_lost_call_backs(desk.engine, NOON + timedelta(seconds=LONGEST_TALK_S + 60)) == 0
    assert close_lost_call_backs(desk.engine, NOON + timedelta(hours=1)) == 1


REFUSED: dict[str, Fault] = {"429": refusal(429, 20429), "503": refusal(503, 20503), "400": refusal(400, 21215)}


@pytest.mark.parametrize("fault", REFUSED.values(), ids=REFUSED.keys())
def test_what_twilio_did_not_take_has_failed_and_may_be_tried_at_once(desk: Desk, fault: Fault) -> None:
    desk.twilio.faults.append(fault)
    follow_up_id = desk.follow_up()
    failed = desk.places(follow_up_id)
    assert failed.status is stands(desk.engine, failed.id).status is S.FAILED
    assert number_of(desk.engine, failed.id) is None
    assert desk.places(follow_up_id).status is S.RINGING_OPERATOR


LOST: dict[str, Fault] = {"500": refusal(500, 20500), "silence": Silent(), "cut": Cut()}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_what_twilio_may_have_taken_is_not_asked_for_again(desk: Desk, fault: Fault) -> None:
    desk.twilio.faults.append(fault)
    follow_up_id = desk.follow_up()
    unknown = desk.places(follow_up_id)
    assert unknown.status is stands(desk.engine, unknown.id).status is S.UNKNOWN
    assert desk.presses(follow_up_id) == RefusedCallBack(Refusal.UNDER_WAY)
    assert len(desk.twilio.heard) == 1


def test_it_is_written_down_before_twilio_is_asked(desk: Desk) -> None:
    desk.twilio.faults.append(Silent())
    follow_up_id = desk.follow_up()
    with ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(desk.presses, follow_up_id)
        assert desk.twilio.asked.wait(10)
        assert desk.rows() == 1
        pressed.result()


def test_what_was_written_before_on_the_connection_is_committed_with_it_and_dropped_with_a_refusal(desk: Desk) -> None:
    follow_up_id = desk.follow_up()
    transacting = desk.engine.execution_options(isolation_level="READ COMMITTED")

    def press(mark: str) -> PlacedCallBack | RefusedCallBack:
        with transacting.connect() as connection:
            connection.execute(text("UPDATE staff SET name = :mark"), {"mark": mark})
            return desk.call_backs.place(connection, follow_up_id, desk.staff_id, OPERATOR, NOON)

    assert isinstance(press("placed"), PlacedCallBack)
    assert isinstance(press("refused"), RefusedCallBack)
    with desk.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM staff")).scalar_one() == "placed"


def refused(desk: Desk, follow_up_id: int) -> Refusal:
    result = desk.presses(follow_up_id)
    assert isinstance(result, RefusedCallBack)
    assert (desk.rows(), desk.twilio.heard) == (0, [])
    return result.why


def test_a_follow_up_that_does_not_exist_calls_nobody(desk: Desk) -> None:
    assert refused(desk, 12345) is Refusal.NO_FOLLOW_UP


def test_nobody_is_called_about_what_is_resolved(desk: Desk) -> None:
    sid = start_call(desk.engine, caller_sealed=VAULT.seal(CALLER))
    follow_up_id = leave(desk.engine, sid)
    with desk.engine.begin() as connection:
        resolve(connection, sid, [Reason.CALL_BACK], NOON)
    assert refused(desk, follow_up_id) is Refusal.RESOLVED


def test_a_withheld_or_erased_number_calls_nobody(desk: Desk) -> None:
    assert refused(desk, desk.follow_up(caller_sealed=None)) is Refusal.NO_NUMBER


def test_a_number_whose_key_is_gone_calls_nobody(desk: Desk) -> None:
    assert refused(desk, desk.follow_up(caller_sealed=Vault([new_key()]).seal(CALLER))) is Refusal.NO_NUMBER


@pytest.mark.parametrize("left", ["0570783578", "0990512345", "+266696687", "sip:me@example.com", "", {"a": 1}])
def test_a_number_that_charges_or_is_none_calls_nobody(desk: Desk, left: object) -> None:
    assert refused(desk, desk.follow_up(caller_sealed=VAULT.seal(left))) is Refusal.NOT_CALLED


@pytest.mark.parametrize("called", ["", "anonymous", "sip:line@example.com"])
def test_a_line_without_a_number_calls_nobody(desk: Desk, called: str) -> None:
    assert refused(desk, desk.follow_up(called=called)) is Refusal.NO_LINE_NUMBER


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    for why in Refusal:
        assert why.sentence[0].isupper()
        assert why.sentence.endswith(".")


def test_no_number_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    desk.twilio.faults.append(refusal(400, 21215, f"not authorised to call {OPERATOR}"))
    follow_up_id = desk.follow_up("0312349999")
    desk.places(follow_up_id)
    desk.places(follow_up_id)
    written = " ".join(str(vars(record)) for record in caplog.records)
    assert "call-back was" in written
    assert not any(number in written for number in ("12349999", CALLER, OPERATOR, "312345678"))
