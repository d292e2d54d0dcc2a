"""After the stop: for whom, what to do next, goodbye. None of it keeps a card from being stopped."""

from dataclasses import replace
from typing import Final

from hotline.callflow.effects import NoteLoss, OpenFollowUp, Reason
from hotline.callflow.events import Answer, Event, KeysPressed, Loss, Silence, Target
from hotline.callflow.languages import FIRST_LANGUAGE
from hotline.callflow.line import Now
from hotline.callflow.moves import Go, Miss, Move, Talk
from hotline.callflow.replies import HangUp, Listen, Menu, Option, Reply, Sentence
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.information import BRING, FEE, time_limit
from hotline.callflow.steps.menus import WRONG_KEY
from hotline.callflow.steps.texting import is_offered

_NOT_STOPPED: Final = (Outcome.NOT_CONFIRMED, Outcome.NOT_IDENTIFIED, Outcome.CALL_BACK, Outcome.ERROR)

_END: Final = Option("#", "next_steps.end", words="heard.end")

_REPORTS: Final[dict[Loss | None, tuple[Sentence, ...]]] = {
    Loss.HOME: (),
    Loss.DISASTER: (Sentence("next_steps.disaster"),),
}
"""Where the police need not be told, and what takes the place of their report."""


def ask_for_whom(state: State, now: Now) -> Reply:
    return Reply(
        (),
        Listen(
            Menu(
                (
                    Option("1", "for_whom.oneself", words="heard.oneself"),
                    Option("2", "for_whom.another", words="heard.another"),
                    Option("#", "common.skip", words="heard.skip"),
                )
            ),
        ),
    )


def hear_for_whom(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1"):
            return _onward(state, now, NoteLoss(for_another=False))
        case KeysPressed("2"):
            return _onward(state, now, NoteLoss(for_another=True), OpenFollowUp(Reason.FOR_ANOTHER))
        case KeysPressed("#" | "") | Silence():
            return _onward(state, now)
        case _:
            return Miss(WRONG_KEY)


def tell_next_steps(state: State, now: Now) -> Reply:
    """What this caller does next; whoever has it coming as a text message hears it only on request."""
    if state.text_promised:
        return Reply((), Listen(Menu((Option("1", "next_steps.hear", words="heard.next"), _END))))
    again = Option("*", "next_steps.again", words="heard.again")
    return Reply(next_steps(state, now), Listen(Menu((again, _END))), slowly=True)


def hear_next_steps(state: State, event: Event, now: Now) -> Move:
    match event:
        case KeysPressed("1") if state.text_promised:
            return Go(replace(state, text_promised=False), Step.NEXT_STEPS)
        case KeysPressed("#" | "") | Silence():
            return Go(state, Step.GOODBYE)
        case _:
            return Miss(WRONG_KEY)


def next_steps(state: State, now: Now) -> tuple[Sentence, ...]:
    """For this caller: police or not, which office, until when, what it costs."""
    report = _REPORTS.get(state.loss, (Sentence("next_steps.police"),))
    held = {target for target in state.targets if state.answers.get(target) is not Answer.NOT_HELD}
    of_smartphone = (Sentence("next_steps.found_smartphone"),) if Target.SMARTPHONE in held else ()
    of_card: tuple[Sentence, ...] = ()
    if Target.CARD in state.targets:
        found = (Sentence("next_steps.found_card"),) if Target.CARD in held else ()
        of_card = (*found, Sentence("next_steps.counter"), *_office(state), time_limit(now), BRING, FEE)
    return (Sentence("next_steps.begin"), *report, *of_card, *of_smartphone)


def say_goodbye(state: State, now: Now) -> Reply:
    """Whoever began a stop and ends without one must not go away believing that it is done.

    Nor must somebody be frightened who heard from a receipt what an earlier call had stopped.
    """
    is_open = state.told is None and bool(state.targets) and state.outcome in _NOT_STOPPED
    nothing = (Sentence("goodbye.nothing_stopped"),) if is_open else ()
    return Reply((*nothing, Sentence("goodbye.goodbye")), HangUp())


def hear_after_goodbye(state: State, event: Event, now: Now) -> Move:
    return Go(state, Step.GOODBYE)


def _onward(state: State, now: Now, *effects: NoteLoss | OpenFollowUp) -> Go:
    return Go(state, Step.TEXT_OFFER if is_offered(state, now) else Step.NEXT_STEPS, effects=effects)


def _office(state: State) -> tuple[Sentence, ...]:
    if state.municipality is None:
        return ()
    # Said by the Japanese voice: so the caller hears it as it is said there, and no voice has to read kanji.
    name = Sentence("next_steps.municipality", {"municipality": state.municipality}, language=FIRST_LANGUAGE)
    return (Sentence("next_steps.office"), name)


FOR_WHOM = Talk(ask_for_whom, hear_for_whom, silence_goes_on=True)
NEXT_STEPS = Talk(tell_next_steps, hear_next_steps, silence_goes_on=True)
GOODBYE = Talk(say_goodbye, hear_after_goodbye)
