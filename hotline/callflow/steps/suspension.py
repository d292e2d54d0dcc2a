"""From "it is lost" to the one question that stops it: what, who, read back, stop."""

from dataclasses import replace
from typing import Final

from hotline.callflow.calendar import DateFault, read_birth_date
from hotline.callflow.effects import AcceptRequest, Facts, OpenFollowUp, Reason
from hotline.callflow.events import Event, KeysPressed, Spoken, Target
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Digits, Entry, Listen, Menu, Option, Reply, Sentence, Value
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.entries import (
    END,
    HouseNumberFault,
    entered,
    fault_of_date,
    how_to_enter_a_date,
    is_postal_code,
    read_house_number,
)
from hotline.callflow.steps.menus import WRONG_KEY

TARGETS: Final = {
    "1": (Target.CARD,),
    "2": (Target.SMARTPHONE,),
    "3": (Target.CARD, Target.SMARTPHONE),
}

CORRECTIONS: Final = {
    "1": Step.BIRTH_DATE,
    "2": Step.POSTAL_CODE,
    "3": Step.HOUSE_NUMBER,
    "4": Step.TARGET,
}

EXAMPLE: Final = Digits(("2163",))
"""The digits of 2-16-3, as they are keyed."""


def ask_target(state: State, now: Now) -> Reply:
    return Reply(
        (),
        Listen(
            Menu(
                (
                    Option("1", "target.card", words="heard.card"),
                    Option("2", "target.smartphone", words="heard.smartphone"),
                    Option("3", "target.both", words="heard.both"),
                )
            ),
        ),
    )


def hear_target(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed(key) if key in TARGETS:
            return _next(replace(state, targets=TARGETS[key]), Step.BIRTH_DATE)
        case _:
            return Miss(WRONG_KEY)


def ask_birth_date(state: State, now: Now) -> Reply:
    return Reply((Sentence("birth_date.ask", END), *how_to_enter_a_date(state)), Listen(Entry()))


def hear_birth_date(state: State, event: Event, now: Now) -> Move:
    match read_birth_date(entered(event), now.today):
        case DateFault() as fault:
            return Miss(fault_of_date(fault))
        case day:
            return _next(_knowing(state, birth_date=day), Step.POSTAL_CODE)


def ask_postal_code(state: State, now: Now) -> Reply:
    return Reply((Sentence("postal_code.ask", END),), Listen(Entry()))


def hear_postal_code(state: State, event: Event, now: Now) -> Move:
    digits = entered(event)
    if not is_postal_code(digits):
        return Miss(Sentence("postal_code.length"))
    return _next(_knowing(state, postal_code=digits), Step.HOUSE_NUMBER)


def ask_house_number(state: State, now: Now) -> Reply:
    example = (Sentence("house_number.example", {"example": EXAMPLE}),) if state.explains else ()
    return Reply((Sentence("house_number.ask", END), *example), Listen(Entry(may_be_empty=True)))


def hear_house_number(state: State, event: Event, now: Now) -> Move:
    keyed = entered(event)
    if not keyed:
        return Go(replace(_knowing(state, house_number=None), correcting=False), Step.CONFIRM)
    match read_house_number(keyed):
        case HouseNumberFault.DIGITS:
            return Miss(Sentence("house_number.digits", {"apart": "*"}))
        case HouseNumberFault.TOO_LONG:
            return Miss(Sentence("house_number.too_long"))
        case house_number:
            return Go(replace(_knowing(state, house_number=house_number), correcting=False), Step.CONFIRM)


def ask_to_confirm(state: State, now: Now) -> Reply:
    """Everything that was keyed, read back, and the one question whose `1` stops, which names what it stops."""
    targets: dict[str, Value] = {"targets": _named(state.targets)}
    return Reply(
        _read_back(state.facts),
        Listen(
            Menu(
                (
                    Option("1", "confirm.stop", words="heard.yes", values=targets),
                    Option("2", "confirm.correct", words="heard.no"),
                )
            )
        ),
    )


def hear_confirmation(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1"):
            return _accept(state)
        case Spoken(means="1"):
            # Never by speech alone: what was understood is said back, and must be said or pressed once more.
            return Go(state, Step.CONFIRM_SPOKEN)
        case KeysPressed("2") | Spoken(means="2"):
            return Go(state, Step.CORRECT)
        case _:
            return Miss(Sentence("confirm.wrong_key"))


def ask_to_say_again(state: State, now: Now) -> Reply:
    """A yes that was spoken, said back with what it would stop, and the same question."""
    targets: dict[str, Value] = {"targets": _named(state.targets)}
    if state.hears_speech:
        stop = Option("1", "confirm.stop_by_word", words="heard.yes")
    else:
        stop = Option("1", "confirm.stop", words="heard.yes", values=targets)
    return Reply(
        (Sentence("confirm.say_again", targets),),
        Listen(
            Menu(
                (
                    stop,
                    Option("2", "confirm.correct", words="heard.no"),
                )
            )
        ),
    )


def hear_it_again(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1") | Spoken(means="1"):
            return _accept(state)
        case KeysPressed("2") | Spoken(means="2"):
            return Go(state, Step.CORRECT)
        case _:
            return Miss(Sentence("confirm.wrong_key"))


def ask_what_to_correct(state: State, now: Now) -> Reply:
    return Reply(
        (),
        Listen(
            Menu(
                (
                    Option("1", "correct.birth_date", words="heard.birth_date"),
                    Option("2", "correct.postal_code", words="heard.postal_code"),
                    Option("3", "correct.house_number", words="heard.house_number"),
                    Option("4", "correct.target"),
                )
            )
        ),
    )


def hear_what_to_correct(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed(key) if key in CORRECTIONS:
            return Go(replace(state, correcting=True), CORRECTIONS[key])
        case _:
            return Miss(WRONG_KEY)


def _next(state: State, step: Step) -> Go:
    """On to the step, or straight back to the read-back when only one fact was corrected."""
    if state.correcting:
        return Go(replace(state, correcting=False), Step.CONFIRM)
    return Go(state, step)


def _knowing(state: State, **facts: object) -> State:
    known: Facts = replace(state.facts, **facts)  # type: ignore[arg-type]
    return replace(state, facts=known)


def _accept(state: State) -> Go:
    look = (OpenFollowUp(Reason.NO_HOUSE_NUMBER),) if state.facts.house_number is None else ()
    accepted = replace(state, outcome=Outcome.ACCEPTED, accepted_in=None, receipt_number=None, answers={}, waited_s=0.0)
    return Go(
        accepted,
        Step.WAITING,
        (Sentence("waiting.one_moment"),),
        (AcceptRequest(state.targets, state.facts), *look),
    )


def _named(targets: tuple[Target, ...]) -> Sentence:
    return Sentence(f"targets.{targets[0].value if len(targets) == 1 else 'both'}")


def _read_back(facts: Facts) -> tuple[Sentence, ...]:
    assert facts.birth_date is not None
    assert facts.postal_code is not None
    postal_code = Digits((facts.postal_code[:3], facts.postal_code[3:]))
    if facts.house_number is None:
        house_number = Sentence("confirm.no_house_number")
    else:
        groups = Digits(tuple(facts.house_number.split("*")))
        house_number = Sentence("confirm.house_number", {"house_number": groups})
    return (
        Sentence("confirm.birth_date", {"birth_date": facts.birth_date}),
        Sentence("confirm.postal_code", {"postal_code": postal_code}),
        house_number,
    )


TARGET = Talk(ask_target, hear_target, back=Step.MAIN_MENU)
BIRTH_DATE = Talk(ask_birth_date, hear_birth_date, back=Step.TARGET)
POSTAL_CODE = Talk(ask_postal_code, hear_postal_code)
HOUSE_NUMBER = Talk(ask_house_number, hear_house_number, nine_is_a_digit=True)
CONFIRM = Talk(ask_to_confirm, hear_confirmation, tells_speech_from_keys=True)
CONFIRM_SPOKEN = Talk(ask_to_say_again, hear_it_again, back=Step.CONFIRM, tells_speech_from_keys=True)
CORRECT = Talk(ask_what_to_correct, hear_what_to_correct, back=Step.CONFIRM)
