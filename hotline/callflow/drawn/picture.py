"""The conversation as a picture: which step leads to which, and by what.

All of it is read off the turns of `walk`: a picture that is made anew is never out of date. A step has the name that
the call log has; a key is called as the prompt that offers it. `graphs` writes it down.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from typing import Final, TypeAlias

from hotline.callflow import flow
from hotline.callflow.drawn.led import (
    AGAIN,
    BACKWARDS,
    IGNORED,
    LANGUAGES,
    MISS,
    PERSON,
    THIRD_MISS,
    Cause,
    happens,
    what_led,
)
from hotline.callflow.drawn.parts import ROOMS, Part
from hotline.callflow.effects import AcceptRequest, KeepMessage, OpenFollowUp, PromiseText, Reason
from hotline.callflow.replies import Ending, Entry, HangUp, Hold, Listen, Menu
from hotline.callflow.samples import CLOSED, OPEN
from hotline.callflow.state import Step
from hotline.callflow.walk import Way, walk

MOMENTS: Final = (OPEN, CLOSED)
"""At one of these every step is reached."""

_MANY: Final = 3
"""What leads from one step to so many, or from so many to one, is written into the boxes instead of drawn as arrows."""

_CALLED: Final = (Reason.CALL_BACK, Reason.WRITE_BACK, Reason.MESSAGE)
"""Follow-ups that the caller is told of."""


class Kind(StrEnum):
    """What a step does with the caller."""

    MENU = "menu"
    ENTRY = "entry"
    LOOK = "look"
    """Nothing is asked: the line looks something up, and the caller waits."""
    MEETING = "meeting"
    """An operator is rung, or a message is recorded."""
    END = "end"


class Promise(StrEnum):
    """What the caller is promised on the way."""

    STOP = "stop"
    OTHER = "other"
    """A text message, or somebody who calls or writes back."""


@dataclass(frozen=True, slots=True)
class Box:
    """One step."""

    step: Step
    room: str
    """The module of the step."""
    kind: Kind
    stays: tuple[Cause, ...] = ()
    """What is answered without leaving the step."""
    returns: tuple[Cause, ...] = ()
    """What leads back to where the call was, wherever that is."""
    shared: tuple[tuple[Cause, Step], ...] = ()
    """What leads to a step to which it leads from several others too."""
    beside: bool = False
    """Whether it is no step of the part that is drawn, but next to one."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a step to another."""

    before: Step | None
    """None is the beginning of a call, or every step that listens."""
    after: Step
    causes: tuple[Cause, ...]
    promises: frozenset[Promise] = frozenset()
    usual: bool = True
    """Whether a call in office hours can go there; else only at night, without operators or texts, or in writing."""
    is_everywhere: bool = False
    """Whether it leads there from every step that listens."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and arrows, in the order of the conversation."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    everywhere: tuple[Arrow, ...]
    """What leads from every step that listens to another."""


_Led: TypeAlias = tuple[Step | None, Step, Cause]


@dataclass(slots=True)
class _Seen:
    """What the turns of a walk were like that have the same steps and the same cause."""

    usual: bool = False
    promises: set[Promise] = field(default_factory=set)


_Found: TypeAlias = dict[_Led, _Seen]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The same by how it is drawn."""

    near: _Found
    """As arrows, or as what stays at a step."""
    far: _Found
    """From one step to many."""
    shared: _Found
    """From many steps to one."""


def picture(ways: Iterable[Way] | None = None) -> Picture:
    """What these turns of a walk are together; without any, those of the whole conversation, which takes seconds."""
    endings: dict[Step, Ending] = {}
    found = _found(walk("en", MOMENTS) if ways is None else ways, endings)
    drawn = _sorted({led: seen for led, seen in found.items() if not _is_everywhere(led, found)})
    steps = {(before, after) for before, after, _ in drawn.near if before is not after}
    in_order = sorted(steps, key=lambda between: (_place(between[0]), _place(between[1])))
    arrows = (_arrows(before, after, drawn.near) for before, after in in_order)
    return Picture(
        tuple(_box(step, endings[step], drawn) for step in Step if step in endings),
        tuple(chain.from_iterable(arrows)),
        tuple(_arrows_everywhere(found)),
    )


def view(whole: Picture, part: Part) -> Picture:
    """One part of the picture: what leads from its steps and, from the main menu, to them.

    What leads to it from another part is in the drawing of that one, so that all parts together are the whole.
    """
    if part is Part.ALL:
        return whole
    inside = {box.step for box in whole.boxes if box.room in ROOMS[part]}
    arrows = tuple(arrow for arrow in whole.arrows if _is_in(arrow, inside))
    shown = inside.union(*({arrow.before, arrow.after} for arrow in arrows))
    boxes = (replace(box, beside=box.step not in inside) for box in whole.boxes if box.step in shown)
    return Picture(tuple(boxes), arrows, whole.everywhere)


def _is_in(arrow: Arrow, inside: AbstractSet[Step]) -> bool:
    if arrow.before is None or arrow.before is Step.MAIN_MENU:
        return arrow.after in inside or arrow.before in inside
    return arrow.before in inside


def _found(ways: Iterable[Way], endings: dict[Step, Ending]) -> _Found:
    found: _Found = defaultdict(_Seen)
    for way in filter(happens, ways):
        before, after = None if way.before is None else way.before.step, way.turn.state
        endings[after.step] = way.turn.reply.ending
        for cause in what_led(way):
            seen = found[before, after.step, cause]
            seen.usual |= before is None or (way.now == OPEN and not after.by_text)
            seen.promises.update(_promises(way))
    return found


def _promises(way: Way) -> Iterator[Promise]:
    for effect in way.turn.effects:
        match effect:
            case AcceptRequest():
                yield Promise.STOP
            case PromiseText() | KeepMessage():
                yield Promise.OTHER
            case OpenFollowUp(reason) if reason in _CALLED:
                yield Promise.OTHER


def _is_everywhere(led: _Led, found: _Found) -> bool:
    """Whether it is drawn once for all steps: what works at each, and what a person is where none can be rung."""
    before, after, cause = led
    if cause in (PERSON, LANGUAGES, BACKWARDS, MISS):
        return True
    if cause in (AGAIN, IGNORED):
        return before is after
    is_a_person = (before, after, PERSON) in found
    if cause == THIRD_MISS:
        return is_a_person
    return is_a_person and after is not Step.OPERATOR and (before, Step.OPERATOR, cause) in found


def _sorted(own: _Found) -> _Sorted:
    to, from_, backwards = defaultdict(set), defaultdict(set), defaultdict(set)
    for before, after, cause in own:
        to[before, cause].add(after)
        from_[after, cause].add(before)
        if _place(after) < _place(before):
            backwards[before].add(after)
    far = {led: seen for led, seen in own.items() if len(to[led[0], led[2]]) >= _MANY}
    shared = {
        (before, after, cause): seen
        for (before, after, cause), seen in own.items()
        if len(from_[after, cause]) >= _MANY or (after in backwards[before] and len(backwards[before]) >= _MANY)
    }
    return _Sorted({led: seen for led, seen in own.items() if led not in far | shared}, far, shared)


def _box(step: Step, ending: Ending, drawn: _Sorted) -> Box:
    stays = (cause for (before, after, cause), seen in drawn.near.items() if before is after is step and seen.usual)
    returns = dict.fromkeys(cause for before, _, cause in drawn.far if before is step)
    shared = ((cause, after) for before, after, cause in drawn.shared if before is step)
    room = flow.TALKS[step].asks.__module__.rpartition(".")[2]
    return Box(step, room, _kind(ending), tuple(stays), tuple(returns), tuple(shared))


def _kind(ending: Ending) -> Kind:
    match ending:
        case Listen(Menu()):
            return Kind.MENU
        case Listen(Entry()):
            return Kind.ENTRY
        case Hold():
            return Kind.LOOK
        case HangUp():
            return Kind.END
        case _:
            return Kind.MEETING


def _arrows(before: Step | None, after: Step, near: _Found) -> Iterator[Arrow]:
    """One arrow for what promises the same: usually one in all."""
    led = {cause: seen for (*between, cause), seen in near.items() if between == [before, after]}
    usual = {cause: seen for cause, seen in led.items() if seen.usual}
    drawn = usual or led
    for promises in dict.fromkeys(frozenset(seen.promises) for seen in drawn.values()):
        causes = tuple(cause for cause, seen in drawn.items() if seen.promises == promises)
        yield Arrow(before, after, causes, promises, bool(usual))


def _arrows_everywhere(found: _Found) -> Iterator[Arrow]:
    for causes in ((PERSON, THIRD_MISS), (LANGUAGES,)):
        usual: dict[Step, bool] = defaultdict(bool)
        for (_, after, cause), seen in found.items():
            if cause == causes[0]:
                usual[after] |= seen.usual
        for after in sorted(usual, key=_place):
            yield Arrow(None, after, causes, usual=usual[after], is_everywhere=True)


def _place(step: Step | None) -> int:
    return -1 if step is None else list(Step).index(step)
