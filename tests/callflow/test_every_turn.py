"""Every step with every kind of event, from every place that a call can be at."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hotline.callflow import flow
from hotline.callflow.effects import AcceptRequest, OpenFollowUp, PromiseText, Reason
from hotline.callflow.events import (
    Event,
    InLine,
    KeysPressed,
    LookedUp,
    MayText,
    Recorded,
    Silence,
    Spoken,
    TransferEnded,
    Waited,
)
from hotline.callflow.line import Now
from hotline.callflow.replies import HangUp, Hold, Listen, Menu, Option, Record, Reply, Transfer
from hotline.callflow.samples import RECEIPT
from hotline.callflow.state import Outcome, State, Step
from hotline.callflow.steps.person import LINE
from hotline.callflow.walk import Way
from tests.callflow.every_turn import AT, KINDS, at_every_moment, places, told, ways

pytestmark = pytest.mark.xdist_group("walk")
"""One process walks through the conversation, and keeps the turns for all these tests."""

PERSON = {*LINE, Step.CALL_BACK_OFFER, Step.CALL_BACK_NUMBER, Step.CALL_BACK_CONFIRM, Step.VOICE_MESSAGE}
LANGUAGES = {Step.LANGUAGE, Step.LANGUAGE_MORE}
TELLS_OF_A_RECEIPT = re.compile(r"receipt\.(.*\.suspended|going_on|needs_operator|not_identified|next_steps)")

MOST_SILENT_TURNS = 60


def prompts(reply: Reply) -> list[str]:
    return [sentence.prompt for sentence in reply.said]


def menu(reply: Reply) -> tuple[Option, ...]:
    match reply.ending:
        case Listen(Menu(options)):
            return options
        case _:
            return ()


def wrong(moment: str, is_wrong: Callable[[Way], bool]) -> None:
    """Fails with the turns for which it holds."""
    found = [told(way) for way in ways(moment) if is_wrong(way)]
    assert not found, "\n".join([f"{len(found)} turns:", *found[:10]])


def is_promised_a_person(state: State, effects: tuple[object, ...]) -> bool:
    return state.step in PERSON or any(isinstance(effect, OpenFollowUp) for effect in effects)


def test_every_step_is_tried_with_every_kind_of_event():
    tried = defaultdict(set)
    for moment in AT:
        for way in ways(moment):
            if way.before is not None:
                tried[way.before.step].add(type(way.event))
    assert {step: {kind.__name__ for kind in kinds} for step, kinds in tried.items()} == {
        step: {kind.__name__ for kind in KINDS} for step in Step
    }


@at_every_moment
def test_every_reply_says_something_before_it_listens_records_or_hangs_up(moment):
    def is_wrong(way: Way) -> bool:
        reply = way.turn.reply
        assert isinstance(reply.ending, Listen | Hold | Transfer | Record | HangUp)
        return not reply.said and not isinstance(reply.ending, Hold | Transfer)

    wrong(moment, is_wrong)


@at_every_moment
def test_the_ending_is_that_of_the_step(moment):
    def is_wrong(way: Way) -> bool:
        asked = flow.asked(way.turn.state, way.now)
        said, ending = way.turn.reply.sentences, way.turn.reply.ending
        if isinstance(ending, Listen):
            ending = replace(ending, unhurried=False, hears_speech=False)
        return ending != asked.ending or said[len(said) - len(asked.sentences) :] != asked.sentences

    wrong(moment, is_wrong)


@at_every_moment
def test_nobody_who_presses_zero_is_left_without_a_person(moment):
    left = []
    for state in places(moment):
        if state.step in (Step.GOODBYE, Step.VOICE_MESSAGE, Step.RINGING):
            continue
        turn = flow.take(state, KeysPressed("0"), AT[moment])
        if not is_promised_a_person(turn.state, turn.effects):
            left.append((state.step, turn.state.step))
    assert not left


@at_every_moment
def test_nobody_who_says_nothing_waits_for_ever(moment):
    turns = {}
    # Whoever writes holds no telephone: they wait for the result as long as it takes.
    for state in (place for place in places(moment) if not place.by_text):
        count = sum(1 for _ in silent_turns(state, AT[moment]))
        turns[state.step] = max(turns.get(state.step, 0), count)
    assert {step: count for step, count in turns.items() if count > MOST_SILENT_TURNS} == {}


def silent_turns(state: State, now: Now) -> Iterator[State]:
    """The turns of a caller who never says or presses anything, until the call is over or goes to an operator."""
    for _ in range(MOST_SILENT_TURNS + 1):
        turn = flow.take(state, what_happens(state), now)
        state = turn.state
        yield state
        if isinstance(turn.reply.ending, Transfer | HangUp):
            return


def what_happens(state: State) -> Event:
    """To somebody who does nothing, while every operator talks and the backend does not answer."""
    match state.step:
        case Step.WAITING:
            return Waited(RECEIPT, state.waited_s + 10.0)
        case Step.RECEIPT_LOOKUP:
            return LookedUp(None)
        case Step.TEXT_PROMISE:
            return MayText(may=True)
        case Step.OPERATOR:
            return InLine(5)
        case Step.RINGING:
            return TransferEnded(answered=False)
        case Step.VOICE_MESSAGE:
            return Recorded("RE" + "0" * 32, 0)
        case _:
            return Silence()


@at_every_moment
@pytest.mark.parametrize("how", ["silence", "mumbling", "a wrong key"])
def test_third_miss_in_a_row_leads_to_a_person(moment, how):
    left = []
    for state in places(moment):
        ending = flow.asked(state, AT[moment]).ending
        miss = miss_of(how, state, ending)
        if miss is None or state.misses or not isinstance(ending, Listen):
            continue
        step, effects = state.step, ()
        for missed in range(1, flow.MOST_MISSES + 1):
            turn = flow.take(state, miss, AT[moment])
            state, effects = turn.state, turn.effects
            if missed < flow.MOST_MISSES and state.step is not step:
                left.append((step, missed, state.step))
        if not is_promised_a_person(state, effects):
            left.append((step, state.step))
    assert not left


def miss_of(how: str, state: State, ending: object) -> Event | None:
    if how == "silence":
        return None if flow.TALKS[state.step].silence_goes_on else Silence()
    if how == "mumbling":
        return Spoken("mumbled", 0.2)
    if state.step is Step.IN_LINE:
        return None
    if not isinstance(ending, Listen) or not isinstance(ending.to, Menu):
        return KeysPressed("2*a")
    taken = {option.key for option in ending.to.options}
    # What `4` is for by telephone is not there in writing, and so on.
    return next((KeysPressed(key) for key in "345678" if key not in taken), None)


@pytest.mark.parametrize(("moment", "between"), [("open", Step.QUESTIONS), ("closed", Step.CLOSED)])
def test_the_answers_are_the_deepest_menu_on_the_third_level(moment, between):
    onward = defaultdict(set)
    for way in ways(moment):
        if way.before is not None and chose(way) and menu(way.turn.reply):
            onward[way.before.step].add(way.turn.state.step)
    assert longest_way(onward, (Step.MAIN_MENU,)) == (Step.MAIN_MENU, between, Step.ANSWERS)


def chose(way: Way) -> bool:
    """Whether an option of a menu led on to another step, before anything was keyed that could be corrected."""
    assert way.before is not None
    if way.before.correcting:
        return False
    pressed = way.event.keys if isinstance(way.event, KeysPressed) else ""
    offered = {option.key for option in menu(flow.asked(way.before, way.now))} - {"#", "*", "0"}
    return pressed in offered and way.turn.state.step not in LANGUAGES | PERSON | {way.before.step}


def longest_way(onward: dict[Step, set[Step]], way: tuple[Step, ...]) -> tuple[Step, ...]:
    further = [longest_way(onward, (*way, step)) for step in sorted(onward[way[-1]]) if step not in way]
    return max(further, key=len, default=way)


@at_every_moment
def test_a_key_means_one_thing_in_a_menu(moment):
    def is_wrong(way: Way) -> bool:
        keys = [option.key for option in menu(way.turn.reply)]
        return len(keys) != len(set(keys)) or not all(key in "0123456789*#" and len(key) == 1 for key in keys)

    wrong(moment, is_wrong)


@at_every_moment
def test_every_key_that_is_named_leads_somewhere(moment):
    dead = set()
    for state in places(moment):
        for option in menu(flow.asked(state, AT[moment])):
            turn = flow.take(state, KeysPressed(option.key), AT[moment])
            if turn.state.misses > 0:
                dead.add((state.step, option.key))
    assert not dead


@at_every_moment
def test_nothing_is_stopped_but_by_a_clear_yes_to_what_was_read_back(moment):
    def is_wrong(way: Way) -> bool:
        accepted = [effect for effect in way.turn.effects if isinstance(effect, AcceptRequest)]
        before = way.before
        is_yes = before is not None and (
            (before.step in (Step.CONFIRM, Step.CONFIRM_SPOKEN) and way.event == KeysPressed("1"))
            or (before.step is Step.CONFIRM_SPOKEN and isinstance(way.event, Spoken) and way.event.means == "1")
        )
        if not is_yes:
            return bool(accepted)
        assert before is not None
        is_known = before.targets and before.facts.birth_date and before.facts.postal_code
        return accepted != [AcceptRequest(before.targets, before.facts)] or not is_known

    wrong(moment, is_wrong)


@at_every_moment
def test_whoever_is_asked_for_a_yes_hears_in_the_same_reply_what_it_stops(moment):
    def is_wrong(way: Way) -> bool:
        said = prompts(way.turn.reply)
        match way.turn.state.step:
            case Step.CONFIRM:
                house = ("confirm.house_number", "confirm.no_house_number")[way.turn.state.facts.house_number is None]
                read_back = ["confirm.birth_date", "confirm.postal_code", house]
                return said[-5:] != [*read_back, "confirm.stop", "confirm.correct"]
            case Step.CONFIRM_SPOKEN:
                return "confirm.say_again" not in said
            case _:
                return False

    wrong(moment, is_wrong)


@at_every_moment
def test_only_a_spoken_yes_to_the_read_back_leads_to_the_second_question(moment):
    def is_wrong(way: Way) -> bool:
        if way.turn.state.step is not Step.CONFIRM_SPOKEN or way.before is None:
            return False
        return way.before.step not in (Step.CONFIRM, Step.CONFIRM_SPOKEN)

    wrong(moment, is_wrong)


@at_every_moment
def test_a_text_is_promised_only_when_it_may_be(moment):
    def is_wrong(way: Way) -> bool:
        promised = [effect.number for effect in way.turn.effects if isinstance(effect, PromiseText)]
        says_so = {"text_offer.promised", "text_offer.promised_when_done"} & set(prompts(way.turn.reply))
        if way.event != MayText(may=True) or way.before is None or way.before.step is not Step.TEXT_PROMISE:
            return bool(promised or says_so)
        is_mobile = re.fullmatch(r"\+81[6789]0\d{8}", way.before.text_number or "")
        return promised != [way.before.text_number] or not is_mobile or not says_so

    wrong(moment, is_wrong)


@at_every_moment
def test_in_writing_nobody_is_rung_recorded_or_listened_to(moment):
    def is_wrong(way: Way) -> bool:
        ending = way.turn.reply.ending
        hears = isinstance(ending, Listen) and ending.hears_speech
        return way.turn.state.by_text and (way.turn.state.step in PERSON or hears)

    wrong(moment, is_wrong)


@at_every_moment
def test_a_receipt_is_told_only_once_it_was_found_with_its_birth_date(moment):
    def is_wrong(way: Way) -> bool:
        if not any(TELLS_OF_A_RECEIPT.fullmatch(prompt) for prompt in prompts(way.turn.reply)):
            return False
        was_told = way.before is not None and way.before.told is not None
        was_found = isinstance(way.event, LookedUp) and way.event.found is not None
        return not (was_told or (was_found and way.before is not None and way.before.step is Step.RECEIPT_LOOKUP))

    wrong(moment, is_wrong)


@at_every_moment
def test_nobody_whose_card_is_stopped_hears_that_nothing_is(moment):
    def is_wrong(way: Way) -> bool:
        says_nothing = "goodbye.nothing_stopped" in prompts(way.turn.reply)
        return says_nothing and way.turn.state.outcome in (Outcome.STOPPED, Outcome.ACCEPTED, Outcome.NOT_HELD)

    wrong(moment, is_wrong)


@at_every_moment
def test_whoever_began_a_stop_never_leaves_in_the_belief_that_it_is_done(moment):
    def is_wrong(way: Way) -> bool:
        state = way.turn.state
        is_open = state.outcome in (Outcome.NOT_CONFIRMED, Outcome.NOT_IDENTIFIED) and state.facts.birth_date
        return state.step is Step.GOODBYE and bool(is_open) and "goodbye.nothing_stopped" not in prompts(way.turn.reply)

    wrong(moment, is_wrong)


@at_every_moment
def test_a_change_of_language_keeps_everything_else(moment):
    changed = []
    for state in places(moment):
        on_the_way = flow.take(state, KeysPressed("9"), AT[moment])
        if state.step in LANGUAGES or on_the_way.state.step is not Step.LANGUAGE:
            continue
        after = flow.take(on_the_way.state, KeysPressed("4"), AT[moment]).state
        back_at = {Step.CONFIRM_SPOKEN: Step.CONFIRM, Step.IN_LINE: Step.OPERATOR}.get(state.step, state.step)
        if AT[moment].line.operators == 0 and back_at is Step.OPERATOR:
            continue
        asked_anew = replace(state, step=back_at, language="ko", misses=0, explains=state.by_text, back_to=None)
        expected = replace(asked_anew, looks=after.looks)
        if after != expected:
            changed.append((state.step, after.step))
    assert not changed


@at_every_moment
def test_the_languages_are_reached_from_everywhere_but_where_nine_is_an_answer(moment):
    elsewhere = {
        state.step
        for state in places(moment)
        if isinstance(flow.asked(state, AT[moment]).ending, Listen | Hold)
        and flow.take(state, KeysPressed("9"), AT[moment]).state.step not in LANGUAGES
    }
    assert elsewhere == {Step.HOUSE_NUMBER}


@at_every_moment
def test_whoever_waits_for_an_operator_keeps_the_moment_since_when(moment):
    def is_wrong(way: Way) -> bool:
        state = way.turn.state
        if state.step in LINE:
            return state.in_line_since is None
        return state.in_line_since is not None and state.step not in LANGUAGES

    wrong(moment, is_wrong)


@at_every_moment
def test_a_person_who_writes_back_is_promised_wherever_it_is_said(moment):
    def is_wrong(way: Way) -> bool:
        says_so = "text.person" in prompts(way.turn.reply)
        promised = any(
            isinstance(effect, OpenFollowUp) and effect.reason is Reason.WRITE_BACK for effect in way.turn.effects
        )
        return says_so != promised

    wrong(moment, is_wrong)


@at_every_moment
def test_a_call_back_is_promised_wherever_it_is_said_and_to_a_number(moment):
    def is_wrong(way: Way) -> bool:
        says_so = "call_back.taken" in prompts(way.turn.reply)
        promised = any(
            isinstance(effect, OpenFollowUp) and effect.reason is Reason.CALL_BACK and effect.call_back_number
            for effect in way.turn.effects
        )
        return says_so != promised

    wrong(moment, is_wrong)
