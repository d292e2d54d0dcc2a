"""The conversation: `answer` a call, `take` each event, and say what a call leaves behind when it ends.

What works everywhere is here: silence, `0` a person, `*` again, `9` languages, twelve digits, the third miss.
Everything else is a step's own.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from hotline.callflow.effects import Effect, OpenFollowUp, Reason
from hotline.callflow.events import Dialled, Event, KeysPressed, Silence, Spoken
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Listen, Reply, Sentence
from hotline.callflow.state import Outcome, State, Step, Turn
from hotline.callflow.steps import after, menus, person, result, suspension

TALKS: Final[dict[Step, Talk]] = {
    Step.MAIN_MENU: menus.MAIN_MENU,
    Step.LANGUAGE: menus.LANGUAGE,
    Step.TARGET: suspension.TARGET,
    Step.BIRTH_DATE: suspension.BIRTH_DATE,
    Step.POSTAL_CODE: suspension.POSTAL_CODE,
    Step.HOUSE_NUMBER: suspension.HOUSE_NUMBER,
    Step.CONFIRM: suspension.CONFIRM,
    Step.CORRECT: suspension.CORRECT,
    Step.WAITING: result.WAITING,
    Step.RESULT: result.RESULT,
    Step.FOR_WHOM: after.FOR_WHOM,
    Step.NEXT_STEPS: after.NEXT_STEPS,
    Step.GOODBYE: after.GOODBYE,
    Step.OPERATOR: person.OPERATOR,
    Step.CALL_BACK_OFFER: person.CALL_BACK_OFFER,
    Step.CALL_BACK_NUMBER: person.CALL_BACK_NUMBER,
    Step.CALL_BACK_CONFIRM: person.CALL_BACK_CONFIRM,
}

MOST_MISSES: Final = 3
"""Misses in a row at one step; the last leads to a person."""

NUMBER_NEVER_KEPT_DIGITS: Final = 12
"""Digits of a My Number, which the line may not collect."""

SILENT: Final = Sentence("common.silence")

_CALL_BACK: Final = (Step.CALL_BACK_OFFER, Step.CALL_BACK_NUMBER, Step.CALL_BACK_CONFIRM)


def answer(event: Dialled) -> Turn:
    """The first turn of a call."""
    state = State(Step.MAIN_MENU, event.language, caller=event.caller, operators_are_set=event.operators_are_set)
    return _arrive(Go(state, Step.MAIN_MENU, menus.greet(event.language)))


def take(state: State, event: Event, at: datetime) -> Turn:
    """The turn that answers an event. Every event is answered at every step; `at` is the present moment."""
    talk = TALKS[state.step]
    listens = isinstance(talk.asks(state).ending, Listen)
    move = (listens and _everywhere(state, talk, event)) or _hear(state, talk, event, at)
    return _arrive(move) if isinstance(move, Go) else _miss(state, move.words)


def hang_up(state: State) -> tuple[Effect, ...]:
    """What a person must still do when the call ends where it is."""
    match state.outcome:
        case Outcome.NOT_CONFIRMED:
            return (OpenFollowUp(Reason.NOT_CONFIRMED),)
        case Outcome.NOT_IDENTIFIED:
            return (OpenFollowUp(Reason.NOT_IDENTIFIED),)
        case _:
            return ()


def apologise(state: State) -> Turn:
    """The turn after a mistake of the line's own: say sorry, and give the caller a person."""
    troubled = person.settle(replace(state, back_to=None), Outcome.ERROR)
    sorry = Go(troubled, Step.OPERATOR, (Sentence("common.error"),), (OpenFollowUp(Reason.ERROR),))
    return _arrive(sorry)


def _everywhere(state: State, talk: Talk, event: Event) -> Move | None:
    match event:
        case KeysPressed(keys) if _may_be_my_number(keys):
            return Miss(Sentence("common.twelve_digits"))
        case KeysPressed(keys) if keys.rstrip("#") == "0":
            return Go(state, Step.OPERATOR)
        case KeysPressed(keys) if keys.rstrip("#") == "9" and not talk.nine_is_a_digit:
            back_to = state.back_to if state.step is Step.LANGUAGE else state.step
            return Go(replace(state, back_to=back_to), Step.LANGUAGE)
        case _:
            return None


def _hear(state: State, talk: Talk, event: Event, at: datetime) -> Move:
    if isinstance(event, Silence) and not talk.silence_goes_on and isinstance(talk.asks(state).ending, Listen):
        return Miss(SILENT)
    if isinstance(event, Spoken):
        return Miss(Sentence("common.keys_only"))
    move = talk.hears(state, event, at)
    if isinstance(move, Miss) and isinstance(event, KeysPressed) and event.keys in ("*", "#"):
        return Go(state, state.step)
    return move


def _may_be_my_number(keys: str) -> bool:
    return sum(key.isdigit() for key in keys) == NUMBER_NEVER_KEPT_DIGITS


def _miss(state: State, words: Sentence) -> Turn:
    missed = replace(state, misses=state.misses + 1)
    if missed.misses < MOST_MISSES:
        return _arrive(Go(missed, state.step, (words,)))
    if state.step in _CALL_BACK:
        return _arrive(person.give_up_asking(missed))
    # "Take your time" would be untrue now; why an entry was refused still helps.
    said = () if words == SILENT else (words,)
    return _arrive(Go(missed, Step.OPERATOR, said))


def _arrive(go: Go) -> Turn:
    """Enter a step: its own words follow those that led here."""
    step, before = _reachable(go)
    stays = step is go.state.step
    state = replace(go.state, step=step, misses=go.state.misses if stays else 0)
    asked = TALKS[step].asks(state)
    ending = asked.ending
    if isinstance(ending, Listen) and state.misses:
        ending = replace(ending, unhurried=True)
    return Turn(state, Reply((*before, *asked.sentences), ending), go.effects)


def _reachable(go: Go) -> tuple[Step, tuple[Sentence, ...]]:
    """Where the call really goes: past operators who do not exist, and past a number that is withheld."""
    step, before = go.to, go.before
    if step is Step.OPERATOR and not go.state.operators_are_set:
        step, before = Step.CALL_BACK_OFFER, (*before, Sentence("person.nobody"))
    if step is Step.CALL_BACK_OFFER and go.state.caller is None:
        step = Step.CALL_BACK_NUMBER
    return step, before
