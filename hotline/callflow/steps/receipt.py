"""Is my card stopped? Asked with a receipt number and the holder's birth date."""

from dataclasses import replace
from datetime import date
from typing import Final

from hotline.callflow.calendar import DateFault, read_birth_date
from hotline.callflow.effects import NoteWrongReceipt, OpenFollowUp, Reason
from hotline.callflow.events import Answer, Event, KeysPressed, LookedUp, Silence, Target, Waited
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.receipts import is_receipt_number
from hotline.callflow.replies import Day, Entry, Hold, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import State, Step
from hotline.callflow.steps.entries import END, entered, fault_of_date, how_to_enter_a_date
from hotline.callflow.steps.menus import AGAIN, BACK, WRONG_KEY, begin_loss
from hotline.clock import in_japan

MOST_TRIES: Final = 2
"""Pairs that do not fit in one call, before a person takes over."""

_UNIDENTIFIED: Final = (Answer.NOT_FOUND, Answer.AMBIGUOUS)


def ask_receipt_number(state: State, now: Now) -> Reply:
    return Reply((Sentence("receipt.number", END),), Listen(Entry()))


def hear_receipt_number(state: State, event: Event, now: Now) -> Move:
    keyed = entered(event)
    if not is_receipt_number(keyed):
        return Miss(Sentence("receipt.impossible"))
    return Go(replace(state, asked_receipt=keyed), Step.RECEIPT_BIRTH_DATE)


def ask_birth_date(state: State, now: Now) -> Reply:
    return Reply((Sentence("receipt.birth_date", END), *how_to_enter_a_date(state)), Listen(Entry()))


def hear_birth_date(state: State, event: Event, now: Now) -> Move:
    match read_birth_date(entered(event), now.today):
        case DateFault() as fault:
            return Miss(fault_of_date(fault))
        case day:
            asked = replace(state, asked_birth_date=day)
            return Go(asked, Step.RECEIPT_LOOKUP, (Sentence("waiting.one_moment"),))


def look_up(state: State, now: Now) -> Reply:
    """Nothing is said: LookedUp comes at once."""
    return Reply((), Hold(0))


def hear_what_was_found(state: State, event: Event, now: Now) -> Move:
    match event:
        case LookedUp(is_limited=True):
            return Go(state, Step.OPERATOR, (Sentence("receipt.limit"),), (OpenFollowUp(Reason.MANY_TRIES),))
        case LookedUp(None):
            return _no_match(state)
        case LookedUp(Waited() as told):
            return Go(replace(state, told=told, tries=0), Step.RECEIPT_TOLD)
        case _:
            return Go(state, Step.RECEIPT_LOOKUP)


def tell(state: State, now: Now) -> Reply:
    """For each target what is done and when, or that it still goes on."""
    assert state.told is not None
    onward = Option("1", "receipt.next_steps", words="heard.next")
    if _needs_report(state.told):
        onward = Option("2", "main_menu.lost", words="heard.lost")
    return Reply(_standing(state.told), Listen(Menu((onward, AGAIN, BACK))))


def hear_after_told(state: State, event: Event, now: Now) -> Move:
    assert state.told is not None
    match event:
        case KeysPressed("1") if not _needs_report(state.told):
            told = state.told
            known = replace(
                state,
                # A told of an older version knows no targets.
                targets=told.targets or tuple(told.answers) or (Target.CARD,),
                answers=told.answers,
                receipt_number=told.receipt_number,
                municipality=told.municipality,
                loss=told.loss,
            )
            return Go(known, Step.NEXT_STEPS)
        case KeysPressed("2") if _needs_report(state.told):
            return Go(begin_loss(state), Step.TARGET)
        case KeysPressed("*"):
            # Meanwhile it may be done: look again before saying it again.
            return Go(state, Step.RECEIPT_LOOKUP)
        case Silence():
            return Go(state, Step.MAIN_MENU)
        case _:
            return Miss(WRONG_KEY)


def _no_match(state: State) -> Go:
    tried = replace(state, tries=state.tries + 1, told=None)
    wrong = (NoteWrongReceipt(state.asked_receipt or ""),)
    words = (Sentence("receipt.no_match"),)
    return Go(tried, Step.OPERATOR if tried.tries >= MOST_TRIES else Step.RECEIPT_NUMBER, words, wrong)


def _needs_report(told: Waited) -> bool:
    return any(answer in _UNIDENTIFIED for answer in told.answers.values())


def _standing(told: Waited) -> tuple[Sentence, ...]:
    if _needs_report(told):
        return (Sentence("receipt.not_identified"),)
    if told.answers:
        return tuple(_done(target, answer, told) for target, answer in told.answers.items())
    return (Sentence("receipt.needs_operator" if told.given_up else "receipt.going_on"),)


def _done(target: Target, answer: Answer, told: Waited) -> Sentence:
    if answer is not Answer.SUSPENDED or told.finished_at is None:
        return Sentence(f"result.{target.value}.{answer.value}")
    here = in_japan(told.finished_at)
    day: date = here.date()
    return Sentence(f"receipt.{target.value}.suspended", {"day": Day(day), "time": here.time().replace(tzinfo=None)})


RECEIPT_NUMBER = Talk(ask_receipt_number, hear_receipt_number, back=Step.MAIN_MENU)
RECEIPT_BIRTH_DATE = Talk(ask_birth_date, hear_birth_date)
RECEIPT_LOOKUP = Talk(look_up, hear_what_was_found)
RECEIPT_TOLD = Talk(tell, hear_after_told, back=Step.MAIN_MENU, silence_goes_on=True)
