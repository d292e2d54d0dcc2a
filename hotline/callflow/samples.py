"""Moments at which the line is tried, and one of every kind of event that can happen to it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Final

from hotline.callflow.events import (
    Answer,
    Dialled,
    Event,
    InLine,
    KeysPressed,
    LookedUp,
    Loss,
    MayText,
    Recorded,
    Silence,
    Spoken,
    Target,
    TransferEnded,
    Waited,
)
from hotline.callflow.hours import Hours, Opening, Part, Week, YearlyBreak
from hotline.callflow.languages import FIRST_LANGUAGE
from hotline.callflow.line import Line, Now
from hotline.callflow.state import State, Step

MOBILE: Final = "+819012345678"
LANDLINE: Final = "+81312345678"

_WEEK: Final = Week(Opening(time(9, 30), time(20)), Opening(time(9, 30), time(17, 30)))
_HOURS: Final = Hours(dict.fromkeys(Part, _WEEK), away=YearlyBreak((12, 29), (1, 3)))
_LINE: Final = Line(without_voice=frozenset({"ne"}), operators=2, sends_texts=True, hours=_HOURS)
OPEN: Final = Now(datetime(2026, 11, 24, 3, 0, tzinfo=UTC), _LINE)
"""A Tuesday at noon in Japan, with everything that a line can have."""

CLOSED: Final = Now(datetime(2026, 11, 24, 18, 0, tzinfo=UTC), replace(_LINE, operators=0, sends_texts=False))
"""Three o'clock the next morning, on a line without operators or text messages."""

IN_TURN: Final = replace(OPEN, line=replace(_LINE, rings_in_turn=True))
"""Noon again, and operators ring one after the other."""

MOMENTS: Final = (OPEN, CLOSED, IN_TURN)

RECEIPT: Final = "12345671"
_DONE: Final = datetime(2026, 11, 24, 2, 59, tzinfo=UTC)
_TARGETS: Final = ((Target.CARD,), (Target.SMARTPHONE,), tuple(Target))

ONE_KEY: Final = tuple(map(KeysPressed, "0123456789*#"))
ROWS: Final = tuple(
    KeysPressed(keys)
    for keys in (
        *("19800301#", "3550301#", "19850101#", "19800230#", "3700101#", "29990101#", "198003"),
        *("1000001#", "2*16*3#", "2*a#", "1234567890123#", "123456789012", "0#", "9#", ""),
        *(f"{RECEIPT}#", "12345678#", "09012345678#", "0312345678#", "05012345678#"),
    )
)
WORDS: Final = tuple(Spoken("words", 0.9, means) for means in (None, "1", "2", "0", "*", "9", "#"))
_LOOKED_FOR: Final[dict[Step, tuple[Event, ...]]] = {
    Step.TAKE_UP: (LookedUp(None, is_limited=True),),
    Step.TEXT_PROMISE: (MayText(may=True), MayText(may=False)),
    **dict.fromkeys((Step.OPERATOR, Step.IN_LINE), tuple(map(InLine, (0, 1, 2, 5)))),
    Step.RINGING: tuple(TransferEnded(*ended) for ended in ((True, True), (False, False), (False, True))),
    Step.VOICE_MESSAGE: (Recorded("RE" + "0" * 32, 5), Recorded("RE" + "0" * 32, 0)),
}
"""What the line finds out while the caller hears nothing to answer."""


def events_at(state: State) -> tuple[Event, ...]:
    """What the line can find out at this step, of one kind each; empty where it only listens."""
    if state.step is Step.WAITING:
        return tuple(_waited(state.targets))
    if state.step is Step.RECEIPT_LOOKUP:
        told = (replace(waited, targets=targets) for targets in _TARGETS for waited in _waited(targets))
        at_home = (Waited(RECEIPT, 0.5, targets=targets, loss=Loss.HOME) for targets in _TARGETS)
        return (LookedUp(None), LookedUp(None, is_limited=True), *map(LookedUp, (*told, *at_home)))
    return _LOOKED_FOR.get(state.step, ())


def _waited(targets: tuple[Target, ...]) -> Iterator[Waited]:
    yield Waited(RECEIPT, 0.5)
    yield Waited(RECEIPT, 0.5, slowed=True)
    yield Waited(RECEIPT, 9.0)
    yield Waited(RECEIPT, 61.0)
    yield Waited(RECEIPT, 9.0, given_up=True)
    yield Waited(RECEIPT, 1.0, dict.fromkeys(targets, Answer.SUSPENDED))
    for answer in Answer:
        yield Waited(RECEIPT, 1.0, dict.fromkeys(targets, answer), municipality="千代田区", finished_at=_DONE)
    if len(targets) > 1:
        one_of_two = dict(zip(targets, (Answer.SUSPENDED, Answer.NOT_HELD), strict=True))
        yield Waited(RECEIPT, 1.0, one_of_two, municipality="千代田区", finished_at=_DONE)


ANYTHING: Final[tuple[Event, ...]] = (
    *ONE_KEY,
    *ROWS,
    *WORDS,
    Spoken("words", 0.9, "19800301"),
    Silence(),
    Dialled(FIRST_LANGUAGE, MOBILE),
    *_waited(_TARGETS[0]),
    LookedUp(None),
    LookedUp(Waited(RECEIPT, 1.0)),
    *(event for events in _LOOKED_FOR.values() for event in events),
)
"""One of every kind of event."""
