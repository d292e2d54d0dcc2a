"""Pictures of what the line does, for people who look rather than read; each with its table."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from hotline import clock
from hotline.clock import JAPAN
from hotline.console import charts
from hotline.console.access import Permission, needs
from hotline.console.desk import Desk
from hotline.store import figures
from hotline.store.figures import HOUR, Span

RANGES: Final[dict[int, Any]] = {
    1: lazy_gettext("One day"),
    7: lazy_gettext("7 days"),
    30: lazy_gettext("30 days"),
}
"""For how many days pictures are drawn."""

FIRST_DAY: Final = date(2020, 1, 1)
"""Before it no line of this kind answered."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which days are looked at."""

    days: int
    last: date
    """The last of them, in Japan."""
    fault: str = ""
    """What was wrong with the address, in a sentence."""

    def whole(self) -> Span:
        """From midnight to midnight in Japan."""
        end = datetime.combine(self.last + timedelta(days=1), time(), JAPAN)
        return Span(end - timedelta(days=self.days), end)

    def hours_until(self, now: datetime) -> Span:
        """The same, but no longer than to the end of the hour that runs."""
        whole = self.whole()
        running = now.replace(minute=0, second=0, microsecond=0) + HOUR
        return Span(whole.begin, min(whole.end, running))


def pictures_blueprint(desk: Desk) -> Blueprint:
    """The page of the pictures."""
    blueprint = Blueprint("pictures", __name__)

    @blueprint.get("/pictures")
    @needs(Permission.LOOK)
    def show() -> str:
        now = clock.now()
        chosen = _chosen(clock.in_japan(now).date())
        with desk.engine.connect() as connection:
            counted, missing = figures.read_hours(connection, chosen.hours_until(now))
            lengths = figures.read_days(connection, chosen.whole())
        drawn = (
            charts.by_hour(counted),
            charts.funnel(counted),
            charts.by_language(counted),
            charts.time_to_stop(lengths),
            charts.repeats(counted),
        )
        return render_template(
            "pictures.html", charts=drawn, chosen=chosen, missing=missing, ranges=RANGES, today=now, first=FIRST_DAY
        )

    return blueprint


def _chosen(today: date) -> Chosen:
    """What the address asks for, as far as it makes sense."""
    days = request.args.get("days", default="7")
    asked = request.args.get("day", default="").strip()
    usual = Chosen(int(days) if days in {str(one) for one in RANGES} else 7, today)
    if days not in {str(one) for one in RANGES}:
        return Chosen(7, today, _("Pictures are drawn of one day, of 7 or of 30 days. These are the last 7."))
    if not asked:
        return usual
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return Chosen(usual.days, today, _("That is no day. Write it like 2026-11-23. These pictures end today."))
    if not FIRST_DAY <= day <= today:
        return Chosen(usual.days, today, _("On that day nothing can have been counted. These pictures end today."))
    return Chosen(usual.days, day)
