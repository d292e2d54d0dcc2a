"""The words in a picture of the conversation, in lines of about the same length."""

from collections.abc import Iterable, Iterator
from typing import Final

from hotline.callflow.drawn.led import AGAIN, BACKWARDS, Cause
from hotline.callflow.drawn.picture import Arrow, Box, Picture

_WIDTH: Final = 24
"""Characters in a line, about: what belongs together stays together."""

_BACK: Final = "where the call was"


def lines_of(box: Box) -> Iterator[str]:
    """What is in a box below the name of its step."""
    yield from _lines(box.stays)
    if box.returns:
        yield from _lines(box.returns, _BACK)
    for step in dict.fromkeys(after for _, after in box.shared):
        yield from _lines([cause for cause, after in box.shared if after is step], step)


def lines_on(arrow: Arrow) -> Iterator[str]:
    """What is written at an arrow."""
    yield from _lines(arrow.causes)


def lines_everywhere(picture: Picture) -> Iterator[str]:
    """What works at every step, and where it leads."""
    for causes in dict.fromkeys(arrow.causes for arrow in picture.everywhere):
        arrows = [arrow for arrow in picture.everywhere if arrow.causes == causes]
        yield f"{_list(causes)} → {_either(arrow.after for arrow in arrows if arrow.usual)}"
        if elsewhere := [arrow.after for arrow in arrows if not arrow.usual]:
            yield f"or else → {_either(elsewhere)}"
    yield _list((AGAIN, BACKWARDS))


def _either(steps: Iterable[str]) -> str:
    return " or ".join(steps)


def _list(causes: Iterable[Cause]) -> str:
    return ", ".join(_phrases(causes))


def _lines(causes: Iterable[Cause], to: str | None = None) -> Iterator[str]:
    *others, last = _phrases(causes) or [""]
    # The name of a step stays beside what leads there.
    end = [last] if to is None else [last, f"→ {to}"] if to == _BACK else [f"{last} → {to}"]
    line = ""
    for phrase in (*(f"{other}," for other in others), *end):
        if line and len(line) + 1 + len(phrase) > _WIDTH:
            yield line
            line = phrase
        else:
            line = f"{line} {phrase}".lstrip()
    if line:
        yield line


def _phrases(causes: Iterable[Cause]) -> list[str]:
    """A phrase for each meaning; what several keys mean, as languages do, is said once."""
    keys: dict[str, list[str]] = {}
    for cause in causes:
        keys.setdefault(cause.meaning, []).append(cause.key)
    return [f"{_row(pressed)} {meaning}".lstrip() for meaning, pressed in keys.items()]


def _row(keys: list[str]) -> str:
    return f"{keys[0]}–{keys[-1]}" if len(keys) > 2 else ", ".join(keys)
