"""Tables of figures, each with a sentence that reads it: what the charts of the page are drawn from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _

from hotline.callflow.state import Outcome
from hotline.console import words
from hotline.store.figures import FUNNEL, SECONDS, Counted, Figure

_O: Final = Outcome
OUTCOMES: Final = (
    *(_O.STOPPED, _O.NOT_HELD, _O.ACCEPTED, _O.OPERATOR, _O.CALL_BACK),
    *(_O.NOT_CONFIRMED, _O.NOT_IDENTIFIED, _O.NOTHING, _O.ERROR),
)
"""From the bottom of a bar to its top. Always all of them, so that each keeps its colour and its pattern."""

HOURS: Final = tuple(f"{hour:02}" for hour in range(24))


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, and how it is written."""

    value: float | None
    shown: str


@dataclass(frozen=True, slots=True)
class Row:
    """A place on the axis with its values, one for each column."""

    name: str
    cells: Sequence[Cell]
    label: str = ""
    """What the chart writes beside the bar."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A table, and how it is drawn."""

    id: str
    title: str
    reading: str
    """What it says, in a sentence; all there is when there are no rows."""
    kind: str
    """`stacked`, `across` for bars from left to right, `bars` or `lines`."""
    axis: str
    """What the first column names."""
    columns: Sequence[str]
    drawn: int
    """How many of the columns are drawn: the first ones. The others stand in the table only."""
    rows: Sequence[Row] = field(default_factory=tuple)


def by_hour(counted: Iterable[Counted]) -> Chart:
    """Calls by hour of the day and outcome."""
    sums = _sums(counted, Figure.CALLS)
    totals = {hour: sum(sums.get((hour, outcome), 0) for outcome in OUTCOMES) for hour in HOURS}
    busiest = max(HOURS, key=lambda hour: totals[hour])
    reading = _("No call came in this time.")
    if all_of_them := sum(totals.values()):
        reading = _(
            "Most calls came at %(hour)s:00: %(most)s of %(all)s.",
            hour=busiest,
            most=_number(totals[busiest]),
            all=_number(all_of_them),
        )
    columns = [words.named("outcome", outcome) for outcome in OUTCOMES]
    rows = [_row(f"{hour}:00", [*(sums.get((hour, one), 0) for one in OUTCOMES), totals[hour]]) for hour in HOURS]
    return Chart(
        *("hours", _("Calls by hour and outcome"), reading, "stacked", _("Hour")),
        *([*columns, _("All")], len(columns), rows if all_of_them else ()),
    )


def by_language(counted: Iterable[Counted]) -> Chart:
    """Calls by the language in which they ended."""
    sums = {key: value for (_at, key), value in _sums(counted, Figure.LANGUAGES).items()}
    inorder = sorted(sums, key=lambda language: (-sums[language], language))
    all_of_them = sum(sums.values())
    reading = _("No call came in this time.")
    if inorder:
        reading = _(
            "The language of most calls was %(language)s: %(most)s of %(all)s (%(share)s).",
            language=words.named("language", inorder[0]),
            most=_number(sums[inorder[0]]),
            all=_number(all_of_them),
            share=_share(sums[inorder[0]], all_of_them),
        )
    rows = [_shared(words.named("language", one), sums[one], all_of_them) for one in inorder]
    return Chart(*("languages", _("Languages"), reading, "across", _("Language")), [_("Calls"), _("Share")], 1, rows)


def funnel(counted: Iterable[Counted]) -> Chart:
    """How far callers came who began to stop something."""
    sums = {key: value for (_at, key), value in _sums(counted, Figure.FUNNEL).items()}
    reached = [sums.get(step, 0) for step in FUNNEL]
    began, stopped = reached[0], reached[-1]
    left = [here - further for here, further in zip(reached, [*reached[1:], stopped], strict=True)]
    reading = _("Nobody began to stop anything in this time.")
    if began:
        most = max(range(len(FUNNEL)), key=lambda place: left[place])
        reading = _(
            "%(began)s calls began to stop something, and %(stopped)s of them (%(share)s) ended in a stop. Most were "
            "lost at this step: %(step)s, %(lost)s calls.",
            began=_number(began),
            stopped=_number(stopped),
            share=_share(stopped, began),
            step=_step(FUNNEL[most]),
            lost=_number(left[most]),
        )
    rows = [
        _shared(_step(step), here, began, _number(lost), _share(lost, here))
        for step, here, lost in zip(FUNNEL, reached, left, strict=True)
    ]
    columns = [_("Calls that came so far"), _("Of those that began"), _("Ended here"), _("Of those that came so far")]
    title = _("The way to a stop")
    return Chart("funnel", title, reading, "across", _("Step"), columns, 1, rows if began else ())


def time_to_stop(counted: Iterable[Counted]) -> Chart:
    """Seconds until a stop was done, by day."""
    sums = _sums(counted, Figure.SECONDS)
    days = sorted({at for at, _key in sums})
    reading = _("Nothing was stopped in this time.")
    if days:
        newest = {key: sums.get((days[-1], key), 0) for key in SECONDS}
        reading = _(
            "On %(day)s half of the stops were done %(median)s s after the caller's yes, and 95 of 100 within "
            "%(slow)s s. From the beginning of the call to the stop, half took up to %(call)s s.",
            day=days[-1],
            median=_seconds(newest["accepted_p50"]),
            slow=_seconds(newest["accepted_p95"]),
            call=_seconds(newest["call_p50"]),
        )
    columns = [
        *(_("From the yes: half within (s)"), _("From the yes: 95 of 100 within (s)")),
        *(_("From the call: half within (s)"), _("From the call: 95 of 100 within (s)"), _("Stops")),
    ]
    rows = [Row(day, [_timed(sums.get((day, key)), is_count=key == "stops") for key in SECONDS]) for day in days]
    return Chart("seconds", _("Time to stop, by day"), reading, "lines", _("Day"), columns, 4, rows)


def repeats(counted: Iterable[Counted]) -> Chart:
    """Calls that came within a day of the last from the same number."""
    sums = _sums(counted, Figure.REPEATS)
    days = sorted({at for at, _key in sums})
    known, again = (sum(sums.get((day, key), 0) for day in days) for key in ("calls", "again"))
    reading = _("No call came from a known number in this time.")
    if known:
        reading = _(
            "Of %(known)s calls from a known number %(again)s (%(share)s) came within 24 hours of the last one from "
            "the same number.",
            known=_number(known),
            again=_number(again),
            share=_share(again, known),
        )
    rows = [_repeated(day, sums.get((day, "again"), 0), sums.get((day, "calls"), 0)) for day in days]
    columns = [_("Again within 24 h"), _("From a known number"), _("Share")]
    return Chart("repeats", _("Callers who call again"), reading, "bars", _("Day"), columns, 1, rows)


def _sums(counted: Iterable[Counted], figure: Figure) -> Mapping[tuple[str, str], float]:
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for one in counted:
        if one.name == figure:
            sums[one.at, one.key] += one.value
    return sums


def _step(step: str) -> str:
    ends: dict[str, Any] = {"accepted": _("Said stop"), "stopped": _("Stopped")}
    return str(ends.get(step) or words.named("step", step))


def _row(name: str, values: Sequence[float]) -> Row:
    return Row(name, [Cell(int(value), _number(value)) for value in values])


def _shared(name: str, value: float, whole: float, *others: str) -> Row:
    cells = [Cell(int(value), _number(value)), *(Cell(None, shown) for shown in (_share(value, whole), *others))]
    return Row(name, cells, label=f"{_number(value)} · {_share(value, whole)}")


def _repeated(day: str, again: float, known: float) -> Row:
    return Row(day, [*_row(day, [again, known]).cells, Cell(None, _share(again, known))])


def _timed(value: float | None, *, is_count: bool) -> Cell:
    if value is None:
        return Cell(None, "–")
    return Cell(round(value, 2), _number(value) if is_count else _seconds(value))


def _number(value: float) -> str:
    return str(format_decimal(int(value)))


def _seconds(value: float) -> str:
    return str(format_decimal(value, format="#,##0.0" if value < 100 else "#,##0"))


def _share(part: float, whole: float) -> str:
    return str(format_percent(part / whole, format="#,##0.#%")) if whole else "–"
