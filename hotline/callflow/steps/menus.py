"""The main menu, the language menu, and what is closed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from hotline.callflow.events import Event, KeysPressed, Silence
from hotline.callflow.hours import Part
from hotline.callflow.languages import FIRST_SCREEN, HINTS, LANGUAGES, SECOND_SCREEN
from hotline.callflow.line import Line, Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Day, Listen, Menu, Option, Reply, Sentence, Value
from hotline.callflow.state import Outcome, State, Step
from hotline.clock import in_japan

WRONG_KEY: Final = Sentence("common.wrong_key")

BACK: Final = Option("#", "common.back", words="heard.back")

AGAIN: Final = Option("*", "common.again", words="heard.again")

PARTS: Final = {
    "1": (Part.QUESTIONS, Step.QUESTIONS),
    "3": (Part.REISSUE, Step.REISSUE),
    "5": (Part.PROTECTION, Step.PROTECTION),
}
"""Key in the main menu -> the part that it opens, which may have hours, and where that begins."""


def greet(state: State, offered: Collection[str] = LANGUAGES) -> tuple[Sentence, ...]:
    """The first words of a call, and in other languages that are offered how to reach them."""
    here, elsewhere = Sentence("main_menu.other_language", {"key": "9"}), "main_menu.languages"
    hints = tuple(
        here if hint == state.language else Sentence(elsewhere, {"key": "9"}, language=hint)
        for hint in HINTS
        if hint in offered
    )
    how = (Sentence("text.how"),) if state.by_text else ()
    return (Sentence("main_menu.greeting"), *how, *hints)


def ask_what_for(state: State, now: Now) -> Reply:
    take_up = (Option("7", "main_menu.take_up", words="heard.take_up"),) if state.dropped else ()
    return Reply(
        (),
        Listen(
            Menu(
                (
                    # The urgent thing first, whatever its key.
                    Option("2", "main_menu.lost", words="heard.lost"),
                    *take_up,
                    Option("4", "main_menu.receipt", words="heard.receipt"),
                    Option("3", "main_menu.reissue", words="heard.reissue"),
                    Option("1", "main_menu.questions", words="heard.questions"),
                    Option("5", "main_menu.protection", words="heard.protection"),
                    Option("9", "main_menu.other_language", words="heard.language"),
                    Option("0", "main_menu.person", words="heard.person"),
                    Option("*", "main_menu.again", words="heard.again"),
                )
            )
        ),
    )


def hear_what_for(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("2"):
            return Go(begin_loss(state), Step.TARGET)
        case KeysPressed("4"):
            return Go(state, Step.RECEIPT_NUMBER)
        case KeysPressed("7") if state.dropped:
            return Go(state, Step.TAKE_UP)
        case KeysPressed(key) if key in PARTS:
            return _part(state, *PARTS[key], now)
        case _:
            return Miss(WRONG_KEY)


def begin_loss(state: State) -> State:
    """The state of a caller who reports a loss: nothing is left of another one, or of a receipt that was asked about.

    What was stopped before in this call stays its outcome.
    """
    return State(
        state.step,
        state.language,
        outcome=Outcome.NOT_CONFIRMED if state.outcome is Outcome.NOTHING else state.outcome,
        caller=state.caller,
        by_text=state.by_text,
        misheard=state.misheard,
        dropped=state.dropped,
        tries=state.tries,
    )


def ask_what_when_closed(state: State, now: Now) -> Reply:
    """Told when it opens; for questions there are recorded answers at any hour."""
    opens = in_japan(now.line.hours.opens_next(state.closed_part or Part.QUESTIONS, now.at))
    when: dict[str, Value] = {"day": Day(opens.date()), "time": opens.time().replace(tzinfo=None)}
    answers = (Option("2", "closed.answers", words="heard.answers"),) if state.closed_part is Part.QUESTIONS else ()
    person = Option("1", "closed.call_back", words="heard.call_back")
    if state.by_text:
        person = Option("0", "main_menu.person", words="heard.person")
    return Reply((Sentence("closed.opens", when),), Listen(Menu((person, *answers, BACK))))


def hear_what_when_closed(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1") if not state.by_text:
            return Go(state, Step.CALL_BACK_OFFER)
        case KeysPressed("2") if state.closed_part is Part.QUESTIONS:
            return Go(state, Step.ANSWERS)
        case KeysPressed("*") if state.closed_part and now.line.hours.is_open(state.closed_part, now.at):
            # It opened while they were told when it opens.
            return Go(state, next(step for part, step in PARTS.values() if part is state.closed_part))
        case _:
            return Miss(WRONG_KEY)


def ask_language(state: State, now: Now) -> Reply:
    offered = _offered(FIRST_SCREEN, now.line)
    more = (Option("9", "language.more"),) if _offered(SECOND_SCREEN, now.line) else ()
    return Reply((), Listen(Menu((*_named(offered), *more))))


def hear_language(state: State, event: Event, now: Now) -> Move:
    offered = _offered(FIRST_SCREEN, now.line)
    there_are_more = bool(_offered(SECOND_SCREEN, now.line))
    match event:
        case KeysPressed(key) if key in offered:
            return change_language(state, offered[key], now)
        case KeysPressed("9") | Silence() if there_are_more:
            # Whoever understands none of these sentences presses nothing and hears the others.
            return Go(state, Step.LANGUAGE_MORE)
        case Silence():
            return Miss(Sentence("common.silence"))
        case _:
            return Miss(WRONG_KEY)


def ask_more_languages(state: State, now: Now) -> Reply:
    return Reply((), Listen(Menu((*_named(_offered(SECOND_SCREEN, now.line)), Option("9", "language.first")))))


def hear_more_languages(state: State, event: Event, now: Now) -> Move:
    offered = _offered(SECOND_SCREEN, now.line)
    match event:
        case KeysPressed(key) if key in offered:
            return change_language(state, offered[key], now)
        case KeysPressed("9"):
            return Go(state, Step.LANGUAGE)
        case _:
            return Miss(WRONG_KEY)


def change_language(state: State, language: str, now: Now) -> Go:
    """Go on in another language, where the call was."""
    words = (Sentence("language.nearest_voice", {"key": "9"}),) if language in now.line.without_voice else ()
    if state.by_text:
        words = ()
    return Go(replace(state, language=language, back_to=None), state.back_to or Step.MAIN_MENU, words)


def _part(state: State, part: Part, step: Step, now: Now) -> Go:
    begun = replace(state, page=0)
    if now.line.hours.is_open(part, now.at):
        return Go(begun, step)
    return Go(replace(begun, closed_part=part), Step.CLOSED)


def _offered(screen: Mapping[str, str], line: Line) -> dict[str, str]:
    return {key: language for key, language in screen.items() if language in line.languages}


def _named(offered: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(key, "language.choose", language) for key, language in offered.items())


MAIN_MENU = Talk(ask_what_for, hear_what_for)
CLOSED = Talk(ask_what_when_closed, hear_what_when_closed, back=Step.MAIN_MENU)
LANGUAGE = Talk(ask_language, hear_language, nine_is_a_digit=True, silence_goes_on=True)
LANGUAGE_MORE = Talk(ask_more_languages, hear_more_languages, nine_is_a_digit=True)
