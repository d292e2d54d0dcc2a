"""How times, lengths and numbers are shown."""

from datetime import datetime, timedelta
from typing import Final

from flask import Flask, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from hotline import clock

PAGE_LANGUAGES: Final = ("ja", "en")
"""In which the pages are written; the first for who asks for neither."""

SHOWN_DIGITS: Final = 4
"""Digits at the end of a telephone number that are shown."""


def page_language() -> str:
    """The language of the person who is signed in, else that of the browser."""
    if current_user and current_user.is_authenticated and current_user.language in PAGE_LANGUAGES:
        return str(current_user.language)
    return browser_language()


def browser_language() -> str:
    """The language that was chosen in this browser, or that it asks for. Nobody's account is looked at."""
    chosen = request.cookies.get("language", "")
    fitting = request.accept_languages.best_match(PAGE_LANGUAGES)
    return chosen if chosen in PAGE_LANGUAGES else fitting or PAGE_LANGUAGES[0]


def moment(at: datetime | None) -> str:
    """Date and time in Japan, to the second; nothing for None."""
    return "" if at is None else clock.in_japan(at).strftime("%Y-%m-%d %H:%M:%S")


def short_moment(at: datetime | None) -> str:
    """The same without seconds, and for today without the date."""
    if at is None:
        return ""
    there, today = clock.in_japan(at), clock.in_japan(clock.now())
    return there.strftime("%H:%M" if there.date() == today.date() else "%Y-%m-%d %H:%M")


def length_of(seconds: float | None) -> str:
    """A length of time as people say it: its two largest units."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return str(_("%(days)d d %(hours)d h", days=days, hours=hours))
    if hours:
        return str(_("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes))
    if minutes:
        return str(_("%(minutes)d min %(seconds)d s", minutes=minutes, seconds=whole % 60))
    return str(_("%(seconds)d s", seconds=whole))


def ago(at: datetime | None) -> str:
    """How long ago that was, or in how long it will be."""
    if at is None:
        return ""
    since = clock.now() - at
    if since < timedelta(0):
        return str(_("in %(time)s", time=length_of(-since.total_seconds())))
    return str(_("%(time)s ago", time=length_of(since.total_seconds())))


def masked(number: str | None) -> str:
    """A telephone number of which only the end is shown; a sentence for one that is not known."""
    if not number:
        return str(_("number withheld or erased"))
    return f"…{number[-SHOWN_DIGITS:]}"


def count(number: int, what: str, many: str) -> str:
    """`what` or `many`, with the number in it as %(num)d."""
    return str(ngettext(what, many, number))


def install_filters(app: Flask) -> None:
    """Make them known to the templates."""
    for one in (moment, short_moment, length_of, ago, masked):
        app.add_template_filter(one)
