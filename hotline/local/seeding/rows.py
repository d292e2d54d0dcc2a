"""Rows of the database from courses: whose call it was, and when."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from stdnum import damm

from hotline.callflow.effects import Reason
from hotline.local.plan import NUMBERS
from hotline.local.seeding.callers import Holders, MadeUpCaller
from hotline.local.seeding.courses import Course, CourseRequest, CourseText
from hotline.local.seeding.desks import Desks
from hotline.local.seeding.wording import Wording
from hotline.store.keeping import STATE_KEPT_FOR, Keeping
from hotline.store.seeding import Batch
from hotline.store.texts import Purpose, TextStatus

_CALLED: Final = {language: number for number, language in NUMBERS.items()}
_MS: Final = timedelta(milliseconds=1)
_STATUSES: Final = {
    TextStatus.DELIVERED: 954,
    TextStatus.SENT: 12,
    TextStatus.UNDELIVERED: 26,
    TextStatus.FAILED: 6,
    TextStatus.UNSURE: 2,
}
_NOT_DELIVERED: Final = (TextStatus.UNDELIVERED, TextStatus.FAILED, TextStatus.UNSURE)
_CODES: Final = {TextStatus.UNDELIVERED: (30003, 30005, 30006), TextStatus.FAILED: (21610, 21614)}
"""Unreachable, unknown, a landline; stopped, no mobile. Source: https://www.twilio.com/docs/api/errors"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A course of somebody, at its moment."""

    number: int
    """Of the course."""
    course: Course
    caller: MadeUpCaller
    began: datetime

    def at(self, ms: int) -> datetime:
        """The moment so many milliseconds after it began."""
        return self.began + ms * _MS


@dataclass(frozen=True, slots=True)
class World:
    """What is around the calls."""

    holders: Holders
    desks: Desks
    wording: Wording
    keeping: Keeping
    until: datetime
    """When the history ends."""
    taken: set[str]
    """Receipt numbers that are not given out again."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A request that has its row, and what is sealed with it."""

    id: UUID
    receipt_number: str
    municipality: str | None


class Rows:
    """Makes the rows of one call after the other; `take` gives them away, batch by batch."""

    def __init__(self, random: Random, world: World) -> None:
        self._random = random
        self._world = world
        self._facts_since = world.until - world.keeping.facts
        self._recordings_since = world.until - world.keeping.recordings
        self._batch = Batch()
        self._written: set[int] = set()

    def take(self) -> Batch:
        """What was made since the last time."""
        batch, self._batch = self._batch, Batch()
        return batch

    def add(self, placed: Placed) -> str:
        """Make every row of a call; returns its SID."""
        sid = self._sid("CA")
        self._course(placed)
        self._call(sid, placed)
        made = [self._request(sid, placed, request) for request in placed.course.requests]
        reasons = {follow_up.reason for follow_up in placed.course.follow_ups}
        for follow_up in placed.course.follow_ups:
            about = None if follow_up.request is None else made[follow_up.request].id
            self._follow_up(sid, placed, follow_up.reason, placed.at(follow_up.at_ms), about, follow_up.has_number)
        for text in placed.course.texts:
            about_made = None if text.request is None else made[text.request]
            failed_at = self._text(sid, placed, text, about_made)
            if failed_at is not None and Reason.TEXT_NOT_DELIVERED not in reasons:
                reasons.add(Reason.TEXT_NOT_DELIVERED)
                about = None if about_made is None else about_made.id
                self._follow_up(sid, placed, Reason.TEXT_NOT_DELIVERED, failed_at, about)
        self._smaller_ones(sid, placed)
        return sid

    def _course(self, placed: Placed) -> None:
        if placed.number in self._written:
            return
        self._written.add(placed.number)
        for number, turn in enumerate(placed.course.turns, 1):
            said = (list(turn.prompts), turn.language)
            what = (turn.from_step, turn.to_step, turn.event, *said, turn.answers_message)
            self._batch.new_turns.append((placed.number, number, turn.at_ms, *what))

    def _call(self, sid: str, placed: Placed) -> None:
        course, caller, ended_at = placed.course, placed.caller, placed.at(placed.course.ended_ms)
        is_kept = ended_at > self._facts_since
        known = (caller.sealed, caller.number_print, caller.end_print) if is_kept else (None, None, None)
        caller_erased_at = None if is_kept or caller.number is None else ended_at + self._world.keeping.facts
        last = course.turns[-1]
        row = (
            *(sid, "text" if course.kind.by_text else "voice", _CALLED[course.called_in], *known),
            *(course.language, course.status, course.outcome, last.to_step, len(course.turns)),
            *(placed.began, placed.at(last.at_ms), ended_at, last.to_step, ended_at + STATE_KEPT_FOR),
            caller_erased_at,
        )
        self._batch.rows["calls"].append(row)
        self._batch.begun.append((sid, placed.number, placed.began))

    def _request(self, sid: str, placed: Placed, request: CourseRequest) -> _Made:
        random, holder = self._random, self._world.holders.draw()
        finished_at = placed.at(request.finished_ms)
        is_found = "suspended" in request.status or request.status == "not_held"
        municipality = holder.municipality if is_found else None
        made = _Made(UUID(int=random.getrandbits(128), version=4), self._receipt_number(), municipality)
        sealed = holder.sealed if request.has_house_number else holder.without_house_number
        is_kept = finished_at > self._facts_since
        backend_id = str(UUID(int=random.getrandbits(128), version=4)) if request.answers else None
        answers = json.dumps({target.value: answer.value for target, answer in request.answers.items()})
        row = (
            *(made.id, sid, request.turn, made.receipt_number, [target.value for target in request.targets]),
            *(sealed if is_kept else None, request.status, answers, backend_id, municipality),
            *(holder.print_ if is_kept else None, request.loss, request.for_another, len(request.tries)),
            *(placed.at(request.accepted_ms), finished_at),
            None if is_kept else finished_at + self._world.keeping.facts,
        )
        self._batch.rows["requests"].append(row)
        for number, one in enumerate(request.tries, 1):
            moments = (placed.at(one.handed_over_ms), placed.at(one.answered_ms))
            self._batch.rows["tries"].append((made.id, number, *moments, one.said))
        return made

    def _text(self, sid: str, placed: Placed, text: CourseText, made: _Made | None) -> datetime | None:
        """When it turned out that it did not arrive; None for one that did."""
        random, course = self._random, placed.course
        promised_at = placed.at(text.at_ms)
        request = None if text.request is None else course.requests[text.request]
        waits_until = text.at_ms if request is None or text.purpose is not Purpose.DONE else request.finished_ms
        told_at = placed.at(max(waits_until, text.at_ms)) + timedelta(seconds=random.uniform(1.0, 9.0))
        status = random.choices(tuple(_STATUSES), tuple(_STATUSES.values()))[0]
        kept: tuple[bytes | str | None, ...] = (None, None, None)
        if promised_at > self._facts_since:
            about = (made.receipt_number, made.municipality) if made else ("", None)
            body = self._world.wording.body(placed, text, *about)
            kept = (placed.caller.sealed, placed.caller.number_print, body)
        code = random.choice(_CODES[status]) if status in _CODES else None
        row = (
            *(UUID(int=random.getrandbits(128), version=4), sid, text.turn, made and made.id, text.purpose),
            *(course.language, *kept, status, None if status is TextStatus.UNSURE else self._sid("SM")),
            *(random.randrange(1, 5), code, promised_at, 1, told_at),
        )
        self._batch.rows["texts"].append(row)
        return told_at if status in _NOT_DELIVERED else None

    def _follow_up(
        self, sid: str, placed: Placed, reason: Reason, at: datetime, about: UUID | None, has_number: bool = False
    ) -> None:
        handled = self._world.desks.handle(reason, at)
        number = placed.caller.sealed if has_number and at > self._facts_since else None
        state = (handled.version, handled.taken_by, handled.taken_at, handled.resolved_at, handled.resolved_by)
        self._batch.rows["follow_ups"].append((sid, about, reason, number, at, *state, handled.resolution))
        note = self._world.desks.note(handled)
        if note is not None and note[1] > self._facts_since:
            self._batch.rows["notes"].append((sid, *note))

    def _smaller_ones(self, sid: str, placed: Placed) -> None:
        for message in placed.course.messages:
            at = placed.at(message.at_ms)
            deleted_at = None if at > self._recordings_since else at + self._world.keeping.recordings
            self._batch.rows["messages"].append((sid, self._sid("RE"), message.seconds, at, deleted_at))
        for wrong_ms in placed.course.wrong_receipts_ms:
            if placed.at(wrong_ms) > self._facts_since:
                row = (sid, f"{self._random.getrandbits(48):012x}", placed.at(wrong_ms))
                self._batch.rows["wrong_receipts"].append(row)

    def _sid(self, kind: str) -> str:
        return f"{kind}{self._random.getrandbits(128):032x}"

    def _receipt_number(self) -> str:
        while True:
            body = str(self._random.randrange(1_000_000, 10_000_000))
            number = body + str(damm.calc_check_digit(body))
            if number not in self._world.taken:
                self._world.taken.add(number)
                return number
