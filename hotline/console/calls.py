"""The list of calls: searched, filtered, and taken out as a file."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from hotline import clock
from hotline.callflow.receipts import LENGTH
from hotline.calls.prints import LAST_DIGITS
from hotline.console.access import Permission, guarded
from hotline.console.callers import shown_caller
from hotline.console.desk import Desk
from hotline.console.export import Export
from hotline.console.filters import Asked, digits_of, read_filters, sid_of
from hotline.console.forms import Form, FreeText
from hotline.console.saved import SaveForm, saved_rules
from hotline.console.trail import trail
from hotline.store.database import DATABASE_TROUBLE
from hotline.store.search import FoundCall, Page, Position, TakesTooLong, Way, find_calls, find_sid_of_receipt, is_call
from hotline.store.views import View, list_views

log = logging.getLogger(__name__)

PAGE: Final = 50
"""Calls on a page."""

_OUTCOME_KINDS: Final = {
    **{"stopped": "good", "error": "bad"},
    **dict.fromkeys(("not_identified", "not_confirmed", "accepted"), "warn"),
}


class ExportForm(Form):
    """Why calls are taken out of the console, and which."""

    query = HiddenField()
    reason = FreeText(lazy_gettext("Reason"), longest=300, render_kw={"rows": 2, "maxlength": 300, "required": True})


@dataclass(frozen=True, slots=True)
class Row:
    """A call as it is listed."""

    call: FoundCall
    caller: str
    seconds: float
    kind: str
    """Which colour goes with its outcome."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and the addresses of those beside it."""

    rows: Sequence[Row]
    previous: str | None
    next: str | None
    is_cut: bool
    """Whether it ended before it was full, because so much had been looked through."""
    reached: datetime | None
    """Up to where, then."""
    took_too_long: bool = False


@dataclass(frozen=True, slots=True)
class _Calls:
    desk: Desk

    def index(self) -> Any:
        """The list, or the one call that was looked for."""
        if written := request.args.get("find", "").strip():
            return self._find(written)
        return self._page(read_filters(request.args))

    def export(self) -> Any:
        """Exactly what is listed, as a file."""
        form = ExportForm()
        asked = read_filters(MultiDict(parse_qsl((form.query.data or "").lstrip("?"))))
        if not form.validate_on_submit() or asked.form.errors:
            return self._page(asked, export=form), 400
        now, reason = clock.now(), form.reason.data
        filters = dict(parse_qsl(asked.query("caller", "sid").lstrip("?")))
        with self.desk.engine.begin() as connection:
            trail(connection, "calls.exported", "calls", reason=reason, filters=filters, persons=asked.by_person)
        sought = asked.sought(self.desk.prints, now)
        export = Export(self.desk.engine, sought, asked.oldest_first, self._caller, self._end)
        response = Response(stream_with_context(export.lines()), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="calls-{clock.in_japan(now):%Y-%m-%d}.csv"'
        return response

    def _end(self, count: int, is_whole: bool) -> None:
        try:
            with self.desk.engine.begin() as connection:
                trail(connection, "calls.export_ended", "calls", calls=count, whole=is_whole)
        except DATABASE_TROUBLE as error:
            # That it began stands in the trail, and that nothing more is known.
            log.error("the end of an export could not be written down", extra={"cause": type(error).__name__})

    def _find(self, written: str) -> Any:
        """What the search at the top of every page leads to."""
        digits, sid = digits_of(written), sid_of(written)
        if re.fullmatch(rf"[0-9]{{{LAST_DIGITS}}}", digits):
            return redirect(f"{request.path}?caller={digits}", 303)
        if sid is None and re.fullmatch(rf"[0-9]{{{LENGTH}}}", digits):
            with self.desk.engine.connect() as connection:
                sid = find_sid_of_receipt(connection, digits)
            return redirect(f"{request.path}/{sid}" if sid else f"{request.path}?receipt={digits}", 303)
        if sid is not None:
            with self.desk.engine.connect() as connection:
                there = is_call(connection, sid)
            return redirect(f"{request.path}/{sid}" if there else f"{request.path}?sid={sid}", 303)
        flash(_("Search for a receipt number, for the last four digits of a caller, or for a call SID."), "error")
        return redirect(request.path, 303)

    def _page(self, asked: Asked, export: ExportForm | None = None) -> str:
        if asked.by_person:
            self._note(asked)
        with self.desk.engine.connect() as connection:
            views: Sequence[View] = list_views(connection, current_user.id)
        return render_template(
            "calls.html",
            asked=asked,
            filters=asked.form,
            chips=list(asked.chips()),
            listed=self._listed(asked),
            views=views,
            saving=SaveForm(formdata=None, query=asked.query()),
            exporting=export or ExportForm(formdata=None, query=asked.query()),
        )

    def _note(self, asked: Asked) -> None:
        """Write down that somebody looked for one person's calls, before they are shown."""
        subject = " ".join(f"by {name}" for name in asked.by_person)
        sought = asked.sought(self.desk.prints, clock.now())
        known = {"receipt": sought.receipt_number} if sought.receipt_number else {}
        with self.desk.engine.begin() as connection:
            trail(connection, "calls.searched", subject, call_sid=sought.sid, **known)

    def _listed(self, asked: Asked) -> Listed:
        sought = asked.sought(self.desk.prints, clock.now())
        before = read_position(request.args.get("before"))
        start = before or read_position(request.args.get("after"))
        backwards = before is not None
        try:
            with self.desk.engine.connect() as connection:
                page = find_calls(connection, sought, Way(start, asked.oldest_first is not backwards, PAGE))
                if backwards and page.further is None:
                    # The first page again, and full.
                    backwards, start = False, None
                    page = find_calls(connection, sought, Way(None, asked.oldest_first, PAGE))
        except TakesTooLong:
            return Listed([], None, None, is_cut=False, reached=None, took_too_long=True)
        previous, following = _beside(page, start, backwards)
        calls = reversed(page.calls) if backwards else page.calls
        return Listed(
            [self._row(call) for call in calls],
            previous and asked.query(before=write_position(previous)),
            following and asked.query(after=write_position(following)),
            page.is_cut,
            page.further and page.further.started_at,
        )

    def _row(self, call: FoundCall) -> Row:
        seconds = ((call.ended_at or clock.now()) - call.started_at).total_seconds()
        return Row(call, self._caller(call), seconds, _OUTCOME_KINDS.get(call.outcome, ""))

    def _caller(self, call: FoundCall) -> str:
        return shown_caller(self.desk.vault, call.caller_sealed)


def _beside(page: Page, start: Position | None, backwards: bool) -> tuple[Position | None, Position | None]:
    """Before what the previous page ends, and after what the next one begins."""
    came_from = page.calls[0].position if page.calls else start
    if backwards:
        return page.further, came_from
    return (came_from if start else None), page.further


def write_position(position: Position) -> str:
    """A place in the list for the address of a page."""
    return f"{position.started_at.isoformat()}_{position.sid}"


def read_position(written: str | None) -> Position | None:
    """The place that an address names; None for one that is none."""
    moment, _mark, sid = (written or "").partition("_")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    fits = at.tzinfo is not None and sid_of(sid) == sid and 2000 <= at.year <= 2100
    return Position(at, sid) if fits else None


def calls_blueprint(desk: Desk) -> Blueprint:
    """The list, its views and its file."""
    blueprint, pages = Blueprint("calls", __name__), _Calls(desk)
    blueprint.add_url_rule("/calls", "index", guarded(Permission.LOOK, pages.index))
    blueprint.add_url_rule("/calls.csv", "export", guarded(Permission.EXPORT, pages.export), methods=["POST"])
    for path, name, view in saved_rules(desk):
        blueprint.add_url_rule(path, name, guarded(Permission.LOOK, view), methods=["POST"])
    return blueprint
