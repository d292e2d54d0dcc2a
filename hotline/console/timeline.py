"""A call as a story: what was said, heard, decided and done, in the order of time, in plain words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from hotline.console.spoken import OFFERS, spoken_in
from hotline.console.words import named
from hotline.speech.unfilled import unfilled
from hotline.store.stories import RequestFacts, Story, TextFacts, TryFacts, TurnFacts


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the line: as the caller heard it, and as the operator reads it."""

    heard: str
    read: str
    """Empty when both are the same; of the offer of a language, the name of that language."""
    language: str
    """In which it was heard."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    at: datetime
    after_s: float
    """Seconds since the call began."""
    lane: str
    """Who did it: line, caller, queue, backend, text, person or log."""
    title: str
    note: str = ""
    kind: str = ""
    """good, warn or bad, where it matters."""
    said: Sequence[Said] = field(default=())


def timeline(story: Story, language: str) -> list[Moment]:
    """Everything that happened in the call and came of it; `language` is the reader's."""
    made = [*_of_turns(story, language), *_of_requests(story), *_of_texts(story), *_of_people(story), *_of_end(story)]
    return sorted(made, key=lambda moment: moment.at)


def _moment(story: Story, at: datetime, lane: str, title: str, note: str = "", kind: str = "") -> Moment:
    return Moment(at, (at - story.call.started_at).total_seconds(), lane, title, note, kind)


def _of_turns(story: Story, language: str) -> Iterator[Moment]:
    for turn in story.turns:
        after_s = (turn.at - story.call.started_at).total_seconds()
        spoken = spoken_in(turn.prompts, turn.language or story.call.language)
        said = [one for prompt, heard_in in spoken if (one := _said(prompt, heard_in, language)) is not None]
        yield Moment(turn.at, after_s, _lane(turn), _heard(turn, story), _went(turn), _kind(turn), said)


def _said(prompt: str, heard_in: str, read_in: str) -> Said | None:
    heard, read = unfilled(prompt, heard_in), unfilled(prompt, read_in)
    if heard is None or read is None:
        return None
    if prompt in OFFERS:
        # In the reader's language the same prompt offers another language.
        read = named("language", heard_in)
    return Said(heard, "" if read == heard else read, heard_in)


def _lane(turn: TurnFacts) -> str:
    return "caller" if turn.event in ("Dialled", "KeysPressed", "Spoken", "Silence", "Recorded") else "line"


def _heard(turn: TurnFacts, story: Story) -> str:
    return named("written_event" if story.call.channel == "text" else "event", turn.event)


def _went(turn: TurnFacts) -> str:
    if turn.from_step == turn.to_step:
        return str(_("still at: %(step)s", step=named("step", turn.to_step)))
    return f"{named('step', turn.from_step)} → {named('step', turn.to_step)}"


def _kind(turn: TurnFacts) -> str:
    return "bad" if turn.event == "error" else "warn" if turn.event == "Silence" else ""


def _of_requests(story: Story) -> Iterator[Moment]:
    for request in story.requests:
        what = ", ".join(named("target", target) for target in request.targets)
        title = _("Request %(receipt)s accepted: %(what)s", receipt=request.receipt_number, what=what)
        yield _moment(story, request.accepted_at, "queue", title)
        if request.sent_again_at:
            title = _("Request %(receipt)s sent again by an operator", receipt=request.receipt_number)
            yield _moment(story, request.sent_again_at, "person", title)
        if request.finished_at:
            yield _moment(story, request.finished_at, "backend", *_answer(request))
        yield from _of_tries(story, request)


def _answer(request: RequestFacts) -> tuple[str, str, str]:
    kind = {"suspended": "good", "already_suspended": "good", "not_held": "warn"}.get(request.status, "bad")
    answers = ", ".join(f"{named('target', t)}: {named('status', a)}" for t, a in request.answers.items())
    title = _("Request %(receipt)s: %(status)s", receipt=request.receipt_number, status=named("status", request.status))
    return title, answers, kind


def _of_tries(story: Story, request: RequestFacts) -> Iterator[Moment]:
    for one in story.tries:
        if one.request_id == request.id:
            title = _("Handed to a worker, try %(number)d", number=one.number)
            yield _moment(story, one.handed_over_at, "queue", title)
            if one.answered_at and one.said != request.status:
                yield _moment(story, one.answered_at, "backend", *_try_ended(one))


def _try_ended(one: TryFacts) -> tuple[str, str, str]:
    return _("Try %(number)d brought no answer", number=one.number), one.said or "", "warn"


def _of_texts(story: Story) -> Iterator[Moment]:
    for text in story.texts:
        if text.purpose != "turn":
            title = _("Text message promised: %(what)s", what=named("purpose", text.purpose))
            yield _moment(story, text.created_at, "text", title)
        if text.told_at:
            yield _moment(story, text.told_at, "text", *_text_stands(text))


def _text_stands(text: TextFacts) -> tuple[str, str, str]:
    kind = {"delivered": "good", "sent": "", "sending": "", "due": "", "waiting": ""}.get(text.status, "bad")
    why = "" if text.error_code is None else _("Twilio's code %(code)d", code=text.error_code)
    return _("Text message: %(status)s", status=named("text_status", text.status)), why, kind


def _of_people(story: Story) -> Iterator[Moment]:
    for message in story.messages:
        title = _("Voice message of %(seconds)d s kept", seconds=message.seconds)
        yield _moment(story, message.recorded_at, "caller", title)
        if message.deleted_at:
            yield _moment(story, message.deleted_at, "log", _("The recording was deleted on schedule"))
    for one in story.follow_ups:
        title = _("Left to a person: %(reason)s", reason=named("reason", one.reason))
        yield _moment(story, one.opened_at, "log", title, kind="warn")
        if one.taken_at and one.taken_by:
            yield _moment(story, one.taken_at, "person", _("%(who)s took it", who=one.taken_by))
        if one.resolved_at:
            yield _moment(story, one.resolved_at, "person", *_resolved(one.resolved_by, one.resolution))
    for call_back in story.call_backs:
        title = _("%(who)s called back", who=call_back.by)
        yield _moment(story, call_back.created_at, "person", title, named("call_back", call_back.status))


def _resolved(by: str | None, resolution: str | None) -> tuple[str, str, str]:
    title = _("Resolved by %(who)s", who=by) if by else _("No longer needed")
    return title, named("resolution", resolution), "good"


def _of_end(story: Story) -> Iterator[Moment]:
    call = story.call
    if call.ended_at:
        title = _("The call ended: %(how)s", how=named("call_status", call.status))
        yield _moment(story, call.ended_at, "caller", title, named("outcome", call.outcome))
    if call.erased_at:
        yield _moment(story, call.erased_at, "log", _("What the call knew was erased on schedule"))
    if call.held_at:
        yield _moment(story, call.held_at, "person", _("A legal hold was put on this call"), kind="warn")
