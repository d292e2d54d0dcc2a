"""Text messages that callers say yes to: promised with the turn, one for each request, within limits."""

from datetime import timedelta

import pytest

from hotline.callflow.events import KeysPressed, Silence
from hotline.callflow.line import Line
from hotline.calls import limits
from hotline.store import texts
from tests.calls.conftest import MOBILE, NOON, TO_THE_QUESTION, Caller

OTHER = "+819011112222"


def offered(room, number=MOBILE, at=NOON, *, done=True) -> Caller:
    """A caller who is asked whether to send a text, after the stop or, not `done`, before."""
    caller = Caller(room, number, at)
    caller.dials()
    caller.presses(*TO_THE_QUESTION, "1")
    if done:
        room.answers_request(card="suspended", at=at)
    caller.waits(0 if done else 61)
    caller.presses("1", "1")
    assert caller.step == "text_offer"
    return caller


def accepts(room, number=MOBILE, at=NOON, *, to=None, done=True) -> Caller:
    caller = offered(room, number, at, done=done)
    caller.presses(*(("1",) if to is None else ("2", "0" + to[3:], "1")))
    assert caller.step == "text_promise"
    caller.waits(0)
    return caller


def test_a_clear_yes_promises_the_next_steps_at_once(room, vault):
    caller = accepts(room)
    assert (caller.step, caller.said) == ("next_steps", ["text_offer.promised"])
    [promised] = room.rows("texts")
    [request] = room.rows("requests")
    assert (promised["purpose"], promised["status"], promised["due_at"]) == ("steps", "due", NOON)
    assert (promised["request_id"], promised["call_sid"], promised["turn"]) == (request["id"], caller.sid, caller.turn)
    assert (promised["language"], promised["body_sealed"]) == ("en", None)
    assert vault.unseal(promised["to_sealed"]) == MOBILE


def test_while_the_request_is_open_the_result_is_promised_for_when_it_is_done(room):
    caller = accepts(room, done=False)
    assert caller.said == ["text_offer.promised_when_done"]
    [promised] = room.rows("texts")
    assert (promised["purpose"], promised["status"], promised["due_at"]) == ("done", "waiting", None)


def test_a_text_goes_to_the_number_that_was_keyed_and_confirmed(room, vault):
    accepts(room, to=OTHER)
    assert [vault.unseal(row["to_sealed"]) for row in room.rows("texts")] == [OTHER]


def test_without_a_yes_nothing_is_promised(room):
    caller = offered(room)
    caller.presses("#")
    assert (caller.step, room.rows("texts")) == ("next_steps", [])


def test_a_repeated_webhook_promises_nothing_twice(room):
    caller = offered(room)
    caller.presses("1")
    promising = caller.turn
    newest = caller.waits(0)
    assert caller.takes(Silence(), promising) == newest
    assert caller.takes(KeysPressed("1"), promising - 1) == newest
    assert len(room.rows("texts")) == 1


def test_the_promise_and_its_turn_are_committed_together_or_not_at_all(room, monkeypatch):
    caller = offered(room)
    caller.presses("1")
    before = room.rows("calls")

    def refuse(*_: object, **__: object) -> bool:
        raise ValueError("no")

    monkeypatch.setattr(texts, "promise_text", refuse)
    with pytest.raises(ValueError, match="no"):
        caller.waits(0)
    assert (room.rows("calls"), room.rows("texts")) == (before, [])


def test_a_line_that_cannot_send_offers_no_text(open_room):
    room = open_room(Line(operators=1))
    caller = Caller(room)
    caller.dials()
    caller.presses(*TO_THE_QUESTION, "1")
    room.answers_request(card="suspended")
    caller.waits()
    caller.presses("1", "1")
    assert (caller.step, room.rows("texts")) == ("next_steps", [])


def is_refused(caller: Caller) -> bool:
    assert caller.step == "next_steps"
    return caller.said[0] == "text_offer.limit"


def test_one_number_gets_only_so_many_texts_whoever_asks(room):
    for number in range(limits.TEXTS_TO_A_NUMBER):
        assert not is_refused(accepts(room, f"+81901111{number:04}", to=OTHER))
    refused = accepts(room, None, to=OTHER)
    assert is_refused(refused)
    assert "result.receipt" in refused.said
    assert len(room.rows("texts")) == limits.TEXTS_TO_A_NUMBER
    assert not is_refused(accepts(room, "+819033334444", NOON + timedelta(hours=24, seconds=1), to=OTHER))


def test_one_caller_gets_only_so_many_texts_sent(room):
    for number in range(limits.TEXTS_OF_A_CALLER):
        assert not is_refused(accepts(room, to=f"+81901111{number:04}"))
    assert is_refused(accepts(room, to=OTHER))


def test_callers_without_a_number_are_never_counted_together(room):
    for number in range(limits.TEXTS_OF_A_CALLER + 1):
        assert not is_refused(accepts(room, None, to=f"+81901111{number:04}"))


def test_in_all_only_so_many_texts_are_sent_in_an_hour(room, monkeypatch):
    monkeypatch.setattr(limits, "TEXTS_IN_ALL", 2)
    assert not is_refused(accepts(room, "+819011110001"))
    assert not is_refused(accepts(room, "+819011110002"))
    assert is_refused(accepts(room, "+819011110003"))
    assert not is_refused(accepts(room, "+819011110004", NOON + timedelta(hours=1, seconds=1)))
