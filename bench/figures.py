"""What was measured, as a table for people and as JSON for machines."""

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, isfinite
from typing import Any, Final

import psutil


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Good from here on upwards."""

    bound: float


@dataclass(frozen=True, slots=True)
class AtMost:
    """Good up to here."""

    bound: float


Aim = AtLeast | AtMost


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one part."""

    part: str
    what: str
    value: float
    unit: str = ""
    aim: Aim | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the aim is reached; None when there is none."""
        match self.aim:
            case AtLeast(bound):
                return self.value >= bound
            case AtMost(bound):
                return self.value <= bound
        return None


Say = Callable[[str], None]
"""Shows a line to whoever waits."""

_SIGNS: Final = {True: "yes", False: "NO", None: ""}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed, e.g. 0.99 for p99; without any it is infinite."""
    if not values:
        return inf
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(figures: Sequence[Figure]) -> str:
    """One line a figure, with its aim and whether it is reached."""
    rows = [("", "measured", "", "aim", "reached")]
    rows += [(f"{one.part}  {one.what}", _short(one.value), one.unit, _aim(one), _SIGNS[one.holds]) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        f"{what:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  {aim:<{widths[3]}}  {reached}".rstrip()
        for what, value, unit, aim, reached in rows
    )


def as_json(figures: Sequence[Figure], begun: datetime) -> str:
    """Everything, and on what machine it was measured."""
    rows = [_row(one) for one in figures]
    return json.dumps({"measured_at": begun.isoformat(), "machine": _machine(), "figures": rows}, indent=2)


def _row(one: Figure) -> dict[str, Any]:
    return {
        "part": one.part,
        "what": one.what,
        "value": round(one.value, 3) if isfinite(one.value) else None,
        "unit": one.unit,
        "aim": _aim(one) or None,
        "reached": one.holds,
    }


def _machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
    }


def _aim(one: Figure) -> str:
    match one.aim:
        case AtLeast(bound):
            return f"at least {_short(bound)}"
        case AtMost(bound):
            return f"at most {_short(bound)}"
    return ""


def _short(value: float) -> str:
    if not isfinite(value):
        return "none"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
