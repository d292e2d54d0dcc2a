"""One's own account."""

from typing import Any

import phonenumbers
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_security import logout_user
from flask_security.proxies import _security as security
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from werkzeug.wrappers import Response
from wtforms import SelectChoice, SelectField, StringField, TelField
from wtforms.validators import InputRequired, Length, ValidationError

from hotline.console.access import Permission, needs
from hotline.console.accounts.here import accounts
from hotline.console.accounts.person import Person
from hotline.console.accounts.sessions import fresh
from hotline.console.desk import Desk
from hotline.console.forms import Form, NoControlCharacters
from hotline.privacy import CannotUnseal

_PRICEY = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UNKNOWN)


class OwnForm(Form):
    """Name, language and telephone."""

    name = StringField(
        _("Name"),
        validators=[
            InputRequired(_("Write your name, as colleagues know you.")),
            Length(max=100),
            NoControlCharacters(),
        ],
        filters=[lambda text: text.strip() if text else text],
        render_kw={"autocomplete": "name", "maxlength": 100},
    )
    language = SelectField(
        _("Language of these pages"), choices=[SelectChoice("ja", "日本語"), SelectChoice("en", "English")]
    )
    telephone = TelField(_("Your telephone"), render_kw={"autocomplete": "tel", "maxlength": 32})

    def validate_telephone(self, field: Any) -> None:
        """Leaves it in the form +81312345678; empty for none."""
        field.data = (field.data or "").strip()
        if not field.data:
            return
        try:
            number = phonenumbers.parse(field.data, "JP")
        except phonenumbers.NumberParseException:
            number = None
        # A call-back is paid for by the line: operators are rung in Japan.
        if number is None or not phonenumbers.is_valid_number_for_region(number, "JP"):
            raise ValidationError(_("That is no telephone number. Write it like 03-1234-5678 or +81 3 1234 5678."))
        if phonenumbers.number_type(number) in _PRICEY:
            raise ValidationError(_("Calls to that number cost more than others: take an ordinary one."))
        field.data = phonenumbers.format_number(number, PhoneNumberFormat.E164)


def own_telephone(desk: Desk, person: Person) -> str | None:
    """Where this person is rung for calling somebody back, in E.164; None when they have not said."""
    try:
        return None if person.telephone_sealed is None else str(desk.vault.unseal(person.telephone_sealed))
    except CannotUnseal:
        return None


def account_blueprint(desk: Desk) -> Blueprint:
    """The pages of whoever is signed in."""
    blueprint = Blueprint("account", __name__)

    @blueprint.get("/account")
    @needs(Permission.SELF)
    def show() -> str:
        telephone = own_telephone(desk, current_user)
        return _shown(OwnForm(formdata=None, obj=current_user, telephone=telephone))

    @blueprint.post("/account")
    @needs(Permission.SELF)
    def change() -> str | Response:
        form = OwnForm()
        if not form.validate_on_submit():
            return _shown(form)
        _change(desk, form)
        flash(gettext("Your account is changed."), "success")
        return redirect(url_for("account.show"), 303)

    _add_sensitive(blueprint)
    return blueprint


def _add_sensitive(blueprint: Blueprint) -> None:
    @blueprint.post("/account/recovery-codes")
    @fresh
    @needs(Permission.SELF)
    def codes() -> str | Response:
        if not current_user.has_second_factor:
            return redirect(url_for("account.show"), 303)
        made = security.mf_recovery_codes_util.create_recovery_codes(current_user._get_current_object())
        accounts().note("staff.recovery_codes_made", f"staff {current_user.id}")
        accounts().commit()
        return render_template("accounts/recovery_codes.html", codes=made, is_new=False)

    @blueprint.post("/account/sign-out-everywhere")
    @needs(Permission.SELF)
    def sign_out_everywhere() -> Response:
        accounts().note("staff.signed_out_everywhere", f"staff {current_user.id}")
        security.datastore.set_uniquifier(current_user._get_current_object())
        accounts().commit()
        logout_user()
        flash(gettext("You are signed out here and in every other browser."), "success")
        return redirect(url_for("security.login"), 303)


def _shown(form: OwnForm) -> str:
    return render_template("accounts/account.html", form=form, left=len(current_user.mf_recovery_codes or ()))


def _change(desk: Desk, form: OwnForm) -> None:
    person: Person = current_user._get_current_object()
    changed = [name for name in ("name", "language") if getattr(person, name) != form[name].data]
    person.name, person.language = form.name.data, form.language.data
    if (own_telephone(desk, person) or "") != form.telephone.data:
        changed.append("telephone")
        person.telephone_sealed = desk.vault.seal(form.telephone.data) if form.telephone.data else None
    if changed:
        accounts().note("staff.account_changed", f"staff {person.id}", what=", ".join(changed))
    accounts().commit()
