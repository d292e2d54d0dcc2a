"""Whatever a call knows is the same after it was sealed and unsealed between two turns."""

from dataclasses import replace

import pytest

from hotline.callflow.state import Dropped
from hotline.calls.saved import Saved, unseal
from hotline.privacy import Vault, new_key
from tests.callflow.every_turn import at_every_moment, places

pytestmark = pytest.mark.xdist_group("walk")
"""One process walks through the conversation, and keeps the turns for all these tests."""


@at_every_moment
def test_every_state_comes_back_as_it_was(moment):
    vault = Vault([new_key()])
    for state in places(moment):
        again = unseal(vault, Saved(state, "<Response/>").seal(vault)).state
        # Words are equal to the members of their closed sets; only their repr tells them apart.
        assert (again, repr(again)) == (state, repr(state)), state.step


@at_every_moment
def test_a_call_that_broke_off_comes_back_within_another_one(moment):
    vault = Vault([new_key()])
    broken_off = [state for state in places(moment) if state.answers][:50]
    for state in broken_off:
        holds = replace(state, dropped=Dropped("CA" + "1" * 32, state))
        again = unseal(vault, Saved(holds, "").seal(vault)).state
        assert (again, repr(again.dropped and again.dropped.state)) == (holds, repr(state))
