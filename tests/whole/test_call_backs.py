"""An operator calls back: over the line's real web server, and a carrier that rings two telephones."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from hotline import clock
from hotline.calls.call_backs import CallBacks, PlacedCallBack, RefusedCallBack
from hotline.carrier.client import Carrier
from hotline.phone.exchange import Trouble
from hotline.phone.stand_ins import CallerDoes, OperatorDoes
from hotline.privacy import Vault
from hotline.store.call_backs import CallBack, CallBackStatus
from hotline.store.database import Engine, connect_to
from tests.store.call_back_rows import hire, number_of, stands
from tests.waiting import eventually
from tests.whole.running import RunningLine

S = CallBackStatus
OPERATOR = "+81312345678"


@dataclass
class Desk:
    """An operator of the line."""

    line: RunningLine
    engine: Engine
    call_backs: CallBacks
    staff_id: int

    def presses(self, call_sid: str) -> PlacedCallBack | RefusedCallBack:
        """Call back for the follow-up of this call."""
        with self.engine.connect() as connection:
            found = text("SELECT id FROM follow_ups WHERE call_sid = :sid AND reason = 'call_back'")
            follow_up_id = connection.execute(found, {"sid": call_sid}).scalar_one()
        return self.call_backs.place(self.engine, follow_up_id, self.staff_id, OPERATOR, clock.now())

    def ends(self, placed: PlacedCallBack | RefusedCallBack) -> CallBack:
        """How the call-back stands when the carrier has told everything."""
        assert isinstance(placed, PlacedCallBack), placed
        assert self.line.carrier.settles()
        assert self.line.carrier.lost_callbacks == []
        return eventually(lambda: (now := stands(self.engine, placed.id)).ended_at and now, "it is over")


@pytest.fixture
def desk(line: RunningLine) -> Iterator[Desk]:
    engine = connect_to(line.database_url)
    settings = line.environment
    carrier = Carrier(
        settings["TWILIO_ACCOUNT_SID"], settings["TWILIO_API_KEY"], settings["TWILIO_API_SECRET"], line.carrier.url
    )
    vault = Vault([settings["HOTLINE_ENCRYPTION_KEYS"]])
    staff_id = hire(engine, f"operator at {clock.now().isoformat()}")
    yield Desk(line, engine, CallBacks(engine, vault, carrier, line.url), staff_id)
    line.carrier.practises()
    engine.dispose()


@pytest.fixture
def asks_for_a_call(caller):
    """Somebody who wants to be called back at another number; the SID of their call."""
    caller.dials().presses("9", "1", "0").operators_do_not_answer(busy=True).hears("No operator can take the call")
    caller.presses("2").keys("0312349999#").presses("1").hears("An operator will call you back").is_hung_up_on()
    return caller.call_sid


def test_both_telephones_ring_one_after_the_other_and_they_talk(line, desk, asks_for_a_call):
    over = desk.ends(desk.presses(asks_for_a_call))
    assert (over.status, over.call_sid) == (S.COMPLETED, asks_for_a_call)
    assert over.talked_s is not None
    assert number_of(desk.engine, over.id) is None
    assert line.carrier.calls[-1].order.to == OPERATOR


@pytest.mark.parametrize(
    ("operator", "caller_does", "status"),
    [
        (OperatorDoes.DOES_NOT_ANSWER, CallerDoes.ANSWERS, S.OPERATOR_DID_NOT_ANSWER),
        (OperatorDoes.SAYS_NOTHING, CallerDoes.ANSWERS, S.NOT_TAKEN),
        (OperatorDoes.DECLINES, CallerDoes.ANSWERS, S.NOT_TAKEN),
        (OperatorDoes.HANGS_UP, CallerDoes.ANSWERS, S.GIVEN_UP),
        (OperatorDoes.TAKES, CallerDoes.BUSY, S.CALLER_BUSY),
        (OperatorDoes.TAKES, CallerDoes.DOES_NOT_ANSWER, S.CALLER_DID_NOT_ANSWER),
    ],
)
def test_whatever_becomes_of_it_is_known_and_the_next_try_goes_through(
    line, desk, asks_for_a_call, operator, caller_does, status
):
    line.carrier.practises(operator, caller_does)
    assert desk.ends(desk.presses(asks_for_a_call)).status is status
    line.carrier.practises()
    assert desk.ends(desk.presses(asks_for_a_call)).status is S.COMPLETED


def test_callbacks_in_disorder_change_nothing(line, desk, asks_for_a_call):
    line.carrier.stand_ins.in_disorder = True
    try:
        assert desk.ends(desk.presses(asks_for_a_call)).status is S.COMPLETED
    finally:
        line.carrier.stand_ins.in_disorder = False


def test_a_call_whose_answer_was_lost_finds_its_row_by_itself(line, desk, asks_for_a_call):
    line.carrier.misbehaves(Trouble.ANSWER_LOST)
    placed = desk.presses(asks_for_a_call)
    assert placed.status is S.UNKNOWN
    assert desk.ends(placed).status is S.COMPLETED
