"""Messages in the caller's own voice: told in a turn, by a callback, or both; kept once, with one follow-up."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.callflow.events import Recorded, TransferEnded
from hotline.calls.known import UnknownCall
from hotline.privacy import Vault, new_key
from tests.calls.conftest import MOBILE, NOON, Caller

RECORDING, ANOTHER = "RE" + "1" * 32, "RE" + "2" * 32


@pytest.fixture
def speaking(room) -> Caller:
    """A caller who is asked to leave a message."""
    caller = Caller(room)
    caller.dials()
    caller.presses("0")
    caller.waits(0)
    caller.takes(TransferEnded(answered=False))
    caller.presses("3")
    assert caller.step == "voice_message"
    return caller


def kept(room) -> list[tuple[str, str, int]]:
    return [(row["call_sid"], row["recording_sid"], row["seconds"]) for row in room.rows("messages", "id")]


def in_the_turn(caller: Caller) -> None:
    caller.takes(Recorded(RECORDING, 7))


def in_a_callback(caller: Caller) -> None:
    caller.room.endings.keep_message(caller.sid, RECORDING, 7, caller.at)


@pytest.mark.parametrize(
    "told",
    [
        [in_the_turn],
        [in_a_callback],
        [in_the_turn, in_a_callback],
        [in_a_callback, in_the_turn],
        [in_a_callback, in_a_callback, in_the_turn],
        [in_a_callback, Caller.hangs_up],
        [Caller.hangs_up, in_a_callback],
        [Caller.hangs_up, in_a_callback, in_a_callback],
    ],
)
def test_a_message_is_kept_once_with_one_follow_up_in_whatever_order_it_is_told(room, speaking, told):
    for tell in told:
        tell(speaking)
    assert kept(room) == [(speaking.sid, RECORDING, 7)]
    [follow_up] = room.rows("follow_ups")
    assert follow_up["reason"] == "message"
    assert room.vault.unseal(follow_up["call_back_sealed"]) == MOBILE


def test_the_turn_that_tells_it_ends_the_call_with_a_promise(speaking):
    in_the_turn(speaking)
    assert (speaking.step, speaking.said[0], speaking.row["outcome"]) == ("goodbye", "message.kept", "call_back")


def test_an_empty_message_is_no_message(room, speaking):
    speaking.takes(Recorded(RECORDING, 0))
    assert (speaking.step, speaking.said[0]) == ("voice_message", "message.empty")
    assert kept(room) == []


def test_two_messages_of_one_call_are_both_kept_with_one_follow_up(room, speaking):
    assert room.endings.keep_message(speaking.sid, RECORDING, 7, NOON)
    assert room.endings.keep_message(speaking.sid, ANOTHER, 8, NOON)
    assert not room.endings.keep_message(speaking.sid, ANOTHER, 8, NOON)
    assert [sid for _, sid, _ in kept(room)] == [RECORDING, ANOTHER]
    assert room.reasons() == ["message"]


def test_a_recording_of_an_unknown_call_is_not_kept(room):
    with pytest.raises(UnknownCall):
        room.endings.keep_message("CA" + "0" * 32, RECORDING, 7, NOON)
    assert kept(room) == []


@pytest.mark.parametrize("how", ["erased", "unreadable"])
def test_a_message_is_kept_although_nobody_knows_any_more_who_called(open_room, room, speaking, engine, how):
    speaking.hangs_up()
    if how == "erased":
        with engine.connect() as connection:
            connection.execute(text("UPDATE calls SET sealed = NULL, erased_at = now()"))
    else:
        room = open_room(vault=Vault([new_key()]))
    assert room.endings.keep_message(speaking.sid, RECORDING, 7, NOON + timedelta(hours=1))
    assert kept(room) == [(speaking.sid, RECORDING, 7)]
    assert room.reasons() == ["message"]
