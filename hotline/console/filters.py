"""What operators may ask of the list of calls, in the address of the page: read, checked, shown and written again."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from hotline import clock
from hotline.callflow.receipts import LENGTH, has_check_digit, is_receipt_number
from hotline.calls.prints import LAST_DIGITS, Prints
from hotline.console import words
from hotline.console.forms import Moment
from hotline.store.search import ANY_REASON, Sought, Stops

CALL_SID: Final = re.compile(r"(?:CA|TX)[0-9a-f]{32}", re.ASCII)
"""Twilio's name of a call, or ours of a conversation by text message."""

OF_PERSONS: Final = ("caller", "receipt", "sid")
"""Filters that look for one person's calls: whoever uses them is written down, and they are never saved."""

_MORE: Final = ("since", "until", "step", "channel", "stops", "order", "sid", "resolved", "held")
RANGES: Final = {
    "hour": lazy_gettext("Last hour"),
    "today": lazy_gettext("Today"),
    "week": lazy_gettext("Last 7 days"),
    "month": lazy_gettext("Last 30 days"),
}
_LONGEST: Final = 64
_BETWEEN_DIGITS: Final = re.compile(r"[\s\-‐-―−ー・.]")
_ALL: Final = ("", lazy_gettext("all"))


def digits_of(written: str) -> str:
    """What somebody wrote with blanks, hyphens or full-width digits, without them."""
    return _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", written))


def sid_of(written: str) -> str | None:
    """The SID that somebody pasted; None for anything else."""
    sid = written.strip()
    sid = sid[:2].upper() + sid[2:].lower()
    return sid if CALL_SID.fullmatch(sid) else None


class _OneOf(SelectField):  # type: ignore[misc]
    """One name of a list, or all."""

    def __init__(self, label: Any, choices: list[tuple[str, Any]], everything: tuple[str, Any] = _ALL, **more: Any):
        self.names = dict([everything, *choices])
        named = [SelectChoice(name, words) for name, words in self.names.items()]
        super().__init__(label, choices=named, validate_choice=False, default="", **more)

    def pre_validate(self, _form: Any) -> None:
        if self.data not in self.names:
            raise ValidationError(_("“%(name)s” is none of these: choose one.", name=str(self.data)[:_LONGEST]))


class Filters(Form):  # type: ignore[misc]
    """The form above the list. It changes nothing, and is sent by GET."""

    range = _OneOf(lazy_gettext("Time"), list(RANGES.items()), ("", lazy_gettext("any time")))
    since = Moment(lazy_gettext("From (Japan)"))
    until = Moment(lazy_gettext("Until (Japan)"))
    language = _OneOf(lazy_gettext("Language"), words.choices("language"))
    outcome = _OneOf(lazy_gettext("Outcome"), words.choices("outcome"))
    caller = StringField(lazy_gettext("Caller's last four digits"))
    receipt = StringField(lazy_gettext("Receipt number"))
    mark = _OneOf(
        lazy_gettext("Follow-up"),
        [(ANY_REASON, lazy_gettext("any reason")), *words.choices("reason")],
        ("", lazy_gettext("with or without")),
    )
    resolved = BooleanField(lazy_gettext("Resolved ones too"))
    step = _OneOf(lazy_gettext("Step where it ended"), words.choices("step"))
    channel = _OneOf(lazy_gettext("Channel"), words.choices("channel"))
    stops = _OneOf(
        lazy_gettext("Asked to stop"),
        [*words.choices("target"), (Stops.BOTH.value, lazy_gettext("Both"))],
    )
    sid = StringField(lazy_gettext("Call SID"))
    held = BooleanField(lazy_gettext("On legal hold"))
    order = _OneOf(
        lazy_gettext("Order"), [("oldest", lazy_gettext("oldest first"))], ("", lazy_gettext("newest first"))
    )

    def validate_caller(self, field: Any) -> None:
        """Four digits, however they were written."""
        if field.data and not re.fullmatch(rf"[0-9]{{{LAST_DIGITS}}}", digits_of(field.data)):
            raise ValidationError(_("Write the last four digits of the caller's number, nothing else."))

    def validate_receipt(self, field: Any) -> None:
        """A number that the line can have given."""
        number = digits_of(field.data or "")
        if not field.data or is_receipt_number(number):
            return
        if len(number) != LENGTH or not (number.isascii() and number.isdigit()):
            raise ValidationError(_("A receipt number has %(count)d digits.", count=LENGTH))
        if not has_check_digit(number):
            raise ValidationError(_("The check digit does not fit: a digit is wrong, or two are swapped. Ask again."))
        raise ValidationError(_("A receipt number does not begin with 0."))

    def validate_sid(self, field: Any) -> None:
        """A name that a call can have."""
        if field.data and sid_of(field.data) is None:
            raise ValidationError(_("A call SID is CA or TX and 32 letters or digits from 0 to f."))

    def validate_until(self, field: Any) -> None:
        """After the beginning."""
        if self.since.moment and field.moment and field.moment <= self.since.moment:
            field.moment = None
            raise ValidationError(_("This must be after the beginning."))


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the address of the list without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters as they were asked for; those that are wrong have errors in the form, and count as not set."""

    form: Filters

    @property
    def by_person(self) -> list[str]:
        """Which of the filters look for one person's calls."""
        return [name for name in OF_PERSONS if self._given(name)]

    @property
    def uses_more(self) -> bool:
        """Whether any of the filters is set, or wrong, that are not shown at first."""
        return any(self.form[name].data for name in _MORE)

    @property
    def oldest_first(self) -> bool:
        """The order of the list."""
        return self._given("order") == "oldest"

    def sought(self, prints: Prints, now: datetime) -> Sought:
        """What to search for at this moment."""
        begins = [moment for moment in (self.form.since.moment, _begin(self._given("range"), now)) if moment]
        caller, receipt = self._given("caller"), self._given("receipt")
        return Sought(
            since=max(begins) if begins else None,
            until=self.form.until.moment,
            language=self._given("language"),
            outcome=self._given("outcome"),
            ended_step=self._given("step"),
            channel=self._given("channel"),
            caller_end_print=prints.of_last_digits(digits_of(caller)) if caller else None,
            receipt_number=digits_of(receipt) if receipt else None,
            stops=Stops(stops) if (stops := self._given("stops")) else None,
            reason=self._given("mark"),
            also_resolved=bool(self._given("resolved")),
            held=bool(self._given("held")),
            sid=sid_of(self._given("sid") or ""),
        )

    def query(self, *without: str, **more: str) -> str:
        """The filters as the address of the list has them, with a question mark in front; "" for none."""
        given = {field.name: self._given(field.name) for field in self.form if field.name not in without}
        written = urlencode({name: value for name, value in (given | more).items() if value})
        return f"?{written}" if written else ""

    def chips(self) -> Iterator[Chip]:
        """Each filter that is set."""
        for field in self.form:
            if field.name != "order" and (value := self._given(field.name)):
                yield Chip(field.label.text, _shown(field, value), self.query(field.name))

    def _given(self, name: str) -> str | None:
        field = self.form[name]
        if field.errors or not field.data:
            return None
        return "yes" if field.data is True else str(field.data)


def read_filters(given: Any) -> Asked:
    """The filters in the address of the page. What is wrong is told in the form, and never raises."""
    form = Filters(given)
    for field in form:
        if isinstance(field, StringField) and not isinstance(field, SelectField):
            field.data = (field.data or "").strip()[: _LONGEST + 1]
    form.validate()
    return Asked(form)


def _shown(field: Any, value: str) -> str:
    match field:
        case _OneOf():
            return str(field.names[value])
        case Moment():
            return value.replace("T", " ")
        case BooleanField():
            return ""
    return value


def _begin(name: str | None, now: datetime) -> datetime | None:
    match name:
        case "hour":
            return now - timedelta(hours=1)
        case "today":
            return clock.in_japan(now).replace(hour=0, minute=0, second=0, microsecond=0)
        case "week":
            return now - timedelta(days=7)
        case "month":
            return now - timedelta(days=30)
    return None
