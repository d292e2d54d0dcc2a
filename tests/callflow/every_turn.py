"""The walk through the whole conversation, taken once a test run and process."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import get_args

import pytest

from hotline.callflow.events import Event
from hotline.callflow.samples import CLOSED, IN_TURN, OPEN
from hotline.callflow.state import State
from hotline.callflow.walk import Way, walk

LANGUAGE = "en"
"""The walk goes to other languages from here. Only Japanese says more than all the others."""

AT = {"open": OPEN, "closed": CLOSED, "in turn": IN_TURN}

at_every_moment = pytest.mark.parametrize("moment", AT)
"""A test for each moment, so that processes share them."""

KINDS: tuple[type, ...] = get_args(Event)


@cache
def ways(moment: str) -> tuple[Way, ...]:
    """Every turn at that moment."""
    with kept_for_good():
        return tuple(walk(LANGUAGE, [AT[moment]]))


@contextmanager
def kept_for_good() -> Iterator[None]:
    """What is made here is kept to the end: looking for garbage in it, again and again, takes longer than the walk."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@cache
def places(moment: str) -> tuple[State, ...]:
    """Every place at which something was tried."""
    return tuple(_places(ways(moment)))


def _places(turns: Iterable[Way]) -> Iterator[State]:
    before = None
    for way in turns:
        if way.before is not None and way.before is not before:
            before = way.before
            yield before


def told(way: Way) -> str:
    """The turn in one line, for the failure of a test."""
    before = None if way.before is None else (way.before.step, way.before.misses, way.before.outcome)
    return f"{before} + {way.event} -> {way.turn.state.step}: {[sentence.prompt for sentence in way.turn.reply.said]}"
