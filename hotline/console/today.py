"""What needs somebody now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from hotline import clock
from hotline.calls.due import age, due_at
from hotline.console.access import Permission, guarded
from hotline.console.callers import shown_caller
from hotline.console.desk import Desk
from hotline.store.database import Connection
from hotline.store.today import HOUR, MOST_COUNTED, Figures, Now, count_hour, look_at_now

FIGURES_KEPT_FOR: Final = timedelta(seconds=15)
"""How old the figures of the hour may be: everybody's page asks for them every few seconds."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the last hour, and how it compares with the hour before."""

    label: str
    value: str
    compared: str
    kind: str = ""


class _LastHours:
    """The figures of the last hour and of the one before, counted once for everybody."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted: tuple[datetime, Figures, Figures] | None = None

    def look(self, connection: Connection, now: datetime) -> tuple[Figures, Figures]:
        """Both; at most `FIGURES_KEPT_FOR` old."""
        with self._lock:
            if self._counted is None or now - self._counted[0] > FIGURES_KEPT_FOR:
                self._counted = now, count_hour(connection, now), count_hour(connection, now - HOUR)
            return self._counted[1:]


@dataclass(frozen=True, slots=True)
class _Today:
    desk: Desk
    hours: _LastHours

    def show(self) -> str:
        """The page."""
        return self._rendered("today.html")

    def now(self) -> str:
        """What changes on it."""
        return self._rendered("today_now.html")

    def _rendered(self, template: str) -> str:
        now = clock.now()
        with self.desk.engine.connect() as connection:
            seen, figures = look_at_now(connection), self.hours.look(connection, now)
        return render_template(
            template,
            now=now,
            seen=seen,
            figures=compared(*figures),
            summary=summary(seen),
            age=lambda one: age(one.reason, one.opened_at, now),
            due_at=lambda one: due_at(one.reason, one.opened_at),
            caller=lambda one: shown_caller(self.desk.vault, one.caller_sealed),
            since=lambda at: max(0, int((now - at).total_seconds())),
            stopwatch=stopwatch,
            many=many,
        )


def stopwatch(seconds: int) -> str:
    """As a stopwatch shows it; the browser counts on in the same way."""
    minutes, hours = seconds // 60 % 60, seconds // 3600
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def many(count: int) -> str:
    """A number of things, of which not more than `MOST_COUNTED` are counted."""
    return str(count if count < MOST_COUNTED else _("%(num)d or more", num=count))


def summary(seen: Now) -> str:
    """What waits, in one sentence each; read aloud whenever it changes."""
    in_line = sum(call.in_line_since is not None for call in seen.calls)
    sentences = (
        ngettext("%(num)d follow-up waits.", "%(num)d follow-ups wait.", seen.count_follow_ups),
        ngettext(
            "%(num)d caller is with a person or in line.", "%(num)d callers are with a person or in line.", in_line
        ),
        ngettext("%(num)d request is not answered.", "%(num)d requests are not answered.", seen.count_requests),
    )
    counts = (seen.count_follow_ups, in_line, seen.count_requests)
    waiting = [sentence for sentence, count in zip(sentences, counts, strict=True) if count]
    return " ".join(waiting) or str(_("Nothing waits for you."))


def compared(last: Figures, before: Figures) -> Sequence[Figure]:
    """The figures of the last hour beside those of the one before, in words."""
    counts = (
        (_("Calls"), last.calls, before.calls, ""),
        (_("Stopped"), last.stopped, before.stopped, ""),
        (_("Not identified"), last.not_identified, before.not_identified, ""),
        (_("Talked to a person"), last.to_a_person, before.to_a_person, ""),
        (_("Errors of the line"), last.errors, before.errors, "bad" if last.errors else ""),
    )
    figures = [Figure(label, str(count), _more_or_fewer(count, was), kind) for label, count, was, kind in counts]
    median = last.seconds_to_stop
    label = _("From the answer to the stop (median)")
    shown = "–" if median is None else _("%(seconds)s s", seconds=round(median))
    return [*figures[:2], Figure(label, shown, _longer_or_shorter(median, before.seconds_to_stop)), *figures[2:]]


def _more_or_fewer(count: int, was: int) -> str:
    if count == was:
        return str(_("as many as the hour before"))
    if count > was:
        return str(ngettext("%(num)d more than the hour before", "%(num)d more than the hour before", count - was))
    return str(ngettext("%(num)d fewer than the hour before", "%(num)d fewer than the hour before", was - count))


def _longer_or_shorter(median: float | None, was: float | None) -> str:
    if median is None:
        return str(_("nothing was stopped by telephone"))
    if was is None:
        return str(_("nothing was stopped the hour before"))
    difference = round(median) - round(was)
    if difference == 0:
        return str(_("as long as the hour before"))
    if difference > 0:
        return str(_("%(seconds)d s longer than the hour before", seconds=difference))
    return str(_("%(seconds)d s shorter than the hour before", seconds=-difference))


def today_blueprint(desk: Desk) -> Blueprint:
    """The first page."""
    blueprint, pages = Blueprint("today", __name__), _Today(desk, _LastHours())
    blueprint.add_url_rule("/", "show", guarded(Permission.LOOK, pages.show))
    blueprint.add_url_rule("/today", "now", guarded(Permission.LOOK, pages.now))
    return blueprint
