"""Sending a request again, with the same facts or with corrected ones."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, RadioField, StringField, validators
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from hotline import clock
from hotline.console.access import Permission, guarded
from hotline.console.advice import advice
from hotline.console.desk import Desk
from hotline.console.forms import Form, FreeText
from hotline.console.trail import trail
from hotline.store.sending_again import SENDABLE, Standing
from hotline.store.work import find_request
from hotline.suspensions.sending_again import Entered, NotSentAgain, Order, SendAgain, WrongFacts, read_facts

_LONGEST: Final = Length(max=40, message=lazy_gettext("This is too long."))
_WRITTEN: Final = {"autocomplete": "off", "maxlength": 40}


class SendForm(Form):
    """What is sent, and why."""

    key = HiddenField(
        validators=[InputRequired(), validators.UUID(message=lazy_gettext("Load the page again and repeat it."))]
    )
    facts = RadioField(
        lazy_gettext("Which facts"),
        choices=[
            SelectChoice("corrected", lazy_gettext("Corrected ones, from the caller")),
            SelectChoice("same", lazy_gettext("Those that were keyed in the call")),
        ],
        default="corrected",
        validate_choice=False,
        validators=[AnyOf(("corrected", "same"), lazy_gettext("Choose which facts are sent."))],
    )
    birth_date = StringField(lazy_gettext("Date of birth"), validators=[_LONGEST], render_kw=_WRITTEN)
    postal_code = StringField(lazy_gettext("Postal code"), validators=[_LONGEST], render_kw=_WRITTEN)
    house_number = StringField(lazy_gettext("House number"), validators=[_LONGEST], render_kw=_WRITTEN)
    sure = BooleanField(
        lazy_gettext("I have talked to the caller, who still wants this to be stopped"),
        validators=[InputRequired(lazy_gettext("Talk to the caller first: without their word nothing is stopped."))],
    )
    reason = FreeText(lazy_gettext("Reason"), longest=300, render_kw={"rows": 2, "maxlength": 300})


@dataclass(frozen=True, slots=True)
class _Sending:
    desk: Desk
    again: SendAgain

    def show(self, receipt: str) -> str:
        """The form."""
        standing = self._standing(receipt)
        form = SendForm(formdata=None)
        form.key.data = str(standing.key)
        return self._page(standing, form)

    def send(self, receipt: str) -> Any:
        """Send it again."""
        standing, form = self._standing(receipt), SendForm()
        order = self._order(standing, form) if form.validate_on_submit() else None
        if order is None:
            return self._page(standing, form), 400
        details = {"facts": form.facts.data, "receipt": standing.receipt_number}
        written = partial(
            trail,
            action="request.sent_again",
            subject=f"request {standing.id}",
            call_sid=standing.call_sid,
            reason=form.reason.data,
            **details,
        )
        try:
            self.again.send(order, clock.now(), written)
        except NotSentAgain as error:
            flash(advice("not_sent", error.why), "error")
            return self._page(self._standing(receipt), form), 409
        flash(_("It is sent. The answer comes within seconds, and stands in the story of the call."), "success")
        return redirect(url_for("one_call.show", sid=standing.call_sid), 303)

    def _order(self, standing: Standing, form: SendForm) -> Order | None:
        """What is to be sent; None when the form says what is wrong with it."""
        key = UUID(form.key.data)
        if form.facts.data == "same":
            return Order(standing.id, key)
        entered = Entered(form.birth_date.data or "", form.postal_code.data or "", form.house_number.data or "")
        try:
            return Order(standing.id, key, read_facts(entered, clock.now()))
        except WrongFacts as error:
            for part, why in error.faults.items():
                form[part.value].errors = [advice("wrong_fact", why)]
        return None

    def _standing(self, receipt: str) -> Standing:
        with self.desk.engine.connect() as connection:
            request_id = find_request(connection, receipt)
        standing = None if request_id is None else self.again.find(request_id)
        if standing is None:
            abort(404)
        return standing

    def _page(self, standing: Standing, form: SendForm) -> str:
        return render_template("sending.html", standing=standing, form=form, sendable=standing.status in SENDABLE)


def sending_blueprint(desk: Desk) -> Blueprint:
    """/requests/<receipt number>/again."""
    pages = _Sending(desk, SendAgain(desk.engine, desk.vault, desk.prints.of_person))
    blueprint = Blueprint("sending", __name__)
    for name, method in (("show", "GET"), ("send", "POST")):
        view = guarded(Permission.WORK, getattr(pages, name))
        blueprint.add_url_rule("/requests/<receipt:receipt>/again", name, view, methods=[method])
    return blueprint
