"""Drives the real conversation with made-up callers, once for each course."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Final

from hotline.callflow import flow
from hotline.callflow.events import (
    Answer,
    Dialled,
    Event,
    InLine,
    KeysPressed,
    LookedUp,
    Loss,
    MayText,
    Recorded,
    Silence,
    Spoken,
    Target,
    TransferEnded,
    Waited,
)
from hotline.callflow.line import Line, Now
from hotline.callflow.replies import HangUp, Hold, Listen, Record, Transfer
from hotline.callflow.samples import LANDLINE, MOBILE, RECEIPT
from hotline.callflow.state import State, Step, Turn
from hotline.calls.lost import LOST_BY_TEXT_AFTER
from hotline.calls.opening import load_hours
from hotline.local.seeding.choices import Wish, act, draw_wish, leaves
from hotline.local.seeding.courses import Course, Kind, Telephone
from hotline.local.seeding.promised import Promised

MOST_TURNS: Final = 60
"""Turns after which even the most patient caller hangs up."""

_NOON: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
_NIGHT: Final = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
_LOST_MS: Final = int(LOST_BY_TEXT_AFTER / timedelta(milliseconds=1))
_NUMBERS: Final = {Telephone.MOBILE: MOBILE, Telephone.LANDLINE: LANDLINE, Telephone.WITHHELD: None}


def drive(random: Random, kind: Kind) -> Course:
    """One call of this kind, from the first word to the last."""
    return _Call(random, kind).course()


@cache
def _line() -> Line:
    return Line(without_voice=frozenset({"ne"}), operators=2, sends_texts=True, hours=load_hours())


class _Call:
    """A call that goes on."""

    def __init__(self, random: Random, kind: Kind) -> None:
        self._random = random
        self._kind = kind
        self._wish: Wish = draw_wish(random, kind.language)
        self._at_ms = 0
        self._promised = Promised(random, kind)

    def course(self) -> Course:
        called_in = self._called_in()
        dialled = Dialled(called_in, _NUMBERS[self._kind.telephone], self._kind.by_text)
        # Whoever called before is answered in the language that they chose then.
        knows = self._random.random() < 0.2
        turn = flow.answer(replace(dialled, language=self._kind.language) if knows else dialled, self._now())
        self._promised.note(0, turn, dialled, turn)
        while not self._is_over(turn):
            self._at_ms += self._hears_ms(turn)
            if self._can_leave(turn) and leaves(self._random, turn.state):
                break
            turn = self._next(turn)
        self._at_ms += self._hears_ms(turn)
        return self._promised.ended(turn.state, called_in, self._end_ms(turn))

    def _is_over(self, turn: Turn) -> bool:
        turns = self._promised.turns
        is_lost = self._kind.by_text and self._at_ms - turns[-1].at_ms > _LOST_MS
        return isinstance(turn.reply.ending, HangUp) or len(turns) >= MOST_TURNS or is_lost

    def _can_leave(self, turn: Turn) -> bool:
        """Whether the caller has the time to hang up before the next turn comes. Who waits for a text needs not to."""
        if isinstance(turn.reply.ending, Hold):
            return turn.reply.ending.seconds > 0 and not self._kind.by_text
        return True

    def _next(self, turn: Turn) -> Turn:
        state = turn.state
        if self._random.random() < 0.0006:
            following, event = flow.apologise(state, self._now()), None
        else:
            event = self._event(turn)
            self._at_ms += self._acts_ms(event)
            following = flow.take(state, event, self._now())
        if not (self._kind.by_text and isinstance(event, Waited) and not following.reply.sentences):
            # A writer who waits is sent nothing, and no turn is taken, until there is something to tell.
            self._promised.note(self._at_ms, turn, event, following)
        return following

    def _event(self, turn: Turn) -> Event:
        match turn.reply.ending:
            case Transfer():
                return self._transferred()
            case Record():
                seconds = self._random.choice((0, 6, 9, 14, 22, 41, 63))
                return Recorded("RE" + "0" * 32, seconds)
            case Hold():
                return self._found_out(turn.state)
            case _:
                event = act(self._random, self._wish, turn.state, turn.reply)
                return self._in_line() if turn.state.step is Step.IN_LINE and isinstance(event, Silence) else event

    def _found_out(self, state: State) -> Event:
        match state.step:
            case Step.WAITING:
                return self._promised.waited(self._at_ms)
            case Step.TEXT_PROMISE:
                return MayText(self._random.random() < 0.98)
            case Step.RECEIPT_LOOKUP:
                return self._looked_up()
            case _:
                return self._in_line()

    def _looked_up(self) -> LookedUp:
        chance = self._random.random()
        if chance < 0.2:
            return LookedUp(None, is_limited=chance < 0.01)
        if chance < 0.25:
            return LookedUp(Waited(RECEIPT, 900.0, targets=(Target.CARD,)))
        answer = Answer.SUSPENDED if chance < 0.95 else Answer.NOT_FOUND
        done = self._now().at - timedelta(hours=1)
        told = Waited(RECEIPT, 1.0, {Target.CARD: answer}, finished_at=done, targets=(Target.CARD,), loss=Loss.LOST)
        return LookedUp(replace(told, municipality="千代田区"))

    def _in_line(self) -> InLine:
        return InLine(self._random.choices((0, 1, 2, 3, 5), (40, 25, 20, 10, 5))[0])

    def _transferred(self) -> TransferEnded:
        answered = self._random.random() < (0.72 if self._kind.is_open else 0.12)
        self._at_ms += self._random.randrange(90_000, 600_000) if answered else 30_000
        return TransferEnded(answered, picked_up=answered or self._random.random() < 0.2)

    def _called_in(self) -> str:
        if self._kind.language in ("ja", "ja-easy"):
            return "ja"
        return "en" if self._random.random() < (0.8 if self._kind.language == "en" else 0.35) else "ja"

    def _now(self) -> Now:
        begun = _NOON if self._kind.is_open else _NIGHT
        return Now(begun + timedelta(milliseconds=self._at_ms), _line())

    def _hears_ms(self, turn: Turn) -> int:
        """How long the caller listens: whoever knows the line does not hear every sentence to its end."""
        if self._kind.by_text:
            return self._random.randrange(800, 2_500)
        said = len(turn.reply.said)
        heard = 1.0 if not isinstance(turn.reply.ending, Listen) else self._random.uniform(0.35, 1.0)
        hold_s = turn.reply.ending.seconds if isinstance(turn.reply.ending, Hold) else 0
        return int(said * 2_100 * heard + hold_s * 1000) + self._random.randrange(40, 240)

    def _acts_ms(self, event: Event) -> int:
        if self._kind.by_text:
            return int(self._random.lognormvariate(9.7, 0.7)) if not isinstance(event, Waited) else 900
        match event:
            case KeysPressed(keys):
                return int(self._random.lognormvariate(6.9, 0.6)) + 420 * len(keys)
            case Spoken():
                return int(self._random.lognormvariate(7.6, 0.4))
            case Silence():
                return 7_000
            case Recorded(_, seconds):
                return seconds * 1000
            case _:
                return 0

    def _end_ms(self, turn: Turn) -> int:
        if self._kind.by_text and not isinstance(turn.reply.ending, HangUp):
            # Nobody hangs up a conversation by text: it is over when its writer is silent for long enough.
            return self._promised.turns[-1].at_ms + _LOST_MS
        return self._at_ms
