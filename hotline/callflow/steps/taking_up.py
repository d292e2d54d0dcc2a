"""A call that broke off is taken up again: nothing is asked twice."""

from dataclasses import replace
from typing import Final

from hotline.callflow.calendar import DateFault, read_birth_date
from hotline.callflow.effects import TakeUp
from hotline.callflow.events import Event
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Entry, Listen, Reply, Sentence
from hotline.callflow.state import Dropped, Outcome, State, Step
from hotline.callflow.steps.entries import END, entered, fault_of_date

MOST_TRIES: Final = 2
"""Birth dates that do not fit, before the call begins anew."""

_LEFT_AT: Final = {
    Step.CONFIRM_SPOKEN: Step.CONFIRM,
    Step.TEXT_PROMISE: Step.TEXT_OFFER,
    Step.TEXT_CONFIRM: Step.TEXT_OFFER,
}
"""Where a call goes on that broke off at a step which makes no sense without the one before it."""

_FROM: Final = (
    *(Step.TARGET, Step.BIRTH_DATE, Step.POSTAL_CODE, Step.HOUSE_NUMBER, Step.CONFIRM, Step.CORRECT),
    *(Step.WAITING, Step.RESULT, Step.FOR_WHOM, Step.TEXT_OFFER, Step.TEXT_NUMBER, Step.NEXT_STEPS),
)
"""The steps that can be gone on with. From a menu, or a person, a call begins anew."""


def can_be_taken_up(state: State) -> bool:
    """Whether a call that ended like this has something to go on with, and a birth date to know the caller by."""
    step = _LEFT_AT.get(state.step, state.step)
    return state.facts.birth_date is not None and step in _FROM and state.outcome is not Outcome.NOTHING


def ask_birth_date(state: State, now: Now) -> Reply:
    return Reply((Sentence("take_up.birth_date", END),), Listen(Entry()))


def hear_birth_date(state: State, event: Event, now: Now) -> Move:
    assert state.dropped is not None
    match read_birth_date(entered(event), now.today):
        case DateFault() as fault:
            return Miss(fault_of_date(fault))
        case day if day == state.dropped.state.facts.birth_date:
            return _go_on(state, state.dropped)
        case _:
            return _does_not_fit(state)


def _go_on(state: State, dropped: Dropped) -> Go:
    before = dropped.state
    step = _LEFT_AT.get(before.step, before.step)
    # Whoever was waiting is told how it stands now, and is not led through what was said before.
    resumed = replace(
        before,
        language=state.language,
        caller=state.caller,
        by_text=state.by_text,
        dropped=None,
        misses=0,
        misheard=0,
        in_line_since=None,
        accepted_in=before.accepted_in or (dropped.call_sid if before.receipt_number or step is Step.WAITING else None),
    )
    return Go(resumed, step, (Sentence("take_up.goes_on"),), (TakeUp(dropped.call_sid),))


def _does_not_fit(state: State) -> Go:
    tried = replace(state, tries=state.tries + 1)
    words = Sentence("take_up.no_match")
    if tried.tries < MOST_TRIES:
        return Go(tried, Step.TAKE_UP, (words,))
    return Go(replace(tried, dropped=None, tries=0), Step.MAIN_MENU, (words, Sentence("take_up.begin_anew")))


TAKE_UP = Talk(ask_birth_date, hear_birth_date)
