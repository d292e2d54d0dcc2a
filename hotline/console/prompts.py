"""What the line says, in every language, with its sound: to listen to, and to mark what is wrong."""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import HiddenField

from hotline import clock
from hotline.callflow.languages import FIRST_LANGUAGE, LANGUAGES
from hotline.console.access import Permission, allows, guarded
from hotline.console.desk import Desk
from hotline.console.forms import Form, FreeText
from hotline.console.trail import trail
from hotline.sound.engine import CannotReadAloud
from hotline.sound.heard import Heard, find_heard
from hotline.speech.book import Example, Worded, examples, parts, worded
from hotline.speech.marked import TYPE, marked_catalogue
from hotline.speech.places import THE_LINE
from hotline.speech.speak import wording
from hotline.store import prompt_marks
from hotline.store.prompt_marks import Mark, Remark

ROWS: Final = 40
"""Sentences on one page of the list."""

_A_YEAR_S: Final = 365 * 24 * 60 * 60
_PLAIN: Final = {"Content-Type": "text/plain; charset=utf-8"}


class MarkForm(Form):
    """What is wrong with a sentence."""

    comment = FreeText(lazy_gettext("What is wrong, and how it should be"), render_kw={"rows": 3, "maxlength": 2000})
    seen = HiddenField()
    """Which wording was read by who writes this."""


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence as the page shows it."""

    one: Worded
    language: str
    example: Example | None
    """None for what is never said."""
    heard: Heard | None
    """None for what has no sound."""
    marks: Sequence[Mark]

    @property
    def seen(self) -> str:
        """Changes with the wording."""
        return _print(self.one.wording)


@dataclass(frozen=True, slots=True)
class _Sought:
    language: str
    text: str
    part: str
    only_marked: bool

    def fits(self, one: Worded, marked: frozenset[str]) -> bool:
        if (self.part and one.part != self.part) or (self.only_marked and one.prompt.id not in marked):
            return False
        return not self.text or any(_plain(self.text) in _plain(text) for text in _texts(one))


@dataclass(frozen=True, slots=True)
class _Prompts:
    desk: Desk

    def show(self) -> str:
        """The sentences of a language."""
        sought = _asked_for()
        with self.desk.engine.connect() as connection:
            marks = prompt_marks.open_marks(connection, sought.language)
            waiting = prompt_marks.count_open(connection)
        marked = frozenset(mark.prompt for mark in marks)
        book = worded(sought.language)
        found = [one for one in book if sought.fits(one, marked)]
        pages = max(1, -(-len(found) // ROWS))
        page = min(max(1, request.args.get("page", 1, type=int)), pages)
        rows = [self._row(one, sought.language, marks) for one in found[(page - 1) * ROWS : page * ROWS]]
        return render_template(
            "prompts.html",
            sought=sought,
            rows=rows,
            found=len(found),
            gone=[mark for mark in marks if all(one.prompt.id != mark.prompt for one in book)],
            page_number=page,
            pages=pages,
            languages=[(code, wording().voice(code).name, waiting.get(code, 0)) for code in LANGUAGES],
            parts=parts(),
            voice=wording().voice(sought.language),
            form=MarkForm(formdata=None),
        )

    def one(self, language: str, prompt: str) -> str:
        """One sentence, every way in which it is filled, and all that was said about it."""
        return self._page(language, _found(language, prompt), MarkForm())

    def mark(self, language: str, prompt: str) -> Any:
        """Mark a sentence as wrong."""
        one, form = _found(language, prompt), MarkForm()
        if not form.validate_on_submit():
            return self._page(language, one, form), 400
        if form.seen.data != _print(one.wording):
            form.seen.data = _print(one.wording)
            form.comment.errors = [_("The wording has changed since you opened the page. Read it again, then mark it.")]
            return self._page(language, one, form), 409
        with self.desk.engine.begin() as connection:
            remark = Remark(language, prompt, one.wording, form.comment.data)
            number = prompt_marks.add_mark(connection, remark, current_user.id, clock.now())
            trail(connection, "prompt.marked", f"prompt {prompt} in {language}", mark=number)
        flash(_("%(prompt)s is marked. Translators get what you wrote.", prompt=prompt), "success")
        return redirect(_back() or url_for(".one", language=language, prompt=prompt), 303)

    def settle(self, number: int) -> Any:
        """Say that a mark needs nobody any more."""
        with self.desk.engine.begin() as connection:
            mark = prompt_marks.find_mark(connection, number)
            if mark is None:
                abort(404)
            if not may_settle(mark):
                abort(403)
            if prompt_marks.settle_mark(connection, number, current_user.id, clock.now()):
                trail(connection, "prompt.settled", f"prompt {mark.prompt} in {mark.language}", mark=number)
                flash(_("The mark is settled."), "success")
            else:
                flash(_("Somebody settled this mark before you. Nothing was changed."), "warn")
        known = any(one.prompt.id == mark.prompt for one in worded(mark.language))
        page = url_for(".one", language=mark.language, prompt=mark.prompt) if known else None
        return redirect(_back() or page or url_for(".show", language=mark.language, marked="yes"), 303)

    def sound(self, language: str, prompt: str, number: int) -> Response:
        """One sentence as sound."""
        said = examples(_found(language, prompt), language)
        heard = find_heard(said[number].sentence, language, self._folder()) if number < len(said) else None
        if heard is None:
            return Response(_("This sentence has no sound."), 404, _PLAIN)
        try:
            wav = heard.wav()
        except CannotReadAloud as error:
            return Response(str(error), 503, _PLAIN)
        # The address changes with the sound, so that it is fetched once; it is the same for everybody.
        is_named = request.args.get("v") == heard.print
        answer = send_file(
            io.BytesIO(wav),
            "audio/wav",
            conditional=True,
            etag=sha256(wav).hexdigest()[:32],
        )
        answer.headers["Cache-Control"] = (
            f"private, max-age={_A_YEAR_S}, immutable" if is_named else "private, no-cache"
        )
        return answer

    def export(self) -> Response:
        """The open marks of a language, for its translators."""
        language = _language()
        with self.desk.engine.begin() as connection:
            marks = prompt_marks.open_marks(connection, language)
            trail(connection, "marks.exported", f"prompts in {language}", marks=len(marks))
        answer = Response(marked_catalogue(wording().voice(language), marks), content_type=f"{TYPE}; charset=utf-8")
        answer.headers.set("Content-Disposition", "attachment", filename=f"hotline-marks-{language}.po")
        return answer

    def _page(self, language: str, one: Worded, form: MarkForm) -> str:
        with self.desk.engine.connect() as connection:
            marks = prompt_marks.marks_of(connection, language, one.prompt.id)
        book = worded(language)
        at = book.index(one)
        said = examples(one, language)
        return render_template(
            "prompt.html",
            row=self._row(one, language, marks),
            said=[(example, find_heard(example.sentence, language, self._folder())) for example in said],
            form=form,
            voice=wording().voice(language),
            before=book[at - 1] if at else None,
            after=book[at + 1] if at + 1 < len(book) else None,
        )

    def _row(self, one: Worded, language: str, marks: Sequence[Mark]) -> Row:
        example = next(iter(examples(one, language)), None)
        heard = find_heard(example.sentence, language, self._folder()) if example else None
        return Row(one, language, example, heard, [mark for mark in marks if mark.prompt == one.prompt.id])

    def _folder(self) -> Path:
        return self.desk.settings.hotline_recordings or THE_LINE.rendered


def prompts_blueprint(desk: Desk) -> Blueprint:
    """Everything below /prompts."""
    pages = _Prompts(desk)
    blueprint = Blueprint("prompts", __name__)
    for path, name, permission, method in (
        ("", "show", Permission.LOOK, "GET"),
        ("/marks.po", "export", Permission.EXPORT, "GET"),
        ("/marks/<int:number>/settle", "settle", Permission.WORK, "POST"),
        ("/<language>/<prompt>", "one", Permission.LOOK, "GET"),
        ("/<language>/<prompt>/mark", "mark", Permission.WORK, "POST"),
        ("/<language>/<prompt>/sound/<int:number>", "sound", Permission.LOOK, "GET"),
    ):
        blueprint.add_url_rule(f"/prompts{path}", name, guarded(permission, getattr(pages, name)), methods=[method])
    blueprint.add_app_template_test(may_settle, "for_me_to_settle")
    return blueprint


def may_settle(mark: Mark) -> bool:
    """Whether this person may say that the mark needs nobody any more: who made it, and who supervises."""
    is_own = bool(mark.staff_id == current_user.id) and allows(current_user, Permission.WORK)
    return is_own or allows(current_user, Permission.SUPERVISE)


def _asked_for() -> _Sought:
    part = request.args.get("part", "")
    return _Sought(
        language=_language(),
        text=request.args.get("find", "").strip(),
        part=part if part in parts() else "",
        only_marked=request.args.get("marked") == "yes",
    )


def _language() -> str:
    chosen = request.args.get("language", FIRST_LANGUAGE)
    return chosen if chosen in LANGUAGES else abort(404)


def _found(language: str, prompt: str) -> Worded:
    if language not in LANGUAGES:
        abort(404)
    return next((one for one in worded(language) if one.prompt.id == prompt), None) or abort(404)


def _back() -> str | None:
    """The list that a form was on; only ever an address of these pages."""
    back = request.form.get("back", "")
    return back if back.startswith(f"{url_for('.show')}?") and back.isprintable() else None


def _print(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _texts(one: Worded) -> tuple[str, ...]:
    return (one.prompt.id, one.wording, one.prompt.text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
