"""One turn is one commit: what is saved, what is promised, and what repeated webhooks do."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text

from hotline.callflow.events import KeysPressed, Silence
from hotline.calls.known import UnknownCall
from hotline.privacy import CannotUnseal, Vault, new_key
from hotline.store import requests
from tests.calls.conftest import NOON, TO_THE_QUESTION, Caller


def statements(engine, work):
    """How many statements it takes."""
    ran = []

    def note(_connection, _cursor, statement, *_):
        ran.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    return len(ran)


def test_each_turn_moves_the_call_and_adds_one_line_to_the_log(room, caller):
    caller.presses("2", "1")
    row = caller.row
    assert (row["turn"], row["step"], row["outcome"], row["channel"]) == (3, "birth_date", "not_confirmed", "voice")
    logged = [(line["number"], line["from_step"], line["to_step"], line["event"]) for line in room.rows("turns", "2")]
    assert logged == [
        (1, "main_menu", "main_menu", "Dialled"),
        (2, "main_menu", "target", "KeysPressed"),
        (3, "target", "birth_date", "KeysPressed"),
    ]


def test_a_plain_turn_takes_two_round_trips_and_a_first_one_at_most_two(room, caller, engine):
    assert statements(engine, lambda: caller.presses("2")) == 2
    assert statements(engine, lambda: caller.says("card")) == 2
    assert statements(engine, lambda: Caller(room, "+819011112222").dials()) == 2
    assert statements(engine, lambda: Caller(room, None).dials()) == 1


def test_a_call_answered_twice_gets_its_newest_answer_and_starts_once(room, caller):
    first = caller.heard
    newest = caller.presses("2")
    assert caller.dials() == newest != first
    assert len(room.rows("calls")) == 1


@pytest.mark.parametrize("turn", [-1, 0, 1, 2, 4, 99])
def test_a_turn_from_the_past_or_the_future_gets_the_newest_answer_and_changes_nothing(room, caller, turn):
    newest = caller.presses("2", "1")
    before = room.rows("calls")
    assert caller.takes(KeysPressed("19800301"), turn) == newest
    assert room.rows("calls") == before
    assert len(room.rows("turns")) == 3


def test_the_confirming_turn_commits_one_request_however_often_it_comes(room, caller):
    caller.presses(*TO_THE_QUESTION)
    confirming = caller.turn
    first = caller.takes(KeysPressed("1"), confirming)
    assert [caller.takes(KeysPressed("1"), confirming) for _ in range(3)] == [first] * 3
    [request] = room.rows("requests")
    assert (request["status"], request["targets"]) == ("accepted", ["card"])
    assert request["accepted_at"] == request["due_at"] == NOON


def test_the_same_turn_from_many_sides_at_once_is_taken_once(room, caller):
    caller.presses(*TO_THE_QUESTION)
    confirming = caller.turn
    with ThreadPoolExecutor(8) as webhooks:
        answers = list(
            webhooks.map(lambda _: room.calls.take(caller.sid, confirming, KeysPressed("1"), NOON), range(8))
        )
    assert len(set(answers)) == 1
    assert len(room.rows("requests")) == 1
    assert len(room.rows("turns")) == 7


def test_a_waiting_caller_hears_the_result_as_soon_as_the_backend_answered(room, caller):
    caller.presses(*TO_THE_QUESTION, "1")
    assert "|waiting|" in caller.waits()
    room.answers_request(card="suspended")
    assert caller.waits().endswith("|result|result.card.suspended result.receipt result.receipt_again")
    assert caller.row["outcome"] == "stopped"


@pytest.mark.parametrize("key", ["1", "2", "5", "#", ""])
def test_keys_pressed_while_waiting_only_look_for_the_answer(room, caller, key):
    caller.presses(*TO_THE_QUESTION, "1", key)
    assert caller.step == "waiting"
    room.answers_request(card="suspended")
    caller.presses(key)
    assert caller.step == "result"
    assert room.rows("requests")[0]["loss"] is None
    assert len(room.rows("requests")) == 1


@pytest.mark.parametrize(("key", "step"), [("0", "operator"), ("9", "language")])
def test_a_person_and_the_languages_can_be_reached_while_waiting(room, caller, key, step):
    caller.presses(*TO_THE_QUESTION, "1", key)
    assert caller.step == step
    assert room.rows("requests")[0]["status"] == "accepted"


def test_whoever_changes_the_language_while_waiting_comes_back_to_the_result(room, caller):
    caller.presses(*TO_THE_QUESTION, "1", "9", "2")
    room.answers_request(card="suspended")
    assert "|result|" in caller.waits()
    assert caller.row["language"] == "ja"


def test_loss_and_for_whom_are_written_to_the_request(room, caller):
    caller.presses(*TO_THE_QUESTION, "1")
    room.answers_request(card="suspended")
    caller.waits()
    caller.presses("2", "2")
    [request] = room.rows("requests")
    assert (request["loss"], request["for_another"]) == ("stolen", True)
    assert room.reasons() == ["for_another"]


def test_a_promise_and_its_turn_are_committed_together_or_not_at_all(room, caller, monkeypatch):
    caller.presses(*TO_THE_QUESTION)
    before = room.rows("calls")

    def refuse(*_: object, **__: object) -> str:
        raise ValueError("no")

    monkeypatch.setattr(requests, "accept", refuse)
    with pytest.raises(ValueError, match="no"):
        caller.presses("1")
    assert room.rows("calls") == before
    assert room.rows("requests") == []


def lose_connections(engine):
    with engine.connect() as other:
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
        )


def test_a_lost_connection_costs_the_caller_nothing(room, caller, engine):
    caller.presses("2")
    lose_connections(engine)
    assert "|birth_date|" in caller.presses("1")


def test_an_unknown_call_is_named_without_its_sid(caller):
    caller.sid = "CA" + "0" * 32
    with pytest.raises(UnknownCall) as unknown:
        caller.takes(Silence(), 1)
    assert caller.sid not in str(unknown.value)


def test_what_is_kept_cannot_be_read_in_the_database(room):
    caller = Caller(room, "+819087654321")
    caller.dials()
    caller.presses("2", "1", "19730514", "5300047", "98765", "1")
    room.answers_request(card="suspended")
    caller.waits()
    caller.presses("1", "1", "1")
    caller.waits()
    caller.again().presses("4", "12345671", "19730514")
    kept = "".join(
        str(row)
        for table in ("calls", "turns", "requests", "follow_ups", "texts", "wrong_receipts", "messages")
        for row in room.rows(f"(SELECT t::text FROM {table} t) AS all_of_it")
    )
    for keyed in ("19730514", "1973-05-14", "5300047", "98765", "9087654321"):
        assert keyed not in kept
        assert keyed.encode().hex() not in kept


def test_nothing_keyed_or_said_and_no_number_is_logged(room, caplog):
    caller = Caller(room, "+819087654321")
    with caplog.at_level(logging.DEBUG):
        caller.dials()
        caller.says("I lost my card")
        caller.presses("1", "19730514", "5300047", "98765", "1")
    logged = "".join(str(record.__dict__) for record in caplog.records)
    assert "turn" in logged
    for private in ("19730514", "5300047", "98765", "9087654321", "lost my card", caller.sid):
        assert private not in logged


def test_a_saved_call_goes_on_after_its_key_was_rotated(open_room):
    old_key, new = new_key(), new_key()
    caller = Caller(open_room(vault=Vault([old_key])))
    caller.dials()
    caller.presses("2")
    caller.room = open_room(vault=Vault([new, old_key]))
    assert "|birth_date|" in caller.presses("1")


def test_a_call_whose_state_a_newer_version_wrote_cannot_be_read_and_quotes_nothing(room, caller, engine):
    state = {"step": "a step of tomorrow", "language": "en", "caller": "+819087654321"}
    with engine.connect() as connection:
        sealed = room.vault.seal({"state": state, "answer": "1|a|b"})
        connection.execute(text("UPDATE calls SET sealed = :sealed"), {"sealed": sealed})
    with pytest.raises(CannotUnseal) as raised:
        room.calls.find(caller.sid)
    assert "9087654321" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_mistake_of_the_line_leads_to_a_person_and_is_written_down(room, caller):
    caller.presses("2")
    answer = room.calls.apologise(caller.sid, caller.turn, NOON)
    assert "common.error" in answer
    assert room.rows("turns", "2")[-1]["event"] == "error"
    assert room.reasons() == ["error"]


def test_an_apology_for_a_turn_that_was_taken_meanwhile_changes_nothing(room, caller):
    newest = caller.presses("2", "1")
    assert room.calls.apologise(caller.sid, 1, NOON) == newest
    assert room.reasons() == []


def test_everything_that_was_keyed_is_known_again_after_it_was_sealed(caller):
    caller.presses("2", "3", "3550301", "1000001", "2*16*3")
    assert "confirm.house_number" in caller.said
    caller.presses("2", "3", "#")
    assert "confirm.no_house_number" in caller.said


@pytest.mark.parametrize(
    ("language", "words", "step"),
    [("en", "I lost my card", "target"), ("en", "operator", "operator"), ("ja", "オペレーター", "operator")],
)
def test_words_are_understood_in_the_language_of_the_call(room, language, words, step):
    caller = Caller(room, None, language=language)
    caller.dials()
    caller.says(words)
    assert caller.step == step


@pytest.mark.parametrize("confidence", [0.3, 0.59])
def test_words_that_the_recognition_is_not_sure_of_are_a_miss(caller, confidence):
    caller.says("operator", confidence)
    assert (caller.step, caller.said[0]) == ("main_menu", "common.not_understood")


def test_digits_can_be_told_one_by_one(caller):
    caller.presses("2", "1")
    caller.says("one nine eight zero zero three zero one")
    assert caller.step == "postal_code"


def test_no_single_utterance_stops_anything(room, caller):
    caller.presses(*TO_THE_QUESTION)
    caller.says("yes")
    assert (caller.step, room.rows("requests")) == ("confirm_spoken", [])
    caller.says("yes")
    assert (caller.step, len(room.rows("requests"))) == ("waiting", 1)


def test_the_log_names_what_was_said_each_as_often_as_it_was(room, caller):
    [turn] = room.rows("turns")
    assert turn["prompts"].count("main_menu.other_language") == 1
    assert {"main_menu.greeting", "main_menu.lost"} <= set(turn["prompts"])


def test_the_log_keeps_in_which_language_each_turn_was_said(room, caller):
    first = room.rows("turns")[0]["language"]
    caller.presses("9", "4")
    assert [turn["language"] for turn in room.rows("turns")] == [first, first, "ko"]
    assert first != "ko"
