"""Who did or looked at what: the audit trail, to read and to verify."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional, Regexp

from hotline.console import acts, words
from hotline.console.access import Permission, guarded
from hotline.console.desk import Desk
from hotline.console.forms import Form, Moment, NoControlCharacters
from hotline.console.shown import moment
from hotline.console.trail import trail
from hotline.store import audit
from hotline.store.audit import Sought, Written
from hotline.store.database import Connection

ROWS: Final = 50
"""Entries on one page."""

MOST_VERIFIED: Final = 50_000
"""Rows of a trail that is verified while somebody waits: some two seconds. A longer one is for the command line."""

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d$", re.ASCII)
_NEWEST: Final = 2**63 - 1


class Filters(Form):
    """Which entries are read."""

    class Meta:
        """Nothing is changed by reading."""

        csrf = False

    who = StringField(_("Who"), [Length(max=255), NoControlCharacters()], render_kw={"autocomplete": "off"})
    action = SelectField(_("What was done"), [Length(max=48), NoControlCharacters()], validate_choice=False)
    call = StringField(
        _("SID of the call"),
        [Optional(), Regexp("[A-Z]{2}[0-9a-f]{32}$", message=_("A SID has two letters and 32 letters or digits."))],
        filters=[lambda text: text and text.strip()],
        render_kw={"autocomplete": "off"},
    )
    since = Moment(_("From (Japan)"), render_kw={"step": 1})
    until = Moment(_("Until (Japan)"), render_kw={"step": 1})

    def sought(self) -> Sought:
        """What is to be read. Without the moment of its end, as everywhere."""
        return Sought(
            who=self.who.data or None,
            action=self.action.data or None,
            call_sid=self.call.data or None,
            since=self.since.moment,
            until=self.until.moment,
        )

    def as_query(self) -> dict[str, str]:
        """The filters as an address has them; nothing for those that are empty."""
        return {one.name: text for one in self if (text := request.args.get(one.name, "").strip())}


@dataclass(frozen=True, slots=True)
class _Trail:
    desk: Desk

    def show(self) -> Any:
        """The newest entries that fit, or those before one of them."""
        form = _filters()
        before = min(request.args.get("before", _NEWEST, type=int), _NEWEST)
        if not form.validate():
            return render_template("audit.html", form=form, entries=[], older=None, is_newest=True), 400
        with self.desk.engine.begin() as connection:
            found = audit.read(connection, form.sought(), before=before, limit=ROWS + 1)
            narrowed = _narrowed(form.sought(), is_known=bool(found))
            trail(connection, "audit.looked_at", "audit trail", call_sid=form.call.data or None, **narrowed)
        shown = found[:ROWS]
        older = shown[-1].id if len(found) > ROWS else None
        return render_template("audit.html", form=form, entries=shown, older=older, is_newest=before == _NEWEST)

    def verify(self) -> str:
        """See that nobody has changed the trail; a long one is not verified here."""
        with self.desk.engine.connect() as connection:
            newest, oldest = _ends(connection)
        if newest is None or newest.id > MOST_VERIFIED:
            return render_template("audit_verified.html", verified=None, newest=newest, most=MOST_VERIFIED)
        verified = audit.verify(self.desk.engine)
        with self.desk.engine.begin() as connection:
            unguarded = audit.find_unguarded(connection)
            outcome = "whole" if verified.fault is None and not unguarded else "not whole"
            trail(connection, "audit.verified", "audit trail", rows=verified.rows, outcome=outcome)
        return render_template("audit_verified.html", verified=verified, oldest=oldest, unguarded=unguarded)


def audit_blueprint(desk: Desk) -> Blueprint:
    """The pages of the audit trail."""
    pages = _Trail(desk)
    blueprint = Blueprint("audit", __name__)
    blueprint.add_url_rule("/audit", "show", guarded(Permission.AUDIT, pages.show))
    blueprint.add_url_rule("/audit/verify", "verify", guarded(Permission.AUDIT, pages.verify), methods=["POST"])
    blueprint.add_app_template_filter(details_of, "details")
    blueprint.add_app_template_filter(subject_of, "subject")
    return blueprint


def subject_of(subject: str) -> str:
    """What something was done to, with a word for its kind and its name as it was written."""
    kind, _blank, name = subject.partition(" ")
    if kind in acts.SUBJECTS:
        return f"{acts.SUBJECTS[kind]} {name}".strip()
    return str(acts.WHOLES.get(subject, subject))


def details_of(details: str) -> list[tuple[str, str]]:
    """What an entry says beside its subject, as names and values; what is no JSON object comes back whole."""
    if not details:
        return []
    try:
        read = json.loads(details)
    except ValueError:
        read = details
    if not isinstance(read, dict):
        return [("", str(read))]
    return [(words.named("detail", name), _told(value)) for name, value in read.items()]


def _told(value: object) -> str:
    match value:
        case None:
            return str(_("none"))
        case bool():
            return str(_("yes") if value else _("no"))
        case str():
            return _moment_or(value)
        case list() | dict() if not value:
            return str(_("none"))
        case list():
            return ", ".join(map(_told, value))
        case dict():
            return ", ".join(f"{words.named('detail', name)} {_told(one)}" for name, one in value.items())
        case _:
            return json.dumps(value)


def _moment_or(text: str) -> str:
    """The moment in Japan's time, if the text is one as the trail writes it."""
    with suppress(ValueError):
        if _MOMENT.match(text):
            return moment(datetime.fromisoformat(text))
    return text


def _filters() -> Filters:
    form = Filters(request.args)
    known = [("", _("everything")), *words.choices("action")]
    chosen = form.action.data
    if chosen and chosen not in dict(known):
        # An older or newer version of the line wrote it.
        known.append((chosen, chosen))
    form.action.choices = known
    return form


def _narrowed(sought: Sought, *, is_known: bool) -> dict[str, Any]:
    """By what the reading was narrowed; the call has a column of its own. What names nothing may be any text."""
    narrowed = {
        "of_whom": sought.who if is_known else None,
        "of_action": sought.action if is_known else None,
        "since": sought.since and sought.since.isoformat(),
        "until": sought.until and sought.until.isoformat(),
    }
    return {name: text for name, text in narrowed.items() if text}


def _ends(connection: Connection) -> tuple[Written | None, Written | None]:
    newest = audit.read(connection, limit=1)
    # Numbers begin with 1 and have no gaps.
    oldest = audit.read(connection, before=2, limit=1)
    return next(iter(newest), None), next(iter(oldest), None)
