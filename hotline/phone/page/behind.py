"""What happens behind a call, told to its page: steps, request, queue, backend, and the clock from answer to stop."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from hotline import clock
from hotline.phone.page.feed import as_text
from hotline.phone.page.live import LiveCall
from hotline.store.requests import Status
from hotline.store.watching import OPEN_REQUEST, OPEN_TEXTS, Seen, SeenRequest, SeenTurn

LINGERS: Final = timedelta(seconds=5)
"""How long a call is still watched when it is over and everything in it is settled: its end may leave a promise."""

GIVES_UP: Final = timedelta(minutes=30)
"""How long a call that is over is watched at most, whatever is still open."""

_STOP: Final = Status.SUSPENDED.value


@dataclass(slots=True)
class Behind:
    """What has been told of one call so far."""

    call: LiveCall
    turn: int = 0
    """The newest turn that was told."""
    is_settled: bool = False
    _told: dict[tuple[str, ...], Any] = field(default_factory=dict)
    _results: list[datetime] = field(default_factory=list)
    """When turns were taken that tell of a stop."""
    _stopped_at: datetime | None = None
    _has_told: bool = False

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come."""
        ended = self.call.ended_at
        if ended is None:
            return False
        passed = clock.now() - ended
        return passed > GIVES_UP or (self.is_settled and passed > LINGERS)

    def tells(self, seen: Seen) -> None:
        """Tell the page what is new in a look at all calls."""
        sid = self.call.sid
        for turn in seen.turns:
            if turn.call_sid == sid:
                self._tell_turn(turn)
        mine = [request for request in seen.requests if request.call_sid == sid]
        for request in mine:
            self._tell_request(request)
        standings = [text for text in seen.texts if text.call_sid == sid]
        for text in standings:
            if self._is_new(("text", text.purpose), text.status):
                self._tell("text", purpose=text.purpose, standing=text.status)
        for follow_up in seen.follow_ups:
            if follow_up.call_sid == sid and self._is_new(("follow_up", follow_up.reason), True):
                self._tell("follow_up", reason=follow_up.reason)
        self._tell_when_heard()
        self.is_settled = not any(request.status == OPEN_REQUEST for request in mine) and not any(
            text.status in OPEN_TEXTS for text in standings
        )

    def _tell_turn(self, turn: SeenTurn) -> None:
        self.turn = max(self.turn, turn.number)
        self._tell("turn", turn=turn.number, from_step=turn.from_step, to_step=turn.to_step, at=as_text(turn.at))
        # The prompts are named by target and answer: result.card.suspended.
        if any(prompt.startswith("result.") and prompt.endswith(f".{_STOP}") for prompt in turn.prompts):
            self._results.append(turn.at)

    def _tell_request(self, request: SeenRequest) -> None:
        number = request.receipt_number
        if self._is_new(("request", number), request.status):
            self._tell(
                "request",
                receipt_number=number,
                targets=list(request.targets),
                status=request.status,
                accepted_at=as_text(request.accepted_at),
                at=as_text(request.finished_at or request.accepted_at),
            )
        if self._is_new(("due", number), True):
            self._tell_queue(request, "due", request.accepted_at, 0)
        if request.attempts and self._is_new(("tries", number), request.attempts):
            # The hand-over is not written down: seen after the answer, it came before it.
            self._tell_queue(request, "handed over", request.finished_at, request.attempts)
        if request.finished_at and self._is_new(("finished", number), True):
            self._tell_answers(request, request.finished_at)

    def _tell_answers(self, request: SeenRequest, finished_at: datetime) -> None:
        if request.answers:
            self._tell_queue(request, "asked", finished_at, request.attempts)
        for target, answer in request.answers.items():
            self._tell(
                "backend",
                receipt_number=request.receipt_number,
                target=target,
                answer=answer,
                at=as_text(finished_at),
                seconds_from_confirmation=_seconds(request.accepted_at, finished_at),
            )
        answered_at = self.call.answered_at
        if request.status == _STOP and answered_at and self._stopped_at is None:
            self._stopped_at = finished_at
            self.call.feed.add(
                "clock",
                answered_at=as_text(answered_at),
                confirmed_at=as_text(request.accepted_at),
                stopped_at=as_text(finished_at),
                seconds=_seconds(answered_at, finished_at),
            )

    def _tell_queue(self, request: SeenRequest, state: str, at: datetime | None, tries: int) -> None:
        moment = {} if at is None else {"at": as_text(at)}
        self._tell("queue", receipt_number=request.receipt_number, state=state, tries=tries, **moment)

    def _tell_when_heard(self) -> None:
        """The caller knows it once the first sentence is over of what the telling turn made the line say.

        A turn is taken while its webhook is asked, so what came of it is the first document after that moment.
        """
        if self._has_told or self._stopped_at is None or self.call.answered_at is None:
            return
        for taken_at in self._results:
            passage = next((one for one in list(self.call.speaker.passages) if one.fetched_at >= taken_at), None)
            if passage and passage.heard_at:
                self._has_told = True
                self.call.feed.add("told", seconds=_seconds(self.call.answered_at, passage.heard_at))
                return

    def _is_new(self, what: tuple[str, ...], value: Any) -> bool:
        if self._told.get(what) == value:
            return False
        self._told[what] = value
        return True

    def _tell(self, kind: str, /, **told: Any) -> None:
        self.call.feed.add("behind", kind=kind, **told)


def _seconds(began: datetime, ended: datetime) -> float:
    return round((ended - began).total_seconds(), 3)
