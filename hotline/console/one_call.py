"""One call: its whole story, and what may be done about it."""

import io
import logging
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from hotline import clock
from hotline.carrier.errors import Permanent, Retryable
from hotline.carrier.sounds import Sounds
from hotline.console.access import Permission, guarded
from hotline.console.desk import Desk
from hotline.console.forms import Form, FreeText
from hotline.console.keyed import SHOWN_FOR_S, keyed_facts, read_notes
from hotline.console.shown import masked, page_language
from hotline.console.timeline import Moment, timeline
from hotline.console.trail import trail
from hotline.privacy import CannotUnseal
from hotline.settings import Settings
from hotline.store import holds
from hotline.store.notes import write_note
from hotline.store.stories import MessageFacts, Story, find_story

log = logging.getLogger(__name__)

SENT_AGAIN: Final = ("not_found", "ambiguous", "needs_operator")
"""Requests that an operator may send again stand so."""


class ReasonForm(Form):
    """Why something is looked at or done."""

    reason = FreeText(lazy_gettext("Reason"), longest=300, render_kw={"rows": 2, "maxlength": 300})


class NoteForm(Form):
    """Something to remember about a call."""

    note = FreeText(lazy_gettext("Note"), render_kw={"rows": 3, "maxlength": 2000})


@dataclass(frozen=True, slots=True)
class _OneCall:
    desk: Desk
    sounds: Sounds | None
    """None without a key for Twilio's REST side."""

    def show(self, sid: str) -> str:
        """The story of a call."""
        with self.desk.engine.begin() as connection:
            story = _found(find_story(connection, sid))
            trail(connection, "call.looked_at", f"call {sid}", call_sid=sid)
        return self._page(story)

    def newest(self, sid: str) -> str:
        """The timeline alone, for a page that is open while the call goes on."""
        with self.desk.engine.connect() as connection:
            story = _found(find_story(connection, sid))
        return render_template("one_call_timeline.html", story=story, moments=_moments(story))

    def reveal(self, sid: str) -> str | tuple[str, int]:
        """What was keyed, for a minute."""
        form = ReasonForm(prefix="reveal")
        with self.desk.engine.begin() as connection:
            story = _found(find_story(connection, sid))
            if not form.validate_on_submit():
                return self._page(story, reveal=form), 400
            trail(connection, "facts.revealed", f"call {sid}", call_sid=sid, reason=form.reason.data)
        facts = keyed_facts(story, self.desk.vault)
        if request.headers.get("HX-Request"):
            return render_template("one_call_keyed.html", story=story, facts=facts, seconds=SHOWN_FOR_S)
        return self._page(story, facts=facts)

    def hidden(self, sid: str) -> str:
        """The form for seeing it, in place of what was seen."""
        with self.desk.engine.connect() as connection:
            story = _found(find_story(connection, sid))
        return render_template("one_call_keyed.html", story=story, reveal=ReasonForm(formdata=None, prefix="reveal"))

    def note(self, sid: str) -> Any:
        """Keep a note."""
        form = NoteForm(prefix="note")
        with self.desk.engine.begin() as connection:
            story = _found(find_story(connection, sid))
            if not form.validate_on_submit():
                return self._page(story, note=form), 400
            sealed = self.desk.vault.seal(form.note.data)
            written = write_note(connection, call_sid=sid, staff_id=current_user.id, sealed=sealed, now=clock.now())
            trail(connection, "note.written", f"note {written}", call_sid=sid)
        flash(_("The note is kept."), "success")
        return redirect(url_for("one_call.show", sid=sid, _anchor="notes"), 303)

    def hold(self, sid: str) -> Any:
        """Keep everything of this call from being erased, or let it be erased again."""
        form, release = ReasonForm(prefix="hold"), request.form.get("release") == "yes"
        with self.desk.engine.begin() as connection:
            story = _found(find_story(connection, sid))
            if not form.validate_on_submit():
                return self._page(story, hold=form), 400
            done = holds.release(connection, sid) if release else holds.hold(connection, sid, clock.now())
            if done:
                action = "call.released" if release else "call.held"
                trail(connection, action, f"call {sid}", call_sid=sid, reason=form.reason.data)
        if not done:
            flash(_("Somebody else did that already; nothing was changed."), "error")
        elif release:
            flash(_("The hold is gone: what is due will be erased within minutes."), "success")
        else:
            flash(_("Nothing of this call will be erased until the hold is taken away."), "success")
        return redirect(url_for("one_call.show", sid=sid), 303)

    def recording(self, sid: str, message_id: int) -> Response:
        """The caller's own voice; parts of it when the browser asks for parts."""
        with self.desk.engine.begin() as connection:
            story = _found(find_story(connection, sid))
            message = next((one for one in story.messages if one.id == message_id), None)
            if message is None or message.deleted_at is not None:
                abort(404)
            if _begins():
                trail(connection, "recording.heard", f"message {message_id}", call_sid=sid)
        sound = io.BytesIO(self._sound(message))
        return send_file(sound, "audio/wav", conditional=True, etag=message.recording_sid, download_name="message.wav")

    def _sound(self, message: MessageFacts) -> bytes:
        if self.sounds is None:
            abort(404)
        try:
            return self.sounds.fetch(message.recording_sid)
        except Permanent:
            abort(404)
        except Retryable as error:
            log.warning("a recording could not be fetched", extra={"cause": error.cause})
            abort(502)

    def _page(self, story: Story, **forms: Any) -> str:
        shown = {"reveal": None, "note": None, "hold": None, **forms}
        for name, kind in (("reveal", ReasonForm), ("note", NoteForm), ("hold", ReasonForm)):
            shown[name] = shown[name] or kind(formdata=None, prefix=name)
        return render_template(
            "one_call.html",
            story=story,
            moments=_moments(story),
            caller=self._masked(story),
            notes=read_notes(story, self.desk.vault),
            plays=self.sounds is not None,
            sent_again=SENT_AGAIN,
            seconds=SHOWN_FOR_S,
            **shown,
        )

    def _masked(self, story: Story) -> str:
        sealed = story.call.caller_sealed
        try:
            return masked(None if sealed is None else self.desk.vault.unseal(sealed))
        except CannotUnseal:
            return str(_("sealed with a key that is gone"))


def one_call_blueprint(desk: Desk) -> Blueprint:
    """Everything below /calls/<SID>."""
    pages = _OneCall(desk, _sounds(desk.settings))
    blueprint = Blueprint("one_call", __name__)
    for path, name, permission, method in (
        ("", "show", Permission.LOOK, "GET"),
        ("/timeline", "newest", Permission.LOOK, "GET"),
        ("/keyed", "hidden", Permission.REVEAL, "GET"),
        ("/keyed", "reveal", Permission.REVEAL, "POST"),
        ("/notes", "note", Permission.WORK, "POST"),
        ("/hold", "hold", Permission.SUPERVISE, "POST"),
        ("/recordings/<int:message_id>", "recording", Permission.REVEAL, "GET"),
    ):
        view = guarded(permission, getattr(pages, name))
        blueprint.add_url_rule(f"/calls/<sid:sid>{path}", name, view, methods=[method])
    return blueprint


def _sounds(settings: Settings) -> Sounds | None:
    key, secret = settings.twilio_api_key, settings.twilio_api_secret
    if key is None or secret is None:
        return None
    return Sounds(settings.twilio_account_sid, (key, secret.get_secret_value()), settings.twilio_api_url)


def _moments(story: Story) -> list[Moment]:
    return timeline(story, page_language())


def _begins() -> bool:
    """Whether the beginning of the sound is asked for: browsers fetch one sound in several parts."""
    return request.range is None or not request.range.ranges[0][0]


def _found(story: Story | None) -> Story:
    if story is None:
        abort(404)
    return story
