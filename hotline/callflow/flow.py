"""The conversation: `answer` a call, `take` each event, and say what a call leaves behind when it ends.

What works everywhere is here: silence, words that are not understood, `0` a person, `*` again, `#` back, `9`
languages, twelve digits, the third miss. Everything else is a step's own.
"""

from dataclasses import replace
from typing import Final

from hotline.callflow.effects import Effect, OpenFollowUp, Reason
from hotline.callflow.events import Dialled, Event, KeysPressed, Silence, Spoken
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.my_number import may_be_my_number
from hotline.callflow.replies import Entry, Hold, Listen, Menu, Reply, Sentence
from hotline.callflow.state import MOST_MISHEARD, Dropped, Outcome, State, Step, Turn
from hotline.callflow.steps import after, information, menus, person, receipt, result, suspension, taking_up, texting

TALKS: Final[dict[Step, Talk]] = {
    Step.MAIN_MENU: menus.MAIN_MENU,
    Step.LANGUAGE: menus.LANGUAGE,
    Step.LANGUAGE_MORE: menus.LANGUAGE_MORE,
    Step.CLOSED: menus.CLOSED,
    Step.TAKE_UP: taking_up.TAKE_UP,
    Step.TARGET: suspension.TARGET,
    Step.BIRTH_DATE: suspension.BIRTH_DATE,
    Step.POSTAL_CODE: suspension.POSTAL_CODE,
    Step.HOUSE_NUMBER: suspension.HOUSE_NUMBER,
    Step.CONFIRM: suspension.CONFIRM,
    Step.CONFIRM_SPOKEN: suspension.CONFIRM_SPOKEN,
    Step.CORRECT: suspension.CORRECT,
    Step.WAITING: result.WAITING,
    Step.RESULT: result.RESULT,
    Step.FOR_WHOM: after.FOR_WHOM,
    Step.TEXT_OFFER: texting.TEXT_OFFER,
    Step.TEXT_NUMBER: texting.TEXT_NUMBER,
    Step.TEXT_CONFIRM: texting.TEXT_CONFIRM,
    Step.TEXT_PROMISE: texting.TEXT_PROMISE,
    Step.NEXT_STEPS: after.NEXT_STEPS,
    Step.RECEIPT_NUMBER: receipt.RECEIPT_NUMBER,
    Step.RECEIPT_BIRTH_DATE: receipt.RECEIPT_BIRTH_DATE,
    Step.RECEIPT_LOOKUP: receipt.RECEIPT_LOOKUP,
    Step.RECEIPT_TOLD: receipt.RECEIPT_TOLD,
    Step.QUESTIONS: information.QUESTIONS,
    Step.ANSWERS: information.ANSWERS,
    Step.REISSUE: information.REISSUE,
    Step.PROTECTION: information.PROTECTION,
    Step.OPERATOR: person.OPERATOR,
    Step.IN_LINE: person.IN_LINE,
    Step.RINGING: person.RINGING,
    Step.CALL_BACK_OFFER: person.CALL_BACK_OFFER,
    Step.CALL_BACK_NUMBER: person.CALL_BACK_NUMBER,
    Step.CALL_BACK_CONFIRM: person.CALL_BACK_CONFIRM,
    Step.VOICE_MESSAGE: person.VOICE_MESSAGE,
    Step.GOODBYE: after.GOODBYE,
}

MOST_MISSES: Final = 3
"""Misses in a row at one step; the last leads to a person."""

SILENT: Final = Sentence("common.silence")

_TWELVE_DIGITS: Final = Sentence("common.twelve_digits")

_EVERYWHERE: Final = ("0", "*", "9", "#")
_LANGUAGES: Final = (Step.LANGUAGE, Step.LANGUAGE_MORE)
_BEGUN_AT: Final = {Step.CONFIRM_SPOKEN: Step.CONFIRM, Step.IN_LINE: Step.OPERATOR}
"""Where the languages return to when a step needs the words that led to it, which were said in another language."""

_CALL_BACK: Final = (Step.CALL_BACK_OFFER, Step.CALL_BACK_NUMBER, Step.CALL_BACK_CONFIRM, Step.VOICE_MESSAGE)


def answer(event: Dialled, now: Now, dropped: Dropped | None = None) -> Turn:
    """The first turn of a call; `dropped` is an earlier one that its caller may go on with."""
    state = State(Step.MAIN_MENU, event.language, caller=event.caller, by_text=event.by_text, dropped=dropped)
    refused = (_TWELVE_DIGITS,) if event.twelve_digits else ()
    return _arrive(Go(state, Step.MAIN_MENU, (*menus.greet(state, now.line.languages), *refused)), now)


def take(state: State, event: Event, now: Now) -> Turn:
    """The turn that answers an event. Every event is answered at every step."""
    talk = TALKS[state.step]
    event = _as_keys(talk, event)
    match asked(state, now).ending:
        case Listen(to):
            state = _mishearing(state, event)
            move = _everywhere(state, talk, to, event, now)
        case Hold() if isinstance(event, KeysPressed) and may_be_my_number(event.keys):
            move = Go(state, state.step, (_TWELVE_DIGITS,))
        case Hold():
            move = _elsewhere(state, talk, event) or talk.hears(state, event, now)
        case _:
            move = talk.hears(state, event, now)
    return _arrive(move, now) if isinstance(move, Go) else _miss(state, move.words, now)


def asked(state: State, now: Now) -> Reply:
    """What the step of a call asks: what it listens to, for whoever has to understand the caller's words."""
    return TALKS[state.step].asks(state, now)


def hang_up(state: State) -> tuple[Effect, ...]:
    """What a person must still do when the call ends where it is."""
    match state.outcome:
        case Outcome.NOT_CONFIRMED:
            return (OpenFollowUp(Reason.NOT_CONFIRMED),)
        case Outcome.NOT_IDENTIFIED:
            return (OpenFollowUp(Reason.NOT_IDENTIFIED),)
        case _:
            return ()


def apologise(state: State, now: Now) -> Turn:
    """The turn after a mistake of the line's own: say sorry, and give the caller a person."""
    troubled = person.settle(replace(state, back_to=None), Outcome.ERROR)
    sorry = Go(troubled, Step.OPERATOR, (Sentence("common.error"),), (OpenFollowUp(Reason.ERROR),))
    return _arrive(sorry, now)


def _as_keys(talk: Talk, event: Event) -> Event:
    """Words that were understood are as good as keys, except where a step must know that nobody pressed one."""
    match event:
        case Spoken(means=str(means)) if means in _EVERYWHERE or may_be_my_number(means):
            return KeysPressed(means)
        case Spoken(means=str(means)) if not talk.tells_speech_from_keys:
            return _as_keys(talk, KeysPressed(means))
        case KeysPressed(""):
            return KeysPressed("#")
        case _:
            return event


def _everywhere(state: State, talk: Talk, to: Menu | Entry, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed(keys) if may_be_my_number(keys):
            return Miss(_TWELVE_DIGITS)
        case Silence() if not talk.silence_goes_on:
            return Miss(SILENT)
        case Spoken(means=None):
            return Miss(_not_understood(state))
    if away := _elsewhere(state, talk, event):
        return away
    move = talk.hears(state, event, now)
    if isinstance(move, Miss) and event == KeysPressed("*"):
        return Go(state, state.step, explains=True)
    if isinstance(move, Miss) and event == KeysPressed("#"):
        return _back(state, talk, to)
    return move


def _elsewhere(state: State, talk: Talk, event: Event) -> Go | None:
    """To a person or to the languages, as from everywhere; None when the event is the step's own."""
    match event:
        case KeysPressed(keys) if keys.rstrip("#") == "0":
            # Whoever cannot wait for the result leaves with what is known of it: perhaps no operator answers.
            is_unheard = state.step is Step.WAITING and state.receipt_number is not None
            return Go(state, Step.OPERATOR, result.tell_standing(state) if is_unheard else ())
        case KeysPressed(keys) if keys.rstrip("#") == "9" and not talk.nine_is_a_digit:
            return Go(replace(state, back_to=_BEGUN_AT.get(state.step, state.step)), Step.LANGUAGE)
        case _:
            return None


def _back(state: State, talk: Talk, to: Menu | Entry) -> Move:
    if state.step in _LANGUAGES:
        return Go(replace(state, back_to=None), state.back_to or Step.MAIN_MENU)
    if state.correcting and state.step in suspension.CORRECTIONS.values():
        return Go(replace(state, correcting=False), Step.CONFIRM)
    if talk.back is None and isinstance(to, Entry):
        # Most likely it still belongs to the entry before, which a pause had ended: no reproach for that.
        return Miss()
    return Go(state, talk.back or state.step)


def _mishearing(state: State, event: Event) -> State:
    was_misheard = isinstance(event, Spoken) and event.means is None and not state.by_text
    return replace(state, misheard=state.misheard + 1) if was_misheard else state


def _not_understood(state: State) -> Sentence:
    if state.by_text:
        return Sentence("text.unreadable")
    return Sentence("common.not_understood" if state.misheard < MOST_MISHEARD else "common.keys_from_now")


def _miss(state: State, words: Sentence | None, now: Now) -> Turn:
    misses = state.misses + 1
    said = () if words is None else (words,)
    if misses < MOST_MISSES:
        return _arrive(Go(state, state.step, said), now, misses)
    if state.step in _CALL_BACK:
        return _arrive(person.give_up_asking(state), now)
    # "Take your time" would be untrue now; why an entry was refused still helps.
    return _arrive(Go(state, Step.OPERATOR, () if words == SILENT else said), now)


def _arrive(go: Go, now: Now, misses: int = 0) -> Turn:
    """Enter a step: its own words follow those that led here."""
    go = person.reach(go, now)
    waits = go.to in person.LINE or (go.to in _LANGUAGES and go.state.back_to in person.LINE)
    state = replace(
        go.state,
        step=go.to,
        misses=misses,
        explains=go.explains or misses > 0 or go.state.by_text,
        in_line_since=(go.state.in_line_since or now.at) if waits else None,
    )
    reply = asked(state, now)
    ending = reply.ending
    if isinstance(ending, Listen):
        ending = replace(ending, unhurried=state.explains, hears_speech=state.hears_speech)
    return Turn(state, replace(reply, sentences=(*go.before, *reply.sentences), ending=ending), go.effects)
