"""Taking an invitation: password and second factor are chosen on one page, so that no account is ever without one."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_security import hash_password, login_user, logout_user
from flask_security.forms import EqualToLocalize, RequiredLocalize, password_required
from flask_security.proxies import _security as security
from flask_security.utils import get_message
from wtforms import HiddenField, PasswordField, StringField

from hotline import clock
from hotline.console.accounts.configuration import CODE_WINDOW_S, PASSWORD_LENGTH
from hotline.console.accounts.here import accounts
from hotline.console.accounts.invitations import Invitation, Invitations
from hotline.console.accounts.person import Person
from hotline.console.desk import Desk
from hotline.console.forms import Form
from hotline.store.staff import take_invitation


class TakingForm(Form):
    """A password and the first code of an authenticator app."""

    password = PasswordField(
        _("New password"),
        validators=[password_required],
        render_kw={"autocomplete": "new-password", "maxlength": 128, "minlength": PASSWORD_LENGTH},
    )
    again = PasswordField(
        _("New password once more"),
        validators=[EqualToLocalize("password", message="RETYPE_PASSWORD_MISMATCH")],
        render_kw={"autocomplete": "new-password", "maxlength": 128},
    )
    secret = HiddenField()
    code = StringField(
        _("Code that the app shows now"),
        validators=[RequiredLocalize("INVALID_CODE")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 12},
    )

    def is_right(self, person: Person) -> bool:
        """Whether everything in it can be taken; the password is then in the form in which it is hashed."""
        if not self.validate_on_submit():
            return False
        faults, self.password.data = security.password_util.validate(self.password.data, False, user=person)
        self.password.errors = [*self.password.errors, *(faults or ())]
        if not faults and not self._is_right_code(person):
            self.code.errors = [get_message("TWO_FACTOR_INVALID_TOKEN")[0]]
        return not self.errors

    def _is_right_code(self, person: Person) -> bool:
        try:
            return bool(
                security.totp_factory.verify_totp(self.code.data, self.secret.data, person, window=CODE_WINDOW_S)
            )
        except (ValueError, KeyError, TypeError):
            # The secret is not as we wrote it.
            self.secret.data = None
            return False


def invitation_blueprint(desk: Desk) -> Blueprint:
    """The page of a link."""
    blueprint = Blueprint("invitation", __name__)
    invitations = Invitations(desk.settings)

    @blueprint.route("/invitation/<token>", methods=["GET", "POST"])
    def take(token: str) -> str | tuple[str, int]:
        invitation = invitations.read(token)
        person = _invited(invitation)
        if invitation is None or person is None:
            return _over()
        form = TakingForm()
        if not form.is_right(person):
            return _asked(form, person)
        codes = _taken(form, person, invitation)
        return _over() if codes is None else render_template("accounts/recovery_codes.html", codes=codes, is_new=True)

    return blueprint


def _invited(invitation: Invitation | None) -> Person | None:
    if invitation is None or invitation.is_over(clock.now()):
        return None
    person = accounts().find(id=invitation.staff_id)
    return person if person and person.is_active and person.invited_at == invitation.made_at else None


def _asked(form: TakingForm, person: Person) -> str:
    if not form.secret.data:
        form.secret.data = security.totp_factory.generate_totp_secret()
    shown: dict[str, Any] = security.totp_factory.fetch_setup_values(form.secret.data, person)
    return render_template("accounts/invitation.html", form=form, person=person, app=shown, shortest=PASSWORD_LENGTH)


def _taken(form: TakingForm, person: Person, invitation: Invitation) -> list[str] | None:
    """Replaces everything by which this person got in before; the recovery codes, or None when the link was used."""
    password, counter = hash_password(form.password.data), person.totp_counter
    connection = accounts().session.connection()
    if not take_invitation(connection, person.id, invitation.made_at):
        return None
    people = security.datastore
    people.reset_user_access(person)
    people.tf_set(person, "authenticator", form.secret.data)
    person.password, person.totp_counter = password, counter
    codes: list[str] = security.mf_recovery_codes_util.create_recovery_codes(person)
    accounts().note("staff.invitation_taken", f"staff {person.id}")
    if current_user.is_authenticated:
        logout_user()
    login_user(person, authn_via=["invitation"])
    accounts().commit()
    return codes


def _over() -> tuple[str, int]:
    # Which of the reasons it is, is nobody's business who finds a link.
    return render_template("accounts/invitation_over.html", address=request.host), 410
