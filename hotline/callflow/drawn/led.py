"""What led from one step to the next, in few words: a key and the name of the prompt that offers it, or an event."""

from dataclasses import dataclass, replace
from typing import Final

from hotline.callflow import flow
from hotline.callflow.effects import NoteWrongBirthDate, NoteWrongReceipt
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
    TransferEnded,
    Waited,
)
from hotline.callflow.line import Now
from hotline.callflow.replies import Ending, Entry, Hold, Listen, Menu, Option, Record
from hotline.callflow.samples import events_at
from hotline.callflow.state import State
from hotline.callflow.steps.menus import BACK
from hotline.callflow.steps.person import MOST_LOOKS
from hotline.callflow.steps.result import HOLD_LIMIT_S
from hotline.callflow.walk import Way


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a call went on as it did. Nothing that a caller keyed or said is in it."""

    meaning: str
    key: str = ""
    """The key of a menu that led there; empty when it was something else."""


PERSON: Final = Cause("person", "0")
LANGUAGES: Final = Cause("languages", "9")
AGAIN: Final = Cause("again", "*")
BACKWARDS: Final = Cause("back", "#")
MISS: Final = Cause("miss")
THIRD_MISS: Final = Cause("third miss")
IGNORED: Final = Cause("any other key")


def happens(way: Way) -> bool:
    """Whether this can happen to a call. The walk tries every kind of event everywhere, also where none can come."""
    if way.before is None:
        return True
    match way.event, flow.asked(way.before, way.now).ending:
        case (KeysPressed() | Spoken(), Listen()) | (KeysPressed(), Hold()) | (Silence(), Record()):
            return True
        case Silence(), Listen():
            # Where the line looks for something, it finds that instead of the silence.
            return not events_at(way.before)
        case _:
            return way.event in events_at(way.before)


def what_led(way: Way) -> tuple[Cause, ...]:
    """Every cause of a turn: usually one, but the backend can answer differently of card and smartphone."""
    if way.before is None:
        return (Cause("message" if isinstance(way.event, Dialled) and way.event.by_text else "call"),)
    if _is_miss(way.before, way):
        return (MISS if way.turn.state.misses else THIRD_MISS,)
    match way.event:
        case KeysPressed(keys):
            return (_of_keys(way.before, keys, way),)
        case Spoken(means=str(means)):
            return (_of_words(way.before, means, way),)
        case Waited() as waited:
            return _of_waiting(way.before, waited, way.turn.state)
        case event:
            return (_of_event(way.before, event, way.now),)


def _is_miss(before: State, way: Way) -> bool:
    # The third one in a row looks like any way to a person; as the first one it shows that it is a miss.
    turn = flow.take(replace(before, misses=0), way.event, way.now) if before.misses else way.turn
    return turn.state.misses > 0


def _of_words(before: State, means: str, way: Way) -> Cause:
    """Words are the key that they stand for, except where the step tells the two apart."""
    option = _options(flow.asked(before, way.now).ending).get(means)
    if option is None or option.words is None or not flow.TALKS[before.step].tells_speech_from_keys:
        return _of_keys(before, means, way)
    return Cause(f"says {_name(option.words)}")


def _of_keys(before: State, keys: str, way: Way) -> Cause:
    key = keys.rstrip("#") or "#"
    ending = flow.asked(before, way.now).ending
    option = _options(ending).get(key)
    if everywhere := _everywhere(before, key, option, ending, way.turn.state):
        return everywhere
    if before.correcting and not way.turn.state.correcting:
        return Cause("corrected")
    if any(isinstance(effect, NoteWrongReceipt | NoteWrongBirthDate) for effect in way.turn.effects):
        return _no_match(before)
    if option is not None:
        return Cause(_name(option.prompt or option.words or ""), key)
    if key == "#":
        return Cause("alone", "#")
    return Cause("entered") if _is_entry(ending) else IGNORED


def _everywhere(before: State, key: str, option: Option | None, ending: Ending, after: State) -> Cause | None:
    """What the key does everywhere; None where it is the step's own."""
    match key:
        case "0":
            return PERSON
        case "9" if not flow.TALKS[before.step].nine_is_a_digit:
            return LANGUAGES
        case "*" if after.step is before.step:
            return AGAIN
        case "#" if ending != Listen(Entry(may_be_empty=True)) and (option is None or option.prompt == BACK.prompt):
            return BACKWARDS
        case _:
            return None


def _of_waiting(before: State, waited: Waited, after: State) -> tuple[Cause, ...]:
    unidentified = {Answer.NOT_FOUND, Answer.AMBIGUOUS} & set(waited.answers.values())
    if before.resumes_at is not None and after.resumes_at is None and not unidentified:
        return (Cause("call was taken up"),)
    if waited.answers:
        again = " again" if unidentified and before.corrections else ""
        return tuple(Cause(_name(answer) + again) for answer in dict.fromkeys(waited.answers.values()))
    if waited.given_up:
        return (Cause("needs operator"),)
    return (Cause(f"no answer in {HOLD_LIMIT_S} s" if waited.seconds >= HOLD_LIMIT_S else "no answer yet"),)


def _of_event(before: State, event: Event, now: Now) -> Cause:
    match event:
        case LookedUp(is_limited=True):
            return Cause("too many tries")
        case LookedUp(found):
            return Cause("found") if found else _no_match(before)
        case InLine(ahead):
            return _of_line(before, ahead, now)
        case TransferEnded(answered, picked_up):
            took = "an operator took it" if answered else "a voicemail picked up" if picked_up else "nobody took it"
            return Cause(took)
        case MayText(may):
            return Cause("may be sent" if may else "too many texts")
        case Recorded():
            return Cause("message left")
        case _:
            return Cause(type(event).__name__.lower())


def _of_line(before: State, ahead: int, now: Now) -> Cause:
    if ahead < now.line.operators:
        return Cause("an operator is free")
    return Cause("all are talking" if before.looks < MOST_LOOKS else f"told so {MOST_LOOKS} times")


def _no_match(before: State) -> Cause:
    return Cause("no match again" if before.tries else "no match")


def _options(ending: Ending) -> dict[str, Option]:
    match ending:
        case Listen(Menu(options)):
            return {option.key: option for option in options}
        case _:
            return {}


def _is_entry(ending: Ending) -> bool:
    return isinstance(ending, Listen) and isinstance(ending.to, Entry)


def _name(of: str) -> str:
    """The last part of the id of a prompt, as words."""
    return of.rpartition(".")[2].removesuffix("_option").replace("_", " ")
