import logging
import threading
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any

import pytest

from hotline.store.database import connect_to
from hotline.suspensions.chores import ChoreFailed, Chores

DEADLINE_S = 20.0


def test_chores_are_done_again_and_again_with_the_present_moment() -> None:
    seen: SimpleQueue[datetime] = SimpleQueue()
    with Chores((seen.put,), every_s=0.01):
        first, second = (seen.get(timeout=DEADLINE_S) for _ in range(2))
    assert first < second
    assert abs((datetime.now(UTC) - second).total_seconds()) < DEADLINE_S


def test_a_chore_that_finds_no_database_is_tried_again_and_holds_up_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nowhere = connect_to("postgresql://nobody@/nothing?host=/nonexistent")
    done: SimpleQueue[datetime] = SimpleQueue()
    with caplog.at_level(logging.WARNING), Chores((lambda now: nowhere.connect(), done.put), every_s=0.01) as chores:
        for _ in range(2):
            done.get(timeout=DEADLINE_S)
        chores.check()
    assert "a chore found no database and waits" in caplog.messages


def test_a_chore_with_a_bug_is_not_passed_over_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: SimpleQueue[Any] = SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", lambda arguments: raised.put(arguments.exc_type))
    with Chores((lambda now: now.microsecond / 0,), every_s=0.01) as chores:
        assert raised.get(timeout=DEADLINE_S) is ZeroDivisionError
        chores._thread.join(DEADLINE_S)
        with pytest.raises(ChoreFailed, match="start the dispatcher again"):
            chores.check()


def test_a_long_chore_holds_up_nobody() -> None:
    begun, released = threading.Event(), threading.Event()
    with Chores((lambda now: (begun.set(), released.wait(DEADLINE_S)),), every_s=0.01) as chores:
        assert begun.wait(DEADLINE_S)
        chores.check()
        released.set()
