"""Every way through the conversation: each step with each event, from every place a call can be at.

What the exhaustive tests, the check of the prompts and the drawing of the conversation stand on.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from hotline.callflow import flow
from hotline.callflow.events import Answer, Dialled, Event, KeysPressed, Loss, Silence, Spoken, Target
from hotline.callflow.languages import FIRST_LANGUAGE
from hotline.callflow.line import Now
from hotline.callflow.replies import Entry, HangUp, Listen, Menu, Reply, Sentence
from hotline.callflow.samples import ANYTHING, LANDLINE, MOBILE, MOMENTS, ONE_KEY, OPEN, RECEIPT, ROWS, WORDS, events_at
from hotline.callflow.state import Dropped, Outcome, State, Step, Turn
from hotline.callflow.steps.taking_up import can_be_taken_up
from hotline.callflow.texts import Told, compose
from hotline.callflow.whisper import whisper

_SID: Final = "CA" + "0" * 32

_MISSES: Final[tuple[Event, ...]] = (Silence(), KeysPressed("8"), KeysPressed("123456789012"), Spoken("words", 0.2))
"""What a caller who missed once is tried with again: it only leads on to the third miss."""

_SPOKEN_ANYWHERE: Final = ("heard.person", "heard.again", "heard.language", "heard.back", "text.later", "text.again")
"""Words that are understood everywhere, and what is written where a caller on the telephone would hold."""


@dataclass(frozen=True, slots=True)
class Way:
    """One turn: the state before it (None for the first turn of a call), the event, and the turn."""

    before: State | None
    event: Event
    turn: Turn
    now: Now


def walk(language: str = FIRST_LANGUAGE, moments: Iterable[Now] = MOMENTS) -> Iterator[Way]:
    """Every turn that a call which begins in this language can take, each kind of place once.

    Places that differ only in what does not change what is said next (what was keyed, say) are one place. The turns of
    one place come one after the other. At the first place of each step every kind of event happens; at the others,
    those that can.
    """
    for now in moments:
        yield from _Walk(language, now).ways()


def prompts_used() -> frozenset[str]:
    """The prompts that the line can say, write or whisper, and those that name the words it understands."""
    used = set(_SPOKEN_ANYWHERE)
    for way in walk():
        state = way.turn.state
        used |= _of_reply(way.turn.reply)
        if state.step is Step.RINGING:
            used |= _of_reply(whisper(state))
        if way.before is None:
            used |= _of_reply(flow.apologise(state, way.now).reply)
    for told in messages():
        used |= _of_sentences(compose(told, OPEN))
    return frozenset(used)


def messages() -> Iterator[Told]:
    """One of every kind of message that is sent after a request."""
    for answer in Answer:
        for municipality in (None, "千代田区"):
            yield Told(RECEIPT, dict.fromkeys(Target, answer), municipality=municipality)
    yield Told(RECEIPT, {})


class _Walk:
    """One walk, at one moment."""

    def __init__(self, language: str, now: Now) -> None:
        self._language = language
        self._now = now
        self._seen: set[object] = set()
        self._steps: set[Step] = set()
        self._ahead: deque[State] = deque()

    def ways(self) -> Iterator[Way]:
        """From every beginning to every end; then the calls that broke off somewhere are taken up."""
        for caller, by_text in ((MOBILE, False), (LANDLINE, False), (None, False), (MOBILE, True)):
            yield self._answered(Dialled(self._language, caller, by_text))
        broken_off: dict[object, State] = {}
        for way in self._onward():
            if can_be_taken_up(way.turn.state):
                broken_off.setdefault(_left_behind(way.turn.state), way.turn.state)
            yield way
        for state in broken_off.values():
            yield self._answered(Dialled(self._language, state.caller, state.by_text), Dropped(_SID, state))
        yield from self._onward()

    def _answered(self, event: Dialled, dropped: Dropped | None = None) -> Way:
        turn = flow.answer(event, self._now, dropped)
        self._ahead.append(turn.state)
        return Way(None, event, turn, self._now)

    def _onward(self) -> Iterator[Way]:
        while self._ahead:
            state = self._ahead.popleft()
            if (place := _place(state)) in self._seen:
                continue
            self._seen.add(place)
            for event in self._events(state):
                turn = flow.take(state, event, self._now)
                self._ahead.append(turn.state)
                yield Way(state, event, turn, self._now)

    def _events(self, state: State) -> tuple[Event, ...]:
        if state.step not in self._steps:
            self._steps.add(state.step)
            return (*ANYTHING, *events_at(state))
        if state.misses:
            return _MISSES
        match flow.asked(state, self._now).ending:
            case Listen(Menu()):
                return (*ONE_KEY, *WORDS, Silence(), *events_at(state))
            case Listen(Entry()):
                return (*ONE_KEY, *ROWS, *WORDS, Silence())
            case HangUp():
                return (Silence(),)
            case _:
                return (*map(KeysPressed, "019*#"), Silence(), *events_at(state))


def _who(state: State) -> str:
    if state.by_text:
        return "writes"
    return "withheld" if state.caller is None else "mobile" if state.caller == MOBILE else "landline"


def _left_behind(state: State) -> object:
    return (state.step, bool(state.answers), state.outcome)


def _of_loss(state: State) -> object:
    if state.correcting or state.corrections:
        return (state.by_text, state.targets, state.correcting, state.corrections)
    return (_who(state), state.targets)


def _of_after(state: State) -> object:
    report = {Loss.HOME: "none", Loss.DISASTER: "of the disaster"}.get(state.loss or Loss.LOST)
    return (_who(state), state.targets, tuple(state.answers.items()), state.municipality is None, report)


def _of_person(state: State) -> object:
    return (_who(state), bool(state.targets), state.told is None, state.outcome)


def _in_line(state: State) -> object:
    has_waited = state.looks if _who(state) == "mobile" and state.outcome is Outcome.NOTHING else state.looks > 0
    return (_of_person(state), has_waited)


_KINDS: Final[dict[Step, Callable[[State], object]]] = {
    Step.MAIN_MENU: lambda state: (_who(state), state.dropped and _left_behind(state.dropped.state)),
    Step.TAKE_UP: lambda state: (state.tries, state.dropped and _left_behind(state.dropped.state)),
    **dict.fromkeys((Step.LANGUAGE, Step.LANGUAGE_MORE), lambda state: (state.by_text, state.back_to)),
    Step.CLOSED: lambda state: (state.by_text, state.closed_part),
    Step.REISSUE: lambda state: (state.by_text, state.page),
    **dict.fromkeys((Step.TARGET, Step.BIRTH_DATE, Step.POSTAL_CODE, Step.HOUSE_NUMBER, Step.CORRECT), _of_loss),
    **dict.fromkeys(
        (Step.CONFIRM, Step.CONFIRM_SPOKEN), lambda state: (_of_loss(state), state.facts.house_number is None)
    ),
    Step.WAITING: lambda state: (_of_loss(state), state.resumes_at),
    **dict.fromkeys((Step.RESULT, Step.FOR_WHOM), _of_after),
    Step.NEXT_STEPS: lambda state: (_of_after(state), state.text_promised, state.told is None),
    **dict.fromkeys(
        (Step.TEXT_OFFER, Step.TEXT_NUMBER, Step.TEXT_CONFIRM, Step.TEXT_PROMISE),
        lambda state: (_who(state), bool(state.answers)),
    ),
    **dict.fromkeys(
        (Step.RECEIPT_NUMBER, Step.RECEIPT_BIRTH_DATE, Step.RECEIPT_LOOKUP), lambda state: (_who(state), state.tries)
    ),
    Step.RECEIPT_TOLD: lambda state: (state.by_text, repr(state.told)),
    **dict.fromkeys((Step.OPERATOR, Step.IN_LINE), _in_line),
    Step.RINGING: lambda state: (_of_person(state), state.ringing),
    **dict.fromkeys((Step.CALL_BACK_OFFER, Step.CALL_BACK_NUMBER, Step.CALL_BACK_CONFIRM), _of_person),
    **dict.fromkeys((Step.VOICE_MESSAGE, Step.GOODBYE), _of_person),
}
"""What of a state makes another place of a step; at the steps that are missing here, only whether it is written."""


def _place(state: State) -> object:
    if state.misses:
        return (state.step, _who(state), state.misses, state.misheard)
    kind = _KINDS.get(state.step)
    return (state.step, state.by_text if kind is None else kind(state))


def _of_reply(reply: Reply) -> set[str]:
    used = _of_sentences(reply.sentences)
    match reply.ending:
        case Listen(Menu(options)):
            for option in options:
                used |= {prompt for prompt in (option.prompt, option.words) if prompt is not None}
    return used


def _of_sentences(sentences: Iterable[Sentence]) -> set[str]:
    used: set[str] = set()
    for sentence in sentences:
        within = [value for value in sentence.values.values() if isinstance(value, Sentence)]
        used |= {sentence.prompt} | _of_sentences(within)
    return used
