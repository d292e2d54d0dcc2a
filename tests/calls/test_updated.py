"""Calls that began before an update go on after it: what they knew was written by the version before."""

from typing import Any

import pytest
from sqlalchemy import text

from hotline.callflow.events import KeysPressed, TransferEnded
from tests.calls.conftest import MOBILE, Caller

FACTS = {"birth_date": "1980-03-01", "postal_code": "1000001", "house_number": "216"}


def sealed_before(step: str, **known: Any) -> dict[str, Any]:
    """A state as the first version of the line wrote it: it knew less, and something that is no longer known."""
    return {"step": step, "language": "en", "caller": MOBILE, "operators_are_set": True, **known}


@pytest.fixture
def at_step(room, caller):
    """The call as the version before the update left it."""

    def left(step: str, **known: Any) -> Caller:
        sealed = room.vault.seal({"state": sealed_before(step, **known), "answer": caller.heard})
        with room.engine.connect() as connection:
            connection.execute(
                text("UPDATE calls SET sealed = :sealed, step = :step"), {"sealed": sealed, "step": step}
            )
        return caller

    return left


def test_a_caller_who_talked_to_an_operator_meanwhile_is_not_connected_once_more(at_step):
    caller = at_step("operator")
    caller.takes(TransferEnded(answered=True, picked_up=True))
    assert (caller.step, caller.row["outcome"]) == ("goodbye", "operator")


def test_a_caller_whom_no_operator_answered_meanwhile_is_offered_a_call_back(at_step):
    caller = at_step("operator", misses=2)
    caller.takes(TransferEnded(answered=False))
    assert (caller.step, caller.said) == ("call_back_offer", ["person.nobody", "call_back.this_number"])


@pytest.mark.parametrize(
    ("step", "key", "then"),
    [
        ("main_menu", "2", "target"),
        ("language", "1", "main_menu"),
        ("target", "1", "birth_date"),
        ("confirm", "1", "waiting"),
        ("correct", "1", "birth_date"),
        ("result", "2", "for_whom"),
        ("for_whom", "1", "text_offer"),
        ("next_steps", "#", "goodbye"),
        ("call_back_offer", "1", "goodbye"),
    ],
)
def test_every_other_call_goes_on_where_it_was(at_step, step, key, then):
    known = {"targets": ["card"], "facts": FACTS, "outcome": "not_confirmed"}
    if step in ("result", "for_whom", "next_steps"):
        known |= {"answers": {"card": "suspended"}, "receipt_number": "12345671", "outcome": "stopped"}
    caller = at_step(step, **known)
    caller.takes(KeysPressed(key))
    assert caller.step == then
