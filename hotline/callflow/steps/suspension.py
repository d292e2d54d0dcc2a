"""From "it is lost" to the one question that stops it: what, who, read back, stop."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from hotline.callflow.calendar import DateFault, read_birth_date
from hotline.callflow.effects import AcceptRequest, Facts, OpenFollowUp, Reason
from hotline.callflow.events import Event, KeysPressed, Target
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Digits, Entry, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.menus import WRONG_KEY
from hotline.clock import in_japan

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

MOST_HOUSE_NUMBER_DIGITS: Final = 11
"""One fewer than the 12 digits that are never kept; no registered house number is known to need more."""


def ask_target(state: State) -> Reply:
    return Reply(
        (),
        Listen(
            Menu((Option("1", "target.card"), Option("2", "target.smartphone"), Option("3", "target.both"))),
        ),
    )


def hear_target(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed(key) if key in TARGETS:
            return _next(replace(state, targets=TARGETS[key]), Step.BIRTH_DATE)
        case _:
            return Miss(WRONG_KEY)


def ask_birth_date(state: State) -> Reply:
    return Reply((Sentence("birth_date.ask"),), Listen(Entry()))


def hear_birth_date(state: State, event: Event, at: datetime) -> Move:
    match read_birth_date(_entered(event), in_japan(at).date()):
        case DateFault() as fault:
            return Miss(Sentence(f"birth_date.{fault.value}"))
        case day:
            return _next(_knowing(state, birth_date=day), Step.POSTAL_CODE)


def ask_postal_code(state: State) -> Reply:
    return Reply((Sentence("postal_code.ask"),), Listen(Entry()))


def hear_postal_code(state: State, event: Event, at: datetime) -> Move:
    digits = _entered(event)
    if not _is_digits(digits) or len(digits) != 7:
        return Miss(Sentence("postal_code.length"))
    return _next(_knowing(state, postal_code=digits), Step.HOUSE_NUMBER)


def ask_house_number(state: State) -> Reply:
    return Reply((Sentence("house_number.ask"),), Listen(Entry(may_be_empty=True)))


def hear_house_number(state: State, event: Event, at: datetime) -> Move:
    keyed = _entered(event)
    groups = [group for group in keyed.split("*") if group]
    if not keyed:
        return Go(replace(_knowing(state, house_number=None), correcting=False), Step.CONFIRM)
    if not groups or not all(map(_is_digits, groups)):
        return Miss(Sentence("house_number.digits"))
    if sum(map(len, groups)) > MOST_HOUSE_NUMBER_DIGITS:
        return Miss(Sentence("house_number.too_long"))
    return Go(replace(_knowing(state, house_number="*".join(groups)), correcting=False), Step.CONFIRM)


def ask_to_confirm(state: State) -> Reply:
    """Everything that was keyed, read back, and the one question whose `1` stops."""
    return Reply(
        (Sentence("confirm.targets", {"targets": _named(state.targets)}), *_read_back(state.facts)),
        Listen(Menu((Option("1", "confirm.stop"), Option("2", "confirm.correct")))),
    )


def hear_confirmation(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed("1"):
            look = (OpenFollowUp(Reason.NO_HOUSE_NUMBER),) if state.facts.house_number is None else ()
            return Go(
                replace(state, outcome=Outcome.ACCEPTED, receipt_number=None, answers={}, waited_s=0.0),
                Step.WAITING,
                (Sentence("waiting.one_moment"),),
                (AcceptRequest(state.targets, state.facts), *look),
            )
        case KeysPressed("2"):
            return Go(state, Step.CORRECT)
        case _:
            return Miss(Sentence("confirm.wrong_key"))


def ask_what_to_correct(state: State) -> Reply:
    return Reply(
        (),
        Listen(
            Menu(
                (
                    Option("1", "correct.birth_date"),
                    Option("2", "correct.postal_code"),
                    Option("3", "correct.house_number"),
                    Option("4", "correct.target"),
                )
            )
        ),
    )


def hear_what_to_correct(state: State, event: Event, at: datetime) -> Move:
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


def _entered(event: Event) -> str:
    """What was keyed without the closing `#`, however often it was pressed."""
    return event.keys.rstrip("#") if isinstance(event, KeysPressed) else ""


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


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


TARGET = Talk(ask_target, hear_target)
BIRTH_DATE = Talk(ask_birth_date, hear_birth_date)
POSTAL_CODE = Talk(ask_postal_code, hear_postal_code)
HOUSE_NUMBER = Talk(ask_house_number, hear_house_number, nine_is_a_digit=True)
CONFIRM = Talk(ask_to_confirm, hear_confirmation)
CORRECT = Talk(ask_what_to_correct, hear_what_to_correct)
