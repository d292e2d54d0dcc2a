"""A call that broke off is taken up again: nothing is asked twice."""

from dataclasses import replace
from typing import Final

from hotline.callflow.calendar import DateFault, read_birth_date
from hotline.callflow.effects import NoteWrongBirthDate, OpenFollowUp, Reason, TakeUp
from hotline.callflow.events import Event, LookedUp
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Entry, Listen, Reply, Sentence
from hotline.callflow.state import Dropped, Outcome, State, Step
from hotline.callflow.steps.entries import END, entered, fault_of_date, how_to_enter_a_date
from hotline.callflow.steps.result import tell_standing
from hotline.callflow.steps.texting import is_offered

MOST_TRIES: Final = 2
"""Birth dates that do not fit, before the call begins anew."""

_NO_MATCH: Final = Sentence("take_up.no_match")

_LEFT_AT: Final = {
    Step.CONFIRM_SPOKEN: Step.CONFIRM,
    Step.TEXT_NUMBER: Step.TEXT_OFFER,
    Step.TEXT_CONFIRM: Step.TEXT_OFFER,
    Step.TEXT_PROMISE: Step.TEXT_OFFER,
}
"""Where a call goes on that broke off at a step which makes no sense without the one before it."""

_BEFORE_THE_STOP: Final = (
    *(Step.TARGET, Step.BIRTH_DATE, Step.POSTAL_CODE, Step.HOUSE_NUMBER, Step.CONFIRM, Step.CORRECT),
)
_AFTER_IT: Final = (Step.WAITING, Step.RESULT, Step.FOR_WHOM, Step.TEXT_OFFER, Step.NEXT_STEPS)


def can_be_taken_up(state: State) -> bool:
    """Whether a call that ended like this has something to go on with, and a birth date to know the caller by.

    From a menu, or a person, a call begins anew.
    """
    is_on_the_way = _left_at(state) in _BEFORE_THE_STOP + _AFTER_IT
    return is_on_the_way and state.facts.birth_date is not None and state.outcome is not Outcome.NOTHING


def ask_birth_date(state: State, now: Now) -> Reply:
    return Reply((Sentence("take_up.birth_date", END), *how_to_enter_a_date(state)), Listen(Entry()))


def hear_birth_date(state: State, event: Event, now: Now) -> Move:
    assert state.dropped is not None
    if isinstance(event, LookedUp):
        # Too many were tried in other calls.
        return replace(_begin_anew(state), effects=(OpenFollowUp(Reason.MANY_TRIES),))
    match read_birth_date(entered(event), now.today):
        case DateFault() as fault:
            return Miss(fault_of_date(fault))
        case day if day == state.dropped.state.facts.birth_date:
            return _go_on(state, state.dropped, now)
        case _:
            return _does_not_fit(state, state.dropped)


def _left_at(state: State) -> Step:
    step = state.step
    if step in (Step.LANGUAGE, Step.LANGUAGE_MORE) and state.back_to is not None:
        step = state.back_to
    return _LEFT_AT.get(step, step)


def _go_on(state: State, dropped: Dropped, now: Now) -> Go:
    resumed, step = _resumed(state, dropped), _left_at(dropped.state)
    if step is Step.TEXT_OFFER and not is_offered(resumed, now):
        step = Step.NEXT_STEPS
    words: tuple[Sentence, ...] = (Sentence("take_up.goes_on"),)
    if step in _BEFORE_THE_STOP:
        words = (*words, Sentence("confirm.wrong_key"))
    elif not resumed.answers:
        # What was said then may not be true any more: look before going on.
        resumed = replace(resumed, resumes_at=step if step not in (Step.WAITING, Step.RESULT) else resumed.resumes_at)
        step = Step.WAITING
    elif step is not Step.RESULT:
        words = (*words, *tell_standing(resumed))
    return Go(resumed, step, words, (TakeUp(dropped.call_sid),))


def _resumed(state: State, dropped: Dropped) -> State:
    before = dropped.state
    has_request = before.receipt_number is not None or _left_at(before) in _AFTER_IT
    return replace(
        before,
        step=state.step,
        language=state.language,
        caller=state.caller,
        by_text=state.by_text,
        dropped=None,
        misses=0,
        misheard=state.misheard,
        back_to=None,
        accepted_in=before.accepted_in or (dropped.call_sid if has_request else None),
    )


def _does_not_fit(state: State, dropped: Dropped) -> Go:
    tried, wrong = replace(state, tries=state.tries + 1), (NoteWrongBirthDate(dropped.call_sid),)
    if tried.tries < MOST_TRIES:
        return Go(tried, Step.TAKE_UP, (_NO_MATCH,), wrong)
    return replace(_begin_anew(tried), effects=wrong)


def _begin_anew(state: State) -> Go:
    return Go(replace(state, dropped=None, tries=0), Step.MAIN_MENU, (_NO_MATCH, Sentence("take_up.begin_anew")))


TAKE_UP = Talk(ask_birth_date, hear_birth_date, back=Step.MAIN_MENU)
