"""What operators write by hand, and what must not get in with it."""

import re
import unicodedata
from datetime import datetime
from typing import Any, Final

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import DateTimeLocalInput

from hotline import clock

LONGEST_TEXT: Final = 2000
"""Characters of a note, a reason or a comment."""

_TWELVE_DIGITS: Final = re.compile(r"(?<!\d)\d(?:[\s\-‐-―−ー・.]?\d){11}(?![\s\-‐-―−ー・.]?\d)")


class Form(FlaskForm):  # type: ignore[misc]
    """A form of the console: guarded against being sent from elsewhere."""


def may_be_a_my_number(text: str) -> bool:
    """Whether there are twelve digits in a row in it, also with blanks or hyphens between them, also in full width."""
    return bool(_TWELVE_DIGITS.search(unicodedata.normalize("NFKC", text)))


class NoMyNumber:
    """A validator that refuses what may be a My Number, which must not be kept."""

    def __call__(self, _form: Any, field: Any) -> None:
        if may_be_a_my_number(field.data or ""):
            raise ValidationError(
                _("There are twelve digits in it, which may be a My Number. It must not be kept: take them out.")
            )


class NoControlCharacters:
    """A validator that refuses what no keyboard writes; line breaks and tabs are fine."""

    def __call__(self, _form: Any, field: Any) -> None:
        if any(_is_no_letter(one) for one in field.data or ""):
            raise ValidationError(_("There are characters in it that cannot be kept: write it anew."))


def _is_no_letter(one: str) -> bool:
    # U+FFFD stands where something was sent that was no text at all.
    return one == "\ufffd" or (unicodedata.category(one) in ("Cc", "Cs", "Co") and one not in "\n\r\t")


class FreeText(TextAreaField):  # type: ignore[misc]
    """Some lines that an operator writes."""

    def __init__(self, label: Any, *, required: bool = True, longest: int = LONGEST_TEXT, **options: Any) -> None:
        """`required` refuses nothing but blanks, too."""
        checks: list[Any] = [DataRequired(_("Write something here first."))] if required else []
        checks += [
            Length(max=longest, message=_("This is too long: at most %(most)d characters.", most=longest)),
            NoControlCharacters(),
            NoMyNumber(),
        ]
        super().__init__(label, validators=checks, filters=[_stripped], **options)


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


class Moment(StringField):  # type: ignore[misc]
    """A moment on a clock in Japan, as browsers and addresses write it."""

    widget = DateTimeLocalInput()
    moment: datetime | None = None

    def pre_validate(self, _form: Any) -> None:
        try:
            self.moment = datetime.fromisoformat(self.data).replace(tzinfo=clock.JAPAN) if self.data else None
        except ValueError:
            raise ValidationError(_("Write it as date and time, like 2026-11-23T21:54.")) from None
        if self.moment is not None and not 2000 <= self.moment.year <= 2100:
            self.moment = None
            raise ValidationError(_("There were no calls in that year: write the year with four digits."))
