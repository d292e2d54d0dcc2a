"""One turn is one commit: what is saved, what is promised, and what repeated webhooks do."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from hotline.callflow import flow
from hotline.callflow.events import Answer, KeysPressed, Silence, Target
from hotline.calls.turns import Calls, UnknownCall
from hotline.privacy import Vault, new_key
from hotline.store import requests
from tests.calls.conftest import NOON, Line, read_aloud

TO_THE_QUESTION = ("2", "1", "19800301", "1000001", "216")


def answer_request(line: Line, **answers: str) -> None:
    told = {Target(target): Answer(answer) for target, answer in answers.items()}
    with line.engine.connect() as connection:
        newest = connection.execute(text("SELECT id FROM requests ORDER BY turn DESC LIMIT 1")).scalar_one()
        assert requests.finish(connection, newest, backend_id="b1", answers=told, now=line.at)


def test_each_turn_moves_the_call_and_adds_one_line_to_the_log(line):
    line.dials()
    line.presses("2", "1")
    (call,) = line.rows("calls")
    assert (call["turn"], call["step"], call["outcome"]) == (3, "birth_date", "not_confirmed")
    logged = [(row["number"], row["from_step"], row["to_step"], row["event"]) for row in line.rows("turns")]
    assert logged == [
        (1, "main_menu", "main_menu", "Dialled"),
        (2, "main_menu", "target", "KeysPressed"),
        (3, "target", "birth_date", "KeysPressed"),
    ]


def test_a_call_answered_twice_gets_its_newest_answer_and_starts_once(line):
    first = line.dials()
    line.presses("2")
    assert line.dials() == line.heard != first
    assert len(line.rows("calls")) == 1


@pytest.mark.parametrize("turn", [-1, 0, 1, 2, 4, 99])
def test_a_turn_from_the_past_or_the_future_gets_the_newest_answer_and_changes_nothing(line, turn):
    line.dials()
    newest = line.presses("2", "1")
    before = line.rows("calls")
    assert line.takes(KeysPressed("19800301"), turn) == newest
    assert line.rows("calls") == before
    assert len(line.rows("turns")) == 3


def test_the_confirming_turn_commits_one_request_however_often_it_comes(line):
    line.dials()
    line.presses(*TO_THE_QUESTION)
    confirming = line.turn
    first = line.takes(KeysPressed("1"), confirming)
    assert [line.takes(KeysPressed("1"), confirming) for _ in range(3)] == [first] * 3
    (request,) = line.rows("requests")
    assert (request["status"], request["targets"]) == ("accepted", ["card"])
    assert request["accepted_at"] == NOON


def test_the_same_turn_from_many_sides_at_once_is_taken_once(line):
    line.dials()
    line.presses(*TO_THE_QUESTION)
    confirming = line.turn
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: line.calls.take(line.sid, confirming, KeysPressed("1"), NOON), range(8)))
    assert len(set(answers)) == 1
    assert len(line.rows("requests")) == 1
    assert len(line.rows("turns")) == 7


def test_a_waiting_caller_hears_the_result_as_soon_as_the_backend_answered(line):
    line.dials()
    line.presses(*TO_THE_QUESTION, "1")
    assert "|waiting|" in line.waits()
    answer_request(line, card="suspended")
    assert line.waits().endswith("|result|result.card.suspended result.receipt result.receipt_again")
    assert line.rows("calls")[0]["outcome"] == "stopped"


def test_keys_pressed_while_waiting_change_nothing_but_look_for_the_answer(line):
    line.dials()
    line.presses(*TO_THE_QUESTION, "1")
    answer_request(line, card="suspended")
    assert "|result|" in line.presses("2")


def test_loss_and_for_whom_are_written_to_the_request(line):
    line.dials()
    line.presses(*TO_THE_QUESTION, "1")
    answer_request(line, card="suspended")
    line.waits()
    line.presses("2", "2")
    (request,) = line.rows("requests")
    assert (request["loss"], request["for_another"]) == ("stolen", True)
    assert [row["reason"] for row in line.rows("follow_ups")] == ["for_another"]


def test_a_promise_and_its_turn_are_committed_together_or_not_at_all(line, monkeypatch):
    line.dials()
    line.presses(*TO_THE_QUESTION)
    before = line.rows("calls")

    def refuse(*_: object, **__: object) -> str:
        raise ValueError("no")

    monkeypatch.setattr(requests, "accept", refuse)
    with pytest.raises(ValueError, match="no"):
        line.takes(KeysPressed("1"))
    assert line.rows("calls") == before
    assert line.rows("requests") == []


def test_a_lost_connection_costs_the_caller_nothing(line):
    line.dials()
    line.presses("2")
    with line.engine.connect() as other:
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
        )
    assert "|birth_date|" in line.presses("1")


def test_an_unknown_call_is_named_without_its_sid(line):
    with pytest.raises(UnknownCall) as unknown:
        line.takes(Silence(), 1)
    assert line.sid not in str(unknown.value)


def test_what_is_kept_cannot_be_read_in_the_database(line):
    line.dials("+819087654321")
    line.presses("2", "1", "19730514", "5300047", "98765", "1")
    with line.engine.connect() as connection:
        tables = ("calls", "turns", "requests", "follow_ups")
        kept = "".join(
            str(row) for table in tables for row in connection.execute(text(f"SELECT t::text FROM {table} t"))
        )
    for keyed in ("19730514", "1973-05-14", "5300047", "98765", "9087654321"):
        assert keyed not in kept
        assert keyed.encode().hex() not in kept


def test_nothing_keyed_and_no_number_is_logged(line, caplog):
    with caplog.at_level(logging.DEBUG):
        line.dials("+819087654321")
        line.presses("2", "1", "19730514", "5300047", "98765", "1")
    logged = "".join(str(record.__dict__) for record in caplog.records)
    assert "turn" in logged
    for private in ("19730514", "5300047", "98765", "9087654321", line.sid):
        assert private not in logged


def test_a_saved_call_goes_on_after_its_key_was_rotated(line, engine, vault):
    old_key, new = new_key(), new_key()
    first = Line(Calls(engine, Vault([old_key]), "s", read_aloud), engine)
    first.dials()
    first.presses("2")
    first.calls = Calls(engine, Vault([new, old_key]), "s", read_aloud)
    assert "|birth_date|" in first.presses("1")


def test_a_mistake_of_the_line_leads_to_a_person_and_is_written_down(line):
    line.dials()
    line.presses("2")
    answer = line.calls.apologise(line.sid, line.turn, NOON)
    assert "common.error" in answer
    assert line.rows("turns")[-1]["event"] == "error"
    assert [row["reason"] for row in line.rows("follow_ups")] == ["error"]


def test_an_apology_for_a_turn_that_was_taken_meanwhile_changes_nothing(line):
    line.dials()
    newest = line.presses("2", "1")
    assert line.calls.apologise(line.sid, 1, NOON) == newest


def test_every_step_is_understood_again_after_it_was_sealed(line):
    assert {str(step) for step in flow.TALKS} >= {"waiting", "result", "confirm"}
    line.dials()
    line.presses("2", "3", "3550301", "1000001", "2*16*3")
    assert "confirm.house_number" in line.heard
    line.presses("2", "3", "#")
    assert "confirm.no_house_number" in line.heard
