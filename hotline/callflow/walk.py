"""Every way through the conversation: each step with each event, from every place a call can be at.

What the exhaustive tests, the check of the prompts and the drawing of the conversation stand on.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Final

from hotline.callflow import flow
from hotline.callflow.effects import Facts
from hotline.callflow.events import (
    Answer,
    Dialled,
    Event,
    InLine,
    KeysPressed,
    LookedUp,
    MayText,
    Recorded,
    Silence,
    Spoken,
    Target,
    TransferEnded,
    Waited,
)
from hotline.callflow.hours import Hours, Opening, Part, Week, YearlyBreak
from hotline.callflow.languages import FIRST_LANGUAGE
from hotline.callflow.line import Line, Now
from hotline.callflow.replies import Listen, Menu, Reply, Sentence
from hotline.callflow.state import Dropped, Outcome, State, Step, Turn
from hotline.callflow.texts import Told, compose
from hotline.callflow.whisper import whisper

MOBILE: Final = "+819012345678"

_WEEK: Final = Week(Opening(time(9, 30), time(20)), Opening(time(9, 30), time(17, 30)))
_HOURS: Final = Hours(dict.fromkeys(Part, _WEEK), away=YearlyBreak((12, 29), (1, 3)))
_LINE: Final = Line(without_voice=frozenset({"ne"}), operators=2, sends_texts=True, hours=_HOURS)
OPEN: Final = Now(datetime(2026, 11, 24, 3, 0, tzinfo=UTC), _LINE)
"""A Tuesday at noon in Japan, with everything that a line can have."""

CLOSED: Final = Now(datetime(2026, 11, 24, 18, 0, tzinfo=UTC), replace(_LINE, operators=0, sends_texts=False))
"""Three o'clock the next morning, on a line without operators or text messages."""

BIRTH_DATE: Final = date(1980, 3, 1)

_RECEIPT: Final = "12345671"
_DONE: Final = datetime(2026, 11, 24, 2, 59, tzinfo=UTC)
_KEYS: Final = (
    *"0123456789*#",
    *("19800301#", "3550301#", "19850101#", "19800230#", "3700101#", "29990101#", "198003"),
    *("1000001#", "2*16*3#", "2*a#", "1234567890123#", "123456789012", "#"),
    *(f"{_RECEIPT}#", "12345678#", "09012345678#", "0312345678#", "05012345678#"),
)
_WAITED: Final = (
    Waited(_RECEIPT, 0.5),
    Waited(_RECEIPT, 0.5, slowed=True),
    Waited(_RECEIPT, 9.0),
    Waited(_RECEIPT, 61.0),
    Waited(_RECEIPT, 9.0, given_up=True),
    *(
        Waited(_RECEIPT, 1.0, dict.fromkeys(Target, answer), municipality="千代田区", finished_at=_DONE)
        for answer in Answer
    ),
)
EVENTS: Final[tuple[Event, ...]] = (
    *map(KeysPressed, _KEYS),
    *(Spoken("words", 0.9, means) for means in (None, "1", "2", "0", "*", "9", "#", "19800301")),
    Silence(),
    *_WAITED,
    LookedUp(None),
    LookedUp(None, is_limited=True),
    *map(LookedUp, _WAITED),
    MayText(may=True),
    MayText(may=False),
    *map(InLine, (0, 1, 2, 5)),
    *(TransferEnded(*ended) for ended in ((True, True), (False, False), (False, True))),
    Recorded("RE" + "0" * 32, 5),
    Recorded("RE" + "0" * 32, 0),
)
"""One of every kind of event, and of keys one of every kind that a step tells apart."""


_SPOKEN_ANYWHERE: Final = ("heard.person", "heard.again", "heard.language", "heard.back", "text.later", "text.again")
"""Words that are understood everywhere, and what is written beside the conversation itself."""


@dataclass(frozen=True, slots=True)
class Way:
    """One turn: the state before it (None for the first turn of a call), the event, and the turn."""

    before: State | None
    event: Event
    turn: Turn
    now: Now


def walk(language: str = FIRST_LANGUAGE) -> Iterator[Way]:
    """Every turn that a call which begins in this language can take, each kind of place once.

    Places that differ only in what does not change what is said next (what was keyed, say) are one place.
    """
    for now in (OPEN, CLOSED, replace(OPEN, line=replace(_LINE, rings_in_turn=True))):
        yield from _walk_from(_beginnings(language, now), now)


def prompts_used() -> frozenset[str]:
    """The prompts that the line can say, write or whisper, and those that name the words it understands."""
    used = set(_SPOKEN_ANYWHERE)
    for way in walk():
        used |= _of_reply(way.turn.reply) | _of_reply(whisper(way.turn.state))
        used |= _of_reply(flow.apologise(way.turn.state, way.now).reply)
    for told in _messages():
        used |= _of_sentences(compose(told, OPEN))
    return frozenset(used)


def _messages() -> Iterator[Told]:
    for answer in Answer:
        for municipality in (None, "千代田区"):
            yield Told(_RECEIPT, dict.fromkeys(Target, answer), municipality=municipality)
    yield Told(_RECEIPT, {})


def _beginnings(language: str, now: Now) -> Iterator[Way]:
    broken_off = State(
        Step.POSTAL_CODE,
        language,
        outcome=Outcome.NOT_CONFIRMED,
        targets=(Target.CARD,),
        facts=Facts(BIRTH_DATE),
    )
    for caller in (MOBILE, "+81312345678", None):
        for by_text in (False, True):
            event = Dialled(language, caller, by_text)
            yield Way(None, event, flow.answer(event, now), now)
    event = Dialled(language, MOBILE)
    yield Way(None, event, flow.answer(event, now, Dropped("CA" + "0" * 32, broken_off)), now)


def _walk_from(beginnings: Iterator[Way], now: Now) -> Iterator[Way]:
    seen: set[object] = set()
    ahead: deque[State] = deque()
    for way in beginnings:
        yield way
        ahead.append(way.turn.state)
    while ahead:
        state = ahead.popleft()
        if (place := _place(state)) in seen:
            continue
        seen.add(place)
        for event in _MISSES if state.misses else EVENTS:
            turn = flow.take(state, event, now)
            yield Way(state, event, turn, now)
            ahead.append(turn.state)


_LOSS: Final = ("targets", "correcting", "corrections")
_AFTER: Final = ("targets", "loss", "municipality")
_PERSON: Final = ("targets", "outcome")
_MATTERS: Final[dict[Step, tuple[str, ...]]] = {
    Step.MAIN_MENU: ("dropped", "misheard"),
    Step.LANGUAGE: ("back_to",),
    Step.LANGUAGE_MORE: ("back_to",),
    Step.CLOSED: ("closed_part",),
    Step.TAKE_UP: ("tries",),
    Step.REISSUE: ("page",),
    **dict.fromkeys((Step.TARGET, Step.BIRTH_DATE, Step.POSTAL_CODE, Step.HOUSE_NUMBER), _LOSS),
    **dict.fromkeys((Step.CONFIRM, Step.CONFIRM_SPOKEN, Step.CORRECT, Step.WAITING), _LOSS),
    Step.RESULT: (*_AFTER, "answers"),
    **dict.fromkeys((Step.FOR_WHOM, Step.TEXT_OFFER), _AFTER),
    **dict.fromkeys((Step.TEXT_NUMBER, Step.TEXT_CONFIRM, Step.TEXT_PROMISE), _AFTER),
    Step.NEXT_STEPS: (*_AFTER, "text_promised"),
    **dict.fromkeys((Step.RECEIPT_NUMBER, Step.RECEIPT_BIRTH_DATE, Step.RECEIPT_LOOKUP), ("tries",)),
    Step.RECEIPT_TOLD: ("told",),
    Step.RINGING: (*_PERSON, "ringing"),
    **dict.fromkeys((Step.OPERATOR, Step.IN_LINE, Step.CALL_BACK_OFFER), _PERSON),
    **dict.fromkeys((Step.CALL_BACK_NUMBER, Step.CALL_BACK_CONFIRM, Step.VOICE_MESSAGE), _PERSON),
    Step.GOODBYE: ("targets", "outcome"),
}
"""What of a state makes another place of a step, beside who calls and how often they were missed."""

_MISSES: Final[tuple[Event, ...]] = (Silence(), KeysPressed("8"), KeysPressed("123456789012"), Spoken("words", 0.2))
"""What a caller who missed once is tried with again: it only leads on to the third miss."""


def _place(state: State) -> tuple[object, ...]:
    caller = None if state.caller is None else state.caller == MOBILE
    if state.misses:
        return (state.step, state.by_text, caller, state.misses, state.misheard)
    here = tuple(repr(getattr(state, name)) for name in _MATTERS.get(state.step, ()))
    has_house_number = state.step is Step.CONFIRM and state.facts.house_number is not None
    return (state.step, state.by_text, caller, 0, has_house_number, bool(state.answers), *here)


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
