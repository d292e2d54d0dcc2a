"""One call: its story, what was keyed, notes, holds, recordings."""

import pytest

from hotline.console.access import Role
from tests.store.rows import start_call


def test_a_call_is_told_in_plain_words(signed_in, engine):
    sid = start_call(engine)
    page = signed_in(Role.OPERATOR).get(f"/console/calls/{sid}")
    assert page.status_code == 200
    assert "Main menu" in page.text
