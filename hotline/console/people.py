"""Who works here: inviting, locking, giving roles. Nobody can do that to themselves, or to the last administrator."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_security.proxies import _security as security
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from hotline import clock
from hotline.console.access import Permission, Role, needs
from hotline.console.accounts.invitations import Invitation, Invitations
from hotline.console.accounts.sessions import fresh
from hotline.console.desk import Desk
from hotline.console.forms import Form, NoControlCharacters
from hotline.console.trail import trail
from hotline.console.words import named
from hotline.store import staff
from hotline.store.database import Connection
from hotline.store.staff import Invited, Member


class RolesField(SelectMultipleField):  # type: ignore[misc]
    """What somebody is here for."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, **options: Any) -> None:
        roles = [SelectChoice(role.value, named("role", role.value)) for role in Role]
        super().__init__(_("Roles"), choices=lambda: roles, **options)


class InvitingForm(Form):
    """Somebody new."""

    email = EmailField(
        _("E-mail address"),
        validators=[InputRequired(_("Write the e-mail address.")), Length(max=255)],
        render_kw={"autocomplete": "off", "maxlength": 255},
    )
    name = StringField(
        _("Name"),
        validators=[InputRequired(_("Write the name, as colleagues know it.")), Length(max=100), NoControlCharacters()],
        render_kw={"autocomplete": "off", "maxlength": 100},
    )
    language = SelectField(
        _("Language of the pages"), choices=[SelectChoice("ja", "日本語"), SelectChoice("en", "English")]
    )
    roles = RolesField()

    def validate_email(self, field: Any) -> None:
        """Leaves it in small letters."""
        try:
            field.data = security.mail_util.normalize(field.data)
        except ValueError:
            raise ValidationError(_("That is no e-mail address.")) from None

    def validate_roles(self, field: Any) -> None:
        """One of them suffices: a validator that asks for input would have browsers ask for every one."""
        if not field.data:
            raise ValidationError(_("Choose a role at least."))


class RolesForm(Form):
    """Other roles than before."""

    roles = RolesField()
    was = HiddenField()
    """The roles that stood on the page, so that what somebody else gave meanwhile is not taken away unseen."""


def people_blueprint(desk: Desk) -> Blueprint:
    """The page of all people, and what can be done to each."""
    blueprint = Blueprint("people", __name__)

    @blueprint.get("/people")
    @fresh
    @needs(Permission.PEOPLE)
    def show() -> str:
        return _shown(desk, InvitingForm(formdata=None))

    _add_inviting(blueprint, desk)
    _add_locking(blueprint, desk)
    return blueprint


def _add_inviting(blueprint: Blueprint, desk: Desk) -> None:
    invitations = Invitations(desk.settings)

    @blueprint.post("/people")
    @fresh
    @needs(Permission.PEOPLE)
    def invite() -> str:
        form = InvitingForm()
        if not form.validate_on_submit():
            return _shown(desk, form)
        link = _invite(desk, invitations, form)
        if link is None:
            form.email.errors = [gettext("Somebody has this address already: see the list.")]
            return _shown(desk, form)
        return render_template("people/invitation.html", link=link, name=form.name.data)

    @blueprint.post("/people/<int:staff_id>/invitation")
    @fresh
    @needs(Permission.PEOPLE)
    def invite_again(staff_id: int) -> str | Response:
        member = _other(desk, staff_id)
        if member is None or not member.active:
            return _back(gettext("That cannot be done to yourself, or to who is locked."))
        with desk.engine.begin() as connection:
            link = _made(connection, invitations, staff_id)
            trail(connection, "staff.invited_again", f"staff {staff_id}")
        return render_template("people/invitation.html", link=link, name=member.name)


def _add_locking(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.post("/people/<int:staff_id>/lock")
    @fresh
    @needs(Permission.PEOPLE)
    def lock(staff_id: int) -> Response:
        return _back(*_lock(desk, staff_id))

    @blueprint.post("/people/<int:staff_id>/unlock")
    @fresh
    @needs(Permission.PEOPLE)
    def unlock(staff_id: int) -> Response:
        if _other(desk, staff_id) is None:
            return _back(gettext("That cannot be done to yourself."))
        with desk.engine.begin() as connection:
            staff.unlock(connection, staff_id)
            trail(connection, "staff.unlocked", f"staff {staff_id}")
        return _back(gettext("The account is open again."), "success")

    @blueprint.post("/people/<int:staff_id>/roles")
    @fresh
    @needs(Permission.PEOPLE)
    def change_roles(staff_id: int) -> Response:
        form = RolesForm(prefix=_prefix(staff_id))
        if not form.validate_on_submit():
            return _back(gettext("Choose among the roles that are offered."))
        return _back(*_change_roles(desk, staff_id, form))


def _shown(desk: Desk, form: InvitingForm) -> str:
    with desk.engine.connect() as connection:
        members = staff.list_members(connection)
    forms = {
        one.id: RolesForm(formdata=None, prefix=_prefix(one.id), roles=list(one.roles), was=" ".join(one.roles))
        for one in members
    }
    return render_template("people/people.html", form=form, members=members, forms=forms, now=clock.now())


def _prefix(staff_id: int) -> str:
    return f"of-{staff_id}-"


def _other(desk: Desk, staff_id: int) -> Member | None:
    """The person, unless it is whoever asks; 404 when there is none."""
    with desk.engine.connect() as connection:
        member = staff.find_member(connection, staff_id)
    if member is None:
        abort(404)
    return None if member.id == current_user.id else member


def _invite(desk: Desk, invitations: Invitations, form: InvitingForm) -> str | None:
    invited = Invited(
        email=form.email.data, name=form.name.data.strip(), language=form.language.data, roles=form.roles.data
    )
    with desk.engine.begin() as connection:
        staff_id = staff.add_member(connection, invited, clock.now())
        if staff_id is None:
            return None
        link = _made(connection, invitations, staff_id)
        trail(connection, "staff.invited", f"staff {staff_id}", email=invited.email, roles=sorted(invited.roles))
    return link


def _made(connection: Connection, invitations: Invitations, staff_id: int) -> str:
    now = clock.now()
    staff.make_invitation(connection, staff_id, now)
    return invitations.link(Invitation(staff_id, now))


def _lock(desk: Desk, staff_id: int) -> tuple[str, str]:
    if _other(desk, staff_id) is None:
        return gettext("You cannot lock yourself: ask another administrator."), "error"
    with desk.engine.begin() as connection:
        if staff.is_last_administrator(connection, staff_id):
            return _last(), "error"
        staff.lock(connection, staff_id)
        trail(connection, "staff.locked", f"staff {staff_id}")
    return gettext("The account is locked, and signed out everywhere."), "success"


def _change_roles(desk: Desk, staff_id: int, form: RolesForm) -> tuple[str, str]:
    if _other(desk, staff_id) is None:
        return gettext("You cannot change your own roles: ask another administrator."), "error"
    roles = sorted(form.roles.data or ())
    with desk.engine.begin() as connection:
        # Taken first, so that nobody changes roles between what is read and what is written.
        is_last = staff.is_last_administrator(connection, staff_id)
        member = staff.find_member(connection, staff_id)
        assert member is not None
        if " ".join(member.roles) != form.was.data:
            return gettext("Somebody else has changed these roles meanwhile: look at them, then decide again."), "error"
        if is_last and Role.ADMINISTRATOR not in roles:
            return _last(), "error"
        if roles != list(member.roles):
            staff.set_roles(connection, staff_id, roles)
            trail(connection, "staff.roles_changed", f"staff {staff_id}", before=list(member.roles), after=roles)
    return gettext("The roles are changed. They count from the next click on."), "success"


def _last() -> str:
    return str(gettext("This is the last administrator who can sign in: make another one first."))


def _back(sentence: str, kind: str = "error") -> Response:
    flash(sentence, kind)
    return redirect(url_for("people.show"), 303)
