"""Views of the list of calls that somebody saved for themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from hotline import clock
from hotline.console.desk import Desk
from hotline.console.filters import OF_PERSONS, read_filters
from hotline.console.forms import Form, NoControlCharacters, NoMyNumber
from hotline.store.views import MOST_VIEWS, delete_view, rename_view, save_view

LONGEST_NAME = 60
"""Characters of a view's name."""


class NameForm(Form):
    """What a view is called."""

    name = StringField(
        lazy_gettext("Name of the view"),
        filters=[lambda written: (written or "").strip()],
        validators=[
            DataRequired(lazy_gettext("Give the view a name.")),
            Length(max=LONGEST_NAME, message=lazy_gettext("The name is too long: at most 60 characters.")),
            NoControlCharacters(),
            NoMyNumber(),
        ],
        render_kw={"maxlength": LONGEST_NAME, "required": True},
    )


class SaveForm(NameForm):
    """Filters under a name."""

    query = HiddenField()


@dataclass(frozen=True, slots=True)
class _Saved:
    desk: Desk

    def save(self) -> Any:
        """Keep the filters under a name, but for those that look for one person."""
        form = SaveForm()
        given = form.query.data or ""
        asked = read_filters(MultiDict(parse_qsl(given.lstrip("?"))))
        query = asked.query(*OF_PERSONS)
        if not form.validate_on_submit():
            return _back(asked.query(), _what_is_wrong(form))
        if not query:
            return _back(asked.query(), _("Choose a filter first. Those that look for one person are not saved."))
        with self.desk.engine.begin() as connection:
            saved = save_view(connection, current_user.id, form.name.data, query.lstrip("?"), clock.now())
        if not saved:
            return _back(asked.query(), _("You have %(count)d views: delete one first.", count=MOST_VIEWS))
        flash(_("Saved as “%(name)s”.", name=form.name.data), "success")
        return _back(query)

    def change(self, view_id: int) -> Any:
        """Give a view another name, or forget it."""
        form = NameForm()
        if request.form.get("delete") == "yes":
            with self.desk.engine.begin() as connection:
                if not delete_view(connection, current_user.id, view_id):
                    abort(404)
            flash(_("The view is deleted."), "success")
            return _back("")
        if not form.validate_on_submit():
            return _back("", _what_is_wrong(form))
        with self.desk.engine.begin() as connection:
            renamed = rename_view(connection, current_user.id, view_id, form.name.data)
        if renamed is None:
            abort(404)
        if not renamed:
            return _back("", _("Another of your views has that name already."))
        flash(_("It is called “%(name)s” now.", name=form.name.data), "success")
        return _back("")


def saved_rules(desk: Desk) -> Sequence[tuple[str, str, Callable[..., Any]]]:
    """Path, name and view of each thing that can be done with views."""
    saved = _Saved(desk)
    return (
        ("/calls/views", "save_view", saved.save),
        ("/calls/views/<int:view_id>", "change_view", saved.change),
    )


def _what_is_wrong(form: Form) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _back(query: str, wrong: str = "") -> Any:
    if wrong:
        flash(wrong, "error")
    return redirect(url_for("calls.index") + query, 303)
