"""The follow-ups: what a machine could not finish, and whose it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired
from wtforms.widgets import HiddenInput

from hotline import clock
from hotline.calls.due import age, due_at
from hotline.console import words
from hotline.console.access import Permission, allows, guarded
from hotline.console.advice import guidance
from hotline.console.calling_back import CallingBack
from hotline.console.desk import Desk
from hotline.console.forms import Form, FreeText
from hotline.console.keyed import read_notes
from hotline.console.shown import masked, page_language
from hotline.console.timeline import timeline
from hotline.console.trail import trail
from hotline.privacy import CannotUnseal
from hotline.store import work
from hotline.store.database import Connection
from hotline.store.notes import write_note
from hotline.store.staff import list_members
from hotline.store.stories import find_story
from hotline.store.work import PAGE, Resolution, Seen, Whose, Work

WORKERS = frozenset({"operator", "supervisor"})
"""The roles of those whom work may be handed to."""


class ActForm(Form):
    """What is done with a follow-up as it was seen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(prefix=self.name, **options)

    name = "act"
    """One page has several forms: the names of their fields begin with it."""
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    note = FreeText(lazy_gettext("Note"), required=False, render_kw={"rows": 3, "maxlength": 2000})


class HandOverForm(ActForm):
    """Whom it is handed to."""

    name = "hand-over"
    to = SelectField(lazy_gettext("To"), coerce=int, validate_choice=False)


class ResolveForm(ActForm):
    """What came of it."""

    name = "resolve"
    resolution = SelectField(
        lazy_gettext("What came of it"),
        choices=[
            SelectChoice("", lazy_gettext("Choose…")),
            *(SelectChoice(*one) for one in words.choices("resolution")),
        ],
        validate_choice=False,
        validators=[AnyOf([one.value for one in Resolution], lazy_gettext("Choose what came of it."))],
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A follow-up as it is listed."""

    work: Work
    due_at: datetime
    age: str
    caller: str


@dataclass(frozen=True, slots=True)
class _FollowUps:
    desk: Desk
    calling: CallingBack

    def index(self) -> str:
        """What waits, the oldest first; or what is done, the newest first."""
        whose = _choice(request.args.get("whose", ""), Whose, Whose.OPEN)
        reason = request.args.get("reason") if request.args.get("reason") in words.REASONS else None
        with self.desk.engine.connect() as connection:
            found = work.list_work(connection, whose, current_user.id, reason=reason, after=_after())
            counts = work.count_open(connection)
        last = found[PAGE - 1] if len(found) > PAGE else None
        return render_template(
            "follow_ups.html",
            rows=[self._row(one) for one in found[:PAGE]],
            whose=whose,
            reason=reason,
            counts=counts,
            after=None if last is None else _place(last, whose),
            now=clock.now(),
        )

    def show(self, follow_up_id: int) -> str:
        """One follow-up, with what happened and what to do."""
        with self.desk.engine.begin() as connection:
            found = _found(work.find_work(connection, follow_up_id))
            trail(connection, "follow_up.looked_at", f"follow-up {found.id}", call_sid=found.call_sid)
            return self._page(connection, found)

    def calling_back(self, follow_up_id: int) -> str:
        """How the call-back stands, for a page that waits for it."""
        with self.desk.engine.connect() as connection:
            found = _found(work.find_work(connection, follow_up_id))
            return render_template("follow_up_calling.html", one=self._row(found), **self._calling(connection, found))

    def take(self, follow_up_id: int) -> Any:
        """Make it one's own; or give it back."""
        if request.form.get("give_back") == "yes":
            return self._act(follow_up_id, ActForm(), work.give_back, "given_back", _("It is nobody's again."))
        return self._act(follow_up_id, ActForm(), work.take, "taken", _("It is yours now."))

    def hand_over(self, follow_up_id: int) -> Any:
        """Make it somebody else's. One's own may be handed over by anybody, other people's by supervisors."""
        form = HandOverForm()
        with self.desk.engine.connect() as connection:
            found = _found(work.find_work(connection, follow_up_id))
            member = next((one for one in list_members(connection) if one.id == form.to.data), None)
        if found.taken_by not in (None, current_user.id) and not allows(current_user, Permission.SUPERVISE):
            abort(403)
        if member is None or not member.active or not WORKERS & set(member.roles):
            form.to.errors = [_("Choose somebody who works on follow-ups.")]
            return self._again(follow_up_id, 400, hand_over=form)
        done = _("%(who)s has it now.", who=member.name)
        return self._act(
            follow_up_id,
            form,
            lambda connection, seen: work.hand_over(connection, seen, member.id),
            "handed_over",
            done,
            to=member.id,
        )

    def resolve(self, follow_up_id: int) -> Any:
        """Close it; or open it again."""
        if request.form.get("open_again") == "yes":
            return self._act(follow_up_id, ActForm(), work.open_once_more, "opened_again", _("It is open again."))
        form = ResolveForm()
        if not form.validate():
            return self._again(follow_up_id, 400, resolve=form)
        resolution = Resolution(form.resolution.data)
        return self._act(
            follow_up_id,
            form,
            lambda connection, seen: work.resolve(connection, seen, resolution),
            "resolved",
            _("Resolved."),
            resolution=resolution.value,
        )

    def call_back(self, follow_up_id: int) -> Any:
        """Ring the operator, then the caller."""
        with self.desk.engine.connect() as connection:
            found = _found(work.find_work(connection, follow_up_id))
            refused = self.calling.place(connection, found)
        flash(
            refused or _("Your telephone rings now. Press 1 there, and the caller is rung."),
            "error" if refused else "success",
        )
        return redirect(url_for("follow_ups.show", follow_up_id=follow_up_id), 303)

    def _act(self, follow_up_id: int, form: ActForm, act: Any, name: str, done: str, **details: Any) -> Any:
        """Do something to a follow-up as it was seen, with its line in the trail and the note that came along."""
        if not form.validate_on_submit():
            return self._again(follow_up_id, 400, **{_FORMS[name]: form})
        seen = Seen(follow_up_id, form.version.data, current_user.id, clock.now())
        with self.desk.engine.begin() as connection:
            found = _found(work.find_work(connection, follow_up_id))
            changed = act(connection, seen)
            if changed:
                self._note(connection, found, form, seen.at)
                subject = f"follow-up {follow_up_id}"
                trail(connection, f"follow_up.{name}", subject, call_sid=found.call_sid, **details)
        if not changed:
            return self._again(follow_up_id, 409, stale=True, written=form.note.data, **{_FORMS[name]: form})
        flash(done, "success")
        return redirect(url_for("follow_ups.show", follow_up_id=follow_up_id), 303)

    def _note(self, connection: Connection, found: Work, form: ActForm, at: datetime) -> None:
        if form.note.data:
            sealed = self.desk.vault.seal(form.note.data)
            staff_id = current_user.id
            write_note(
                connection, call_sid=found.call_sid, staff_id=staff_id, sealed=sealed, now=at, follow_up_id=found.id
            )

    def _again(self, follow_up_id: int, code: int, *, stale: bool = False, **forms: Any) -> tuple[str, int]:
        """The page once more, with what was written in its forms and what is wrong with it."""
        with self.desk.engine.connect() as connection:
            found = _found(work.find_work(connection, follow_up_id))
            changed = work.find_last_change(connection, follow_up_id) if stale else None
            return self._page(connection, found, stale=stale, changed=changed, **forms), code

    def _page(self, connection: Connection, found: Work, **given: Any) -> str:
        members = [one for one in list_members(connection) if one.active and WORKERS & set(one.roles)]
        forms: dict[str, Any] = {"act": None, "hand_over": None, "resolve": None, **given}
        for name, kind in (("act", ActForm), ("hand_over", HandOverForm), ("resolve", ResolveForm)):
            form = forms[name] or kind(formdata=None)
            # What is sent next is about what is shown now.
            form.version.data, form.version.raw_data = found.version, None
            forms[name] = form
        forms["hand_over"].to.choices = [SelectChoice(one.id, one.name) for one in members if one.id != current_user.id]
        story = find_story(connection, found.call_sid)
        return render_template(
            "follow_up.html",
            one=self._row(found),
            story=story,
            moments=[] if story is None else timeline(story, page_language()),
            notes=[] if story is None else read_notes(story, self.desk.vault),
            guidance=guidance(found.reason, found.request_status),
            **self._calling(connection, found),
            **forms,
        )

    def _calling(self, connection: Connection, found: Work) -> dict[str, Any]:
        return {
            "call_back": work.find_call_back(connection, found.id),
            "why_not": self.calling.why_not(found),
            "lacks_telephone": self.calling.call_backs is not None and current_user.telephone_sealed is None,
        }

    def _row(self, one: Work) -> _Row:
        number = one.call_back_sealed or one.caller_sealed
        try:
            caller = masked(None if number is None else self.desk.vault.unseal(number))
        except CannotUnseal:
            caller = masked(None)
        urgency = age(one.reason, one.opened_at, clock.now())
        return _Row(one, due_at(one.reason, one.opened_at), urgency, caller)


_FORMS = {"taken": "act", "given_back": "act", "handed_over": "hand_over", "resolved": "resolve", "opened_again": "act"}
"""Which form of the page is used for what."""


def _choice(given: str, kind: Any, usual: Any) -> Any:
    return kind(given) if given in set(kind) else usual


def _place(one: Work, whose: Whose) -> str:
    """Where in the list a follow-up stands, for the address of the next page."""
    at = one.resolved_at if whose is Whose.RESOLVED else one.opened_at
    return f"{at.isoformat() if at else ''},{one.id}"


def _after() -> tuple[datetime, int] | None:
    at, _comma, number = request.args.get("after", "").partition(",")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, int(number)) if moment.tzinfo and int(number) < 2**63 else None
    except ValueError:
        return None


def _found(one: Work | None) -> Work:
    if one is None:
        abort(404)
    return one


def follow_ups_blueprint(desk: Desk) -> Blueprint:
    """Everything below /follow-ups."""
    pages = _FollowUps(desk, CallingBack.of(desk))
    blueprint = Blueprint("follow_ups", __name__)
    for path, name, permission, method in (
        ("", "index", Permission.LOOK, "GET"),
        ("/<int:follow_up_id>", "show", Permission.LOOK, "GET"),
        ("/<int:follow_up_id>/call-back", "calling_back", Permission.LOOK, "GET"),
        ("/<int:follow_up_id>/call-back", "call_back", Permission.WORK, "POST"),
        ("/<int:follow_up_id>/take", "take", Permission.WORK, "POST"),
        ("/<int:follow_up_id>/hand-over", "hand_over", Permission.WORK, "POST"),
        ("/<int:follow_up_id>/resolve", "resolve", Permission.WORK, "POST"),
    ):
        view = guarded(permission, getattr(pages, name))
        blueprint.add_url_rule(f"/follow-ups{path}", name, view, methods=[method])
    return blueprint
