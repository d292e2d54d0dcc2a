"""Questions and their answers, a new card step by step, and how the card protects its holder."""

from dataclasses import replace
from datetime import date
from typing import Final

from hotline.callflow.events import Event, KeysPressed, Silence
from hotline.callflow.hours import Part
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Day, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import State, Step
from hotline.callflow.steps.menus import AGAIN, BACK, WRONG_KEY

FEE_YEN: Final = 2000
"""What a new card costs with the electronic certificate, as municipalities charge it."""

FEE_WITHOUT_CERTIFICATE_YEN: Final = 1800

DAYS_TO_APPLY: Final = 30
"""The limit for applying for a new card. Officials differ on the day from which it counts."""

FEE: Final = Sentence("next_steps.fee", {"fee": FEE_YEN, "fee_without": FEE_WITHOUT_CERTIFICATE_YEN})

BRING: Final = Sentence("next_steps.bring")

_ANSWERS: Final = {
    "1": ("found", (Sentence("next_steps.found_card"), Sentence("next_steps.found_smartphone"))),
    "2": ("cost", (FEE, Sentence("reissue.delivery"))),
    "3": ("health", (Sentence("answers.health"),)),
    "4": ("another", (Sentence("answers.another"),)),
    "5": ("smartphone", (Sentence("answers.smartphone"),)),
}
"""The five commonest questions: key -> what it is about, and the answer."""

_WORDS: Final = {"another": "heard.child"}

_PROTECTION: Final = tuple(
    Sentence(f"protection.{part}") for part in ("photo", "chip", "no_records", "number", "offices", "still")
)


def ask_which_question(state: State, now: Now) -> Reply:
    person = () if state.by_text else (Option("4", "questions.operator", words="heard.person"),)
    return Reply(
        (Sentence("common.choices", {"count": 3 + len(person)}),),
        Listen(
            Menu(
                (
                    Option("1", "questions.hours", words="heard.hours"),
                    Option("2", "questions.bring", words="heard.bring"),
                    Option("3", "questions.answers", words="heard.answers"),
                    *person,
                    BACK,
                )
            )
        ),
    )


def hear_which_question(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1"):
            return Go(state, Step.QUESTIONS, _hours(now))
        case KeysPressed("2"):
            return Go(state, Step.QUESTIONS, (Sentence("next_steps.counter"), BRING))
        case KeysPressed("3"):
            return Go(state, Step.ANSWERS)
        case KeysPressed("4") if not state.by_text:
            return _operator_in_hours(state, now)
        case _:
            return Miss(WRONG_KEY)


def ask_which_answer(state: State, now: Now) -> Reply:
    options = tuple(
        Option(key, f"answers.{about}_option", words=_WORDS.get(about, f"heard.{about}"))
        for key, (about, _) in _ANSWERS.items()
    )
    return Reply((Sentence("common.choices", {"count": len(options)}),), Listen(Menu((*options, BACK))))


def hear_which_answer(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed(key) if key in _ANSWERS:
            return Go(state, Step.ANSWERS, _ANSWERS[key][1])
        case _:
            return Miss(WRONG_KEY)


def tell_a_step(state: State, now: Now) -> Reply:
    pages = _pages(now)
    count = Sentence("reissue.step", {"number": state.page + 1, "count": len(pages)})
    more = (Option("1", "reissue.next", words="heard.next"),) if state.page + 1 < len(pages) else ()
    return Reply((count, *pages[state.page]), Listen(Menu((*more, AGAIN, BACK))), slowly=True)


def hear_after_a_step(state: State, event: Event, now: Now) -> Move:
    is_last = state.page + 1 == len(_pages(now))
    match event:
        case Silence() if is_last:
            return Go(state, Step.MAIN_MENU)
        case KeysPressed("1") | Silence() if not is_last:
            return Go(replace(state, page=state.page + 1), Step.REISSUE)
        case _:
            return Miss(WRONG_KEY)


def tell_protection(state: State, now: Now) -> Reply:
    return Reply(_PROTECTION, Listen(Menu((AGAIN, BACK))))


def hear_after_protection(state: State, event: Event, now: Now) -> Move:
    return Go(state, Step.MAIN_MENU) if isinstance(event, Silence) else Miss(WRONG_KEY)


def time_limit(now: Now) -> Sentence:
    """The thirty days, counted from today, without saying from when they count."""
    return Sentence("next_steps.days", {"day": Day(now.in_days(DAYS_TO_APPLY))})


def _pages(now: Now) -> tuple[tuple[Sentence, ...], ...]:
    return (
        (Sentence("reissue.stop"),),
        (Sentence("next_steps.police"), Sentence("next_steps.disaster")),
        (Sentence("next_steps.counter"), time_limit(now)),
        (BRING, FEE),
        (Sentence("reissue.delivery"),),
    )


def _hours(now: Now) -> tuple[Sentence, ...]:
    hours = now.line.hours
    week = hours.weeks.get(Part.QUESTIONS)
    told = [Sentence("hours.lost")]
    if week is not None:
        told += [
            Sentence("hours.weekdays", {"opens": week.weekdays.opens, "closes": week.weekdays.closes}),
            Sentence("hours.holidays", {"opens": week.holidays.opens, "closes": week.holidays.closes}),
        ]
    if hours.away is not None:
        # A day is said without its year; a leap year has every day that can be set.
        first, last = (Day(date(2024, month, day)) for month, day in (hours.away.first, hours.away.last))
        told.append(Sentence("hours.closed", {"first": first, "last": last}))
    return tuple(told)


def _operator_in_hours(state: State, now: Now) -> Go:
    if now.line.hours.is_open(Part.QUESTIONS, now.at):
        return Go(state, Step.OPERATOR)
    return Go(replace(state, closed_part=Part.QUESTIONS), Step.CLOSED)


QUESTIONS = Talk(ask_which_question, hear_which_question, back=Step.MAIN_MENU)
ANSWERS = Talk(ask_which_answer, hear_which_answer, back=Step.QUESTIONS)
REISSUE = Talk(tell_a_step, hear_after_a_step, back=Step.MAIN_MENU, silence_goes_on=True)
PROTECTION = Talk(tell_protection, hear_after_protection, back=Step.MAIN_MENU, silence_goes_on=True)
