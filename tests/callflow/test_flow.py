"""What works everywhere, and that no step is a dead end for any event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.callflow import flow
from hotline.callflow.effects import AcceptRequest, OpenFollowUp, Reason
from hotline.callflow.events import Answer, KeysPressed, Silence, Spoken, Target, TransferEnded, Waited
from hotline.callflow.replies import HangUp, Hold, Listen, Menu, Transfer
from hotline.callflow.state import Outcome, Step
from tests.callflow.talk import NOON, Talk, at

EVENTS = (
    *(KeysPressed(key) for key in "0123456789*#"),
    KeysPressed(""),
    KeysPressed("19800301"),
    KeysPressed("1000001#"),
    KeysPressed("2*16*3#"),
    KeysPressed("ABCD"),
    KeysPressed("123456789012"),
    KeysPressed("9" * 5000),
    Spoken(),
    Silence(),
    Waited("48213579", 1.0),
    Waited("48213579", 61.0),
    Waited("48213579", 1.0, {Target.CARD: Answer.SUSPENDED}),
    Waited("48213579", 1.0, {Target.CARD: Answer.NOT_FOUND}),
    Waited("48213579", 1.0, given_up=True),
    TransferEnded(answered=True),
    TransferEnded(answered=False),
)

EARS = [step for step in Step if isinstance(at(step).ending, Listen)]


@pytest.mark.parametrize("step", Step)
def test_every_step_is_reached_the_way_a_caller_reaches_it(step):
    assert at(step).step is step


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{type(event).__name__}-{getattr(event, 'keys', '')[:14]}")
def test_every_event_is_answered_at_every_step(step, event):
    talk = at(step).hears(event)
    assert isinstance(talk.ending, Listen | Hold | Transfer | HangUp)
    assert talk.said or isinstance(talk.ending, Hold)


@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_no_way_through_the_talk_stops_a_card_without_the_key_one_at_the_question(events):
    talk = Talk()
    for event in events:
        asked = talk.step
        promises_before = sum(isinstance(effect, AcceptRequest) for effect in talk.effects)
        talk.hears(event)
        promised = sum(isinstance(effect, AcceptRequest) for effect in talk.effects) > promises_before
        assert promised == (asked is Step.CONFIRM and event == KeysPressed("1"))


@pytest.mark.parametrize("step", EARS)
def test_zero_leads_to_a_person_from_every_question(step):
    talk = at(step).presses("0")
    assert talk.step is Step.OPERATOR
    assert isinstance(talk.ending, Transfer)


@pytest.mark.parametrize("step", EARS)
def test_star_says_the_same_again(step):
    before = at(step)
    asked = flow.TALKS[step].asks(before.state)
    after = at(step).presses("*")
    assert after.step is step
    assert after.turn.reply.sentences[-len(asked.sentences) or None :] == asked.sentences
    assert after.state.misses == 0


@pytest.mark.parametrize("step", EARS)
def test_twelve_digits_are_refused_everywhere_and_not_kept(step):
    talk = at(step).presses("123456789012#")
    assert talk.said[0] == "common.twelve_digits"
    assert talk.step is step
    assert "123456789012" not in str(flow.TALKS) + repr(talk.turn)
    assert not any("123456789012" in str(vars_of(part)) for part in (talk.state, talk.state.facts))


def vars_of(part):
    return {name: getattr(part, name) for name in part.__slots__}


def test_twelve_digits_with_stars_between_are_refused_too():
    talk = at(Step.HOUSE_NUMBER).presses("1234*5678*9012#")
    assert talk.said[0] == "common.twelve_digits"
    assert talk.state.facts.house_number is None


@pytest.mark.parametrize("step", [step for step in EARS if not flow.TALKS[step].silence_goes_on])
@pytest.mark.parametrize("misses", [(Silence(),) * 3, (KeysPressed("7777"),) * 3, (Spoken(),) * 3])
def test_third_miss_in_a_row_leads_to_a_person_and_never_to_a_hang_up_without_words(step, misses):
    talk = at(step)
    for miss in misses[:2]:
        talk.hears(miss)
        if step is not Step.HOUSE_NUMBER or isinstance(miss, Silence | Spoken):
            assert talk.step is step
            assert talk.ending.unhurried
    if step is Step.HOUSE_NUMBER and isinstance(misses[0], KeysPressed):
        return  # digits are a house number
    talk.hears(misses[2])
    if step in (Step.CALL_BACK_OFFER, Step.CALL_BACK_NUMBER, Step.CALL_BACK_CONFIRM):
        assert talk.step is Step.GOODBYE
        assert any(isinstance(effect, OpenFollowUp) for effect in talk.effects)
    else:
        assert talk.step is Step.OPERATOR


def test_silence_and_a_wrong_key_have_different_words():
    assert at(Step.TARGET).silent().said[0] == "common.silence"
    assert at(Step.TARGET).presses("7").said[0] == "common.wrong_key"


def test_misses_count_only_in_a_row():
    talk = at(Step.TARGET).silent(2).presses("1").silent(2)
    assert talk.step is Step.BIRTH_DATE


def test_a_hash_left_over_from_the_last_entry_is_no_miss():
    assert at(Step.CONFIRM).presses("#").state.misses == 0


def test_nine_changes_the_language_and_comes_back_to_the_same_question():
    talk = at(Step.POSTAL_CODE).presses("9", "2")
    assert (talk.step, talk.state.language) == (Step.POSTAL_CODE, "ja")
    assert talk.state.facts.birth_date is not None


def test_nine_pressed_again_in_the_language_menu_does_not_lose_the_way_back():
    assert at(Step.CONFIRM).presses("9", "9", "1").step is Step.CONFIRM


def test_a_language_is_named_in_itself():
    menu = at(Step.LANGUAGE).ending.to
    assert isinstance(menu, Menu)
    assert {option.key: option.language for option in menu.options} == {"1": "en", "2": "ja"}


def test_the_greeting_tells_the_way_to_the_languages_in_english():
    hints = [sentence for sentence in Talk(language="ja").turn.reply.sentences if sentence.language]
    assert [hint.language for hint in hints] == ["en"]


def test_a_call_that_ends_before_the_question_is_answered_leaves_a_follow_up():
    for step in (Step.TARGET, Step.BIRTH_DATE, Step.HOUSE_NUMBER, Step.CONFIRM, Step.CORRECT):
        assert flow.hang_up(at(step).state) == (OpenFollowUp(Reason.NOT_CONFIRMED),)


def test_a_call_that_asked_for_nothing_or_was_stopped_leaves_nothing():
    for step in (Step.MAIN_MENU, Step.LANGUAGE, Step.WAITING, Step.RESULT, Step.GOODBYE):
        assert flow.hang_up(at(step).state) == ()


def test_a_mistake_of_the_line_gives_an_apology_a_person_and_a_follow_up():
    turn = flow.apologise(at(Step.POSTAL_CODE).state)
    assert [sentence.prompt for sentence in turn.reply.sentences] == ["common.error", "person.connecting"]
    assert turn.effects == (OpenFollowUp(Reason.ERROR),)
    assert turn.state.outcome is Outcome.ERROR


def test_a_mistake_after_the_stop_does_not_unsay_it():
    assert flow.apologise(at(Step.RESULT).state).state.outcome is Outcome.STOPPED


def test_nothing_keyed_shows_in_a_repr():
    talk = Talk(caller="+819087654321").presses("2", "1", "19800301", "1000001", "2163")
    shown = repr(talk.turn) + repr(KeysPressed("19800301")) + repr(talk.state)
    for keyed in ("1980", "1000001", "2163", "9087654321"):
        assert keyed not in shown


def test_a_turn_is_a_value_and_nothing_else():
    state = at(Step.CONFIRM).state
    assert flow.take(state, KeysPressed("1"), NOON) == flow.take(state, KeysPressed("1"), NOON)
