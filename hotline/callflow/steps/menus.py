"""The main menu and the language menu."""

from dataclasses import replace
from datetime import datetime

from hotline.callflow.events import Event, KeysPressed
from hotline.callflow.languages import HINTS, LANGUAGES
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import Outcome, State, Step

WRONG_KEY = Sentence("common.wrong_key")


def greet(language: str) -> tuple[Sentence, ...]:
    """The first words of a call, and in other languages how to reach them."""
    hints = (Sentence("main_menu.languages", {"key": "9"}, language=hint) for hint in HINTS if hint != language)
    return (Sentence("main_menu.greeting"), *hints)


def ask_what_for(state: State) -> Reply:
    return Reply(
        (),
        Listen(
            Menu(
                (
                    Option("2", "main_menu.lost"),
                    Option("0", "main_menu.person"),
                    Option("*", "main_menu.again"),
                )
            )
        ),
    )


def hear_what_for(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed("2"):
            return Go(replace(state, outcome=Outcome.NOT_CONFIRMED), Step.TARGET)
        case _:
            return Miss(WRONG_KEY)


def ask_language(state: State) -> Reply:
    options = (Option(key, "language.choose", language) for key, language in LANGUAGES.items())
    return Reply((), Listen(Menu(tuple(options))))


def hear_language(state: State, event: Event, at: datetime) -> Move:
    match event:
        case KeysPressed(key) if key in LANGUAGES:
            return Go(replace(state, language=LANGUAGES[key], back_to=None), state.back_to or Step.MAIN_MENU)
        case _:
            return Miss(WRONG_KEY)


MAIN_MENU = Talk(ask_what_for, hear_what_for)
LANGUAGE = Talk(ask_language, hear_language)
